#![doc = include_str!("../README.md")]

mod interleavings;
mod isolated;
mod modelled;
mod picture;
mod shared;
mod turns;
mod words;

use std::process::{Command, ExitCode};
use std::time::Duration;
use std::{io, thread};

use clap::{Args, Parser, Subcommand, ValueEnum};
use common::cli::{self, show_result};
use common::record::Lines;
use common::{as_worker, record, show, whole_number, worker};
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

    /// Show every word, not only the first and the last
    #[arg(long, requires = "version")]
    all: bool,
}

#[derive(Subcommand)]
enum Role {
    /// Run two players in every interleaving of their steps
    Interleavings { version: Option<Version> },

    /// Be the scheduler: choose which player takes the next step
    Play { version: Version },

    #[command(hide = true, name = "Ping")]
    Ping(Player),

    #[command(hide = true, name = "Pong")]
    Pong(Player),
}

/// What each of the two processes does
#[derive(Args)]
struct Player {
    version: Version,
    count: u32,
    pause_ms: u64,
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
            (Some(Role::Ping(player)), _) => player.play("Ping")?,
            (Some(Role::Pong(player)), _) => player.play("Pong")?,
            (Some(Role::Interleavings { version }), _) => interleavings::show_all(version),
            (Some(Role::Play { version }), _) => interleavings::play(version),
            (None, Some(version)) => {
                let lines = if cli.options.all { Lines::All } else { Lines::Few };
                cli.options.run(version, lines)?;
            }
            (None, None) => cli.options.compare()?,
        }
        Ok(())
    })
}

impl Player {
    fn play(&self, word: &str) -> anyhow::Result<()> {
        let play = match self.version {
            Version::Isolated => isolated::play,
            Version::Shared => shared::play,
            Version::Turns => turns::play,
        };
        as_worker(|| play(word, self.count, Duration::from_millis(self.pause_ms)))
    }
}

impl Options {
    /// Runs one version, and shows its picture and its result.
    fn run(&self, version: Version, lines: Lines) -> anyhow::Result<Words> {
        let name = cli::name(&version);
        let arguments = [name.clone(), self.count.to_string(), self.pause_ms.to_string()];
        let (ears, mouth) = io::pipe()?;
        let player = move |word: &str| -> anyhow::Result<Command> {
            let mut command = worker(word);
            command.args(&arguments).stderr(mouth.try_clone()?);
            Ok(command)
        }; // it takes `mouth` along, or else the hearing would not end with the players
        let ((outcome, words), record) = record(lines, || {
            let hearing = thread::spawn(move || words::hear(ears, lines));
            let outcome = match version {
                Version::Isolated => isolated::run(player),
                Version::Shared => shared::run(player),
                Version::Turns => turns::run(player),
            };
            (outcome, hearing.join().expect("hearing does not panic"))
        });
        outcome?;

        common::picture::show(&picture::draw(&name, &words, &record));
        show_result(&version, &words::summary(&words, record.time()), record.time());
        Ok(words)
    }

    fn compare(&self) -> anyhow::Result<()> {
        let wanted = self.count;
        let isolated = self.run(Version::Isolated, Lines::None)?.len();
        show!("");
        let shared = self.run(Version::Shared, Lines::None)?.len();
        show!(
            "\n{wanted} words were wanted. Two counters made {isolated}, one counter made {shared}."
        );
        Ok(())
    }
}
