//! The client: what is typed goes to the server, what comes from there is shown.

use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::{sync::Arc, thread};

use anyhow::{Context, bail};
use common::say::text;
use common::show;

/// What has been typed so far.
#[derive(Default)]
struct Typed {
    lines: AtomicUsize,
    all: AtomicBool,
}

pub fn connect(address: &str) -> anyhow::Result<TcpStream> {
    let stream = TcpStream::connect(address);
    let stream = stream.with_context(|| format!("cannot connect to {address}"))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Talks until the end of standard input, and until the server has answered the last line.
pub fn run(address: &str) -> anyhow::Result<()> {
    let stream = connect(address)?;
    let typed = Arc::new(Typed::default());
    let speak = {
        let (stream, typed) = (stream.try_clone()?, typed.clone());
        move || speak(&stream, &typed)
    };
    // Not joined: when the server goes away, this thread still waits for what is typed next.
    thread::Builder::new().spawn(speak).context("cannot start a thread")?;

    // A line of somebody else comes after the prompt: it is written over it.
    let (prompt, over) = if io::stdin().is_terminal() { ("> ", "\r") } else { ("", "") };
    let mut answers = 0;
    let mut owed = true; // in a room, nobody has to answer
    let mut closed = false; // by the server, which has said why
    let mut from_server = BufReader::new(&stream);
    loop {
        text(format_args!("{prompt}"));
        let mut line = Vec::new();
        let size = from_server.by_ref().take(1024 * 1024).read_until(b'\n', &mut line);
        if size.with_context(|| format!("lost the connection to {address}"))? == 0 {
            break;
        }
        let line = String::from_utf8_lossy(&line);
        match line.strip_prefix("server: ") {
            None => answers += 1, // whatever is an answer is in upper case
            Some(news) => {
                owed &= !news.starts_with("you are client ");
                closed |= news.starts_with("closed: ");
            }
        }
        show!("{over}{}", line.trim_end_matches('\n'));
    }
    if !prompt.is_empty() {
        show!("");
    }
    if closed || !typed.all.load(SeqCst) {
        bail!("{address} has ended the connection");
    }
    let lines = typed.lines.load(SeqCst);
    if owed && answers < lines {
        bail!("{address} has ended the connection after {answers} of {lines} answers");
    }
    Ok(())
}

/// Sends each line of standard input, whatever bytes are in it. Its end is told to the server.
fn speak(mut stream: &TcpStream, typed: &Typed) {
    let mut from_user = io::stdin().lock();
    let mut line = Vec::new();
    while let Ok(1..) = from_user.read_until(b'\n', &mut line) {
        if !line.ends_with(b"\n") {
            line.push(b'\n'); // the last line of a file may have no end
        }
        typed.lines.fetch_add(1, SeqCst);
        if stream.write_all(&line).is_err() {
            return; // the server has gone: the other direction says so
        }
        line.clear();
    }
    typed.all.store(true, SeqCst);
    let _ = stream.shutdown(Shutdown::Write);
}
