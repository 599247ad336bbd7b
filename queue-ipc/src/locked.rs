// A message is a length, then a text. A lock keeps them together: one for putting, one for getting.

use std::fs::File;
use std::io::{self, Read, Write};
use std::process::Command;

use anyhow::{Context, ensure};
use common::{Worker, worker::join_all};

use crate::{ends::End, messages, tally::Tally};

fn put(end: &End, text: &str) -> anyhow::Result<()> {
    let lock = File::open(&end.lock)?;
    lock.lock()?; // until `lock` is dropped, which closes the file
    let mut queue = &end.queue;
    queue.write_all(&u32::try_from(text.len())?.to_be_bytes())?;
    end.pace.rest()?;
    queue.write_all(text.as_bytes())?;
    Ok(())
}

/// The next message; none when the queue is closed.
fn get(end: &End) -> anyhow::Result<Option<Vec<u8>>> {
    let lock = File::open(&end.lock)?;
    lock.lock()?; // until `lock` is dropped, which closes the file
    let mut queue = &end.queue;
    let mut length = [0; 4];
    if queue.read(&mut length[..1])? == 0 {
        return Ok(None);
    }
    queue.read_exact(&mut length[1..]).context("the queue ends inside a length")?;
    let length = u32::from_be_bytes(length);
    ensure!(length <= messages::LONGEST, "the boundary is lost: no message has {length} bytes");
    let mut text = vec![0; length as usize];
    queue.read_exact(&mut text).context("the queue ends inside a text")?;
    Ok(Some(text))
}

/// Starts writers and readers on one pipe, and waits for all. `workers` are the commands that run
/// this program once more, to `write` or to `read` below.
pub fn run(writers: Vec<Command>, readers: Vec<Command>) -> anyhow::Result<()> {
    let (get, put) = io::pipe()?;
    let mut workers = Vec::new();
    for mut reader in readers {
        workers.push(Worker::start(reader.stdin(get.try_clone()?))?);
    }
    for mut writer in writers {
        workers.push(Worker::start(writer.stdout(put.try_clone()?))?);
    }
    drop((get, put)); // or else the queue would not be closed when the last writer is gone
    for worker in &mut workers {
        worker.wait()?;
    }
    join_all(workers)
}

/// A writer process: its standard output is the queue.
pub fn write(name: char, items: u32, end: &End, mut tally: Tally) -> anyhow::Result<()> {
    for item in 0..items {
        put(end, &messages::text(name, item))?;
        tally.add(format_args!("{name}{item}"));
    }
    Ok(())
}

/// A reader process: its standard input is the queue.
pub fn read(end: &End, mut tally: Tally) -> anyhow::Result<()> {
    while let Some(text) = get(end).inspect_err(|_| tally.torn())? {
        tally.check(&text);
    }
    Ok(())
}
