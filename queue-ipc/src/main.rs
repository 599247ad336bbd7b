#![doc = include_str!("../README.md")]

mod closing;
mod ends;
mod interleavings;
mod lock_files;
mod locked;
mod messages;
mod modelled;
mod picture;
mod polling;
mod proof;
mod roles;
mod unlocked;
mod versions;
mod yours_ending;
mod yours_lock;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use std::{slice, thread};

use anyhow::{Context, ensure};
use clap::Parser;
use common::cli::{self, show_result};
use common::record::{Lines, record};
use common::{say, show, whole_number};
use messages::Taken;
use proof::Proof;
use roles::{Role, Work};
use versions::Version;

/// A queue between processes is a pipe and a lock.
///
/// Without a version, the first four run one after the other.
///
/// The two roles also run by hand: `queue-ipc writer | queue-ipc reader`
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true, allow_negative_numbers = true)]
struct Cli {
    version: Option<Version>,

    #[command(flatten)]
    work: Work,

    /// unlocked, locked, yours-lock: how many processes put messages into the queue (1 to 26)
    #[arg(long, default_value_t = 3, value_parser = whole_number(1_u8..=26))]
    writers: u8,

    /// unlocked, locked, yours-lock: how many processes take messages from it (1 to 26)
    #[arg(long, default_value_t = 2, value_parser = whole_number(1_u8..=26))]
    readers: u8,

    /// Show every line, not only the first and the last
    #[arg(long)]
    all: bool,

    #[command(subcommand)]
    role: Option<Role>,
}

fn main() -> ExitCode {
    common::lesson(|| {
        let cli = Cli::parse();
        if cli.version.is_some_and(Version::has_one_writer) {
            cli::refuse_ignored::<Cli>(&["writers", "readers"]);
        }
        if let Some(role) = &cli.role {
            return role.play();
        }
        let locks = lock_files::create()?;
        let all = &Version::LESSON[..];
        let chosen = cli.version.as_ref().map_or(all, slice::from_ref);
        let outcome = chosen.iter().try_for_each(|version| cli.run(*version, locks.path()));
        // After Ctrl-C, the workers have failed, and the handler is about to end this program.
        outcome.inspect_err(|_| thread::sleep(Duration::from_millis(100)))
    })
}

impl Cli {
    /// Runs one version, and shows what came of it.
    fn run(&self, version: Version, locks: &Path) -> anyhow::Result<()> {
        let proof = Proof::of(version);
        if let Some(Proof { text, has_deadlock: true, .. }) = proof {
            show!("{text}\nSo it is not run: its processes might wait for ever.");
            return Ok(());
        }
        let may_poll =
            version == Version::YoursEnding && proof.as_ref().is_some_and(|it| !it.is_right);
        if (version == Version::Polling || may_poll) && cfg!(not(unix)) {
            show!("{}", ends::NEEDS_UNIX);
            return Ok(());
        }
        if self.version.is_none() && version != Version::Polling {
            show!("");
        }
        let lines = match self.version {
            _ if self.all || self.work.step => Lines::All,
            Some(_) => Lines::Few,
            None => Lines::None,
        };
        let worker = |name: &str| self.work.command(version, name, locks);
        if version.has_lock_files() && self.work.step {
            say!("the lock files are in {}", locks.display());
        }
        let run = || version.run(self.writers, self.readers, worker);
        let (taken, record) = record(lines, run);
        let (taken, name, items) = (taken?, cli::name(&version), self.work.items);
        let whole: u64 = taken.iter().map(Taken::whole).sum();
        let torn: u64 = taken.iter().map(|reader| reader.torn).sum();
        let (writers, picture) = if version.has_one_writer() {
            (1, picture::of_items(&name, &record, items, whole))
        } else {
            (self.writers, picture::of_messages(&name, &record, self.writers, items, &taken))
        };
        common::picture::show(&picture);
        let wanted = u64::from(writers) * u64::from(items);
        let torn_ones = if torn > 0 { format!(", {torn} torn") } else { String::new() };
        show_result(
            &version,
            &format!("{whole} of {wanted} items taken{torn_ones}"),
            record.time(),
        );
        let missing = wanted.saturating_sub(whole);
        match version {
            Version::Closing | Version::Locked => {
                ensure!((whole, torn) == (wanted, 0), "{name} loses items");
            }
            Version::YoursEnding | Version::YoursLock => {
                let proof = proof.context("it is explored first")?;
                if missing == 0 && !proof.is_right {
                    show!("Nothing is missing. That was luck:");
                }
                show!("{}", proof.text);
            }
            Version::Unlocked if writers.max(self.readers) == 1 => {} // no other process comes between
            _ if missing == 0 => show!("Nothing is missing. That was luck: see --step."),
            Version::Polling => {
                show!("A reader that stops at an empty queue misses {missing} of {wanted} items.");
            }
            Version::Unlocked => {
                show!("Without the lock, the readers find {torn} torn messages, and give up.");
            }
        }
        Ok(())
    }
}
