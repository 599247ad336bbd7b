#![doc = include_str!("../README.md")]

mod interleavings;
mod isolated;
mod modelled;
mod shared;
mod turns;
mod words;

use std::process::{Command, ExitCode};
use std::time::Duration;
use std::{io, slice, thread};

use clap::{Args, Parser, Subcommand, ValueEnum};
use common::cli::{self, show_result};
use common::clock::three_digits;
use common::{as_worker, show, timed, whole_number, worker};
use words::Words;

/// Two processes say Ping and Pong, 50 words in all: but who counts?
///
/// Without a version, `isolated` and `shared` run one after the other and are compared.
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
    /// How many words are to be said in all (1 to 1000000)
    #[arg(long, default_value_t = 50, value_parser = whole_number(1_u32..=1_000_000))]
    count: u32,

    /// How long a player pauses after a word, in milliseconds (0 to 60000)
    #[arg(long, default_value_t = 10, value_parser = whole_number(0_u64..=60_000))]
    pause_ms: u64,

    /// Count the words, but do not show them
    #[arg(long)]
    quiet: bool,
}

#[derive(Subcommand)]
enum Role {
    /// Run two players in every interleaving of their steps
    Interleavings { version: Option<Version> },

    /// Be the scheduler: choose which player takes the next step
    Play { version: Version },

    /// What each of the two processes does
    #[command(hide = true)]
    Player { version: Version, word: String, count: u32, pause_ms: u64 },
}

#[derive(Clone, Copy, ValueEnum)]
enum Version {
    /// Each process has a counter of its own: twice as many words as wanted
    Isolated,
    /// One counter goes through a queue: as many words as wanted, in any order
    Shared,
    /// Two queues in a ring: Ping and Pong take strict turns
    Turns,
}

fn main() -> ExitCode {
    common::lesson(|| {
        let cli = Cli::parse();
        match (cli.role, cli.version) {
            (Some(Role::Player { version, word, count, pause_ms }), _) => as_worker(|| {
                let play = match version {
                    Version::Isolated => isolated::play,
                    Version::Shared => shared::play,
                    Version::Turns => turns::play,
                };
                play(&word, count, Duration::from_millis(pause_ms))
            }),
            (Some(Role::Interleavings { version }), _) => {
                let all = Version::value_variants();
                let chosen = version.as_ref().map_or(all, slice::from_ref);
                chosen.iter().for_each(|version| interleavings::show_all(*version));
                Ok(())
            }
            (Some(Role::Play { version }), _) => {
                interleavings::play(version);
                Ok(())
            }
            (None, Some(version)) => cli.options.run(version).map(drop),
            (None, None) => cli.options.compare(),
        }
    })
}

impl Options {
    /// Runs one version and shows its result.
    fn run(&self, version: Version) -> anyhow::Result<Words> {
        let (ears, mouth) = io::pipe()?;
        let player = |word: &str| -> anyhow::Result<Command> {
            let mut command = worker("player");
            let sizes = [self.count.to_string(), self.pause_ms.to_string()];
            command.arg(cli::name(&version)).arg(word).args(sizes).stderr(mouth.try_clone()?);
            Ok(command)
        };
        let quiet = self.quiet;
        let hearing = thread::spawn(move || Words::hear(ears, quiet));
        let (outcome, time) = timed(|| match version {
            Version::Isolated => isolated::run(player),
            Version::Shared => shared::run(player),
            Version::Turns => turns::run(player),
        });
        drop(mouth); // or else the hearing would not end with the players
        let words = hearing.join().expect("hearing does not panic");
        outcome?;

        let Words { ping, pong, repeated } = words;
        let count = ping + pong;
        let each_second = three_digits(f64::from(count) / time.as_secs_f64());
        let what = format!(
            "{count} words ({ping} Ping, {pong} Pong), {repeated} repeated, {each_second}/s"
        );
        show_result(&version, &what, time);
        Ok(words)
    }

    fn compare(&self) -> anyhow::Result<()> {
        let isolated = self.run(Version::Isolated)?;
        let shared = self.run(Version::Shared)?;
        show!(
            "{} words were wanted. Two counters made {}, one counter made {}.",
            self.count,
            isolated.count(),
            shared.count()
        );
        Ok(())
    }
}
