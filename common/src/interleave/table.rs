//! One interleaving, as a table with a column for each thread.

use std::fmt::{self, Display, Formatter};
use std::iter;

use super::names::{Numbers, titles};
use super::shared::Key;

/// The last rows of a table that ends in a deadlock begin with this.
pub(super) const WAITS: &str = "waits for ";

/// No table is wider, and no line of a verdict.
pub(crate) const WIDTH: usize = 80;

/// The width of the column of numbers.
const NUMBER: usize = 6;

/// One row: which thread, what it did, and with which shared thing.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) thread: usize,
    pub(super) text: String,
    pub(super) on: Option<Key>,
    /// It is a step, and has a number.
    pub(super) step: bool,
    /// The main thread did it while it was alone: no interleaving could change that.
    pub(super) alone: bool,
}

/// The rows of one interleaving as they were written down, before shared things have numbers.
#[derive(Clone, Default)]
pub(super) struct Record {
    pub(super) names: Vec<Option<String>>,
    pub(super) lines: Vec<Line>,
}

/// One interleaving of the steps of all threads. It displays as a table: a numbered row for each
/// step, a column for each thread, and at most 80 columns of text. In a deadlock, the last rows say
/// what each thread waits for.
#[derive(Clone)]
pub struct Interleaving {
    titles: Vec<String>,
    /// Which thread, what it did, and whether that is a step.
    rows: Vec<(usize, String, bool)>,
}

impl Interleaving {
    pub(super) fn new(record: &Record, numbers: &Numbers) -> Self {
        // What the main thread did alone can explain a deadlock, and nothing else.
        let deadlock = record.lines.last().is_some_and(|line| line.text.starts_with(WAITS));
        let shown = record.lines.iter().filter(|line| deadlock || !line.alone);
        let row = |line: &Line| (line.thread, numbers.describe(&line.text, line.on), line.step);
        Self { titles: titles(&record.names), rows: shown.map(row).collect() }
    }

    /// The rows: the name of a thread, and what it did.
    pub fn rows(&self) -> impl Iterator<Item = (&str, &str)> {
        self.rows.iter().map(|(thread, text, _)| (self.titles[*thread].as_str(), text.as_str()))
    }
}

impl Display for Interleaving {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut columns: Vec<usize> = self.rows.iter().map(|row| row.0).collect();
        columns.sort();
        columns.dedup();
        let texts = self.rows.iter().map(|row| &row.1);
        let titles = columns.iter().map(|thread| &self.titles[*thread]);
        let longest = texts.chain(titles).map(|text| text.chars().count()).max().unwrap_or(0);
        let most = (WIDTH - NUMBER) / columns.len().max(1);
        let width = (longest.max(11) + 2).min(most.max(2));

        let titles = columns.iter().map(|thread| &self.titles[*thread]);
        let titles = titles.map(|title| title.chars().take(width - 1).collect::<String>());
        let head: String = titles.map(|title| format!("{title:width$}")).collect();
        writeln!(f, "{}", format!("{:NUMBER$}{head}", "step").trim_end())?;
        let mut number = 0;
        for (thread, text, step) in &self.rows {
            number += usize::from(*step);
            let mut first = if *step { format!("{number:>2}") } else { String::new() };
            let before = columns.iter().take_while(|column| *column < thread).count() * width;
            for line in wrapped(text, width - 1) {
                writeln!(f, "{first:NUMBER$}{:before$}{line}", "")?;
                first.clear();
            }
        }
        Ok(())
    }
}

/// Breaks a text into lines of at most `width` characters: between words, unless a word is longer.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut word: Vec<char> = word.chars().collect();
        while !word.is_empty() {
            let line = lines.last_mut().expect("there is one");
            let used = line.chars().count();
            let gap = usize::from(used > 0);
            if used + gap + word.len() <= width {
                line.extend(iter::repeat_n(' ', gap).chain(word.drain(..)));
            } else if used > 0 {
                lines.push(String::new());
            } else {
                line.extend(word.drain(..width));
            }
        }
    }
    lines
}
