//! The benchmark: many clients at once, every answer compared.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use anyhow::{Context, ensure};
use common::clock::three_digits;
use common::{readable, show, timed};

use crate::client::connect;

/// `clients` connect at once, and each gets a first answer. Then each of them sends `messages`
/// lines, one after the answer to the other. All that is done `rounds` times.
pub fn run(address: &str, clients: u32, messages: u32, rounds: u32) -> anyhow::Result<()> {
    let (mut connecting, mut talking) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..rounds {
        let (talks, time) = timed(|| {
            at_once(0..clients, |client| {
                let mut talk = BufReader::new(connect(address)?);
                ask(&mut talk, &format!("client {client} says hello\n"))?;
                Ok((client, talk))
            })
        });
        connecting += time;
        let (ended, time) = timed(|| {
            at_once(talks?, |(client, mut talk)| {
                (0..messages).try_for_each(|number| {
                    ask(&mut talk, &format!("client {client} says message {number}\n"))
                })
            })
        });
        talking += time;
        ended?;
    }
    let rate = |count: u64, time: Duration| three_digits(count as f64 / time.as_secs_f64());
    let connections = u64::from(clients) * u64::from(rounds);
    let lines = connections * u64::from(messages);
    let (connected, talked) = (rate(connections, connecting), rate(lines, talking));
    show!("{connections} connections in {}: {connected}/s", readable(connecting));
    show!("{lines} lines in {}: {talked}/s", readable(talking));
    show!("every answer was right, none was lost");
    Ok(())
}

/// Does the work for each, all at the same time. The first error is the result.
fn at_once<T: Send, R: Send>(
    all: impl IntoIterator<Item = T>,
    work: impl Fn(T) -> anyhow::Result<R> + Sync,
) -> anyhow::Result<Vec<R>> {
    thread::scope(|scope| {
        let mut handles = Vec::new();
        for one in all {
            let work = &work;
            let handle = thread::Builder::new().spawn_scoped(scope, move || work(one));
            handles.push(handle.context("cannot start a thread for each client")?);
        }
        handles.into_iter().map(|handle| handle.join().expect("no panic in a client")).collect()
    })
}

/// Sends a line, and compares the answer.
fn ask(talk: &mut BufReader<TcpStream>, line: &str) -> anyhow::Result<()> {
    let lost = "lost the connection to the server";
    talk.get_mut().write_all(line.as_bytes()).context(lost)?;
    let mut answer = String::new();
    talk.read_line(&mut answer).context(lost)?;
    ensure!(answer == line.to_uppercase(), "the answer to {line:?} was {answer:?}");
    Ok(())
}
