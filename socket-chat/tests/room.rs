//! What a room does with a client that it has dropped, without the chance of what has come by then.

#[path = "../src/room.rs"]
mod room;

use std::io::{BufRead, BufReader, Cursor, Read};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use common::check::DEADLINE;
use room::{Room, talk};

/// Reads what is sent here, and waits for it. It ends with its sender.
struct Gate(Receiver<&'static [u8]>);

impl Read for Gate {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let mut next = self.0.recv().unwrap_or_default();
        next.read(bytes)
    }
}

/// Both ends of a connection. The first one is that of the server.
fn connection() -> (Arc<TcpStream>, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (Arc::new(listener.accept().unwrap().0), client)
}

/// On Linux, a connection that is shut down can still be read as long as the client sends. If a room
/// went on to tell what a dropped client says, the next ones would soon be slow consumers, too.
#[test]
fn a_client_that_is_dropped_is_no_longer_heard() {
    let (tell, told) = channel();
    thread::spawn(move || tell.send(lines_heard_of_a_dropped_client()));
    let heard = told.recv_timeout(DEADLINE).expect("room.rs waits for a client that never reads");
    assert_eq!(heard, 0, "room.rs still hears a client that it has dropped");
}

fn lines_heard_of_a_dropped_client() -> u32 {
    let room = &Room::default();
    let [(slow, its_end), (speaker, _its_end)] = [(); 2].map(|()| connection());
    let (says, gate) = channel();
    thread::scope(|scope| {
        let slow = scope.spawn(move || {
            let mut heard = 0;
            let _ = talk(Gate(gate), &slow, room, 1, |_| heard += 1);
            heard
        });
        let mut hello = String::new();
        BufReader::new(&its_end).read_line(&mut hello).unwrap(); // and nothing more
        assert_eq!(hello, "server: you are client 1\n");
        // Far more than what its queue and the system keep for it: now it is dropped.
        let lines = format!("{}\n", "x".repeat(60_000)).repeat(1000);
        talk(Cursor::new(lines), &speaker, room, 2, |_| {}).unwrap();
        says.send(b"too late\n").unwrap();
        drop(says);
        slow.join().unwrap()
    })
}
