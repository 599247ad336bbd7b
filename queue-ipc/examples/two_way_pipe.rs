//! Two processes, two pipes: each sends a line, and receives one. One of them must begin.

use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, ValueEnum};
use common::{Worker, as_worker, say, worker, worker::join_all};

#[derive(Parser)]
struct Cli {
    /// Let both receive first: each waits for what the other one has not sent yet
    #[arg(long)]
    both_receive_first: bool,

    #[arg(hide = true)]
    role: Option<Role>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    SendsFirst,
    ReceivesFirst,
}

fn send(text: &str) -> anyhow::Result<()> {
    say!("sends: {text}");
    writeln!(io::stdout(), "{text}").context("the other process has ended")
}

fn receive() -> anyhow::Result<()> {
    say!("waits for a line");
    let line =
        io::stdin().lines().next().context("the other process has ended without a word")??;
    say!("receives: {line}");
    Ok(())
}

fn start(first: &str, second: &str) -> anyhow::Result<Vec<Worker>> {
    let (first_gets, second_puts) = io::pipe()?;
    let (second_gets, first_puts) = io::pipe()?;
    let first = Worker::start(worker(first).stdin(first_gets).stdout(first_puts))?;
    let second = Worker::start(worker(second).stdin(second_gets).stdout(second_puts))?;
    Ok(vec![first, second])
}

fn both_wait() -> anyhow::Result<()> {
    let workers = start("receives-first", "receives-first")?;
    thread::sleep(Duration::from_secs(1));
    let alive = workers.iter().filter(|worker| worker.is_alive()).count();
    say!("after a second, {alive} of 2 still wait: each for the other one. Both are terminated");
    // One after the other, and only then waited for: neither has time to miss the other one.
    workers.iter().try_for_each(Worker::terminate)?;
    Ok(())
}

fn main() -> ExitCode {
    common::lesson(|| {
        let cli = Cli::parse();
        match cli.role {
            Some(Role::SendsFirst) => as_worker(|| {
                send("hello, I am the first")?;
                receive()
            }),
            Some(Role::ReceivesFirst) => as_worker(|| {
                receive()?;
                send("got it, I am the second")
            }),
            None if cli.both_receive_first => both_wait(),
            None => join_all(start("sends-first", "receives-first")?),
        }
    })
}
