//! The client: what is typed goes to the server, what comes from there is shown.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

use anyhow::{Context, ensure};
use common::show;

pub fn connect(address: &str) -> anyhow::Result<TcpStream> {
    let stream = TcpStream::connect(address);
    let stream = stream.with_context(|| format!("cannot connect to {address}"))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Talks until the end of standard input, and until the server has answered.
pub fn run(address: &str) -> anyhow::Result<()> {
    let stream = connect(address)?;
    let all_typed = Arc::new(AtomicBool::new(false));
    let (to_server, all) = (stream.try_clone()?, all_typed.clone());
    // Not joined: when the server goes away, this thread still waits for what is typed next.
    thread::spawn(move || speak(&to_server, &all));

    let mut closed = false; // by the server, which has said why
    for line in BufReader::new(stream).split(b'\n') {
        let line = line.with_context(|| format!("lost the connection to {address}"))?;
        let line = String::from_utf8_lossy(&line);
        closed |= line.starts_with("server: closed: "); // an answer is in upper case
        show!("{line}");
    }
    ensure!(all_typed.load(SeqCst) && !closed, "{address} has ended the connection");
    Ok(())
}

/// Sends each line of standard input, whatever bytes are in it. Its end is told to the server.
fn speak(mut stream: &TcpStream, all_typed: &AtomicBool) {
    for line in io::stdin().lock().split(b'\n').map_while(Result::ok) {
        if stream.write_all(&[&line, b"\n".as_slice()].concat()).is_err() {
            return; // the server has gone: the other direction says so
        }
    }
    all_typed.store(true, SeqCst);
    let _ = stream.shutdown(Shutdown::Write);
}
