//! The commands, and what a worker process is told on its command line, and does.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::Command;
use std::slice;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Subcommand};
use common::{as_worker, cli, record, say, whole_number, worker};

use crate::interleavings;
use crate::versions::Version;

#[derive(Args)]
pub struct Work {
    /// How many items each writer puts (1 to 1000000000)
    #[arg(long, default_value_t = 100, value_parser = whole_number(1_u32..=1_000_000_000))]
    pub items: u32,

    /// How long a writer pauses before an item, or inside a message, in milliseconds (0 to 60000)
    #[arg(long, default_value_t = 1, value_parser = whole_number(0_u64..=60_000))]
    pub pause_ms: u64,

    /// Let a writer wait for Enter where it pauses
    #[arg(long)]
    pub step: bool,
}

#[derive(Subcommand)]
pub enum Role {
    /// Run a reader and one or two writers in every interleaving of their steps
    Interleavings {
        version: Option<Version>,
        /// Let at most one writer be killed, before any of its steps
        #[arg(long)]
        kill: bool,
    },

    /// Be the scheduler: choose which process takes the next step
    Play {
        version: Version,
        /// Let k and the number of a writer kill it
        #[arg(long)]
        kill: bool,
    },

    /// A process that puts: its standard output is the queue
    #[command(hide = true)]
    Writer {
        #[arg(default_value = "closing")]
        version: Version,
        #[arg(default_value_t = 'A', hide = true)]
        letter: char,
        #[command(flatten)]
        work: Work,
    },

    /// A process that takes: its standard input is the queue
    #[command(hide = true)]
    Reader {
        #[arg(default_value = "closing")]
        version: Version,
    },
}

impl Work {
    /// The command that runs this program once more, as a worker of this name ("reader 1", "writer A"),
    /// in the folder of the lock files.
    pub fn command(&self, version: Version, name: &str, locks: &Path) -> Command {
        let Self { items, pause_ms, step } = self;
        let (role, letter) = name.split_once(' ').unwrap_or((name, "A"));
        let mut command = worker(name);
        command.current_dir(locks).arg(cli::name(&version));
        if role == "writer" {
            command.args([letter, &format!("--items={items}"), &format!("--pause-ms={pause_ms}")]);
            command.args(step.then_some("--step"));
        }
        command
    }

    fn write(&self, version: Version, letter: char) -> anyhow::Result<()> {
        let &Self { items, pause_ms, step } = self;
        let pause = Duration::from_millis(pause_ms);
        let outcome = version.write(letter, items, pause, step);
        let Err(fault) = outcome else { return Ok(()) };
        if fault.downcast_ref().map(io::Error::kind) == Some(ErrorKind::BrokenPipe) {
            say!("stops: {fault:#}"); // all readers have gone: no fault of its own
            return Ok(());
        }
        Err(fault).context("the writer stops")
    }
}

impl Role {
    pub fn play(&self) -> anyhow::Result<()> {
        match *self {
            Self::Interleavings { ref version, kill } => {
                let all = &Version::LESSON[..];
                let chosen = version.as_ref().map_or(all, slice::from_ref);
                chosen.iter().for_each(|version| interleavings::show_all(*version, kill));
                Ok(())
            }
            Self::Play { version, kill } => {
                interleavings::play(version, kill);
                Ok(())
            }
            Self::Writer { version, letter, ref work } => as_worker(|| work.write(version, letter)),
            Self::Reader { version } => as_worker(|| {
                let outcome = version.read();
                record::end_status();
                outcome.context("the reader stops")
            }),
        }
    }
}
