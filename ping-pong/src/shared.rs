// Ping and Pong, two processes, are to say `count` words in all.
// They share no memory, so the one counter goes through a pipe.

use std::io::{self, Write};
use std::process::Command;
use std::thread;
use std::time::Duration;

use common::{Worker, worker::join_all};

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

/// What each player does. Its standard error leads to the parent, which hears every word.
pub fn play(word: &str, count: u32, pause: Duration) -> anyhow::Result<()> {
    for line in io::stdin().lines() {
        let counter = line?.parse::<u32>()? + 1;
        writeln!(io::stdout(), "{counter}")?; // also beyond `count`: the other one must know
        if counter > count {
            break;
        }
        io::stderr().write_all(format!("{word} {counter}\n").as_bytes())?; // one write: words do not mix
        thread::sleep(pause);
    }
    Ok(())
}
