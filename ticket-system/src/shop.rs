//! The shop as a buyer process finds it: where the file is, and when the shop is busy.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use clap::{Args, ValueEnum};
use common::cli::wait_for_enter;

use crate::database;

/// What a buyer can do there.
#[derive(Args)]
pub struct Shop {
    /// Where the tickets are, such as db.json
    file: PathBuf,

    /// How long the buyer searches, in milliseconds
    #[arg(long, default_value_t = 0)]
    search_ms: u64,

    /// How long the shop is busy between reading and writing, in milliseconds
    #[arg(long, default_value_t = 0)]
    get_ms: u64,

    /// Where the buyer waits for Enter
    #[arg(long)]
    step: Option<Moment>,
}

/// The moments at which a buyer can be held.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Moment {
    /// Before a buyer has read anything
    Searching,
    /// Between reading and writing
    Getting,
    /// When the new file is whole, and has not replaced the old one yet
    Renaming,
    /// When the new file is in its place
    Written,
}

impl Shop {
    /// Takes its time at this moment, or waits for Enter there.
    pub fn is_busy(&self, moment: Moment) -> anyhow::Result<()> {
        if self.step == Some(moment) {
            return wait_for_enter();
        }
        thread::sleep(Duration::from_millis(match moment {
            Moment::Searching => self.search_ms,
            Moment::Getting => self.get_ms,
            Moment::Renaming | Moment::Written => 0,
        }));
        Ok(())
    }

    /// How many tickets are left.
    pub fn read(&self) -> anyhow::Result<u64> {
        database::read(&self.file)
    }

    /// Replaces the file by one that says that so many are left. Others see the old file or the
    /// new one.
    pub fn write(&self, left: u64) -> anyhow::Result<()> {
        let new = database::write_new(&self.file, left)?;
        self.is_busy(Moment::Renaming)?;
        database::replace(&self.file, &new)?;
        self.is_busy(Moment::Written)
    }

    /// The folder that holds the file.
    pub fn folder(&self) -> &Path {
        database::folder(&self.file)
    }
}
