// Ping and Pong are to say `count` words in all. Each process counts in a variable of its own.

use std::process::Command;
use std::thread;
use std::time::Duration;

use common::{Worker, worker::join_all};

use crate::words;

/// Starts both players. `player` is the command that runs this program once more, to `play` below.
pub fn run(player: impl Fn(&str) -> anyhow::Result<Command>) -> anyhow::Result<()> {
    let mut players = Vec::new();
    for word in ["Ping", "Pong"] {
        let mut player = player(word)?;
        players.push(Worker::start(&mut player)?);
    }
    join_all(players)
}

/// What each player does.
pub fn play(word: &str, count: u32, pause: Duration) -> anyhow::Result<()> {
    let mut counter = 0;
    loop {
        counter += 1;
        if counter > count {
            return Ok(());
        }
        words::say(word)?;
        thread::sleep(pause);
    }
}
