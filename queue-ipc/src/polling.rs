// The reader takes items while the queue is not empty. It is empty, too, before the writer starts.

use std::io::{self, BufRead, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use common::{Worker, cli::wait_for_enter, say, show};

use super::ends::tell;

/// Starts a reader and a writer with one pipe between them. How many items has the reader taken?
/// `worker` is the command that runs this program once more, to `read` or to `write` below.
pub fn run(worker: impl Fn(&str) -> Command) -> anyhow::Result<u64> {
    let (get, put) = io::pipe()?;
    let reader = Worker::start(worker("reader").stdin(get).stdout(Stdio::piped()))?;
    let writer = Worker::start(worker("writer").stdout(put))?;
    // `get` and `put` have moved into the workers. Had this process kept a copy of `put`, end of file
    // would never come, and the reader would wait for ever.
    let taken = reader.answer();
    writer.join()?;
    taken
}

/// The writer process: its standard output is the queue.
pub fn write(items: u32, pause: Duration, step: bool) -> anyhow::Result<()> {
    let mut queue = io::stdout().lock();
    for item in 0..items {
        if step {
            wait_for_enter()?;
        }
        thread::sleep(pause); // it takes a moment to make an item
        tell("puts", item);
        writeln!(queue, "{item}").with_context(|| format!("item {item}"))?;
    }
    Ok(())
}

/// The reader process: its standard input is the queue.
pub fn read() -> anyhow::Result<()> {
    let mut queue = io::stdin().lock();
    let (mut line, mut taken) = (String::new(), 0);
    while !super::ends::is_empty(&mut queue)? {
        queue.read_line(&mut line)?;
        let item: u32 = line.trim_end().parse().with_context(|| format!("no item: {line:?}"))?;
        tell("takes", item);
        taken += 1;
        line.clear();
    }
    say!("stops; items taken: {taken}");
    show!("{taken}"); // the answer to the parent
    Ok(())
}
