//! Three clients say the same to a server of `chunks` and to one of `lines`.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use common::{cli, say, show};

use crate::client::connect;
use crate::server::{self, Server};
use crate::{PerConnection, Version};

/// Each write is sent at once: a read of the server brings this, and no more.
const WRITES: [(&str, &[&[u8]]); 3] = [
    ("Anna", &[b"salt\npepper\n"]),             // two lines in one write
    ("Bert", &[b"good mor", b"ning\n"]),        // one line in two writes
    ("Cleo", &[b"gr\xC3", b"\xBC\xC3\x9Fe\n"]), // the same, cut in the middle of the ü of "grüße"
];
const LINES: usize = 4;

/// An answer takes some milliseconds. One that has not come by then never will.
const PATIENCE: Duration = Duration::from_secs(2);

pub fn run() -> anyhow::Result<()> {
    let chunks = talk_to(Version::Chunks)?;
    let lines = talk_to(Version::Lines)?;
    show!("chunks answered {chunks} of {LINES} lines as they were said, lines {lines} of {LINES}.");
    Ok(())
}

/// Returns how many lines were answered as they were said.
fn talk_to(version: Version) -> anyhow::Result<usize> {
    let (listener, address) = server::listen("127.0.0.1:0")?;
    show!("--- {} on {address}", cli::name(&version));
    let server = Server::new(version, PerConnection::default());
    let serving = server.clone();
    thread::spawn(move || serving.run(&listener));
    let mut right = 0;
    for (name, writes) in WRITES {
        let answers = talk(name, writes, version, connect(&address.to_string())?)?;
        let said = String::from_utf8(writes.concat())?.to_uppercase();
        let whole = said.split_inclusive('\n').zip(&answers);
        right += whole.filter(|(line, answer)| line == answer).count();
    }
    server.stop();
    Ok(right)
}

/// Sends these writes. Each message is answered before the next write, so `chunks` reads each write
/// apart, every time. Returns the answers.
fn talk(
    name: &str,
    writes: &[&[u8]],
    version: Version,
    stream: TcpStream,
) -> anyhow::Result<Vec<String>> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let file = format!("socket-chat/src/{}.rs", cli::name(&version));
    let mut server = BufReader::new(stream);
    let mut answers = Vec::new();
    'talk: for bytes in writes {
        say!("{name} sends \"{}\"", bytes.escape_ascii());
        server.get_mut().write_all(bytes)?;
        let messages = match version {
            Version::Chunks => 1, // whatever comes
            _ => bytes.iter().filter(|&&byte| byte == b'\n').count(),
        };
        for _ in 0..messages {
            // Said first: if nobody reads any more, as after `| head -1`, this is a quiet end.
            let answer = hear(version, &mut server)
                .inspect_err(|why| say!("{name} gets no answer: {why}"))
                .with_context(|| format!("{name} gets no answer: see {file}"))?;
            say!("{name} gets {answer:?}");
            if answer.starts_with("server: closed") {
                break 'talk;
            }
            answers.push(answer);
        }
    }
    server.get_ref().shutdown(Shutdown::Write)?;
    let has_ended = server.read_to_end(&mut Vec::new()).is_ok();
    ensure!(has_ended, "{name} has ended, and the server does not end the connection. See {file}");
    Ok(answers)
}

/// Takes for one answer what the server takes for one message: what a read brings, or a line.
fn hear(version: Version, server: &mut BufReader<TcpStream>) -> anyhow::Result<String> {
    let mut answer = vec![0; 1024];
    let outcome = match version {
        Version::Chunks => server.read(&mut answer),
        _ => {
            answer.clear();
            server.read_until(b'\n', &mut answer)
        }
    };
    match outcome {
        Ok(0) => bail!("the server has ended the connection"),
        Ok(size) => Ok(String::from_utf8_lossy(&answer[..size]).into()),
        Err(fault) => match fault.kind() {
            ErrorKind::Interrupted => hear(version, server), // by the end of a worker
            ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                bail!("nothing has come for {} s", PATIENCE.as_secs())
            }
            _ => Err(fault.into()),
        },
    }
}
