// Two pipes in a ring: Ping can read only what Pong has written, and the other way round. So they
// take turns. When one of them ends, the other one reads to end of file, and ends, too.

use std::io::{self, Write};
use std::process::Command;
use std::thread;
use std::time::Duration;

use common::{Worker, worker::join_all};

/// Starts both players. `player` is the command that runs this program once more, to `play` below.
pub fn run(player: impl Fn(&str) -> anyhow::Result<Command>) -> anyhow::Result<()> {
    let (ping_gets, mut pong_puts) = io::pipe()?;
    let (pong_gets, ping_puts) = io::pipe()?;
    writeln!(pong_puts, "0")?; // Ping begins
    let ping = Worker::start(player("Ping")?.stdin(ping_gets).stdout(ping_puts))?;
    let pong = Worker::start(player("Pong")?.stdin(pong_gets).stdout(pong_puts))?;
    // The four ends have moved into the players. If this process kept a write end, the player that
    // reads from that pipe would never come to end of file.
    join_all(vec![ping, pong])
}

/// What each player does. Its standard error leads to the parent, which hears every word.
pub fn play(word: &str, count: u32, pause: Duration) -> anyhow::Result<()> {
    for line in io::stdin().lines() {
        let counter = line?.parse::<u32>()? + 1;
        if counter > count {
            break;
        }
        io::stderr().write_all(format!("{word} {counter}\n").as_bytes())?; // one write: words do not mix
        thread::sleep(pause);
        writeln!(io::stdout(), "{counter}")?; // only now is it the other one's turn
    }
    Ok(())
}
