// A message is a length, then a text. A lock keeps them together: one for putting, one for getting.

use std::fs::File;
use std::io::{self, Read, Write};
use std::process::{Command, Stdio};
use std::{thread, time::Duration};

use anyhow::Result;
use common::{Worker, cli::wait_for_enter, say, show, worker::join_all};

use super::{ends::unbuffered, messages, messages::Taken};

fn put(mut queue: impl Write, text: &str, pause: Duration, step: bool) -> Result<()> {
    let lock = File::open("put.lock")?;
    say!("waits for the lock");
    lock.lock()?; // until `lock` is dropped, which closes the file
    say!("puts the length {}", text.len());
    queue.write_all(&u32::try_from(text.len())?.to_be_bytes())?;
    if step {
        wait_for_enter()?;
    }
    thread::sleep(pause);
    queue.write_all(text.as_bytes())?;
    Ok(())
}

/// The next message, with its length; none when the queue is closed.
fn get(mut queue: impl Read) -> Result<Option<Vec<u8>>> {
    let lock = File::open("get.lock")?;
    lock.lock()?; // until `lock` is dropped, which closes the file
    let (mut length, mut text) = (Vec::new(), Vec::new());
    if queue.by_ref().take(4).read_to_end(&mut length)? == 0 {
        return Ok(None);
    }
    let Some(bytes) = length.first_chunk() else { return Ok(Some(length)) }; // torn: not even 4
    queue.take(u32::from_be_bytes(*bytes).min(messages::LONGEST).into()).read_to_end(&mut text)?;
    Ok(Some([length, text].concat()))
}

/// Starts writers and readers on one pipe. `worker` runs this program once more, as one of them.
pub fn run(writers: u8, readers: u8, worker: impl Fn(&str) -> Command) -> Result<Vec<Taken>> {
    let (get, put) = io::pipe()?;
    let (mut reading, mut writing) = (Vec::new(), Vec::new());
    for number in 1..=readers {
        let mut reader = worker(&format!("reader {number}"));
        reading.push(Worker::start(reader.stdin(get.try_clone()?).stdout(Stdio::piped()))?);
    }
    for letter in ('A'..).take(writers.into()) {
        writing.push(Worker::start(worker(&format!("writer {letter}")).stdout(put.try_clone()?))?);
    }
    drop((get, put)); // or else end of file would not come when the last writer has ended
    let taken = reading.into_iter().map(Worker::answer).collect::<Result<_>>()?;
    join_all(writing)?;
    Ok(taken)
}

/// A writer process: its standard output is the queue.
pub fn write(letter: char, items: u32, pause: Duration, step: bool) -> Result<()> {
    let queue = unbuffered(io::stdout())?;
    (0..items).try_for_each(|item| put(&queue, &messages::text(letter, item), pause, step))
}

/// A reader process: its standard input is the queue.
pub fn read() -> Result<()> {
    let queue = unbuffered(io::stdin())?;
    let mut taken = Taken::default();
    while let Some(message) = get(&queue)? {
        if let Some(place) = messages::tear(&message) {
            say!("torn: {place}");
            taken.torn += 1;
            break; // where does the next one begin? It cannot know
        }
        taken.count(&message);
    }
    say!("stops; messages taken: {}", taken.whole());
    show!("{taken}"); // the answer to the parent
    Ok(())
}
