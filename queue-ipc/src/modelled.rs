//! The versions once more, on a pipe that is modelled: a reader, and a writer or two, each with one
//! item, as processes whose steps can happen in every interleaving.

use std::io::{self, ErrorKind};
use std::time::Duration;

use anyhow::Result;
use common::interleave::process::Command;
use common::interleave::{Explorer, fs::prepare};

use crate::messages::{self, Taken};

// The lesson files; in these modules, `std` and `common` mean the stand-ins.
common::explore!(closing, "closing.rs", use ::common::interleave::common);
common::explore!(locked, "locked.rs", use ::common::interleave::common);
common::explore!(polling, "polling.rs", use ::common::interleave::common);
common::explore!(unlocked, "unlocked.rs", use ::common::interleave::common);

/// The ends of a modelled pipe, for `ends.rs`.
pub mod ends {
    use std::io;

    use common::interleave::io::StdinLock;

    pub fn unbuffered<T>(end: T) -> io::Result<T> {
        Ok(end)
    }

    pub fn tell(_: &str, _: u32) {}

    pub fn is_empty(queue: &mut StdinLock) -> io::Result<bool> {
        Ok(queue.is_empty())
    }
}

type Worker = Box<dyn Fn(&str) -> Command>;

/// Runs a version: what comes of it.
pub fn run(version: &str) -> String {
    match version {
        "polling" => one_item(polling::run, polling::write, polling::read),
        "closing" => one_item(closing::run, closing::write, closing::read),
        "unlocked" => two_messages(unlocked::run, unlocked::write, unlocked::read),
        _ => two_messages(locked::run, locked::write, locked::read),
    }
}

/// Up to so many writers are killed, each before any of its steps.
pub fn kills(writers: usize) -> Explorer {
    Explorer::default().kills(writers)
}

/// Two writers put a message each, and a reader takes messages.
pub fn two_messages(
    run: fn(u8, u8, Worker) -> Result<Vec<Taken>>,
    write: fn(char, u32, Duration, bool) -> Result<()>,
    read: fn() -> Result<()>,
) -> String {
    prepare("put.lock", "");
    prepare("get.lock", "");
    let worker = move |name: &str| match name.strip_prefix("writer ") {
        None => Command::of("reader", read),
        Some(letter) => writer(letter.parse().expect("a letter"), write),
    };
    match run(2, 1, Box::new(worker)).as_deref() {
        Ok([taken @ Taken { torn: 0, .. }]) => format!("{} of 2 taken", taken.whole()),
        Ok([taken]) => format!("{} of 2 taken, {} torn", taken.whole(), taken.torn),
        Ok(readers) => format!("{} readers have answered", readers.len()),
        Err(fault) => format!("an error: {fault:#}"),
    }
}

/// A writer puts one item, and a reader takes items.
fn one_item(
    run: fn(Worker) -> Result<u64>,
    write: fn(u32, Duration, bool) -> Result<()>,
    read: fn() -> Result<()>,
) -> String {
    let worker = move |name: &str| match name {
        "reader" => Command::of("reader", read),
        _ => writer('A', move |_, items, pause, step| write(items, pause, step)),
    };
    match run(Box::new(worker)) {
        Ok(taken) => format!("{taken} of 1 taken"),
        Err(fault) => format!("an error: {fault:#}"),
    }
}

/// A process that puts one item, and stops when no reader is left, as in `roles.rs`.
fn writer(
    name: char,
    write: impl Fn(char, u32, Duration, bool) -> Result<()> + Send + 'static,
) -> Command {
    let role = move || match write(name, 1, Duration::ZERO, false) {
        Err(fault) if fault.downcast_ref().map(io::Error::kind) == Some(ErrorKind::BrokenPipe) => {
            Ok(())
        }
        outcome => outcome,
    };
    Command::of(&format!("writer {name}"), role).mortal()
}
