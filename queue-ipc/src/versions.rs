//! The versions: what the parent, a writer and a reader do in each of them.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use clap::ValueEnum;

use crate::messages::Taken;
use crate::{closing, locked, polling, unlocked, yours_ending, yours_lock};

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Version {
    /// The reader stops when the queue is empty: mostly too early
    Polling,
    /// The reader stops when the writer has closed the queue: nothing is missing
    Closing,
    /// Several put, several take, without a lock: messages are torn (also: `unsafe`)
    #[value(alias = "unsafe")]
    Unlocked,
    /// The same with a lock around each put and each get: each message arrives once and whole
    Locked,
    /// Your turn: a copy of polling, for you to correct
    YoursEnding,
    /// Your turn: a copy of unlocked, for you to correct
    YoursLock,
}

use Version::{Closing, Locked, Polling, Unlocked, YoursEnding, YoursLock};

impl Version {
    /// Those of the lesson, without those of the student.
    pub const LESSON: [Self; 4] = [Polling, Closing, Unlocked, Locked];

    pub fn is_yours(self) -> bool {
        matches!(self, YoursEnding | YoursLock)
    }

    /// One writer puts items and one reader takes them; in the other versions, several do.
    pub fn has_one_writer(self) -> bool {
        matches!(self, Polling | Closing | YoursEnding)
    }

    /// Do its processes lock files?
    pub fn has_lock_files(self) -> bool {
        matches!(self, Locked | YoursLock)
    }

    /// What has each reader taken?
    pub fn run(
        self,
        writers: u8,
        readers: u8,
        worker: impl Fn(&str) -> Command,
    ) -> Result<Vec<Taken>> {
        let one = |count| vec![Taken { whole: [('A', count)].into(), torn: 0 }];
        match self {
            Polling => polling::run(worker).map(one),
            Closing => closing::run(worker).map(one),
            YoursEnding => yours_ending::run(worker).map(one),
            Unlocked => unlocked::run(writers, readers, worker),
            Locked => locked::run(writers, readers, worker),
            YoursLock => yours_lock::run(writers, readers, worker),
        }
    }

    pub fn write(self, letter: char, items: u32, pause: Duration, step: bool) -> Result<()> {
        match self {
            Polling => polling::write(items, pause, step),
            Closing => closing::write(items, pause, step),
            YoursEnding => yours_ending::write(items, pause, step),
            Unlocked => unlocked::write(letter, items, pause, step),
            Locked => locked::write(letter, items, pause, step),
            YoursLock => yours_lock::write(letter, items, pause, step),
        }
    }

    pub fn read(self) -> Result<()> {
        match self {
            Polling => polling::read(),
            Closing => closing::read(),
            YoursEnding => yours_ending::read(),
            Unlocked => unlocked::read(),
            Locked => locked::read(),
            YoursLock => yours_lock::read(),
        }
    }
}
