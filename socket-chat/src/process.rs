//! One process per connection (Unix): the connection is the standard input of the worker.

use std::io;
use std::net::TcpStream;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use common::worker::{shows_its_lines_itself, worker};
use common::{Worker, cli, say};

use crate::Version;
use crate::connection::Connection;
use crate::server::Serve;

/// The role of a process that serves one connection.
pub const ROLE: &str = "connection";

/// Starts the worker of a connection. Here, both the connection and the command have a copy of the
/// socket, and are dropped: now the worker alone has the connection, which ends with it.
pub fn start(connection: Connection) -> anyhow::Result<Worker> {
    let Connection { client, version, stream, idle, .. } = connection;
    let mut command = worker(&format!("{ROLE} {client}"));
    command.args([cli::name(&version), client.to_string(), idle.as_millis().to_string()]);
    shows_its_lines_itself(&mut command); // by way of the server: 40 % fewer a second
    Worker::start(command.stdin(OwnedFd::from(stream.try_clone()?)))
}

impl Serve for Worker {
    /// It is waited for, or it would stay a zombie.
    fn serve(&self) {
        match self.wait() {
            Ok(status) if status.success() => {}
            Ok(status) => say!("{} (PID {}) failed: {status}", self.name(), self.pid()),
            Err(fault) => say!("{fault:#}"),
        }
    }

    fn stop(&self) {
        let _ = self.ask_to_end(); // it may have ended by now
    }
}

/// What the worker does. Ctrl-C reaches all processes of a terminal, and the server sends SIGTERM.
pub fn work(version: Version, client: u32, idle_ms: u64) -> anyhow::Result<()> {
    let stream = TcpStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    // Its room is without anybody: processes share no memory.
    let connection = Connection::new(version, client, stream, Duration::from_millis(idle_ms));
    let connection = Arc::new(connection);
    let stop = connection.clone();
    ctrlc::set_handler(move || stop.stop()).context("cannot wait for Ctrl-C")?;
    connection.serve();
    Ok(())
}
