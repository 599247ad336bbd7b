//! The versions of the lesson by their names, and which file each of them is.

use clap::ValueEnum;
use common::Worker;

use crate::modelled::{self, Sale};
use crate::shop::Shop;
use crate::{locked, serial, unlocked, yours};

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Version {
    /// Reads the file, then writes it: sells too many tickets (`unsafe` is another name for it)
    #[value(alias = "unsafe")]
    Unlocked,
    /// With a lock, held from the read to the write: right, and others can search meanwhile
    Locked,
    /// Without a lock, each buyer starts when the one before has ended: right, and slowest
    Serial,
    /// Your own, in src/yours.rs: it starts as a copy of `unlocked`
    Yours,
}

impl Version {
    /// Those that are shown one after the other when no version is given.
    pub const ALL: [Self; 3] = [Self::Unlocked, Self::Locked, Self::Serial];

    /// What the parent does. Returns what each buyer answers: does it have a ticket?
    pub fn run(
        self,
        buyers: u32,
        start: impl Fn() -> anyhow::Result<Worker>,
    ) -> anyhow::Result<Vec<anyhow::Result<bool>>> {
        match self {
            Self::Unlocked => unlocked::run(buyers, start),
            Self::Locked => locked::run(buyers, start),
            Self::Serial => serial::run(buyers, start),
            Self::Yours => yours::run(buyers, start),
        }
    }

    /// What each buyer process does. Returns whether it has a ticket.
    pub fn buy(self, shop: &Shop) -> anyhow::Result<bool> {
        match self {
            Self::Unlocked => unlocked::buy(shop),
            Self::Locked => locked::buy(shop),
            Self::Serial => serial::buy(shop),
            Self::Yours => yours::buy(shop),
        }
    }

    /// What comes of a sale on a disk in memory.
    pub fn sell(self, sale: Sale) -> String {
        match self {
            Self::Unlocked => modelled::unlocked(sale),
            Self::Locked => modelled::locked(sale),
            Self::Serial => modelled::serial(sale),
            Self::Yours => modelled::yours(sale),
        }
    }
}
