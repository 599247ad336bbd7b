//! One connection from its first byte to its last, in a thread of the server or in a process of its
//! own, and what the client is told when the server ends it.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};
use std::{fmt, io};

use common::say;

use crate::room::Room;
use crate::{Version, chunks, lines, room};

/// How long a connection may take to end when the server stops, or has refused it.
pub const GRACE: Duration = Duration::from_millis(700);

/// One client of the server.
pub struct Connection {
    pub client: u32,
    pub stream: Arc<TcpStream>,
    /// The client may be silent, or take nothing, for so long.
    pub idle: Duration,
    /// Are its messages not to be said?
    pub quiet: bool,
}

impl Connection {
    /// Talks with the client until it ends, does what is not allowed, or the server stops.
    pub fn serve(&self, version: Version, room: &Room, stopping: &AtomicBool) {
        let stream = self.stream.as_ref();
        // The talk would end with an error if this failed: the socket is no more.
        let _ = stream.set_nodelay(true); // an answer is sent at once, however small
        let _ = stream.set_read_timeout(Some(self.idle));
        let _ = stream.set_write_timeout(Some(self.idle));
        let heard = |text: &str| {
            if !self.quiet {
                let (size, text) = (text.len(), format!("{text:?}"));
                let rest = if text.chars().nth(60).is_some() { "…" } else { "" };
                say!("{self}: {size} bytes are one message: {text:.60}{rest}");
            }
        };
        let from_client = FromClient { stream, stopping };
        let outcome = match version {
            Version::Chunks => chunks::talk(from_client, stream, heard),
            Version::Lines => lines::talk(from_client, stream, heard),
            Version::Room => room::talk(from_client, &self.stream, room, self.client, heard),
        };
        if stopping.load(SeqCst) {
            return self.end_with("the server stops");
        }
        let Err(fault) = outcome else { return say!("{self} has ended") };
        match fault.downcast_ref::<io::Error>().map(io::Error::kind) {
            None => self.end_with(&format!("closed: {fault}")),
            Some(ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                self.end_with(&format!("closed: idle for {} s", self.idle.as_secs()));
            }
            Some(_) => say!("{self} is gone: {fault:#}"), // there is nobody left to tell
        }
    }

    /// Tells the client why this is the end. What it still sends is read and thrown away for a
    /// moment: a connection that is closed with bytes unread is reset, and the reset can overtake
    /// the last line.
    pub fn end_with(&self, why: &str) {
        say!("{self}: {why}");
        let mut stream = self.stream.as_ref();
        let _ = stream.set_write_timeout(Some(GRACE / 4)); // it may be one that never reads
        let _ = stream.write_all(format!("server: {why}\n").as_bytes());
        let _ = stream.shutdown(Shutdown::Write);
        let end = Instant::now() + GRACE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
                return;
            }
            match stream.read(&mut [0; 64 * 1024]) {
                Ok(1..) => {}
                Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
                _ => return,
            }
        }
    }
}

impl fmt::Display for Connection {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "client {}", self.client)
    }
}

/// What the client sends. It ends with the client, or when the server stops, also if the client
/// never stops sending.
struct FromClient<'a> {
    stream: &'a TcpStream,
    stopping: &'a AtomicBool,
}

impl Read for FromClient<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.stopping.load(SeqCst) {
                return Ok(0);
            }
            match self.stream.read(bytes) {
                Err(fault) if fault.kind() == ErrorKind::Interrupted => {} // by Ctrl-C, for instance
                outcome => return outcome,
            }
        }
    }
}
