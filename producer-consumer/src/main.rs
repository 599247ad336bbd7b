#![doc = include_str!("../README.md")]

mod bounded;
mod stuck;
mod watch;

use std::io::{self, Write};
use std::process::{self, ExitCode};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, Parser, ValueEnum};
use common::{cli, readable, show, whole_number};
use crossbeam::channel::{self, RecvTimeoutError};
use watch::{Sizes, Stop, Tally, Watch};

/// Producers put items into a queue, consumers take them out: who says that it is over?
///
/// Without a version, `stuck` and `bounded` run one after the other and are compared.
/// Ctrl-C stops the producers; what is queued is still taken. A second Ctrl-C ends at once.
#[derive(Parser)]
#[command(allow_negative_numbers = true)]
struct Cli {
    version: Option<Version>,

    #[command(flatten)]
    options: Options,
}

#[derive(Args)]
struct Options {
    /// How many items are made in all (0 to 1000000000) [default: 10; bounded: until Ctrl-C]
    #[arg(long, value_parser = whole_number(0_u64..=1_000_000_000))]
    items: Option<u64>,

    /// How many items the queue has room for (0 to 100000)
    #[arg(long, default_value_t = 5, value_parser = whole_number(0_usize..=100_000))]
    capacity: usize,

    /// How long a consumer pauses after an item, in milliseconds (0 to 60000) [default: 200; bounded: 1000]
    #[arg(long, value_parser = whole_number(0_u64..=60_000))]
    pause_ms: Option<u64>,

    /// How long a producer needs to make an item, in milliseconds (0 to 60000) [default: 0;
    /// bounded: as --pause-ms]
    #[arg(long, value_parser = whole_number(0_u64..=60_000))]
    make_ms: Option<u64>,

    /// How many producers there are (1 to 100)
    #[arg(long, default_value_t = 1, value_parser = whole_number(1_u32..=100))]
    producers: u32,

    /// How many consumers there are (1 to 100)
    #[arg(long, default_value_t = 1, value_parser = whole_number(1_u32..=100))]
    consumers: u32,

    /// How long no item may come before it is said who waits, in milliseconds (1 to 600000)
    #[arg(long, default_value_t = 2000, value_parser = whole_number(1_u64..=600_000))]
    patience_ms: u64,

    /// The same number gives the same items (0 to 18446744073709551615) [default: random]
    #[arg(long, value_parser = whole_number(0_u64..=u64::MAX))]
    seed: Option<u64>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Version {
    /// Skips an item if it sees no room, and keeps a sender: items are lost, and nothing ends
    Stuck,
    /// Waits for room, and drops its senders: every item arrives, and the queue ends
    Bounded,
}

fn main() -> ExitCode {
    common::lesson(|| {
        let Cli { version, options } = Cli::parse();
        let stop = on_ctrl_c()?;
        match version {
            Some(Version::Stuck) => options.run(Version::Stuck, options.sizes(), stop).map(drop),
            Some(Version::Bounded) => {
                let sizes = options.sizes_of_bounded();
                options.run(Version::Bounded, sizes, stop).map(drop)
            }
            None => options.compare(stop),
        }
    })
}

/// The first Ctrl-C, or SIGTERM, drops the sender of a queue. The second one ends the program.
fn on_ctrl_c() -> anyhow::Result<Stop> {
    let (go_on, stop) = channel::bounded(0);
    let mut go_on = Some(go_on);
    let handler = move || {
        if go_on.take().is_none() {
            let _ = io::stderr().write_all(b"error: stopped twice: what was queued is lost\n");
            process::exit(1);
        }
    };
    ctrlc::set_handler(handler).context("cannot listen for Ctrl-C")?;
    Ok(stop)
}

impl Options {
    /// The documents' first try: producers do not pause, and make ten items.
    fn sizes(&self) -> Sizes {
        Sizes {
            producers: self.producers,
            consumers: self.consumers,
            capacity: self.capacity,
            items: Some(self.items.unwrap_or(10)),
            make: Duration::from_millis(self.make_ms.unwrap_or(0)),
            pause: Duration::from_millis(self.pause_ms.unwrap_or(200)),
        }
    }

    /// Both pause, and go on until Ctrl-C.
    fn sizes_of_bounded(&self) -> Sizes {
        let pause_ms = self.pause_ms.unwrap_or(1000);
        Sizes {
            items: self.items,
            make: Duration::from_millis(self.make_ms.unwrap_or(pause_ms)),
            pause: Duration::from_millis(pause_ms),
            ..self.sizes()
        }
    }

    /// Runs one version and shows what came of it.
    fn run(&self, version: Version, sizes: Sizes, stop: Stop) -> anyhow::Result<(Tally, bool)> {
        let until = if sizes.items.is_none() { " until Ctrl-C" } else { "" };
        show!("{}:{until}", cli::name(&version));
        let watch = Arc::new(Watch::new(sizes, self.seed.unwrap_or_else(rand::random), stop));
        let (done, end) = channel::bounded(1);
        let watched = watch.clone();
        let run = move || {
            let make = || watched.make();
            let see = |what: &str, item, queued| watched.see(what, item, queued);
            let run = match version {
                Version::Stuck => stuck::run,
                Version::Bounded => bounded::run,
            };
            let outcome = run(sizes.producers, sizes.consumers, sizes.capacity, &make, &see);
            let _ = done.send(outcome); // nobody waits for it any more if it was found to be stuck
        };
        thread::Builder::new().spawn(run).context("cannot start a thread")?;

        let patience = Duration::from_millis(self.patience_ms);
        let mut left = patience;
        let ended = loop {
            match end.recv_timeout(left) {
                Ok(outcome) => break outcome.map(|()| true)?,
                Err(RecvTimeoutError::Disconnected) => bail!("a thread has panicked"),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let waiting = watch.all_wait_since().map(|since| since.elapsed());
            left = patience.saturating_sub(waiting.unwrap_or_default());
            if left.is_zero() {
                break false;
            }
        };
        if !ended {
            self.say_who_waits(patience);
        }
        let tally = watch.tally();
        let Tally { sent, skipped, received } = tally;
        let skipped = if skipped == 0 { String::new() } else { format!(" skipped {skipped},") };
        show!("sent {sent},{skipped} received {received}, lost {}", tally.lost());
        Ok((tally, ended))
    }

    fn say_who_waits(&self, patience: Duration) {
        let who = match self.consumers {
            1 => "consumer 1 waits".into(),
            all => format!("all {all} consumers wait"),
        };
        show!("No item for {}, and none will come:", readable(patience));
        show!("  {who} for an item, or for the end of the queue");
        show!("  no producer is left to put an item");
        show!("  somebody keeps a sender, so the queue does not end: see `put` in `run`");
    }

    fn compare(&self, stop: Stop) -> anyhow::Result<()> {
        let run = |version| self.run(version, self.sizes(), stop.clone());
        let (stuck, stuck_ended) = run(Version::Stuck)?;
        if stop.try_recv() == Err(channel::TryRecvError::Disconnected) {
            return Ok(()); // Ctrl-C
        }
        let (bounded, bounded_ended) = run(Version::Bounded)?;
        let fate = |ended| if ended { "ends" } else { "waits for ever" };
        show!(
            "stuck loses {} of {} items and {}; bounded loses {} and {}.",
            stuck.lost(),
            stuck.sent + stuck.skipped,
            fate(stuck_ended),
            bounded.lost(),
            fate(bounded_ended)
        );
        Ok(())
    }
}
