//! One queue, there and back: 1 goes to the child process, 2 comes back.
//!
//! Between threads, a channel (`std::sync::mpsc`) would do. It lives in the memory of one process,
//! and the child has none of that: what crosses over is a pipe, which belongs to the system.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use common::{Worker, as_worker, say, worker};

#[derive(Parser)]
struct Cli {
    #[arg(hide = true, value_parser = ["child"])]
    role: Option<String>,
}

fn put(mut queue: impl Write, item: u32) -> anyhow::Result<()> {
    say!("puts {item}");
    writeln!(queue, "{item}").context("nobody takes")
}

fn take(queue: impl Read) -> anyhow::Result<u32> {
    let line = BufReader::new(queue).lines().next().context("nothing came")??;
    say!("takes {line}");
    line.parse().with_context(|| format!("{line:?} is no number"))
}

fn parent() -> anyhow::Result<()> {
    let (get, mut send) = io::pipe()?;
    put(&mut send, 1)?;
    let child = Worker::start(worker("child").stdin(get.try_clone()?).stdout(send))?;
    child.join()?; // or else this process might take its own 1
    take(get)?;
    Ok(())
}

fn child() -> anyhow::Result<()> {
    let item = take(io::stdin())?;
    put(io::stdout(), item + 1)
}

fn main() -> ExitCode {
    common::lesson(|| match Cli::parse().role {
        None => parent(),
        Some(_) => as_worker(child),
    })
}
