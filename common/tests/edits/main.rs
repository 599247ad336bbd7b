//! What becomes of a lesson file when a student edits it: wrong edits are told as wrong, half fixes as
//! half, and right ones pass in whatever style. The tables beside this file list the edits.
//!
//! ```text
//! cargo test -p common --test edits -- --ignored --nocapture
//! LESSON=bank-account cargo test -p common --test edits -- --ignored --nocapture
//! ```
//!
//! Each edit is made in a copy of the course, and judged by the lesson's own check.

#![allow(
    clippy::disallowed_methods,
    reason = "cargo ends by itself, and its checks within seconds"
)]
#![allow(clippy::disallowed_macros, reason = "a test may panic when its output is closed")]

mod bank_account;
mod factorial_procs;
mod ping_pong;
mod producer_consumer;
mod queue_ipc;
mod socket_chat;
mod ticket_system;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use Verdict::{Half, Red, Right, Wrong};

/// One edit of one file.
pub struct Edit {
    /// What it does, in a few words.
    pub what: &'static str,
    /// The file, from the folder of the lesson.
    pub file: &'static str,
    /// Each text that is replaced, and what by. It stands in the file exactly once.
    pub changes: &'static [(&'static str, &'static str)],
    pub verdict: Verdict,
}

/// What the lesson's check must say.
#[derive(Debug)]
pub enum Verdict {
    /// A file of the student's own is still wrong.
    Wrong,
    /// A file of the student's own is half fixed.
    Half,
    /// The check passes.
    Right,
    /// The check fails, and the first message has this text in it.
    Red(&'static str),
}

const TABLES: [(&str, &[Edit]); 7] = [
    ("bank-account", bank_account::EDITS),
    ("factorial-procs", factorial_procs::EDITS),
    ("ping-pong", ping_pong::EDITS),
    ("producer-consumer", producer_consumer::EDITS),
    ("queue-ipc", queue_ipc::EDITS),
    ("socket-chat", socket_chat::EDITS),
    ("ticket-system", ticket_system::EDITS),
];

/// No verdict may take longer, without the time to compile.
const LONGEST: Duration = Duration::from_secs(10);

/// So many copies of the course are edited at the same time.
const COPIES: usize = 2;

#[test]
fn there_are_enough_edits_of_each_lesson() {
    for (lesson, edits) in TABLES {
        let count = |is: fn(&Verdict) -> bool| edits.iter().filter(|it| is(&it.verdict)).count();
        let counts = [
            count(|verdict| matches!(verdict, Wrong | Red(_))),
            count(|verdict| matches!(verdict, Half)),
            count(|verdict| matches!(verdict, Right)),
        ];
        let enough = counts.iter().zip([10, 5, 5]).all(|(count, least)| *count >= least);
        assert!(enough, "{lesson} has {counts:?} wrong, half and right edits, not 10, 5 and 5");
    }
}

#[test]
#[ignore = "a student's own file may be changed: .ci/run asks for this"]
fn what_each_edit_replaces_is_there_exactly_once() {
    for (lesson, edits) in TABLES {
        for edit in edits {
            if let Err(fault) = edited(&course(), lesson, edit) {
                panic!("{lesson}, {:?}: {fault}", edit.what);
            }
        }
    }
}

#[test]
#[ignore = "takes some minutes: it compiles and checks a lesson for each edit"]
fn each_edit_gets_its_verdict_within_10_seconds() {
    let only = env::var("LESSON").unwrap_or_default();
    let edits = TABLES.iter().filter(|(lesson, _)| only.is_empty() || *lesson == only);
    let edits = edits.flat_map(|(lesson, edits)| edits.iter().map(|edit| (*lesson, edit)));
    let (edits, faults) = (Mutex::new(edits), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for number in 0..COPIES {
            let (edits, faults) = (&edits, &faults);
            scope.spawn(move || {
                let copy = Copy::new(number);
                let next = || edits.lock().unwrap().next();
                while let Some((lesson, edit)) = next() {
                    faults.lock().unwrap().extend(copy.judge(lesson, edit).err());
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "\n\n{}\n", faults.join("\n\n"));
}

/// The folder with all lessons.
fn course() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// The text of a file before and after an edit.
fn edited(course: &Path, lesson: &str, edit: &Edit) -> Result<(String, String), String> {
    let path = course.join(lesson).join(edit.file);
    let before = fs::read_to_string(&path).map_err(|fault| format!("{}: {fault}", edit.file))?;
    let mut after = before.clone();
    for (from, to) in edit.changes {
        match after.matches(from).count() {
            1 => after = after.replace(from, to),
            count => return Err(format!("{} has {count} times {from:?}", edit.file)),
        }
    }
    Ok((before, after))
}

/// A copy of the course, with a target folder of its own, that is kept for the next time.
struct Copy {
    course: PathBuf,
    target: PathBuf,
}

impl Copy {
    fn new(number: usize) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("edits-{number}"));
        let copy = Self { course: folder.join("course"), target: folder.join("target") };
        let _ = fs::remove_dir_all(&copy.course);
        copy_tree(&course(), &copy.course);
        copy
    }

    /// Makes an edit, lets the check of the lesson judge it, and takes it back.
    fn judge(&self, lesson: &str, edit: &Edit) -> Result<(), String> {
        let what = format!("{lesson}, {}: {}", edit.file, edit.what);
        let (before, after) =
            edited(&self.course, lesson, edit).map_err(|it| format!("{what}: {it}"))?;
        let path = self.course.join(lesson).join(edit.file);
        fs::write(&path, after).unwrap();
        let (outcome, time) = self.check(lesson, edit);
        fs::write(&path, before).unwrap();

        let verdict = &edit.verdict;
        let said = String::from_utf8_lossy(&outcome.stdout).replace("\r\n", "\n");
        let errors = String::from_utf8_lossy(&outcome.stderr);
        println!("{:>6.1} s  {what}: {verdict:?}", time.as_secs_f64());
        let failed = !outcome.status.success();
        let is_so = match verdict {
            Wrong => failed && in_one_line(&said).contains(" is still wrong: "),
            Half => failed && said.contains(" is half fixed.\n"),
            Right => !failed,
            Red(text) => failed && in_one_line(first_message(&said)).contains(text),
        };
        if !is_so {
            return Err(format!("{what}: expected {verdict:?}\n{said}\n{errors}"));
        }
        // Where a version of the lesson is right, its whole check runs, and two do so at once.
        let is_whole = matches!(verdict, Right) && !edit.file.starts_with("src/yours");
        if time > if is_whole { 2 * LONGEST } else { LONGEST } {
            return Err(format!("{what}: the verdict took {time:?}\n{said}"));
        }
        Ok(())
    }

    /// Compiles, then runs the check that judges the student's own files, or all of the lesson. The
    /// time is that of the check alone.
    fn check(&self, lesson: &str, edit: &Edit) -> (Output, Duration) {
        let is_own = edit.file.starts_with("src/yours");
        let cargo = |more: &[&str]| {
            let mut cargo = Command::new(env!("CARGO"));
            cargo.args(["test", "-p", lesson, "--quiet"]).args(more);
            cargo.args(if is_own { &["--test", "check_yours"][..] } else { &[] });
            cargo.current_dir(&self.course).env("CARGO_TARGET_DIR", &self.target);
            cargo.env_remove("RUST_BACKTRACE").output().unwrap()
        };
        let compiled = cargo(&["--no-run"]);
        if !compiled.status.success() {
            return (compiled, Duration::ZERO);
        }
        let start = Instant::now();
        (cargo(&[]), start.elapsed())
    }
}

/// Where a line ends is not what is looked for.
fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the first failing test said, of all that cargo has shown.
fn first_message(said: &str) -> &str {
    let from = said.split_once(" stdout ----\n").map_or(said, |(_, rest)| rest);
    from.split_once(" stdout ----\n").map_or(from, |(first, _)| first)
}

/// Copies a folder with all that is in it, but for what git and cargo keep there.
fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, new) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() && !["target", ".git"].iter().any(|name| entry.file_name() == *name) {
            copy_tree(&path, &new);
        } else if path.is_file() {
            fs::copy(&path, &new).unwrap();
        }
    }
}
