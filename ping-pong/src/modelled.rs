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

type Players = Box<dyn Fn(&str) -> Result<Command>>;
type Run = fn(Players) -> Result<()>;
type Play = fn(&str, u32, Duration) -> Result<()>;

/// Two players are to say `count` words in all: what they have said.
pub fn run(version: &str, count: u32) -> String {
    let (run, play): (Run, Play) = match version {
        "isolated" => (isolated::run, isolated::play),
        "shared" => (shared::run, shared::play),
        _ => (turns::run, turns::play),
    };
    let (ears, mouth) = named_pipe("mouth").expect("a modelled pipe can be had");
    let player = move |word: &str| {
        let name = word.to_string();
        let mut player = Command::of(word, move || play(&name, count, Duration::ZERO));
        player.stderr(mouth.try_clone()?);
        Ok(player)
    };
    if let Err(fault) = run(Box::new(player)) {
        return format!("an error: {fault:#}");
    }
    let said = io::read_to_string(ears).expect("words are texts");
    let words: Vec<Option<&str>> = said.lines().map(|line| line.split(' ').next()).collect();
    let repeated = words.windows(2).filter(|two| two[0] == two[1]).count();
    format!("{} words, {repeated} repeated", words.len())
}
