#![doc = include_str!("../README.md")]

mod database;
mod locked;
mod serial;
mod shop;
mod till;
mod unlocked;

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;
use std::{env, fs, mem};

use anyhow::Context;
use clap::{Args, Parser, Subcommand, ValueEnum};
use common::cli::{self, show_result};
use common::clock::{readable, three_digits};
use common::{as_worker, pid, show, timed, whole_number, worker};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use shop::{Moment, Shop};
use till::Till;

/// Ten processes buy tickets from one file. Without a lock, more are sold than there are.
///
/// Without a version, all three run one after the other and are compared.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true, allow_negative_numbers = true)]
struct Cli {
    version: Option<Version>,

    #[command(flatten)]
    options: Options,

    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Args)]
struct Options {
    /// How many tickets there are, unless the file exists (0 to 1000000)
    #[arg(long, default_value_t = 3, value_parser = whole_number(0_u64..=1_000_000))]
    tickets: u64,

    /// How many buyers there are, one process each (1 to 1000)
    #[arg(long, default_value_t = 10, value_parser = whole_number(1_u32..=1000))]
    buyers: u32,

    /// How long a buyer searches, and how long the shop is busy between reading and writing: a
    /// random time in this range, in milliseconds (within 0..60000)
    #[arg(long, default_value = "100..300", value_parser = range, allow_hyphen_values = true)]
    pause_ms: RangeInclusive<u64>,

    /// The same number gives the same random times
    #[arg(long)]
    seed: Option<u64>,

    /// The file with the tickets, which is kept. If it exists, it is used as it is. Without this
    /// option, the file is in a temporary folder that is removed
    #[arg(long, value_name = "PATH")]
    db: Option<PathBuf>,

    /// Let each buyer wait for Enter between reading and writing, or at another moment
    #[arg(long, value_name = "MOMENT", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "getting")]
    step: Option<Moment>,
}

#[derive(Subcommand)]
enum Role {
    /// What each buyer process does
    #[command(hide = true)]
    Buyer {
        version: Version,
        #[command(flatten)]
        shop: Shop,
    },
    /// The process that counts what is sold, and tidies up
    #[command(hide = true)]
    Till {
        file: PathBuf,
        #[arg(long)]
        fresh: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Version {
    /// Reads the file, then writes it: sells more than there are (`unsafe` is another name for it)
    #[value(alias = "unsafe")]
    Unlocked,
    /// The same with a lock, held from the read to the write: right, and the search stays parallel
    Locked,
    /// Without a lock, but each buyer waits for the end of the one before: right, and slowest
    Serial,
}

/// A value parser for clap: a range such as 100..300, or one number.
fn range(text: &str) -> Result<RangeInclusive<u64>, String> {
    let number = whole_number(0_u64..=60_000);
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    match (number(from), number(to)) {
        (Ok(from), Ok(to)) if from <= to => Ok(from..=to),
        _ => Err("a range such as 100..300 is allowed, within 0..60000, the lower first".into()),
    }
}

fn main() -> ExitCode {
    common::lesson(|| {
        let cli = Cli::parse();
        match (cli.role, cli.version) {
            (Some(Role::Buyer { version, shop }), _) => as_worker(|| {
                till::with_receipt(|| match version {
                    Version::Unlocked => unlocked::buy(&shop),
                    Version::Locked => locked::buy(&shop),
                    Version::Serial => serial::buy(&shop),
                })
            }),
            (Some(Role::Till { file, fresh }), _) => till::keep(&file, fresh),
            (None, Some(version)) => cli.options.run(version, cli.options.seed()).map(drop),
            (None, None) => cli.options.compare(),
        }
    })
}

/// What came of one run.
struct Sale {
    tickets: u64,
    sold: u64,
    left: u64,
    time: Duration,
    /// The first failure of a buyer. The others have gone on all the same.
    outcome: anyhow::Result<()>,
}

impl Options {
    fn seed(&self) -> u64 {
        self.seed.unwrap_or_else(rand::random)
    }

    /// Runs one version and shows its result.
    fn run(&self, version: Version, seed: u64) -> anyhow::Result<Sale> {
        let file = match &self.db {
            Some(path) => database::resolve(path)?,
            None => fresh_folder()?.join("db.json"),
        };
        let till = Till::start(&file, self.db.is_none())?;
        let sale = self.sell(version, seed, &file, &till);
        let sold = till.close(); // also when the sale has failed: it tidies up
        if sold.is_err() && self.db.is_none() {
            let _ = fs::remove_dir_all(database::folder(&file)); // somebody has killed it
        }
        let mut sale = sale?;
        sale.sold = sold?;
        let what = format!("tickets {}, sold {}, left {}", sale.tickets, sale.sold, sale.left);
        show_result(&version, &what, sale.time);
        mem::replace(&mut sale.outcome, Ok(()))?;
        Ok(sale)
    }

    /// All but the number of tickets that were sold, which the till knows.
    fn sell(&self, version: Version, seed: u64, file: &Path, till: &Till) -> anyhow::Result<Sale> {
        let (tickets, created) = self.open(file)?;
        if self.db.is_some() {
            let what = if created { "created" } else { "used as it is" };
            show!("{}: {what}, count {tickets}", file.display());
        }
        let mut random = StdRng::seed_from_u64(seed);
        let buyer = || -> anyhow::Result<Command> {
            let mut command = worker("buyer");
            command.arg(cli::name(&version)).arg(file).stdout(till.slot()?);
            for option in ["--search-ms", "--get-ms"] {
                let pause: u64 = random.random_range(self.pause_ms.clone());
                command.args([option, &pause.to_string()]);
            }
            command.args(self.step.map(|moment| format!("--step={}", cli::name(&moment))));
            Ok(command)
        };
        let (outcome, time) = timed(|| match version {
            Version::Unlocked => unlocked::run(self.buyers, buyer),
            Version::Locked => locked::run(self.buyers, buyer),
            Version::Serial => serial::run(self.buyers, buyer),
        });
        Ok(Sale { tickets, sold: 0, left: database::read(file)?, time, outcome })
    }

    fn open(&self, file: &Path) -> anyhow::Result<(u64, bool)> {
        if self.db.is_none() {
            let folder = database::folder(file);
            fs::create_dir(folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
        }
        database::open(file, self.tickets)
    }

    fn compare(&self) -> anyhow::Result<()> {
        let seed = self.seed(); // the same times for each version
        let unlocked = self.run(Version::Unlocked, seed)?;
        let locked = self.run(Version::Locked, seed)?;
        let serial = self.run(Version::Serial, seed)?;
        match (&unlocked, &locked) {
            (_, sale) if sale.sold > sale.tickets => {
                show!("The lock does not keep the buyers apart: see \"The fix\" on the page.")
            }
            (Sale { tickets, sold, .. }, _) if sold > tickets => {
                show!("Without a lock, {sold} of {tickets} tickets were sold.")
            }
            _ => show!("Without a lock, none was sold twice, either. That was luck: see --step."),
        }
        let times =
            |sale: &Sale| three_digits(sale.time.as_secs_f64() / unlocked.time.as_secs_f64());
        let (unlocked_time, locked_time) = (readable(unlocked.time), readable(locked.time));
        show!(
            "unlocked took {unlocked_time}, locked {locked_time} ({} times as long), serial {} ({} times).",
            times(&locked),
            readable(serial.time),
            times(&serial)
        );
        Ok(())
    }
}

/// A folder that is not there yet: it is created when the till knows that it must be removed.
fn fresh_folder() -> anyhow::Result<PathBuf> {
    let name = format!("ticket-system-{}-{:08x}", pid::own(), rand::random::<u32>());
    let folder = env::temp_dir().join(name);
    std::path::absolute(&folder).with_context(|| format!("no folder {}", folder.display()))
}
