//! A server under test, on a free port, and clients that send exactly the bytes that they are given.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use common::check::{DEADLINE, Run, interruptible};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_socket-chat");

/// Each way to serve a connection.
pub const WAYS: [&str; 2] =
    ["--per-connection thread", if cfg!(unix) { "--per-connection process" } else { "" }];

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
        Client::from(TcpStream::connect(&self.address).unwrap())
    }

    /// A client that never reads, and for which nobody takes more: now the server waits for it.
    #[track_caller]
    pub fn connect_mute(&self) -> Client {
        let mut mute = self.connect();
        let asked = mute.ask_and_never_read();
        assert!(asked < 1024, "somebody keeps 64 MiB for a client that never reads");
        mute
    }

    /// Stops it as its user does, and gives what it has said. It must leave no process.
    #[track_caller]
    pub fn stop(mut self) -> String {
        self.run.ctrl_c();
        self.run.end_after_signal().stdout()
    }
}

pub struct Client(pub BufReader<TcpStream>);

impl From<TcpStream> for Client {
    fn from(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        Self(BufReader::new(stream))
    }
}

impl Client {
    /// Sends these bytes in one write. The server may have closed the connection.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.0.get_mut().write_all(bytes.as_ref());
    }

    /// Waits for the next line from the server. It is empty at the end, be it by a reset.
    #[track_caller]
    pub fn line(&mut self) -> String {
        self.line_or("the server waits")
    }

    /// The same, with what it means when none comes.
    #[track_caller]
    pub fn line_or(&mut self, meaning: &str) -> String {
        let mut line = String::new();
        match self.0.read_line(&mut line) {
            Err(fault) if fault.kind() != ErrorKind::ConnectionReset => {
                panic!("no line comes for {DEADLINE:?}, and no end: {meaning} ({fault})")
            }
            _ => line,
        }
    }

    /// Sends a line, and waits for the answer.
    #[track_caller]
    pub fn ask(&mut self, line: &str) -> String {
        self.send(format!("{line}\n"));
        self.line()
    }

    /// Asks for 64 MiB in lines of 64 KiB, until nobody takes one for half a second. Gives how many
    /// were taken.
    pub fn ask_and_never_read(&mut self) -> usize {
        let half_a_second = Some(Duration::from_millis(500));
        self.0.get_ref().set_write_timeout(half_a_second).unwrap();
        let line = format!("{}\n", "x".repeat(65_535));
        let taken = |_: &i32| self.0.get_mut().write_all(line.as_bytes()).is_ok();
        (0..1024).take_while(taken).count()
    }

    /// Says that nothing more will come, and reads all that the server still sends.
    #[track_caller]
    pub fn end(self) -> String {
        let _ = self.0.get_ref().shutdown(Shutdown::Write);
        self.rest()
    }

    /// Reads all that comes until the server ends the connection.
    #[track_caller]
    pub fn rest(mut self) -> String {
        let mut lines = String::new();
        loop {
            match self.line() {
                line if line.is_empty() => return lines,
                line => lines += &line,
            }
        }
    }
}
