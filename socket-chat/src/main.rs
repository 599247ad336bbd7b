#![doc = include_str!("../README.md")]

mod chunks;
mod client;
mod connection;
mod demonstration;
mod lines;
mod picture;
#[cfg(unix)]
mod process;
mod room;
mod server;
mod yours;

use std::process::{ExitCode, exit};

use anyhow::Context;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use common::{cli, say};
use server::Server;

/// The address of the original: this machine only.
const HERE: &str = "127.0.0.1:8087";

/// A server answers in upper case. But what is a message?
///
/// Without a command, three clients say the same to `chunks` and to `lines`, and a picture shows
/// where each of them cuts what was said.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Let the three clients talk to yours, beside chunks
    Yours,
    /// Serve until Ctrl-C (or SIGTERM)
    Server(ServerArguments),
    /// Send what is typed, show what comes back; Ctrl-D ends it
    Client {
        /// The address of the server
        #[arg(long, value_name = "ADDRESS:PORT", default_value = HERE)]
        connect: String,
    },
    /// What the process of a connection does. The connection is its standard input
    #[cfg(unix)]
    #[command(name = process::ROLE, hide = true)]
    Connection { version: Version, client: u32, idle_ms: u64 },
}

#[derive(Args)]
struct ServerArguments {
    /// What the server does
    #[arg(default_value = "lines")]
    version: Version,

    /// Where to listen. Port 0 gives a free port, which is printed
    #[arg(long, value_name = "ADDRESS:PORT", default_value = HERE)]
    listen: String,

    /// What serves a connection [default: process on Unix, otherwise thread; room: always thread]
    #[arg(long)]
    per_connection: Option<PerConnection>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Version {
    /// Takes what one read brings for a message: messages are cut, and run together
    Chunks,
    /// A message ends with a newline: each line is answered, wherever a read ends
    Lines,
    /// A line goes to all other clients, with the number of the client that said it
    Room,
    /// Your own: src/yours.rs, which starts as a copy of chunks
    Yours,
}

#[derive(Clone, Copy, Default, PartialEq, ValueEnum)]
pub enum PerConnection {
    /// A process for each connection, which is its standard input (Unix)
    #[cfg(unix)]
    #[default]
    Process,
    /// A thread for each connection
    #[cfg_attr(not(unix), default)]
    Thread,
}

fn main() -> ExitCode {
    common::lesson(|| match Cli::parse().command {
        None => demonstration::run(Version::Lines),
        Some(Command::Yours) => demonstration::run(Version::Yours),
        Some(Command::Server(arguments)) => arguments.run(),
        Some(Command::Client { connect }) => client::run(&connect),
        #[cfg(unix)]
        Some(Command::Connection { version, client, idle_ms }) => {
            common::as_worker(|| process::work(version, client, idle_ms))
        }
    })
}

impl ServerArguments {
    fn run(self) -> anyhow::Result<()> {
        let per_connection = match self.per_connection {
            None if self.version == Version::Room => PerConnection::Thread,
            given => given.unwrap_or_default(),
        };
        if self.version == Version::Room && per_connection != PerConnection::Thread {
            let text = "processes share no memory: a room has one thread per connection";
            Cli::command().error(ErrorKind::ArgumentConflict, text).exit();
        }
        let (listener, address) = server::listen(&self.listen)?;
        let server = Server::new(self.version, per_connection);
        let stopping = server.clone();
        let stop = move || {
            stopping.stop();
            say!("has stopped");
            exit(0) // what has not ended by now never will: it ends with this process
        };
        ctrlc::set_handler(stop).context("cannot wait for Ctrl-C")?;
        let (version, serves) = (cli::name(&self.version), cli::name(&per_connection));
        say!("listens on {address}: {version}, a {serves} per client");
        if !address.ip().is_loopback() {
            say!("anyone who reaches this port can talk; nothing is secret");
        }
        server.run(&listener);
        Ok(())
    }
}
