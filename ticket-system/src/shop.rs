// The shop as a buyer process finds it: where the file is, and when the shop is busy.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use clap::{Args, ValueEnum};
use common::cli::wait_for_enter;
use common::{pid, whole_number};

use super::database;

/// What a buyer can do there.
#[derive(Args)]
pub struct Shop {
    /// Where the tickets are, such as db.json
    pub file: PathBuf,

    #[command(flatten)]
    pub pace: Pace,
}

/// How long it takes.
#[derive(Args)]
pub struct Pace {
    /// About how long a buyer searches, and how long the shop is busy between reading and writing, in
    /// milliseconds: a random time, from half of this to half as much again (0 to 60000)
    #[arg(long, default_value_t = 200, value_parser = whole_number(0_u64..=60_000))]
    pub pause_ms: u64,

    /// Let each buyer wait for Enter between reading and writing, or at another moment
    #[arg(long, value_name = "MOMENT", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "getting", requires = "version")]
    pub step: Option<Moment>,
}

/// The moments at which a buyer pauses.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Moment {
    /// Before it has read anything
    #[value(skip)]
    Searching,
    /// Between reading and writing
    Getting,
    /// When the new file is whole, and has not replaced the old one yet
    Renaming,
}

impl Shop {
    /// Takes its time at this moment, or waits for Enter there.
    pub fn pause_at(&self, moment: Moment) -> anyhow::Result<()> {
        if self.pace.step == Some(moment) {
            return wait_for_enter();
        }
        if moment != Moment::Renaming {
            let about = self.pace.pause_ms;
            let pause = rand::random_range(about / 2..=about + about / 2);
            thread::sleep(Duration::from_millis(pause));
        }
        Ok(())
    }

    /// How many tickets are left.
    pub fn read(&self) -> anyhow::Result<u64> {
        database::read(&self.file)
    }

    /// Replaces the file by one that says that so many are left. Another process that reads it finds
    /// the old file or the new one, never half of one.
    pub fn write(&self, left: u64) -> anyhow::Result<()> {
        let new = database::new_file(&self.file, pid::own());
        database::create(&new, left)?;
        self.pause_at(Moment::Renaming)?;
        database::replace(&self.file, &new)
    }

    /// The file beside the data that is there to be locked.
    pub fn lock_file(&self) -> PathBuf {
        database::lock_file(&self.file)
    }
}
