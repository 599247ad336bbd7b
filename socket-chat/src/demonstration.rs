//! Three clients say the same to a server of `chunks` and to one of `lines`.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use common::{cli, say, show};

use crate::client::connect;
use crate::server::{Options, Server};
use crate::{PerConnection, Version};

/// Each write is sent at once: a read of the server brings this, and no more.
const WRITES: [(&str, &[&[u8]]); 3] = [
    ("Anna", &[b"salt\npepper\n"]),             // two lines in one write
    ("Bert", &[b"good mor", b"ning\n"]),        // one line in two writes
    ("Cleo", &[b"gr\xC3", b"\xBC\xC3\x9Fe\n"]), // the same, cut in the middle of the ü of "grüße"
];
const LINES: usize = 4;

pub fn run() -> anyhow::Result<()> {
    let chunks = talk_to(Version::Chunks)?;
    let lines = talk_to(Version::Lines)?;
    show!("chunks answered {chunks} of {LINES} lines as they were said, lines {lines} of {LINES}.");
    Ok(())
}

/// Gives how many lines were answered as they were said.
fn talk_to(version: Version) -> anyhow::Result<usize> {
    let idle = Duration::from_secs(20);
    let per_connection = PerConnection::DEFAULT;
    let options = Options { version, per_connection, max_clients: 3, idle, quiet: false };
    let (server, listener) = Server::listen("127.0.0.1:0", options)?;
    show!("--- {} on {}", cli::name(&version), server.address());
    thread::scope(|scope| {
        let serving = thread::Builder::new().spawn_scoped(scope, || server.run(listener));
        serving.context("cannot start a thread")?;
        let right = three_clients(version, server.address());
        server.stop();
        right
    })
}

fn three_clients(version: Version, address: SocketAddr) -> anyhow::Result<usize> {
    let mut clients = Vec::new();
    for (name, writes) in WRITES {
        let stream = connect(&address.to_string())?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        clients.push((Client { name, version, from_server: BufReader::new(stream) }, writes));
    }
    let mut right = 0;
    for (mut client, writes) in clients {
        let answers = client.talk(writes)?;
        let said = String::from_utf8(writes.concat())?.to_uppercase();
        let whole = said.split_inclusive('\n').zip(&answers);
        right += whole.filter(|(line, answer)| line == answer).count();
    }
    Ok(right)
}

struct Client {
    name: &'static str,
    version: Version,
    from_server: BufReader<TcpStream>,
}

impl Client {
    /// Sends these writes, and gives all answers.
    fn talk(&mut self, writes: &[&[u8]]) -> anyhow::Result<Vec<String>> {
        let mut answers = Vec::new();
        for (number, bytes) in writes.iter().enumerate() {
            say!("{} sends \"{}\"", self.name, bytes.escape_ascii());
            self.from_server.get_mut().write_all(bytes)?;
            // `chunks` answers whatever comes. Only then is the rest sent, so the server reads it
            // apart, every time. `lines` waits for the rest before it answers.
            if self.version == Version::Chunks || number + 1 == writes.len() {
                answers.extend(self.hear()?);
            }
            if answers.last().is_some_and(|answer| answer.starts_with("server: closed")) {
                break;
            }
        }
        self.from_server.get_mut().shutdown(Shutdown::Write)?;
        while let Some(answer) = self.hear()? {
            answers.push(answer);
        }
        Ok(answers)
    }

    /// Takes for one answer what the server takes for one message: what a read brings, or a line.
    fn hear(&mut self) -> anyhow::Result<Option<String>> {
        let mut answer = vec![0; 1024];
        let size = match self.version {
            Version::Chunks => loop {
                match self.from_server.read(&mut answer) {
                    // The end of a worker can interrupt a read that has a timeout.
                    Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
                    outcome => break outcome?,
                }
            },
            _ => {
                answer.clear();
                self.from_server.read_until(b'\n', &mut answer)?
            }
        };
        answer.truncate(size);
        let answer = String::from_utf8(answer)?;
        if size == 0 {
            return Ok(None);
        }
        say!("{} gets {answer:?}", self.name);
        Ok(Some(answer))
    }
}
