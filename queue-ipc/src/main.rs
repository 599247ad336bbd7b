#![doc = include_str!("../README.md")]

mod closing;
mod ends;
mod lock_file;
mod locked;
mod messages;
mod pace;
mod polling;
mod tally;
mod unlocked;

use std::fs::File;
use std::io::{self, PipeWriter};
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::{Args, Parser, Subcommand, ValueEnum};
use common::cli::{self, show_result};
use common::clock::three_digits;
use common::{as_worker, show, timed, whole_number, worker};
use ends::{End, get_end, put_end};
use lock_file::LockFile;
use pace::Pace;
use tally::{Heard, Tally};

/// A queue between processes is a pipe and a lock.
///
/// Without a version, all four run one after the other and are compared.
///
/// The two roles also run by hand: `queue-ipc writer | queue-ipc reader`
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true, allow_negative_numbers = true)]
struct Cli {
    version: Option<Version>,

    #[command(flatten)]
    options: Options,

    /// unlocked, locked: how many processes put messages into the queue (1 to 26)
    #[arg(long, default_value_t = 3, value_parser = whole_number(1_u8..=26))]
    writers: u8,

    /// unlocked, locked: how many processes take messages from it (1 to 26)
    #[arg(long, default_value_t = 2, value_parser = whole_number(1_u8..=26))]
    readers: u8,

    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Args)]
struct Options {
    /// How many items each writer puts (1 to 1000000000)
    #[arg(long, default_value_t = 100, value_parser = whole_number(1_u32..=1_000_000_000))]
    items: u32,

    /// How long a writer pauses before an item, or in the middle of a message; by hand, how long a
    /// reader pauses after an item; in milliseconds (0 to 60000) [default: 0; polling: 1]
    #[arg(long, value_parser = whole_number(0_u64..=60_000))]
    pause_ms: Option<u64>,

    /// Let a writer wait for Enter where it would pause
    #[arg(long)]
    step: bool,

    /// Do not show what the processes say, only what came of it
    #[arg(long)]
    quiet: bool,
}

#[derive(Subcommand)]
enum Role {
    /// What a process that puts does: its standard output is the queue
    #[command(hide = true)]
    Writer(Part),

    /// What a process that takes does: its standard input is the queue
    #[command(hide = true)]
    Reader(Part),
}

#[derive(Args)]
struct Part {
    #[arg(default_value = "closing")]
    version: Version,

    #[command(flatten)]
    options: Options,

    /// Which one of several it is
    #[arg(long, default_value_t = 0, value_parser = whole_number(0_u8..=25), hide = true)]
    number: u8,

    /// The lock file of all writers, or of all readers
    #[arg(long, required_if_eq("version", "locked"), hide = true)]
    lock: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Version {
    /// The reader stops when the queue is empty: mostly too early
    Polling,
    /// The reader stops when the writer has closed its end of the queue: nothing is missing
    Closing,
    /// Several put, several take: messages are torn (`unsafe` is another name for it)
    #[value(alias = "unsafe")]
    Unlocked,
    /// The same with a lock around each put and each get: each message arrives once and whole
    Locked,
}

fn main() -> ExitCode {
    common::lesson(|| {
        let cli = Cli::parse();
        match (&cli.role, cli.version) {
            (Some(Role::Writer(part)), _) => as_worker(|| part.write()),
            (Some(Role::Reader(part)), _) => as_worker(|| part.read()),
            (None, Some(version)) => cli.run(version).map(drop),
            (None, None) => cli.compare(),
        }
    })
}

impl Part {
    fn write(&self) -> anyhow::Result<()> {
        let &Options { items, quiet, .. } = &self.options;
        let name = char::from(b'A' + self.number);
        let who =
            if self.version.is_shared() { format!("writer {name}") } else { "the writer".into() };
        let tally = Tally::new(who.clone(), "put", quiet);
        let outcome = match self.version {
            Version::Polling => polling::write(items, &self.pace(), tally),
            Version::Closing => closing::write(items, &self.pace(), tally),
            Version::Unlocked => unlocked::write(name, items, &self.end(put_end()?), tally),
            Version::Locked => locked::write(name, items, &self.end(put_end()?), tally),
        };
        outcome.with_context(|| format!("{who} stops, since the queue takes no more"))
    }

    fn read(&self) -> anyhow::Result<()> {
        let number = self.number + 1;
        let who =
            if self.version.is_shared() { format!("reader {number}") } else { "the reader".into() };
        let tally = Tally::new(who.clone(), "taken", self.options.quiet);
        let outcome = match self.version {
            Version::Polling => polling::read(self.pace().pause, tally),
            Version::Closing => closing::read(self.pace().pause, tally),
            Version::Unlocked => unlocked::read(&self.end(get_end()?), tally),
            Version::Locked => locked::read(&self.end(get_end()?), tally),
        };
        outcome.with_context(|| format!("{who} stops"))
    }

    fn pace(&self) -> Pace {
        let pause = Duration::from_millis(self.options.pause_ms.unwrap_or_default());
        Pace { pause, step: self.options.step }
    }

    fn end(&self, queue: File) -> End {
        End { queue, lock: self.lock.clone().unwrap_or_default(), pace: self.pace() }
    }
}

impl Cli {
    /// Runs one version and shows its result.
    fn run(&self, version: Version) -> anyhow::Result<Heard> {
        let shared = version.is_shared();
        let (writers, readers) = if shared { (self.writers, self.readers) } else { (1, 1) };
        let (ears, mouth) = io::pipe()?;
        let start = |role: &str| self.command(version, role, &mouth);
        let (put_lock, get_lock) = (lock_file::create()?, lock_file::create()?);
        let all = |role, count, lock: &LockFile| -> anyhow::Result<Vec<Command>> {
            let path = lock.path();
            let command = |number| {
                let mut command = start(role)?;
                command.arg(format!("--number={number}")).arg("--lock").arg(&path);
                Ok(command)
            };
            (0..count).map(command).collect()
        };

        let (quiet, is_right) = (self.options.quiet, version.is_right());
        let is_shown = move |line: &str| {
            let error = line.starts_with("error: ") && is_right;
            !quiet || error || line.ends_with("waits for Enter")
        };
        let hearing = thread::Builder::new().spawn(move || Heard::hear(ears, is_shown))?;
        let (outcome, time) = timed(|| match version {
            Version::Polling => polling::run(start),
            Version::Closing => closing::run(start),
            Version::Unlocked | Version::Locked => {
                let run = if is_right { locked::run } else { unlocked::run };
                run(all("writer", writers, &put_lock)?, all("reader", readers, &get_lock)?)
            }
        });
        drop(mouth); // or else the hearing would not end with the workers
        let heard = hearing.join().expect("hearing does not panic");

        let Heard { put, taken, torn, done } = heard;
        let wanted = u64::from(writers) * u64::from(self.options.items);
        // That workers give up is what a wrong version is to show. One that is killed has not said
        // its last word.
        let all_done = done == u32::from(writers) + u32::from(readers);
        if is_right || !all_done {
            let missing = wanted.saturating_sub(taken);
            outcome
                .with_context(|| format!("{taken} of {wanted} items taken, {missing} missing"))?;
        }
        let torn_ones = if shared { format!("{torn} torn, ") } else { String::new() };
        let each_second = three_digits(taken as f64 / time.as_secs_f64());
        let what = format!("{put} put, {taken} taken, {torn_ones}{each_second} items/s");
        show_result(&version, &what, time);
        ensure!(!is_right || (taken, torn) == (wanted, 0), "{} loses items", cli::name(&version));
        Ok(heard)
    }

    /// The command for a worker, which says what it has to say into this `mouth`.
    fn command(&self, version: Version, role: &str, mouth: &PipeWriter) -> anyhow::Result<Command> {
        let Options { items, pause_ms, step, quiet } = self.options;
        let mut command = worker(role);
        command.arg(cli::name(&version)).stderr(mouth.try_clone()?);
        command.args(quiet.then_some("--quiet"));
        if role == "writer" {
            let pause_ms = pause_ms.unwrap_or(u64::from(matches!(version, Version::Polling)));
            command.args([format!("--items={items}"), format!("--pause-ms={pause_ms}")]);
            command.args(step.then_some("--step"));
        }
        Ok(command)
    }

    fn compare(&self) -> anyhow::Result<()> {
        let polling = self.run(Version::Polling)?;
        self.run(Version::Closing)?;
        let wanted = u64::from(self.options.items);
        match wanted.saturating_sub(polling.taken) {
            0 => show!("Nothing was missing with polling, either. That was luck: see `--step`."),
            missing => show!("Who stops at an empty queue misses {missing} of {wanted} items."),
        }
        let unlocked = self.run(Version::Unlocked)?;
        self.run(Version::Locked)?;
        match unlocked.torn {
            0 => show!("Nothing was torn without the lock, either. That was luck: see `--step`."),
            torn => {
                show!("Without the lock, the readers find {torn} torn messages, and give up.")
            }
        }
        Ok(())
    }
}

impl Version {
    /// Do several writers and readers share the queue?
    fn is_shared(self) -> bool {
        matches!(self, Self::Unlocked | Self::Locked)
    }

    fn is_right(self) -> bool {
        matches!(self, Self::Closing | Self::Locked)
    }
}
