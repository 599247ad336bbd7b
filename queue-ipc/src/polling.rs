// The reader takes items while the queue is not empty. It is empty, too, before the writer starts.

use std::io::{self, BufRead, BufWriter, Read, Write};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use common::{Worker, worker::join_all};

use crate::ends::is_empty;
use crate::{pace::Pace, tally::Tally};

/// Starts a reader and a writer with one pipe between them, and waits for both. `worker` is the
/// command that runs this program once more, to `read` or to `write` below.
pub fn run(worker: impl Fn(&str) -> anyhow::Result<Command>) -> anyhow::Result<()> {
    let (get, put) = io::pipe()?;
    let reader = Worker::start(worker("reader")?.stdin(get))?;
    let writer = Worker::start(worker("writer")?.stdout(put))?;
    // `get` and `put` have moved into the workers. Had this process kept a copy of `put`, the
    // reader would wait for ever: the queue is closed when the last one who could put is gone.
    let mut workers = vec![reader, writer];
    for worker in &mut workers {
        worker.wait()?; // when one is gone, the other one notices, and ends by itself
    }
    join_all(workers)
}

/// The writer process: its standard output is the queue.
pub fn write(items: u32, pace: &Pace, mut tally: Tally) -> anyhow::Result<()> {
    let mut queue = BufWriter::new(io::stdout().lock());
    for item in 0..items {
        if pace.rests() {
            queue.flush()?; // what is here already goes on its way
            pace.rest()?;
        }
        writeln!(queue, "{item}")?;
        tally.add(item);
    }
    queue.flush()?;
    Ok(())
}

/// The reader process: its standard input is the queue.
pub fn read(pause: Duration, mut tally: Tally) -> anyhow::Result<()> {
    let mut queue = io::stdin().lock();
    let mut line = String::new();
    while !is_empty(&mut queue)? {
        line.clear();
        let at = || format!("line {}", tally.next());
        queue.by_ref().take(20).read_line(&mut line).with_context(at)?; // no number is longer
        let number = line.strip_suffix('\n').and_then(|text| text.parse::<u32>().ok());
        let item =
            number.with_context(|| format!("{} is no number and newline: {line:?}", at()))?;
        tally.add(item);
        thread::sleep(pause);
    }
    Ok(())
}
