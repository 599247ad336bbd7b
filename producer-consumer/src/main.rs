#![doc = include_str!("../README.md")]

mod bounded;
mod count;
mod interleavings;
mod picture;
mod stop;
mod stuck;
mod yours;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use common::record::{Lines, record};
use common::{cli, show, whole_number};
use count::Count;

/// Producers put items into a queue, consumers take them out: when is a consumer done?
///
/// Without a version, `stuck` and `bounded` run one after the other and are compared.
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
    /// How many items are made in all (0 to 1000000000) [default: 10; bounded: until Ctrl-C]
    #[arg(long, value_parser = whole_number(0_u32..=1_000_000_000))]
    items: Option<u32>,

    /// How many items the queue has room for (0 to 100000)
    #[arg(long, default_value_t = 5, value_parser = whole_number(0_usize..=100_000))]
    capacity: usize,

    /// How long a consumer works on an item, in milliseconds (0 to 60000)
    #[arg(long, default_value_t = 200, value_parser = whole_number(0_u64..=60_000))]
    pause_ms: u64,

    /// How many producers there are (1 to 100)
    #[arg(long, default_value_t = 1, value_parser = whole_number(1_u32..=100))]
    producers: u32,

    /// How many consumers there are (1 to 100)
    #[arg(long, default_value_t = 1, value_parser = whole_number(1_u32..=100))]
    consumers: u32,

    /// Show every line, not only the first and the last
    #[arg(long)]
    all: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Run one producer of two items and one consumer in every interleaving of their steps
    Interleavings { version: Option<Version> },
    /// Be the scheduler: choose which thread takes the next step
    Play { version: Version },
}

#[derive(Clone, Copy, ValueEnum)]
enum Version {
    /// Skips an item if it sees no room, and keeps a sender: it loses items, and never ends
    Stuck,
    /// Waits for room, and drops its senders: every item arrives, and every thread ends. The first
    /// Ctrl-C stops the producers; what is queued is still taken. A second one ends it at once
    Bounded,
    /// Your turn: `src/yours.rs` is a copy of `stuck.rs`, and you make it right
    Yours,
}

fn main() -> ExitCode {
    common::lesson(|| {
        let Cli { version, options, command } = Cli::parse();
        match (command, version) {
            (Some(Command::Play { version }), _) => interleavings::play(version),
            (Some(Command::Interleavings { version }), _) => interleavings::show_all(version),
            (None, Some(Version::Bounded)) => {
                ctrlc::set_handler(stop::stop)?;
                options.run(Version::Bounded, Lines::Few, u32::MAX);
            }
            (None, Some(version)) => {
                options.run(version, Lines::Few, 10);
                if let Version::Yours = version {
                    interleavings::show_what_is_proved(version);
                }
            }
            (None, None) => {
                let [stuck, bounded] = [Version::Stuck, Version::Bounded]
                    .map(|version| options.run(version, Lines::None, 10));
                show!("stuck loses {stuck}; bounded loses {bounded}.");
            }
        }
        Ok(())
    })
}

impl Options {
    /// Runs one version and shows what came of it. If it never ends, its threads are left alone.
    fn run(&self, version: Version, lines: Lines, default_items: u32) -> String {
        let items = self.items.unwrap_or(default_items);
        if items == u32::MAX {
            show!("bounded: until Ctrl-C");
        }
        let count = Arc::new(Count::default());
        let Options { producers, consumers, capacity, pause_ms, .. } = *self;
        let shared = count.clone();
        let work = move || {
            let one_more = |made| (made < items && stop::STOPPED.get().is_none()).then(|| made + 1);
            let make = || Some(1 + shared.made.fetch_update(SeqCst, SeqCst, one_more).ok()?);
            let work = |item| shared.work_on(item, Duration::from_millis(pause_ms));
            match version {
                Version::Stuck => stuck::run(producers, consumers, capacity, make, work),
                Version::Bounded => bounded::run(producers, consumers, capacity, make, work),
                Version::Yours => yours::run(producers, consumers, capacity, make, work),
            }
        };
        let lines = if self.all { Lines::All } else { lines };
        let (ends, record) = record(lines, || count.comes_to_an_end(work));
        let (name, stopped) = (cli::name(&version), stop::STOPPED.get().copied());
        let picture = picture::draw(&name, self, &record, &count.works(), stopped);
        common::picture::show(&picture);
        match version {
            _ if ends => {}
            Version::Yours => {
                show!("It never ends: its threads wait, and nothing happens any more.")
            }
            _ => show!(
                "It never ends: `run` keeps a sender (`put`), so the channel stays connected."
            ),
        }
        let [made, received] = [&count.made, &count.received].map(|it| it.load(SeqCst));
        let lost = made - received;
        show!("made {made}, received {received}, lost {lost}");
        format!("{lost} of {made} items and {}", if ends { "ends" } else { "never ends" })
    }
}
