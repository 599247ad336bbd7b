//! The versions once more, on pipes that are modelled: two players as processes whose steps can
//! happen in every interleaving.

use std::io;
use std::time::Duration;

use anyhow::{Result, anyhow};
use common::interleave::io::named_pipe;
use common::interleave::process::Command;

// The lesson files; in these modules, `std` and `common` mean the stand-ins.
common::explore!(isolated, "isolated.rs", use super::stand_in::common);
common::explore!(shared, "shared.rs", use super::stand_in::common);
common::explore!(turns, "turns.rs", use super::stand_in::common);
common::explore!(yours, "yours.rs", use super::stand_in::common);

/// `common` once more, where it is told that a player is killed: one whose `Worker` is dropped before
/// it has ended.
mod stand_in {
    use std::cell::Cell;

    thread_local! {
        /// Of the parent.
        pub static DROPPED: Cell<bool> = const { Cell::new(false) };
    }

    pub mod common {
        use anyhow::Result;
        use common::interleave::common as modelled;
        use common::interleave::process::Command;

        pub struct Worker(Option<modelled::Worker>);

        impl Worker {
            pub fn start(command: &mut Command) -> Result<Self> {
                Ok(Self(Some(modelled::Worker::start(command)?)))
            }

            #[allow(dead_code, reason = "a file of the student's own may join one by one")]
            pub fn join(mut self) -> Result<()> {
                self.0.take().map_or(Ok(()), modelled::Worker::join)
            }
        }

        impl Drop for Worker {
            fn drop(&mut self) {
                super::DROPPED.set(super::DROPPED.get() || self.0.is_some());
            }
        }

        #[allow(unused_imports, reason = "a file of the student's own may use them")]
        pub use modelled::{pid, say, show};

        pub mod worker {
            pub fn join_all(workers: Vec<super::Worker>) -> super::Result<()> {
                workers.into_iter().try_for_each(super::Worker::join)
            }
        }
    }
}

type Players = Box<dyn Fn(&str) -> Result<Command>>;
type Run = fn(Players) -> Result<()>;
type Play = fn(&str, u32, Duration) -> Result<()>;

/// The words that two players say, such as `Ping 1`, and how their program ends.
pub fn said(version: &str, count: u32) -> (Vec<String>, Result<()>) {
    let (run, play): (Run, Play) = match version {
        "isolated" => (isolated::run, isolated::play),
        "shared" => (shared::run, shared::play),
        "turns" => (turns::run, turns::play),
        _ => (yours::run, yours::play),
    };
    let (ears, mouth) = named_pipe("mouth").expect("a modelled pipe can be had");
    let player = move |word: &str| {
        let name = word.to_string();
        let mut player = Command::of(word, move || play(&name, count, Duration::ZERO));
        player.stderr(mouth.try_clone()?);
        Ok(player)
    };
    stand_in::DROPPED.set(false);
    let mut outcome = run(Box::new(player));
    if stand_in::DROPPED.get() && outcome.is_ok() {
        outcome =
            Err(anyhow!("the parent drops a `Worker` that it has not joined, and so kills it"));
    }
    let lines = io::read_to_string(ears).expect("words are texts");
    (lines.lines().filter(|line| is_word(line)).map(str::to_string).collect(), outcome)
}

/// Is it a word with its number? A player may say other things, too.
pub fn is_word(line: &str) -> bool {
    let number = line.strip_prefix("Ping ").or(line.strip_prefix("Pong "));
    number.is_some_and(|number| number.parse::<u32>().is_ok())
}
