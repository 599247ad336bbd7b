//! The versions once more, on pipes that are modelled: two players as processes whose steps can
//! happen in every interleaving.

use std::io;
use std::time::Duration;

use anyhow::Result;
use common::interleave::io::named_pipe;
use common::interleave::process::Command;

// The lesson files; in these modules, `std` and `common` mean the stand-ins.
common::explore!(isolated, "isolated.rs", use ::common::interleave::common);
common::explore!(shared, "shared.rs", use ::common::interleave::common);
common::explore!(turns, "turns.rs", use ::common::interleave::common);
common::explore!(yours, "yours.rs", use ::common::interleave::common);

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
    let outcome = run(Box::new(player));
    let lines = io::read_to_string(ears).expect("words are texts");
    (lines.lines().filter(|line| is_word(line)).map(str::to_string).collect(), outcome)
}

/// Is it a word with its number? A player may say other things, too.
pub fn is_word(line: &str) -> bool {
    let number = line.strip_prefix("Ping ").or(line.strip_prefix("Pong "));
    number.is_some_and(|number| number.parse::<u32>().is_ok())
}
