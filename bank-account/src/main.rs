#![doc = include_str!("../README.md")]

mod deadlock;
mod interleavings;
mod notes;
mod picture;
mod versions;
#[allow(dead_code, reason = "no lesson file needs all of it")]
mod watched;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use common::cli::show_result;
use common::clock::three_digits;
use common::record::{Lines, record, status};
use common::{cli, show, whole_number};

use interleavings::Proof;
use versions::{Lesson, Version};

/// Many threads deposit into one account. Without a lock, deposits are lost. With two locks, two
/// threads can deadlock: each of them waits for the other one.
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
    /// How many threads deposit ¥1, once each (1 to 10000); not for transfers
    #[arg(long, default_value_t = 100, value_parser = whole_number(1_u32..=10_000))]
    threads: u32,

    /// How long the bank is busy, in milliseconds (0 to 60000): between reading and writing (atomic:
    /// before it adds), or between the two locks [default: 10; for transfers: 200]
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
        let proof = version.is_yours().then(|| Proof::of(version));
        let (lost, _) = self.run(version, proof.as_ref().is_some_and(|proof| proof.may_hang));
        match version {
            Version::Unlocked if lost == Some(0) => self.say_why_nothing_was_lost(),
            Version::Crossed if lost == Some(0) => {
                show!("No deadlock: luck. See `interleavings crossed`.");
            }
            _ => proof.iter().for_each(|proof| show!("{}", proof.text)),
        }
    }

    /// Runs a version and shows its picture and its result. Returns how much was lost, in ¥, unless
    /// there is a deadlock; and the time.
    fn run(&self, version: Version, may_hang: bool) -> (Option<i64>, Duration) {
        let (name, threads, sum) = (cli::name(&version), self.threads, i64::from(self.threads));
        let busy = |default| Duration::from_millis(self.pause_ms.unwrap_or(default));
        let patience = |busy| may_hang.then_some(Duration::from_secs(2) + busy);
        match version.real() {
            Lesson::Deposits(run) => {
                let busy = busy(10);
                let (balance, record) = record(Lines::None, || {
                    status(format_args!("{name}: {threads} threads deposit ¥1 each"));
                    deadlock::watch(move || run(threads, 1, busy), patience(busy))
                });
                picture::show(&picture::deposits(&name, &record, &notes::threads()));
                show_result(&version, &picture::result(balance, sum), record.time());
                (balance.map(|balance| sum - balance), record.time())
            }
            Lesson::Transfers(run) => {
                cli::refuse_ignored::<Cli>(&["threads"]);
                let busy = busy(200);
                let watch = || deadlock::watch(move || run(10, 20, busy), patience(busy));
                let (outcome, record) = record(Lines::None, watch);
                picture::show(&picture::transfers(&name, &record, &notes::threads()));
                show_result(&version, outcome.as_deref().unwrap_or("deadlock"), record.time());
                if outcome.is_none() {
                    show!(
                        "Nothing has happened for a second, and nothing will: this is a deadlock."
                    );
                }
                (outcome.map(|_| 0), record.time())
            }
        }
    }

    fn compare(&self) {
        let (lost, unlocked_time) = self.run(Version::Unlocked, false);
        show!("");
        let (lost_despite_lock, locked_time) = self.run(Version::Locked, false);
        show!("");
        let n = three_digits(locked_time.as_secs_f64() / unlocked_time.as_secs_f64());
        match (lost, lost_despite_lock) {
            (Some(0), Some(0)) => self.say_why_nothing_was_lost(),
            (Some(lost), Some(0)) => {
                show!("The lock saves ¥{lost} and takes {n} times as long: one deposit at a time.");
                show!("Two locks can go wrong, too: see `crossed`, then `ordered`.");
            }
            _ => show!("Deposits are lost with the lock, too: see `interleavings locked`."),
        }
    }

    fn say_why_nothing_was_lost(&self) {
        match self.threads {
            1 => show!("One thread alone loses nothing, with a lock or without."),
            _ => show!("Nothing was lost without a lock: luck. See `interleavings unlocked`."),
        }
    }
}
