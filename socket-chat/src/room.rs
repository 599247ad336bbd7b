// A line goes to all other clients. Each has a queue, and a thread that writes what is in it. A
// client that speaks puts its line into each queue, and never waits for a slow consumer.

use std::io::{BufReader, prelude::*};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::{collections::BTreeMap, thread};

use anyhow::{Context, ensure};
use common::say;

type Queue = SyncSender<Arc<str>>;

#[derive(Default)]
pub struct Room {
    clients: Mutex<BTreeMap<u32, (Queue, Arc<TcpStream>)>>,
}

impl Room {
    /// Puts a line into the queue of each client but this one.
    fn tell_all_but(&self, client: u32, line: String) {
        let line: Arc<str> = line.into(); // one copy, however many queues it is in
        self.clients.lock().unwrap().retain(|&other, (queue, stream)| {
            if other == client || queue.try_send(line.clone()).is_ok() {
                return true; // stays
            }
            say!("client {other} is dropped: too many lines wait for it");
            let _ = stream.shutdown(Shutdown::Both); // both of its threads notice, and end
            false
        });
    }

    fn enter(&self, client: u32, stream: &Arc<TcpStream>) -> Receiver<Arc<str>> {
        let (queue, lines) = sync_channel(256); // a client with so many lines to write is dropped
        let _ = queue.send(format!("server: you are client {client}\n").into());
        self.clients.lock().unwrap().insert(client, (queue, stream.clone()));
        self.tell_all_but(client, format!("server: client {client} comes\n"));
        lines
    }

    fn leave(&self, client: u32) {
        self.clients.lock().unwrap().remove(&client); // the end of its queue
        self.tell_all_but(client, format!("server: client {client} goes\n"));
    }
}

/// Talks with one client until it ends. Every line goes to `heard`, and to all other clients.
pub fn talk(
    from_client: impl Read,
    stream: &Arc<TcpStream>,
    room: &Room,
    client: u32,
    mut heard: impl FnMut(&str),
) -> anyhow::Result<()> {
    let write = |lines: Receiver<Arc<str>>| {
        let written = lines.iter().try_for_each(|line| stream.as_ref().write_all(line.as_bytes()));
        written.or_else(|_| stream.shutdown(Shutdown::Both))
    };
    let mut from_client = BufReader::new(from_client);
    let mut read = || {
        let mut line = Vec::new();
        while from_client.by_ref().take(64 * 1024).read_until(b'\n', &mut line)? > 0 {
            ensure!(line.ends_with(b"\n"), "a line must end, within 64 KiB");
            ensure!(room.clients.lock().unwrap().contains_key(&client), "it is dropped");
            let text = str::from_utf8(&line).context("a message is not valid UTF-8")?;
            heard(text);
            room.tell_all_but(client, format!("client {client}: {text}"));
            line.clear();
        }
        Ok(()) // the client has ended
    };
    thread::scope(|scope| {
        let lines = room.enter(client, stream);
        scope.spawn(|| write(lines));
        let outcome = read();
        room.leave(client);
        outcome
    })
}
