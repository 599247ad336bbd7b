// Two queues in a ring: Ping can only take what Pong has put, and the other way round. So they take
// turns, and when one ends, its queue ends, and the other one ends, too.

use std::io::{self, Write};
use std::process::Command;
use std::thread;
use std::time::Duration;

use common::{Worker, worker::join_all};

use crate::words;

/// Starts both players. `player` is the command that runs this program once more, to `play` below.
pub fn run(player: impl Fn(&str) -> anyhow::Result<Command>) -> anyhow::Result<()> {
    let (ping_gets, mut pong_puts) = io::pipe()?;
    let (pong_gets, ping_puts) = io::pipe()?;
    writeln!(pong_puts, "0")?; // Ping begins
    let ping = Worker::start(player("Ping")?.stdin(ping_gets).stdout(ping_puts))?;
    let pong = Worker::start(player("Pong")?.stdin(pong_gets).stdout(pong_puts))?;
    // The four ends have moved into the players. Had this process kept a copy of one that puts, the
    // queue would not end with its player.
    join_all(vec![ping, pong])
}

/// What each player does, until the other one has closed its end.
pub fn play(word: &str, count: u32, pause: Duration) -> anyhow::Result<()> {
    for line in io::stdin().lines() {
        let mut counter: u32 = line?.parse()?;
        counter += 1;
        if counter > count {
            break;
        }
        words::say(word)?;
        thread::sleep(pause);
        writeln!(io::stdout(), "{counter}")?;
    }
    Ok(())
}
