//! What a page shows as the output of a command is what the command prints today.
//!
//! ```console
//! $ cargo run -p ping-pong
//! what it prints; a line `…` stands for lines that are left out
//! ```
//!
//! Before the command, there may be what it reads: `$ echo 1 2 | cargo run …`.

use std::collections::BTreeMap;
use std::time::Duration;

use common::check::{Run, command};
use regex::Regex;

use crate::pages::{Block, Page, lessons};
use crate::programs::started_by;
use crate::{check_all, lesson_knows};

/// What differs from run to run, and what stands for it while a page is compared with an output.
/// All else must be the same.
const BY_CHANCE: &[(&str, &str)] = &[
    (r" *\d[\d.]* (ns|µs|ms|s)\b", " TIME"), // with the spaces that align it
    (r"PID \d+(\)?) *", "PID N$1 "),         // with the spaces that align it
    // Which threads are drawn, and which of them lose money. How much is lost stands in the result.
    (r"^  thread \d+ +[█░ ]+reads \d+, writes \d+(  ← ¥\d+ lost)?$", "  thread N deposits"),
    // Which buyer comes first is by chance, and so is what it gets.
    (r"^  buyer \d+ +[·░█]+[·░█x ]* (ticket|none) .*", "  BUYER"),
    // When something happens, in the lane of a timeline. What it is, and in which lane, must stay.
    (r" *[·×░▒▓█▁▂▃▄▅▆▇]+( +[·×░▒▓█▁▂▃▄▅▆▇]+)* *", " LANE "),
    (r"^ +(↑ )?\d+ buyers at the same time( ↑)?", "N buyers at the same time"),
    (r"^\d\d:\d\d\.\d{3}", "CLOCK"),
    (r"\d+ process(es)?$", "N processes"), // in the lane of a job
    (r"\d[\d.]*( items)?/s", "N$1/s"),
    (r"\d[\d.]* times", "N times"),
    (r"on \d+ cores", "on N cores"),
    // How much goes wrong in a wrong version. That something goes wrong must stay.
    (r"^(unlocked +)¥\d+ of ¥100: ¥\d+ lost", "$1¥N of ¥100: ¥N lost"),
    (r"^The lock saves ¥\d+ ", "The lock saves ¥N "),
    // In which order two players speak. In `isolated`, that each one counts to 10 must stay.
    (r" +in order of time", " in order of time"),
    (r"^(  P[io]ng \(PID \w+\)) +1 +2 +3 +4 +5 +6 +7 +8 +9 +10$", "$1 1 to 10"),
    (r"^(  P[io]ng \(PID \w+\))[\d ]*$", "$1 NUMBERS"),
    (r"same player again: \d+.*", "same player again: N"),
    (r"(10 words) \(\d+ Ping, \d+ Pong\)", "$1 (N Ping, N Pong)"),
    (r"^((polling|unlocked) +)\d+ of", "$1 N of"),
    (r"[1-9]\d* (torn|torn messages)", "N $1"),
    (r"misses \d+ of", "misses N of"),
    (r"^(unlocked +tickets 3), sold \d+, left \d+", "$1, sold N, left N"),
    (r"^Without a lock, \d+ of", "Without a lock, N of"),
    (r"received \d+, lost [1-9]\d*", "received N, lost N"),
    (r"^stuck loses \d+ of", "stuck loses N of"),
    (r"skips \d+(, \d+)*", "skips N"),
    (r"received \d+, lost [1-9]\d*", "received N, lost N"),
];

/// Stands on a page for any lines, or none.
const LEFT_OUT: &str = "…";

/// A line of an output, or of a page.
struct Line {
    /// On a page, the number of the line.
    number: usize,
    text: String,
    /// Which process says it: a PID, or nothing if the line does not tell.
    speaker: Option<String>,
    /// The text without what is by chance.
    masked: String,
}

struct Masks(Vec<(Regex, &'static str)>);

impl Masks {
    fn new() -> Self {
        Self(BY_CHANCE.iter().map(|(mask, name)| (Regex::new(mask).unwrap(), *name)).collect())
    }

    /// The lines of a text, of which the first one has this number.
    fn lines<'a>(&self, text: impl Iterator<Item = &'a str>, first: usize) -> Vec<Line> {
        let says = Regex::new(r"^ *\d+ ms  (?:[^(]* \()?PID (\d+)").unwrap();
        let line = |(text, number): (&str, usize)| Line {
            number,
            text: text.to_string(),
            speaker: says.captures(text).map(|found| found[1].to_string()),
            masked: self.0.iter().fold(text.trim_end().to_string(), |text, (mask, name)| {
                mask.replace_all(&text, *name).into_owned()
            }),
        };
        text.zip(first..).map(line).collect()
    }
}

/// Is this what the page shows?
fn shows(page: &[&str], output: &[&str]) -> bool {
    match page {
        [] => output.is_empty(),
        [LEFT_OUT, rest @ ..] => (0..=output.len()).any(|skipped| shows(rest, &output[skipped..])),
        [line, rest @ ..] => output.first() == Some(line) && shows(rest, &output[1..]),
    }
}

/// The first line of the page that the output does not have at this place. With it, how many lines
/// of the page come before.
fn must_show(page: &[&Line], output: &[&Line]) -> Result<(), (usize, String)> {
    let [texts, output] =
        [page, output].map(|lines| lines.iter().map(|line| &*line.masked).collect::<Vec<_>>());
    if shows(&texts, &output) {
        return Ok(());
    }
    let fits = |count: &usize| shows(&[&texts[..=*count], &[LEFT_OUT]].concat(), &output);
    let fitting = (0..page.len()).take_while(fits).count();
    let fault = match (page.get(fitting), page.last()) {
        (Some(Line { number, text, .. }), _) => format!("line {number}: not printed here:\n{text}"),
        (None, Some(Line { number, .. })) => {
            format!(
                "line {number}: more is printed after it; `{LEFT_OUT}` stands for what is left out"
            )
        }
        (None, None) => "nothing is shown".into(),
    };
    Err((fitting, fault))
}

/// The lines of each process, and those that do not tell their process.
fn by_speaker(lines: &[Line]) -> BTreeMap<Option<&str>, Vec<&Line>> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for line in lines.iter().filter(|line| line.masked != LEFT_OUT) {
        groups.entry(line.speaker.as_deref()).or_default().push(line);
    }
    groups
}

/// Each process says its lines in their order, but which process is first is by chance. So where a
/// page shows lines of several processes, each process is compared with one of those on the page. A
/// `…` on such a page allows that something is left out anywhere.
fn compare(page: &[Line], output: &[Line]) -> Result<(), String> {
    let gap = page.iter().find(|line| line.masked == LEFT_OUT);
    let on_page = by_speaker(page);
    if on_page.keys().flatten().count() < 2 {
        let [page, output] = [page, output].map(|lines| lines.iter().collect::<Vec<_>>());
        return must_show(&page, &output).map_err(|(_, fault)| fault);
    }
    let mut left = by_speaker(output);
    for (speaker, mut lines) in on_page {
        if let Some(gap) = gap {
            lines = lines.into_iter().flat_map(|line| [gap, line]).chain([gap]).collect();
        }
        let tries: Vec<_> = left
            .iter()
            .filter(|(other, _)| other.is_some() == speaker.is_some())
            .map(|(other, said)| (*other, must_show(&lines, said)))
            .collect();
        match tries.iter().find(|(_, outcome)| outcome.is_ok()) {
            Some((same, _)) => left.remove(same),
            None => {
                let faults = tries.into_iter().filter_map(|(_, outcome)| outcome.err());
                let nearest = faults.max_by_key(|(fitting, _)| *fitting);
                return Err(nearest.map_or("no process says anything".into(), |(_, fault)| fault));
            }
        };
    }
    match left.into_values().next() {
        Some(lines) if gap.is_none() => Err(format!("not on the page: {}", lines[0].text)),
        _ => Ok(()),
    }
}

/// Runs the command of a block, as it is typed on the page.
fn is_printed(page: &Page, block: &Block, masks: &Masks) -> Result<(), String> {
    let (first, shown) = block.lines.split_first().expect("a block has lines");
    let typed = first.strip_prefix("$ ").unwrap_or(first);
    let typed_at = format!("{}, line {}: {typed}\n", page.path, block.line + 1);
    let (echo, cargo) = typed.split_once(" | ").map_or((None, typed), |it| (Some(it.0), it.1));
    let (program, arguments) = started_by(cargo).map_err(|fault| format!("{typed_at}{fault}"))?;
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap(); // for what it writes
    let mut program = command(program, &arguments);
    program.current_dir(folder.path());
    // What is printed is checked here, not how long it takes on a busy machine.
    let mut run = Run::start(program).at_most(Duration::from_secs(40));
    if let Some(input) = echo.and_then(|echo| echo.strip_prefix("echo ")) {
        run.types(input);
    }
    let outcome = run.end();
    let well = outcome.status.success() && outcome.stderr.is_empty();
    let printed = outcome.stdout + &outcome.stderr;
    if let Some(line) = printed.lines().find(|line| line.chars().count() > 80) {
        return Err(format!("{typed_at}this line has more than 80 columns:\n{line}"));
    }
    // A projector shows so many. Tables, and lines that were asked for, may be longer.
    let may_be_long = ["interleavings", "play", "--all", "--step", "--example"];
    if printed.lines().count() > 40 && !may_be_long.iter().any(|it| typed.contains(it)) {
        return Err(format!("{typed_at}it prints more than 40 lines:\n{printed}"));
    }
    let shown = masks.lines(shown.iter().map(String::as_str), block.line + 2);
    let compared = compare(&shown, &masks.lines(printed.lines(), 1));
    let compared = if well { compared } else { Err("it fails".into()) };
    compared.map_err(|fault| {
        format!(
            "{typed_at}{fault}\n--- It prints (times and the like may differ):\n{printed}---\n{}",
            lesson_knows(page)
        )
    })
}

#[test]
fn every_output_on_a_page_is_what_is_printed_today() {
    let (pages, masks) = (Page::all(), Masks::new());
    let blocks = pages.iter().flat_map(|page| page.blocks("console").map(move |it| (page, it)));
    check_all(blocks.collect(), |(page, block)| is_printed(page, block, &masks));
}

#[test]
fn every_lesson_page_shows_an_output_and_no_mask_is_unused() {
    let masks = Masks::new();
    let mut shown = String::new();
    for page in Page::all() {
        let lines: Vec<&String> = page.blocks("console").flat_map(|block| &block.lines).collect();
        let is_lesson = lessons().iter().any(|it| page.path == format!("{it}/README.md"));
        let default = format!("$ cargo run -p {}", page.path.trim_end_matches("/README.md"));
        let has_default = lines.iter().any(|line| line.starts_with(&default)); // perhaps in a smaller size
        assert!(!is_lesson || has_default, "{}: no `{default}`", page.path);
        shown.extend(lines.into_iter().flat_map(|line| [line, "\n"]));
    }
    let unused: Vec<&str> = masks
        .0
        .iter()
        .map(|(mask, _)| mask.as_str())
        .filter(|mask| !Regex::new(&format!("(?m){mask}")).unwrap().is_match(&shown))
        .collect();
    assert!(unused.is_empty(), "no page needs {unused:?} in {}", file!());
}
