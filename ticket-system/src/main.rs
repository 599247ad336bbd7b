#![doc = include_str!("../README.md")]

mod database;
mod interleavings;
mod locked;
mod modelled;
mod picture;
mod sale;
mod serial;
mod shop;
mod unlocked;
mod version;
mod yours;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use common::cli::show_result;
use common::record::{Lines, record};
use common::{as_worker, clock::three_digits, show, whole_number};
use sale::Sale;
use shop::{Pace, Shop};
use version::Version;

/// Ten processes buy tickets from one file. Without a lock, more are sold than there are.
///
/// Without a version, unlocked, locked and serial run one after the other and are compared.
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
    /// How many tickets there are, unless the file exists (0 to 1000000)
    #[arg(long, default_value_t = 3, value_parser = whole_number(0_u64..=1_000_000))]
    tickets: u64,

    /// How many buyers there are, one process each (1 to 200)
    #[arg(long, default_value_t = 10, value_parser = whole_number(1_u32..=200))]
    buyers: u32,

    #[command(flatten)]
    pace: Pace,

    /// The file with the tickets, which is kept. If it exists, it is used as it is. Without this
    /// option, the file is in a temporary folder that is removed
    #[arg(long, value_name = "PATH", requires = "version")]
    db: Option<PathBuf>,

    /// Show every line, not only the first and the last
    #[arg(long, requires = "version")]
    all: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Run two buyers in every interleaving of their steps, on a disk in memory
    Interleavings { version: Option<Version> },
    /// Be the scheduler: choose which of two buyers takes the next step
    Play { version: Version },
    /// What each buyer process does: it answers whether it has a ticket
    #[command(hide = true)]
    Buyer {
        version: Version,
        #[command(flatten)]
        shop: Shop,
    },
}

fn main() -> ExitCode {
    common::lesson(|| {
        let Cli { version, options, command } = Cli::parse();
        match command {
            Some(Command::Buyer { version, shop }) => {
                return as_worker(|| {
                    show!("{}", version.buy(&shop)?);
                    Ok(())
                });
            }
            Some(Command::Play { version }) => interleavings::play(version),
            Some(Command::Interleavings { version }) => interleavings::show_all(version),
            None => {
                sale::stop_on_ctrl_c()?;
                let all = options.all || options.pace.step.is_some();
                let lines = if all { Lines::All } else { Lines::Few };
                match version {
                    Some(Version::Yours) => options.run_yours(lines)?,
                    Some(version) => drop(options.run(version, lines)?),
                    None => options.compare()?,
                }
            }
        }
        Ok(())
    })
}

impl Options {
    /// Runs one version, and shows its picture and what came of it.
    fn run(&self, version: Version, lines: Lines) -> anyhow::Result<Duration> {
        let sale = Sale::open(self.db.as_deref(), self.tickets)?;
        let start = || sale.start(&version, &self.pace);
        let (answers, record) = record(lines, || version.run(self.buyers, start));
        let (tickets, left) = sale.close()?; // before the picture is shown: maybe nobody reads it any more
        let answers = answers?;
        picture::show(&version, &record, lines == Lines::None);
        let sold = answers.iter().flatten().filter(|has_ticket| **has_ticket).count() as u64;
        let result = format!("tickets {tickets}, sold {sold}, left {left}");
        show_result(&version, &result, record.time());
        answers.into_iter().collect::<anyhow::Result<Vec<bool>>>()?; // has a buyer failed?
        if version == Version::Unlocked && self.db.is_none() && sold > 1 {
            show!("{}", sale::what_it_means(tickets, sold, left));
        }
        Ok(record.time())
    }

    /// Runs the student's own version, if its buyers come to an end at all, and says what is proved.
    fn run_yours(&self, lines: Lines) -> anyhow::Result<()> {
        let (ends, verdict) = interleavings::verdict();
        if ends {
            self.run(Version::Yours, lines)?;
        }
        show!("{verdict}");
        Ok(())
    }

    fn compare(&self) -> anyhow::Result<()> {
        let mut times = Vec::new();
        for version in Version::ALL {
            times.push(self.run(version, Lines::None)?.as_secs_f64());
            show!("");
        }
        let [locked, serial] = [times[1], times[2]].map(|time| three_digits(time / times[0]));
        show!("locked took {locked} times as long as unlocked, serial {serial} times.");
        Ok(())
    }
}
