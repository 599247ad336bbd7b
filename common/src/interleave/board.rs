//! What a person sees and types who is the scheduler.

use std::io::BufRead;
use std::iter;

use super::names::{Numbers, titles};
use super::report::{DEADLOCK, Interleavings};
use super::state::KILLED;
use super::table::{Interleaving, Line, Record, WIDTH};

/// The steps so far, what each thread would do next, and what the others wait for.
pub(super) fn board(record: &Record, next: &[Line], waits: &[Line], numbers: &Numbers) -> String {
    let mut text = String::from("\n");
    if record.lines.iter().any(|line| !line.alone) {
        text += &format!("{}\n", Interleaving::new(record, numbers));
    }
    text += "Which step comes next?\n";
    let titles = titles(&record.names);
    for line in next {
        let step = numbers.describe(&line.text, line.on);
        text += &format!("{:>3}  {} {step}\n", label(line), titles[line.thread]);
    }
    for line in waits {
        let wait = numbers.describe(&line.text, line.on);
        text += &format!("     {} {wait}\n", titles[line.thread]);
    }
    text.trim_end().to_string()
}

/// What is typed for a step: the number of the thread, or `k 1` for the end of process 1.
pub(super) fn label(line: &Line) -> String {
    if line.text == KILLED { format!("k {}", line.thread) } else { line.thread.to_string() }
}

/// What is said of an answer that is none: why this thread cannot go on, or what can be typed.
pub(super) fn refusal(
    answer: &str,
    labels: &[String],
    record: &Record,
    waits: &[Line],
    numbers: &Numbers,
) -> String {
    if let Some(line) = waits.iter().find(|line| line.thread.to_string() == answer) {
        let wait = numbers.describe(&line.text, line.on);
        return format!("{} {wait}.", titles(&record.names)[line.thread]);
    }
    format!("Type {}, or one of the letters u, a and q.", labels.join(" or "))
}

/// How it ended, and how many interleavings end like this.
pub(super) fn summary(ending: &str, found: &Interleavings) -> String {
    let (count, all) = (found.count_of(ending), found.count());
    let how = match ending.strip_prefix("end ") {
        Some(value) => format!("It ends {value}"),
        None if ending == DEADLOCK => "It ends in a deadlock".to_string(),
        None => format!("It ends in a {ending}"),
    };
    let like_this = format!("as {count} of {all} interleavings do.");
    let gap = if how.len() + 2 + like_this.len() > WIDTH { '\n' } else { ' ' };
    format!("{how},{gap}{like_this}")
}

/// The words of a text, as they come.
pub(super) fn words(mut input: impl BufRead) -> impl Iterator<Item = String> {
    iter::from_fn(move || {
        let mut line = Vec::new();
        let read = input.read_until(b'\n', &mut line).ok()?;
        let line = String::from_utf8_lossy(&line);
        (read > 0).then(|| line.split_whitespace().map(String::from).collect::<Vec<_>>())
    })
    .flatten()
}
