//! The versions once more, on a pipe that is modelled: readers and writers as processes whose steps
//! can happen in every interleaving.

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
common::explore!(yours_ending, "yours_ending.rs", use ::common::interleave::common);
common::explore!(yours_lock, "yours_lock.rs", use ::common::interleave::common);

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

/// How a file such as `closing.rs` does its work.
#[derive(Clone, Copy)]
pub struct Items {
    pub run: fn(Worker) -> Result<u64>,
    pub write: fn(u32, Duration, bool) -> Result<()>,
    pub read: fn() -> Result<()>,
}

/// How a file such as `locked.rs` does its work.
#[derive(Clone, Copy)]
pub struct Messages {
    pub run: fn(u8, u8, Worker) -> Result<Vec<Taken>>,
    pub write: fn(char, u32, Duration, bool) -> Result<()>,
    pub read: fn() -> Result<()>,
}

/// The functions of a file.
macro_rules! functions {
    ($kind:ident of $file:ident) => {
        $kind { run: $file::run, write: $file::write, read: $file::read }
    };
}

pub const POLLING: Items = functions!(Items of polling);
pub const CLOSING: Items = functions!(Items of closing);
pub const YOURS_ENDING: Items = functions!(Items of yours_ending);
pub const UNLOCKED: Messages = functions!(Messages of unlocked);
pub const LOCKED: Messages = functions!(Messages of locked);
pub const YOURS_LOCK: Messages = functions!(Messages of yours_lock);

/// Runs a version with a reader, and a writer with one item, or two with a message each: what comes
/// of it.
pub fn run(version: &str) -> String {
    match version {
        "polling" => POLLING.run_with(1),
        "closing" => CLOSING.run_with(1),
        "yours-ending" => YOURS_ENDING.run_with(1),
        "unlocked" => UNLOCKED.run_with(2, 1, 1),
        "locked" => LOCKED.run_with(2, 1, 1),
        _ => YOURS_LOCK.run_with(2, 1, 1),
    }
}

/// Up to so many writers are killed, each before any of its steps.
pub fn kills(writers: usize) -> Explorer {
    Explorer::default().kills(writers)
}

impl Items {
    /// A writer puts so many items, and a reader takes items.
    pub fn run_with(self, items: u32) -> String {
        self.run_with_writer(items, move || (self.write)(items, Duration::ZERO, false))
    }

    /// The same with a writer that does this.
    pub fn run_with_writer(
        self,
        items: u32,
        write: impl Fn() -> Result<()> + Copy + Send + 'static,
    ) -> String {
        let worker = move |name: &str| match name {
            "reader" => Command::of(name, self.read),
            _ => Command::of("writer A", move || unless_broken(write())).mortal(),
        };
        match (self.run)(Box::new(worker)) {
            Ok(taken) => format!("{taken} of {items} taken"),
            Err(fault) => format!("an error: {fault:#}"),
        }
    }
}

impl Messages {
    /// Writers put so many messages each, and readers take messages.
    pub fn run_with(self, writers: u8, readers: u8, items: u32) -> String {
        let write = move |letter| unless_broken((self.write)(letter, items, Duration::ZERO, false));
        self.run_with_writers(writers, readers, items, write)
    }

    /// The same with writers that do this.
    pub fn run_with_writers(
        self,
        writers: u8,
        readers: u8,
        items: u32,
        write: impl Fn(char) -> Result<()> + Copy + Send + 'static,
    ) -> String {
        prepare("put.lock", "");
        prepare("get.lock", "");
        let worker = move |name: &str| match name.strip_prefix("writer ") {
            None if readers == 1 => Command::of("reader", self.read),
            None => Command::of(name, self.read),
            Some(letter) => {
                let letter = letter.parse().expect("a letter");
                Command::of(name, move || write(letter)).mortal()
            }
        };
        let taken = match (self.run)(writers, readers, Box::new(worker)) {
            Ok(taken) => taken,
            Err(fault) => return format!("an error: {fault:#}"),
        };
        if taken.len() != usize::from(readers) {
            return format!("{} of {readers} readers have answered", taken.len());
        }
        let whole: u64 = taken.iter().map(Taken::whole).sum();
        let torn: u64 = taken.iter().map(|reader| reader.torn).sum();
        let torn = if torn > 0 { format!(", {torn} torn") } else { String::new() };
        format!("{whole} of {} taken{torn}", u32::from(writers) * items)
    }
}

/// A writer stops when no reader is left, as in `roles.rs`.
fn unless_broken(outcome: Result<()>) -> Result<()> {
    match outcome {
        Err(fault) if fault.downcast_ref().map(io::Error::kind) == Some(ErrorKind::BrokenPipe) => {
            Ok(())
        }
        outcome => outcome,
    }
}
