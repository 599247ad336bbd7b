//! Three clients say the same to `chunks`, and to `lines` or to `yours`.

use std::io::{Read, Write};
use std::iter::from_fn;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use common::record::{Lines, record};
use common::{cli, picture, show};

use crate::Version;
use crate::client::connect;
use crate::connection::Connection;
use crate::picture::{Piece, Talk, What, draw};
use crate::server::{self, IDLE, Serve};

/// Each write is sent at once, and only when the one before has been read: a read brings this, and no
/// more.
const WRITES: [(&str, &[&[u8]]); 3] = [
    ("Anna", &[b"salt\npepper\n"]),             // two lines in one write
    ("Bert", &[b"good mor", b"ning\n"]),        // one line in two writes
    ("Cleo", &[b"gr\xC3", b"\xBC\xC3\x9Fe\n"]), // the same, cut in the middle of the ü of "grüße"
];

/// All that comes takes some milliseconds. What has not come by then never will.
const PATIENCE: Duration = Duration::from_secs(2);

/// Shows what becomes of `chunks`, and of this version beside it.
pub fn run(version: Version) -> anyhow::Result<()> {
    let (chunks, _) = record(Lines::None, || talks(Version::Chunks));
    let (other, _) = record(Lines::None, || talks(version));
    let ((chunks, _), (other, in_vain)) = (chunks?, other?);
    let name = cli::name(&version);
    let title = match version {
        Version::Yours => "yours: src/yours.rs",
        _ => "lines: a line is a message",
    };
    picture::show(&draw(&chunks, title, &other));
    let all: usize = chunks.iter().map(|talk| talk.lines().len()).sum();
    let [chunks, other] = [chunks, other].map(|talks| talks.iter().map(right).sum::<usize>());
    show!("\nchunks answered {chunks} of {all} lines as they were said, {name} {other} of {all}.");
    if let Some(in_vain) = in_vain {
        show!("{in_vain:#} (see socket-chat/src/{name}.rs)");
    }
    if version == Version::Yours {
        show!("Is yours right? `cargo test -p socket-chat` tries many more clients, and says so.");
    }
    Ok(())
}

/// How many lines were answered as they were said?
fn right(talk: &Talk) -> usize {
    let answers = talk.pieces(What::Answer);
    let is_right = |line: &Vec<u8>| {
        let right = String::from_utf8_lossy(line).to_uppercase();
        answers.contains(&right.as_bytes())
    };
    talk.lines().iter().filter(|line| is_right(line)).count()
}

/// Each client talks with this version, up to one that waits in vain.
fn talks(version: Version) -> anyhow::Result<(Vec<Talk>, Option<anyhow::Error>)> {
    let (listener, address) = server::listen("127.0.0.1:0")?;
    let mut talks = Vec::new();
    for (number, (client, writes)) in (1..).zip(WRITES) {
        let stream = connect(&address.to_string())?;
        let watch = serve(version, number, &listener)?;
        let mut pieces = Vec::new();
        let outcome = talk(stream, writes, &watch, &mut pieces);
        talks.push(Talk { client, pieces });
        if let Err(why) = outcome {
            return Ok((talks, Some(why.context(format!("{client} waits in vain")))));
        }
    }
    Ok((talks, None))
}

/// Starts a thread that serves the client that has connected. Returns what the thread tells.
fn serve(version: Version, client: u32, to: &TcpListener) -> anyhow::Result<Receiver<Piece>> {
    let mut connection = Connection::new(version, client, to.accept()?.0, IDLE);
    let (tell, watch) = channel();
    connection.watch = Some(tell);
    thread::spawn(move || connection.serve()); // not joined: if it is wrong, it may never end
    Ok(watch)
}

/// Writes this, and tells what happens to it.
fn talk(
    mut stream: TcpStream,
    writes: &[&[u8]],
    watch: &Receiver<Piece>,
    pieces: &mut Vec<Piece>,
) -> anyhow::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut is_open = true;
    for bytes in writes {
        stream.write_all(bytes)?;
        pieces.push((What::Write, bytes.to_vec()));
        let mut unread = bytes.len();
        while unread > 0 && is_open {
            let in_vain = || format!("no read brings \"{}\"", bytes.escape_ascii());
            let piece = watch.recv_timeout(PATIENCE).ok().with_context(in_vain)?;
            match piece.0 {
                What::Read => unread = unread.saturating_sub(piece.1.len()),
                _ => is_open = !piece.1.starts_with(b"server: closed"),
            }
            pieces.push(piece);
        }
    }
    let _ = stream.shutdown(Shutdown::Write); // the server may have ended the connection
    let mut heard = Vec::new();
    let ended = stream.read_to_end(&mut heard).ok();
    drop(stream);
    pieces.extend(from_fn(|| watch.recv_timeout(PATIENCE / 10).ok()));
    ended.map(drop).context("the server does not end the connection")
}
