//! What a version that uses two cores must do. A file of the student's own is judged by it, and so are
//! the two files of the pair. The check that uses it has `serial` and `parallel` as modules.

use std::panic::{UnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use common::check::{Exercise, Found, Run, Verdict, command};
use common::interleave::Interleavings;

use crate::stand_in::{Came, PROCESSES, Processes, explore};

/// The function `run` of a version.
pub type Version = fn(procs: u32, n: u32, args: &[String]) -> anyhow::Result<Vec<u64>>;

/// The wrong version.
const SERIAL: &str = include_str!("../../src/serial.rs");

/// The file of a version, which is named as a student types it.
pub fn exercise(name: &'static str, file: &'static str, text: &str, run: Version) -> Exercise {
    let two = Arc::new(OnceLock::new());
    let two = move || two.get_or_init(|| or_its_panic(|| all_are_alive(run, 2))).clone();
    // The wrong version meets the other goals, too, so they count only when this one is met.
    let ends = Arc::new(Ends::of(run));
    let after_two = |check: fn(&Ends) -> Found| {
        let (two, ends) = (two.clone(), ends.clone());
        move || two().and_then(|_| check(&ends))
    };
    Exercise::new(file, text, SERIAL)
        .goal(two.clone(), "Which line waits, and what could the parent do before it waits?")
        .goal(
            after_two(|ends| all_are_alive(ends.run, 3)),
            "Which processes have been started when the parent waits for the first time?",
        )
        .goal(
            after_two(Ends::each_answer_is_returned),
            "For which processes does the parent wait, and what becomes of each answer?",
        )
        .goal(
            after_two(Ends::a_failure_is_an_error),
            "What becomes of the `Err` that `answer` returns? An operator hands it on to the caller.",
        )
        .goal(
            after_two(Ends::none_is_left),
            "A process that has ended is a zombie until its parent has waited for it. Which process \
             does nobody wait for?",
        )
        .goal(
            move || two().and_then(|_| the_program_runs(name)),
            "What must each process be given, and what does the parent read from it?",
        )
}

/// With a number of processes, each of which runs on until all have been started. For two, this is
/// proved. For three, some interleavings are enough to find a version that has two at a time.
fn all_are_alive(run: Version, procs: u32) -> Found {
    let most_runs = if procs == 2 { PROCESSES.most_runs } else { 60 };
    let processes = Processes { until_started: procs as usize, most_runs, ..PROCESSES };
    let tell = |came: &Came| match &came.outcome {
        Err(fault) => format!("the error: {fault}"),
        Ok(_) => format!("{} started, at most {} at the same time", came.started, came.most),
    };
    let found = explore(processes, move |args| run(procs, 5, args), tell);
    let all = if procs == 2 { "two" } else { "three" };
    let is_right = |ending: &str| {
        let most =
            ending.split_once(", at most ").and_then(|(_, it)| it.split(' ').next()?.parse().ok());
        most.is_some_and(|most: u32| most >= procs)
    };
    let wrong =
        if procs == 2 { first_wrong(&found, is_right)? } else { any_wrong(&found, is_right) };
    let Some((ending, sample)) = wrong else {
        return Ok(if procs == 2 {
            "two processes are alive at the same time"
        } else {
            "so are three"
        }
        .into());
    };
    Err(match ending {
        "deadlock" if procs == 2 => format!(
            "it is still serial. The parent waits for a process before both have been started. The check \
             holds each process back until both have been started, so this run is a deadlock:\n\n{sample}"
        ),
        "deadlock" => format!(
            "three processes are not alive at the same time. The check holds each process back until all \
             three have been started, and the parent waits for one of them before that:\n\n{sample}"
        ),
        _ => format!(
            "{all} processes must be alive at the same time, but this run {}{}",
            of_one(ending),
            with_notes(&sample, "")
        ),
    })
}

/// An ending, as it is said of one run.
fn of_one(ending: &str) -> String {
    match ending.strip_prefix("end with ") {
        Some(value) => format!("ends with {value}"),
        None if ending == "deadlock" => "never ends: it is a deadlock".into(),
        None => format!("ends with a {ending}"),
    }
}

/// What the numbers in an ending mean.
const ANSWERS: &str = " In this check, process 1 answers 1, and process 2 answers 2.";

/// Closes a sentence, and adds a note, the table of a run, and what is not in that table.
fn with_notes(sample: &str, note: &str) -> String {
    // A table has no steps of the main thread alone, except in a deadlock.
    let is_hidden = sample.contains("process 1") && !sample.contains("starts process 1");
    let hidden = if is_hidden { " Process 1 has been started before step 1." } else { "" };
    format!(".{note}{hidden}\n\n{sample}")
}

/// How a version ends when its processes end whenever they like.
pub struct Ends {
    run: Version,
    one: OnceLock<Interleavings>,
    two: OnceLock<Interleavings>,
    two_of_which_one_fails: [OnceLock<Interleavings>; 2],
}

impl Ends {
    pub fn of(run: Version) -> Self {
        Self {
            run,
            one: OnceLock::new(),
            two: OnceLock::new(),
            two_of_which_one_fails: Default::default(),
        }
    }

    fn explore(&self, procs: u32, fails: Option<usize>) -> Interleavings {
        let (run, processes) = (self.run, Processes { fails, ..PROCESSES });
        explore(
            processes,
            move |args| run(procs, 5, args),
            |came| {
                let left =
                    came.left.iter().map(|number| format!("{LEFT}{number}")).collect::<String>();
                match &came.outcome {
                    Err(fault) => format!("the error: {fault}{left}"),
                    Ok(answers) => format!("the answers {answers:?}{left}"),
                }
            },
        )
    }

    fn one(&self) -> &Interleavings {
        self.one.get_or_init(|| self.explore(1, None))
    }

    fn two(&self) -> &Interleavings {
        self.two.get_or_init(|| self.explore(2, None))
    }

    fn one_fails(&self, number: usize) -> &Interleavings {
        self.two_of_which_one_fails[number - 1].get_or_init(|| self.explore(2, Some(number)))
    }

    pub fn each_answer_is_returned(&self) -> Found {
        for (found, all) in [(self.two(), "[1, 2]"), (self.one(), "[1]")] {
            let right = format!("end with the answers {all}");
            let is_right = |ending: &str| ending.split(LEFT).next() == Some(&right);
            if let Some((ending, sample)) = first_wrong(found, is_right)? {
                return Err(format!(
                    "not every answer is returned once. The answers must be {all}, and this run {}{}",
                    of_one(ending),
                    with_notes(&sample, ANSWERS)
                ));
            }
        }
        Ok("each answer is returned".into())
    }

    pub fn none_is_left(&self) -> Found {
        for found in [self.two(), self.one(), self.one_fails(1), self.one_fails(2)] {
            let is_right = |ending: &str| !ending.contains(LEFT);
            if let Some((ending, sample)) = first_wrong(found, is_right)? {
                return Err(format!(
                    "a process is left behind. Nobody has waited for it when `run` returns. This run {}{}",
                    of_one(ending),
                    with_notes(&sample, ANSWERS)
                ));
            }
        }
        Ok("none is left behind".into())
    }

    pub fn a_failure_is_an_error(&self) -> Found {
        for fails in [1, 2] {
            // A panic with the error is one, too.
            let is_right = |ending: &str| {
                let is_panic = ending.starts_with("panic: ") && ending.contains("failed");
                ending.starts_with("end with the error: ") || is_panic
            };
            if let Some((ending, sample)) = first_wrong(self.one_fails(fails), is_right)? {
                return Err(format!(
                    "a failure is not returned as an error. Process {fails} of 2 fails, and this run {}{}",
                    of_one(ending),
                    with_notes(&sample, ANSWERS)
                ));
            }
        }
        Ok("a failure is an error".into())
    }
}

/// Comes before the number of each process that is left behind.
const LEFT: &str = ", and leaves process ";

/// An ending that is not right, with an interleaving that leads there. It is an error when not all
/// interleavings could be tried.
fn first_wrong(
    found: &Interleavings,
    is_right: impl Fn(&str) -> bool,
) -> Result<Option<(&str, String)>, String> {
    match any_wrong(found, &is_right) {
        None => found.judge(is_right, "", "").map(|_| None),
        wrong => Ok(wrong),
    }
}

fn any_wrong(found: &Interleavings, is_right: impl Fn(&str) -> bool) -> Option<(&str, String)> {
    let wrong = found.endings().find(|(ending, ..)| !is_right(ending));
    wrong.map(|(ending, _, sample)| (ending, sample.to_string()))
}

/// A check that panics says why, and need not be done once more.
fn or_its_panic(check: impl FnOnce() -> Found + UnwindSafe) -> Found {
    catch_unwind(check).unwrap_or_else(|panic| {
        Err(panic.downcast_ref::<String>().map_or("it panics.", String::as_str).into())
    })
}

/// With real processes. What has been explored has come to an end in every interleaving.
fn the_program_runs(name: &str) -> Found {
    if !the_work_is_right() {
        return Ok("its processes run".into());
    }
    let typed = format!("{name} --procs 2 --n 100");
    let run = Run::start(command(env!("CARGO_BIN_EXE_factorial-procs"), &typed));
    let outcome = run.at_most(Duration::from_secs(4)).end();
    let is_checked = outcome.stdout.contains("2 right answers: 100! each");
    if outcome.status.success() && is_checked {
        return Ok("its processes compute 100!".into());
    }
    if outcome.status.success() {
        let said = outcome.stdout;
        return Err(format!(
            "the program does not check two answers (see main.rs):\n\n$ factorial-procs {typed}\n{said}"
        ));
    }
    let said = outcome.stderr.lines().find(|line| line.starts_with("error: "));
    let said = said.unwrap_or(&outcome.stderr);
    Err(format!("the program itself fails:\n\n$ factorial-procs {typed}\n{said}"))
}

/// If n! itself is wrong, no version is to blame: `tests/factorial.rs` says so.
fn the_work_is_right() -> bool {
    let answer = real_answer::answer(&real_factorial::factorial(100));
    real_answer::check(&[100], vec![answer]).is_ok()
}

#[path = "../../src/answer.rs"]
mod real_answer;

#[path = "../../src/factorial.rs"]
mod real_factorial;

const YOURS: &str = "factorial-procs/src/yours.rs";

/// Each check of what `parallel` does begins with this: all of them say the same when it is broken.
#[track_caller]
pub fn parallel_must_be_right() {
    static VERDICT: LazyLock<Result<(), String>> = LazyLock::new(|| {
        let file = "factorial-procs/src/parallel.rs";
        match exercise("parallel", file, "judged in any case", crate::parallel::run).judge() {
            Verdict::Right(_) => Ok(()),
            verdict => Err(verdict.to_string()),
        }
    });
    if let Err(verdict) = &*VERDICT {
        panic!(
            "\n{verdict}\n\nThis is the right version of the lesson: `git checkout \
             factorial-procs/src/parallel.rs` brings it back. Your own file is {YOURS}.\n"
        );
    }
}

/// The same for what `serial` does.
#[track_caller]
pub fn serial_must_be_serial() {
    static FAULT: LazyLock<Option<String>> = LazyLock::new(|| {
        let ends = Ends::of(crate::serial::run);
        let checks =
            [Ends::each_answer_is_returned, Ends::a_failure_is_an_error, Ends::none_is_left];
        let fault = checks.into_iter().find_map(|check| check(&ends).err());
        fault.or_else(|| the_program_runs("serial").err())
    });
    let file = "factorial-procs/src/serial.rs";
    exercise("serial", file, SERIAL, crate::serial::run).must_stay_wrong(YOURS);
    if let Some(fault) = &*FAULT {
        panic!("\n{file} is slow, but must not be wrong: {fault}\n");
    }
}
