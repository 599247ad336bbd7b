#![doc = include_str!("../README.md")]

mod chunks;
mod client;
mod connection;
mod demonstration;
mod lines;
mod load;
#[cfg(unix)]
mod process;
mod room;
mod server;

use std::process::{ExitCode, exit};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use common::{cli, say, whole_number};
use connection::GRACE;
use server::{Options, Server};

/// The address of the original: this machine only.
const HERE: &str = "127.0.0.1:8087";

/// The role of a process that serves one connection.
const CONNECTION: &str = "connection";

/// A server answers in upper case. But what is a message?
///
/// Without a command, three clients say the same to a `chunks` and to a `lines` server.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until Ctrl-C (or SIGTERM)
    Server(ServerArguments),
    /// Send what is typed, show what comes back; Ctrl-D ends it
    Client(ClientArguments),
    /// What the process of a connection does. The connection is its standard input
    #[cfg(unix)]
    #[command(name = CONNECTION, hide = true)]
    Connection {
        version: Version,
        client: u32,
        idle_s: u64,
        #[arg(long)]
        quiet: bool,
    },
}

#[derive(Args)]
#[command(allow_negative_numbers = true)]
struct ServerArguments {
    /// What the server does
    #[arg(default_value = "lines")]
    version: Version,

    /// Where to listen. Port 0 gives a free port, which is printed
    #[arg(long, value_name = "ADDRESS:PORT", default_value = HERE, value_parser = address)]
    listen: String,

    /// What serves a connection [default: process on Unix, otherwise thread; room: always thread]
    #[arg(long)]
    per_connection: Option<PerConnection>,

    /// How many clients are served at the same time (1 to 10000). One more is told, and closed
    #[arg(long, default_value_t = 256, value_parser = whole_number(1_u32..=10_000))]
    max_clients: u32,

    /// How long a client may be silent, or take no answers, in seconds (1 to 86400)
    #[arg(long, default_value_t = 300, value_parser = whole_number(1_u64..=86_400))]
    idle_s: u64,

    /// Do not say each message: faster
    #[arg(long)]
    quiet: bool,
}

#[derive(Args)]
#[command(allow_negative_numbers = true)]
struct ClientArguments {
    /// The address of the server
    #[arg(long, value_name = "ADDRESS:PORT", default_value = HERE, value_parser = address)]
    connect: String,

    /// Measure instead: so many clients at once (1 to 10000)
    #[arg(long, value_name = "CLIENTS", value_parser = whole_number(1_u32..=10_000))]
    load: Option<u32>,

    /// With --load: how many lines each client sends (0 to 1000000)
    #[arg(long, default_value_t = 50, requires = "load", value_parser = whole_number(0_u32..=1_000_000))]
    messages: u32,

    /// With --load: how often the clients connect anew, one time after the other (1 to 1000000)
    #[arg(long, default_value_t = 1, requires = "load", value_parser = whole_number(1_u32..=1_000_000))]
    rounds: u32,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Version {
    /// Takes what one read brings for a message: messages are cut, and run together
    Chunks,
    /// A message ends with a newline: each line is answered, whatever the reads bring
    Lines,
    /// A line goes to everyone else, with the number of who said it
    Room,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum PerConnection {
    /// A process for each connection, which is its standard input (Unix)
    #[cfg(unix)]
    Process,
    /// A thread for each connection
    Thread,
}

impl PerConnection {
    #[cfg(unix)]
    const DEFAULT: Self = Self::Process;
    #[cfg(not(unix))]
    const DEFAULT: Self = Self::Thread;
}

fn main() -> ExitCode {
    common::lesson(|| match Cli::parse().command {
        None => demonstration::run(),
        Some(Command::Server(arguments)) => arguments.run(),
        Some(Command::Client(ClientArguments { connect, load, messages, rounds })) => match load {
            None => client::run(&connect),
            Some(clients) => load::run(&connect, clients, messages, rounds),
        },
        #[cfg(unix)]
        Some(Command::Connection { version, client, idle_s, quiet }) => {
            common::as_worker(|| process::work(version, client, Duration::from_secs(idle_s), quiet))
        }
    })
}

impl ServerArguments {
    fn run(self) -> anyhow::Result<()> {
        let options = Options {
            version: self.version,
            per_connection: self.per_connection(),
            max_clients: self.max_clients as usize,
            idle: Duration::from_secs(self.idle_s),
            quiet: self.quiet,
        };
        let (server, listener) = Server::listen(&self.listen, options)?;
        let server = Arc::new(server);
        let stop = {
            let server = server.clone();
            move || {
                server.stop();
                thread::sleep(GRACE * 3 / 2); // to tell all clients, also on a busy machine
                server.cut_off();
                thread::sleep(GRACE);
                exit(0); // whatever there is to wait for: it was told
            }
        };
        ctrlc::set_handler(stop).context("cannot wait for Ctrl-C")?;

        let (address, version) = (server.address(), cli::name(&options.version));
        let per_connection = cli::name(&options.per_connection);
        say!("listens on {address}: {version}, one {per_connection} per connection");
        if !address.ip().is_loopback() {
            say!("anyone who reaches this port can talk: no password is asked, nothing is secret");
        }
        server.run(listener);
        say!("has stopped");
        Ok(())
    }

    /// The clients of a room share its memory, so threads serve them.
    fn per_connection(&self) -> PerConnection {
        let room = self.version == Version::Room;
        match self.per_connection {
            None if room => PerConnection::Thread,
            None => PerConnection::DEFAULT,
            #[cfg(unix)]
            Some(PerConnection::Process) if room => {
                let text = "processes share no memory: a room has one thread per connection";
                Cli::command().error(ErrorKind::ArgumentConflict, text).exit();
            }
            Some(per_connection) => per_connection,
        }
    }
}

/// A value parser for clap: an address and a port. Whether there is such an address is seen later.
fn address(text: &str) -> Result<String, String> {
    let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty());
    let port = port.and_then(|(_, port)| port.parse::<u16>().ok());
    let allowed = "an address and a port are allowed, such as 127.0.0.1:8087";
    port.map(|_| text.to_string()).ok_or_else(|| allowed.to_string())
}
