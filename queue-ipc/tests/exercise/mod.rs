//! What a file must do to be right: the verdict on the student's own files, and on the pairs.

#![allow(dead_code, reason = "each check that includes this judges some of the files")]

mod ending;
pub mod lock;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Duration;

use common::check::{Exercise, Found, Run, command};
use common::interleave::{Explorer, Interleavings};

use crate::modelled::{self, CLOSING, LOCKED, POLLING, UNLOCKED, YOURS_ENDING, YOURS_LOCK};

macro_rules! text {
    ($file:literal) => {
        include_str!(concat!("../../src/", $file))
    };
}

pub fn yours_ending() -> Exercise {
    let yours = Exercise::new(
        "queue-ipc/src/yours_ending.rs",
        text!("yours_ending.rs"),
        text!("polling.rs"),
    );
    ending::claims(yours, "yours-ending", YOURS_ENDING)
}

pub fn yours_lock() -> Exercise {
    let yours =
        Exercise::new("queue-ipc/src/yours_lock.rs", text!("yours_lock.rs"), text!("unlocked.rs"));
    lock::claims(yours, "yours-lock", YOURS_LOCK, lock::long::YOURS_LOCK)
}

pub fn polling() -> Exercise {
    ending::claims(pair("queue-ipc/src/polling.rs"), "polling", POLLING)
}

pub fn closing() -> Exercise {
    ending::claims(pair("queue-ipc/src/closing.rs"), "closing", CLOSING)
}

pub fn unlocked() -> Exercise {
    let file = pair("queue-ipc/src/unlocked.rs");
    lock::claims(file, "unlocked", UNLOCKED, lock::long::UNLOCKED)
}

pub fn locked() -> Exercise {
    let file = pair("queue-ipc/src/locked.rs");
    lock::claims(file, "locked", LOCKED, lock::long::LOCKED)
}

/// A right version needs a tenth of a second, unless the machine is busy.
const LONGEST: Duration = Duration::from_secs(6);

/// A file of the lesson is never untouched: what it does is judged.
fn pair(file: &'static str) -> Exercise {
    Exercise::new(file, "judged", "")
}

/// What comes of a file in every interleaving, explored once, when a claim first asks for it.
#[derive(Clone)]
struct Explored(Arc<LazyLock<Result<Interleavings, String>, Search>>);

type Search = Box<dyn FnOnce() -> Result<Interleavings, String> + Send>;

fn explored(kills: usize, lesson: impl Fn() -> String + Send + Sync + 'static) -> Explored {
    explored_by(modelled::kills(kills), lesson)
}

fn explored_in_part(lesson: impl Fn() -> String + Send + Sync + 'static) -> Explored {
    explored_by(modelled::kills(0).at_most(800), lesson)
}

/// Was no fault found, and not every interleaving tried?
fn is_unfinished(fault: &str) -> bool {
    fault.contains("there are more interleavings than can be tried")
}

fn explored_by(
    explorer: Explorer,
    lesson: impl Fn() -> String + Send + Sync + 'static,
) -> Explored {
    let search = move || {
        let explore = || explorer.explore(lesson);
        catch_unwind(AssertUnwindSafe(explore)).map_err(|fault| text_of(&*fault))
    };
    Explored(Arc::new(LazyLock::new(Box::new(search))))
}

pub fn text_of(panic: &(dyn Any + Send)) -> String {
    panic.downcast_ref::<String>().cloned().unwrap_or("it panics".into())
}

impl Explored {
    /// Begins to explore on another core, before a claim asks for it.
    fn begin(self) {
        let explores = move || self.0.is_ok();
        let silent = thread::Builder::new().name("claim".into()); // its panic is told by the claim
        silent.spawn(explores).expect("a thread can be started");
    }

    /// Are all endings right?
    fn judge(&self, is_right: impl Fn(&str) -> bool, right: &str, wrong: &str) -> Found {
        match &**self.0 {
            Ok(found) => found.judge(is_right, right, wrong),
            Err(fault) => Err(format!("{wrong}: {}.", without_advice(fault))),
        }
    }

    /// The same where a file that cannot be explored is the affair of another claim.
    fn judge_what_is_explored(
        &self,
        is_right: impl Fn(&str) -> bool,
        right: &str,
        wrong: &str,
    ) -> Found {
        if self.0.is_err() { Ok(right.into()) } else { self.judge(is_right, right, wrong) }
    }

    /// The same where a process that waits for ever is the affair of another claim.
    fn judge_what_ends(&self, is_right: impl Fn(&str) -> bool, right: &str, wrong: &str) -> Found {
        match &**self.0 {
            Err(fault) if is_endless(fault) => Ok(right.into()),
            _ => self.judge(|ending| ending == "deadlock" || is_right(ending), right, wrong),
        }
    }
}

/// Does a process go round in a loop that never ends?
fn is_endless(fault: &str) -> bool {
    fault.contains("again and again") || fault.contains("Is there a loop?")
}

/// Of a fault, what happens; not how a thread would have to wait.
fn without_advice(fault: &str) -> &str {
    fault.split(". In a loop").next().unwrap_or(fault)
}

/// Runs the program: does it print this result?
fn real_run(arguments: &str, result: &str) -> Found {
    let run =
        || Run::start(command(env!("CARGO_BIN_EXE_queue-ipc"), arguments)).at_most(LONGEST).end();
    let outcome = catch_unwind(AssertUnwindSafe(run))
        .map_err(|fault| format!("the program fails. {}", text_of(&*fault)))?;
    let (result, is_right) = (result.trim(), outcome.status.success());
    if is_right && outcome.stdout.contains(result) {
        return Ok(format!("the program says {result:?}"));
    }
    Err(format!("the program does not say {result:?}:\n{outcome:?}"))
}
