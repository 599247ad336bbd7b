//! One connection from its first byte to its last, in a thread of the server or in a process of its
//! own, and what the client is told when the server ends it.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use common::{readable, say};

use crate::picture::{Piece, What};
use crate::room::Room;
use crate::server::Serve;
use crate::{Version, chunks, lines, room, yours};

/// How long a connection may take to end when the server ends it.
pub const GRACE: Duration = Duration::from_millis(500);

/// One client of the server.
pub struct Connection {
    pub client: u32,
    pub stream: Arc<TcpStream>,
    pub version: Version,
    pub room: Arc<Room>,
    /// So long the client may be silent, or take no answers.
    pub idle: Duration,
    pub stopping: AtomicBool,
    /// Is told what a read brings, what is a message, and what is an answer: for the picture.
    pub watch: Option<Sender<Piece>>,
}

impl Serve for Connection {
    /// Talks with the client until it ends, does what is not allowed, or the server stops.
    fn serve(&self) {
        say!("client {} connects", self.client);
        let stream = self.stream.as_ref();
        // The talk would end with an error if this failed: the socket is no more.
        let _ = stream.set_nodelay(true); // an answer is sent at once, however small
        let _ = stream.set_read_timeout(Some(self.idle));
        let _ = stream.set_write_timeout(Some(self.idle));
        let heard = |text: &str| self.heard(text);
        let outcome = match self.version {
            Version::Chunks => chunks::talk(self, self, heard),
            Version::Lines => lines::talk(self, self, heard),
            Version::Room => room::talk(self, &self.stream, &self.room, self.client, heard),
            Version::Yours => yours::talk(self, self, heard),
        };
        if self.stopping.load(SeqCst) {
            return self.end_with("the server stops");
        }
        let Err(fault) = outcome else { return say!("client {} has ended", self.client) };
        match fault.downcast_ref::<io::Error>() {
            Some(silent)
                if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&silent.kind()) =>
            {
                self.end_with(&format!("closed: idle for {}", readable(self.idle)));
            }
            // By the system: the connection is lost, and nobody is left to tell.
            Some(lost) if lost.raw_os_error().is_some() => {
                say!("client {} is gone: {fault:#}", self.client);
            }
            _ => self.end_with(&format!("closed: {fault}")),
        }
    }

    /// The talk reads the end of its client.
    fn stop(&self) {
        self.stopping.store(true, SeqCst);
        let _ = self.stream.shutdown(Shutdown::Read); // it may have ended by now
    }
}

impl Connection {
    pub fn new(version: Version, client: u32, stream: TcpStream, idle: Duration) -> Self {
        let (room, stopping) = (Arc::default(), false.into());
        Self { client, stream: stream.into(), version, room, idle, stopping, watch: None }
    }

    fn heard(&self, message: &str) {
        let (size, text) = (message.len(), format!("{message:?}"));
        let rest = if text.chars().nth(18).is_some() { "…" } else { "" };
        say!("client {}: {size} bytes are one message: {text:.18}{rest}", self.client);
        self.tell(What::Message, message.as_bytes());
    }

    fn tell(&self, what: What, bytes: &[u8]) {
        if let (Some(watch), false) = (&self.watch, bytes.is_empty()) {
            let _ = watch.send((what, bytes.to_vec())); // or nobody watches any more
        }
    }

    /// Tells the client why this is the end. What it still sends is read and thrown away for a
    /// moment: a connection that is closed with bytes unread is reset, and the reset can overtake
    /// the last line.
    fn end_with(&self, why: &str) {
        say!("client {}: {why}", self.client);
        let (mut client, mut stream) = (self, self.stream.as_ref());
        let _ = stream.set_write_timeout(Some(GRACE / 2)); // it may be one that never reads
        let _ = client.write_all(format!("server: {why}\n").as_bytes());
        let _ = stream.shutdown(Shutdown::Write);
        let _ = stream.set_read_timeout(Some(GRACE / 2));
        let end = Instant::now() + GRACE / 2;
        let mut rest = [0; 64 * 1024];
        while Instant::now() < end && stream.read(&mut rest).is_ok_and(|size| size > 0) {}
    }
}

/// What the client sends. It ends with the client, or when the server stops, also if the client
/// never stops sending.
impl Read for &Connection {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.stopping.load(SeqCst) {
                return Ok(0);
            }
            match self.stream.as_ref().read(bytes) {
                Err(fault) if fault.kind() == ErrorKind::Interrupted => {} // by Ctrl-C, for instance
                outcome => {
                    outcome.iter().for_each(|&size| self.tell(What::Read, &bytes[..size]));
                    return outcome;
                }
            }
        }
    }
}

/// What the client gets.
impl Write for &Connection {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let size = self.stream.as_ref().write(bytes)?;
        self.tell(What::Answer, &bytes[..size]);
        Ok(size)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(()) // a socket keeps nothing back
    }
}
