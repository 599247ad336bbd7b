#![doc = include_str!("../README.md")]

mod atomic;
mod interleavings;
mod locked;
mod owned;
mod unlocked;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use common::cli::show_result;
use common::clock::three_digits;
use common::{show, timed, whole_number};

/// Many threads deposit into one account. Without a lock, deposits are lost.
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
    /// How many threads deposit ¥1, once each (1 to 10000)
    #[arg(long, default_value_t = 100, value_parser = whole_number(1_u32..=10_000))]
    threads: u32,

    /// How long the bank is busy between reading and writing (atomic: before it adds), in
    /// milliseconds (0 to 60000)
    #[arg(long, default_value_t = 10, value_parser = whole_number(0_u64..=60_000))]
    pause_ms: u64,
}

#[derive(Subcommand)]
enum Command {
    /// Run two deposits of ¥1 in every interleaving of their steps
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
}

fn main() -> ExitCode {
    common::lesson(|| {
        let cli = Cli::parse();
        match (cli.command, cli.version) {
            (Some(Command::Play { version }), _) => interleavings::play(version),
            (Some(Command::Interleavings { version: Some(version) }), _) => {
                interleavings::show_all(version);
            }
            (Some(Command::Interleavings { version: None }), _) => {
                Version::value_variants().iter().for_each(|it| interleavings::show_all(*it));
            }
            (None, Some(version)) => cli.options.run_one(version),
            (None, None) => cli.options.compare(),
        }
        Ok(())
    })
}

impl Options {
    /// Runs one version and shows its result. Returns how much was lost, in ¥, and the time.
    fn run(&self, version: Version) -> (i64, Duration) {
        let run = match version {
            Version::Unlocked => unlocked::run,
            Version::Locked => locked::run,
            Version::Owned => owned::run,
            Version::Atomic => atomic::run,
        };
        let busy = Duration::from_millis(self.pause_ms);
        let (balance, time) = timed(|| run(self.threads, busy));
        let sum = i64::from(self.threads);
        let lost = sum - balance;
        let fate = if lost == 0 { "nothing lost".into() } else { format!("¥{lost} lost") };
        show_result(&version, &format!("¥{balance} of ¥{sum}: {fate}"), time);
        (lost, time)
    }

    fn run_one(&self, version: Version) {
        let (lost, _) = self.run(version);
        if lost == 0 && matches!(version, Version::Unlocked) {
            self.say_why_nothing_was_lost();
        }
    }

    fn compare(&self) {
        let (lost, unlocked_time) = self.run(Version::Unlocked);
        let (lost_despite_lock, locked_time) = self.run(Version::Locked);
        let times = three_digits(locked_time.as_secs_f64() / unlocked_time.as_secs_f64());
        match (lost, lost_despite_lock) {
            (0, 0) => self.say_why_nothing_was_lost(),
            (_, 0) => show!(
                "The lock saves ¥{lost} and takes {times} times as long: one deposit at a time."
            ),
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
