#![doc = include_str!("../README.md")]

mod deadlock;
mod interleavings;
mod picture;
mod watched;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use common::cli::show_result;
use common::clock::three_digits;
use common::picture::show as show_picture;
use common::record::{Lines, record, status};
use common::{cli, show, whole_number};

/// Many threads deposit into one account. Without a lock, deposits are lost. With two locks, two
/// threads can wait for each other: a deadlock.
///
/// Without a version, `unlocked` and `locked` run one after the other and are compared.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true, allow_negative_numbers = true)]
struct Cli {
    version: Option<Version>,

    #[command(flatten)]
    options: Options,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args)]
struct Options {
    /// How many threads deposit ¥1, once each (1 to 10000); not for crossed and ordered
    #[arg(long, default_value_t = 100, value_parser = whole_number(1_u32..=10_000))]
    threads: u32,

    /// How long the bank is busy, in milliseconds (0 to 60000): between reading and writing (atomic:
    /// before it adds), or between the two locks [default: 10; crossed and ordered: 200]
    #[arg(long, value_parser = whole_number(0_u64..=60_000))]
    pause_ms: Option<u64>,
}

#[derive(Subcommand)]
enum Command {
    /// Run two deposits, or two transfers, in every interleaving of their steps
    Interleavings { version: Option<Version> },
    /// Be the scheduler: choose which of two threads takes the next step
    Play { version: Version },
}

#[derive(Clone, Copy, ValueEnum)]
enum Version {
    /// Reads the balance, then writes it: deposits are lost (`unsafe` is another name for it)
    #[value(alias = "unsafe")]
    Unlocked,
    /// The same with a lock, held from the read to the write: nothing is lost
    Locked,
    /// The balance lives inside its lock: to forget the lock does not compile
    Owned,
    /// Reads, adds and writes in one step: nothing is lost, without a lock
    Atomic,
    /// Two transfers in opposite directions, each with two locks: they can wait for each other
    Crossed,
    /// The same, but both acquire the locks in the same order: no deadlock
    Ordered,
}

fn main() -> ExitCode {
    common::lesson(|| {
        let cli = Cli::parse();
        match (cli.command, cli.version) {
            (Some(Command::Play { version }), _) => interleavings::play(version),
            (Some(Command::Interleavings { version }), _) => interleavings::show_all(version),
            (None, Some(version)) => cli.options.run_one(version),
            (None, None) => cli.options.compare(),
        }
        Ok(())
    })
}

impl Options {
    fn run_one(&self, version: Version) {
        let run = match version {
            Version::Unlocked => watched::unlocked::run,
            Version::Locked => watched::locked::run,
            Version::Owned => watched::owned::run,
            Version::Atomic => watched::atomic::run,
            Version::Crossed => return self.transfer(version, watched::crossed::run),
            Version::Ordered => return self.transfer(version, watched::ordered::run),
        };
        let (lost, _) = self.deposit(version, run);
        if lost == 0 && matches!(version, Version::Unlocked) {
            self.say_why_nothing_was_lost();
        }
    }

    /// Runs a version and shows its picture and result. Returns how much was lost, in ¥, and the time.
    fn deposit(&self, version: Version, run: fn(u32, Duration) -> i64) -> (i64, Duration) {
        let (name, threads, sum) = (cli::name(&version), self.threads, i64::from(self.threads));
        let busy = Duration::from_millis(self.pause_ms.unwrap_or(10));
        let ((balance, noted), record) = record(Lines::None, || {
            status(format_args!("{name}: {threads} threads deposit ¥1 each"));
            watched::watch(|| run(threads, busy))
        });
        show_picture(&picture::deposits(&name, &record, &noted));
        show_result(&version, &picture::result(balance, sum), record.time());
        (sum - balance, record.time())
    }

    /// Runs a version and shows its picture and its result, or the deadlock.
    fn transfer(&self, version: Version, run: fn(Duration) -> String) {
        cli::refuse_ignored::<Cli>(&["threads"]);
        let busy = Duration::from_millis(self.pause_ms.unwrap_or(200));
        let (outcome, record) = record(Lines::None, || deadlock::watch(move || run(busy)));
        let threads = watched::threads();
        show_picture(&picture::transfers(&cli::name(&version), &record, &threads));
        show_result(&version, outcome.as_deref().unwrap_or("deadlock"), record.time());
        if outcome.is_none() {
            show!("Nothing has happened for a second, and nothing will: this is a deadlock.");
        } else if matches!(version, Version::Crossed) {
            show!("No deadlock: luck. See `interleavings crossed`.");
        }
    }

    fn compare(&self) {
        let (lost, unlocked_time) = self.deposit(Version::Unlocked, watched::unlocked::run);
        show!("");
        let (lost_despite_lock, locked_time) = self.deposit(Version::Locked, watched::locked::run);
        show!("");
        let n = three_digits(locked_time.as_secs_f64() / unlocked_time.as_secs_f64());
        match (lost, lost_despite_lock) {
            (0, 0) => self.say_why_nothing_was_lost(),
            (_, 0) => {
                show!("The lock saves ¥{lost} and takes {n} times as long: one deposit at a time.");
                show!("Two locks can go wrong, too: see `crossed`, then `ordered`.");
            }
            _ => show!("The lock does not keep the threads apart: see `interleavings locked`."),
        }
    }

    fn say_why_nothing_was_lost(&self) {
        match self.threads {
            1 => show!("One thread alone loses nothing, with a lock or without."),
            _ => show!("Nothing was lost without a lock: luck. See `interleavings unlocked`."),
        }
    }
}
