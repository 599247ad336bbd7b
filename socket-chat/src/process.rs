//! One process per connection (Unix): the connection is the standard input of the worker.
//!
//! Its standard output is free, and is one end of a pipe: it ends when the server stops, or dies.

use std::io::{self, PipeReader, Read};
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;
use std::{fs, process, thread};

use anyhow::Context;
use common::{Worker, cli, worker};

use crate::connection::{Connection, GRACE};
use crate::room::Room;
use crate::{CONNECTION, Version};

/// Starts the worker of a connection, and waits for its end: it never becomes a zombie.
pub fn run(connection: Connection, version: Version, until_stop: PipeReader) -> anyhow::Result<()> {
    let Connection { client, stream, idle, quiet } = &connection;
    let mut command = worker(CONNECTION);
    command
        .args([cli::name(&version), client.to_string(), idle.as_secs().to_string()])
        .args(quiet.then_some("--quiet"))
        .stdin(OwnedFd::from(stream.try_clone()?))
        .stdout(until_stop);
    let worker = match Worker::start(&mut command) {
        Ok(worker) => worker,
        Err(fault) => {
            connection.end_with(&format!("closed: {fault:#}"));
            return Ok(());
        }
    };
    // Both hold a copy of the socket. Now the worker alone has the connection, which ends with it.
    drop((command, connection));
    worker.join()
}

/// What the worker does.
pub fn work(version: Version, client: u32, idle: Duration, quiet: bool) -> anyhow::Result<()> {
    let socket = io::stdin().as_fd().try_clone_to_owned()?;
    let stream = Arc::new(TcpStream::from(socket));
    stream.peer_addr().context("standard input is no connection")?;
    let connection = Connection { client, stream: stream.clone(), idle, quiet };
    let stopping = Arc::new(AtomicBool::new(false));

    let stop = {
        let stopping = stopping.clone();
        move || {
            stopping.store(true, SeqCst);
            let _ = stream.shutdown(Shutdown::Read); // the talk reads its end
            thread::sleep(2 * GRACE);
            process::exit(0); // it waits for a client that never reads
        }
    };
    // Ctrl-C reaches all processes of a terminal: also this one shall tell its client.
    ctrlc::set_handler(stop.clone()).context("cannot wait for Ctrl-C")?;
    let mut until_stop = fs::File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let watch = move || {
        if let Ok(0) = until_stop.read(&mut [0]) {
            stop();
        }
    };
    thread::Builder::new().spawn(watch).context("cannot start a thread")?;
    connection.serve(version, &Room::default(), &stopping);
    Ok(())
}
