//! A server under test, on a free port, and clients that send exactly the bytes that they are given.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use common::check::{Outcome, Run, interruptible, patience};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_socket-chat");

/// What a program printed that ended well. On stderr, a version may say what it likes: a debug line.
#[track_caller]
pub fn printed(outcome: Outcome) -> String {
    assert!(outcome.status.success(), "{outcome:?}");
    outcome.stdout
}

pub struct Server {
    pub run: Run,
    pub address: String,
}

impl Server {
    /// Starts a server: a version and options. It has a free port.
    #[track_caller]
    pub fn start(arguments: &str) -> Self {
        Self::start_at("127.0.0.1:0", arguments)
    }

    #[track_caller]
    pub fn start_at(address: &str, arguments: &str) -> Self {
        let arguments = format!("server {arguments} --listen {address}");
        let mut run = Run::start(interruptible(PROGRAM, &arguments));
        let line = run.until("listens on ");
        let address = line.split("listens on ").nth(1).unwrap().split(": ").next().unwrap();
        let address = address.to_string();
        Self { run, address }
    }

    pub fn connect(&self) -> Client {
        Client::new(TcpStream::connect(&self.address).unwrap(), self.run.pid())
    }

    /// Stops it by Ctrl-C, and returns what it has said. It must leave no process. Where there are no
    /// signals, it is only killed.
    #[track_caller]
    #[cfg_attr(not(unix), expect(unused_mut))]
    pub fn stop(mut self) -> String {
        #[cfg(unix)]
        {
            self.run.ctrl_c();
            printed(self.run.end_after_signal())
        }
        #[cfg(not(unix))]
        String::new()
    }
}

pub struct Client {
    pub stream: BufReader<TcpStream>,
    /// The PID of the server.
    server: u32,
}

impl Client {
    pub fn new(stream: TcpStream, server: u32) -> Self {
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        Self { stream: BufReader::new(stream), server }
    }

    /// Sends these bytes in one write. The server may have closed the connection.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.get_mut().write_all(bytes.as_ref());
    }

    /// Waits for the next line from the server. It is empty at the end, be it by a reset.
    #[track_caller]
    pub fn line(&mut self) -> String {
        self.line_or("the server waits")
    }

    /// The same, with what it means when none comes.
    #[track_caller]
    pub fn line_or(&mut self, meaning: &str) -> String {
        let mut line = Vec::new();
        self.wait(meaning, |stream| stream.read_until(b'\n', &mut line).map(drop));
        String::from_utf8(line).unwrap()
    }

    /// Waits for so many bytes, or the end.
    #[track_caller]
    pub fn bytes(&mut self, count: usize) -> String {
        let mut bytes = Vec::new();
        self.wait("the server waits", |stream| {
            while bytes.len() < count {
                let came = stream.fill_buf()?;
                let used = came.len().min(count - bytes.len());
                bytes.extend(&came[..used]);
                stream.consume(used);
                if used == 0 {
                    break;
                }
            }
            Ok(())
        });
        String::from_utf8(bytes).unwrap()
    }

    /// Reads, and is patient as long as the server does something.
    #[track_caller]
    fn wait(
        &mut self,
        meaning: &str,
        mut read: impl FnMut(&mut BufReader<TcpStream>) -> std::io::Result<()>,
    ) {
        let mut is_in_vain = patience(self.server);
        while let Err(fault) = read(&mut self.stream) {
            match fault.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {
                    if let Err(why) = is_in_vain() {
                        panic!("no line comes from the server, and no end: {meaning} ({why})");
                    }
                }
                _ => return,
            }
        }
    }

    /// Sends a line, and waits for the answer.
    #[track_caller]
    pub fn ask(&mut self, line: &str) -> String {
        self.send(format!("{line}\n"));
        self.line()
    }

    /// Says that nothing more will come, and reads all that the server still sends.
    #[track_caller]
    pub fn end(self) -> String {
        let _ = self.stream.get_ref().shutdown(Shutdown::Write);
        self.rest()
    }

    /// Reads all that comes until the server ends the connection.
    #[track_caller]
    pub fn rest(self) -> String {
        self.rest_or("the server waits")
    }

    /// The same, with what it means when nothing comes.
    #[track_caller]
    pub fn rest_or(mut self, meaning: &str) -> String {
        let mut lines = String::new();
        loop {
            match self.line_or(meaning) {
                line if line.is_empty() => return lines,
                line => lines += &line,
            }
        }
    }
}
