//! Many clients at once talk to a server, and every answer is compared. Start the server before.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use common::clock::three_digits;
use common::{readable, show, timed, whole_number};

/// Connects many clients at once, compares every answer, and measures how long it takes.
#[derive(Parser)]
struct Cli {
    /// The address of the server
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8087")]
    connect: String,

    /// How many clients connect at once (1 to 256)
    #[arg(long, default_value_t = 50, value_parser = whole_number(1_u32..=256))]
    clients: u32,

    /// How many lines each of them sends, each one after the answer to the one before (1 to 1000000)
    #[arg(long, default_value_t = 200, value_parser = whole_number(1_u32..=1_000_000))]
    messages: u32,
}

fn main() -> ExitCode {
    common::lesson(|| {
        let Cli { connect, clients, messages } = Cli::parse();
        let hello = |client| {
            let stream = TcpStream::connect(&connect);
            let stream = stream.with_context(|| format!("cannot connect to {connect}"))?;
            stream.set_nodelay(true)?;
            let mut talk = BufReader::new(stream);
            ask(&mut talk, &format!("client {client} says hello\n"))?;
            Ok((client, talk))
        };
        let (talks, connecting) = timed(|| at_once((0..clients).collect(), hello));
        let talks = talks?;
        show_rate(clients, "connections", connecting);
        let say_all = |(client, mut talk)| {
            (0..messages).try_for_each(|number| {
                ask(&mut talk, &format!("client {client} says message {number}\n"))
            })
        };
        let (ended, talking) = timed(|| at_once(talks, say_all));
        ended?;
        show_rate(clients * messages, "lines", talking);
        show!("every answer was right, none was lost");
        Ok(())
    })
}

/// Does the work for each, all at the same time. The first error is the result.
fn at_once<T: Send, R: Send>(all: Vec<T>, work: impl Fn(T) -> Result<R> + Sync) -> Result<Vec<R>> {
    thread::scope(|scope| {
        let start = |one| scope.spawn(|| work(one));
        let threads = Vec::from_iter(all.into_iter().map(start));
        threads.into_iter().map(|thread| thread.join().expect("no client panics")).collect()
    })
}

/// Sends a line, and compares the answer.
fn ask(talk: &mut BufReader<TcpStream>, line: &str) -> Result<()> {
    let lost = "lost the connection to the server";
    talk.get_mut().write_all(line.as_bytes()).context(lost)?;
    let mut answer = String::new();
    talk.read_line(&mut answer).context(lost)?;
    ensure!(answer == line.to_uppercase(), "the answer to {line:?} was {answer:?}");
    Ok(())
}

fn show_rate(count: u32, what: &str, time: Duration) {
    let rate = three_digits(f64::from(count) / time.as_secs_f64());
    show!("{count} {what} in {}: {rate}/s", readable(time));
}
