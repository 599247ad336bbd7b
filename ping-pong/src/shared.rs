// Ping and Pong are to say `count` words in all. The one counter goes through a queue.

use std::io::{self, Write};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use common::{Worker, worker::join_all};

use crate::words;

/// Starts both players. `player` is the command that runs this program once more, to `play` below.
pub fn run(player: impl Fn(&str) -> anyhow::Result<Command>) -> anyhow::Result<()> {
    let (get, mut put) = io::pipe()?;
    writeln!(put, "0")?;
    let mut players = Vec::new();
    for word in ["Ping", "Pong"] {
        let mut player = player(word)?;
        player.stdin(get.try_clone()?).stdout(put.try_clone()?);
        players.push(Worker::start(&mut player)?);
    }
    join_all(players)
}

/// What each player does. Whoever takes the counter gives it back, also when it is too high: the
/// other one must know that, too.
pub fn play(word: &str, count: u32, pause: Duration) -> anyhow::Result<()> {
    loop {
        let line = io::stdin().lines().next().context("the queue is closed")??;
        let mut counter: u32 = line.parse()?;
        counter += 1;
        writeln!(io::stdout(), "{counter}")?;
        if counter > count {
            return Ok(());
        }
        words::say(word)?;
        thread::sleep(pause);
    }
}
