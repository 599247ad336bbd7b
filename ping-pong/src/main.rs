#![doc = include_str!("../README.md")]

mod interleavings;
mod isolated;
mod modelled;
mod picture;
mod runs;
mod shared;
mod turns;
mod words;
mod yours;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use common::record::Lines;
use common::{as_worker, show, whole_number};

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
    /// One counter goes through a pipe: as many words as wanted, by either player
    Shared,
    /// Two pipes in a ring: Ping and Pong take strict turns
    Turns,
    /// Your own file: it begins as a copy of `isolated`
    Yours,
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
            Version::Yours => yours::play,
        };
        as_worker(|| play(word, self.count, Duration::from_millis(self.pause_ms)))
    }
}

impl Options {
    /// Runs one version. Of your own, all interleavings are tried first: it may not end.
    fn run(&self, version: Version, lines: Lines) -> anyhow::Result<()> {
        if !matches!(version, Version::Yours) {
            return runs::run(version, self, lines).map(drop);
        }
        let proof = interleavings::prove(version);
        if proof.ends {
            let said = runs::run(version, self, lines)?.len();
            if proof.is_right && said != self.count as usize {
                show!("Every interleaving is right, but {said} words are not {}.", self.count);
                return Ok(());
            }
        }
        show!("{}", proof.text);
        Ok(())
    }

    fn compare(&self) -> anyhow::Result<()> {
        let wanted = self.count;
        let isolated = runs::run(Version::Isolated, self, Lines::None)?.len();
        show!("");
        let shared = runs::run(Version::Shared, self, Lines::None)?.len();
        show!(
            "\n{wanted} words were wanted. Two counters made {isolated}, one counter made {shared}."
        );
        Ok(())
    }
}
