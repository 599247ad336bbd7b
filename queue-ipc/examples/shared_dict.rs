//! A manager process owns a dictionary; two clients count in it, one up, one down. To count is a get
//! and a set: without a lock, what the other one sets in between is lost.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{ExitCode, Stdio};
use std::{env, sync::LazyLock, sync::Mutex, thread};

use anyhow::{Context, bail};
use common::{Worker, as_worker, show, worker, worker::join_all};

/// What the manager owns. Each request is safe by itself; the second lock is for the clients.
static DICT: LazyLock<Mutex<HashMap<String, String>>> = LazyLock::new(Mutex::default);
static LOCK: Mutex<()> = Mutex::new(());

/// The manager answers what comes through a pipe, until the other end of it is closed.
fn serve(requests: impl Read, mut answers: impl Write) -> anyhow::Result<()> {
    let mut lock = None; // held for this client until it releases it, or has ended
    for request in BufReader::new(requests).lines().map_while(Result::ok) {
        let mut answer = None;
        match request.split(' ').collect::<Vec<_>>()[..] {
            ["lock"] => lock = Some(LOCK.lock().unwrap()),
            ["unlock"] => drop(lock.take()),
            ["get", key] => answer = DICT.lock().unwrap().get(key).cloned(),
            ["set", key, value] => answer = DICT.lock().unwrap().insert(key.into(), value.into()),
            _ => bail!("the manager does not understand {request:?}"),
        }
        writeln!(answers, "{}", answer.unwrap_or("0".into()))?;
    }
    Ok(())
}

/// The manager starts and serves two clients, and when they have ended, serves the parent.
fn manager(way: &str) -> anyhow::Result<()> {
    let mut clients = Vec::new();
    for amount in ["1", "-1"] {
        let ((requests, ask), (hear, answers)) = (io::pipe()?, io::pipe()?); // nobody else has these
        let mut client = worker("client");
        clients.push(Worker::start(client.args([way, amount]).stdin(hear).stdout(ask))?);
        thread::spawn(move || serve(requests, answers));
    }
    join_all(clients).and_then(|()| serve(io::stdin(), io::stdout()))
}

fn ask(request: &str) -> anyhow::Result<String> {
    writeln!(io::stdout(), "{request}")?;
    Ok(io::stdin().lines().next().context("the manager has ended")??)
}

fn client(way: &str, amount: i64) -> anyhow::Result<()> {
    let only_if_locked = |request| if way == "locked" { ask(request).map(drop) } else { Ok(()) };
    for _ in 0..1000 {
        only_if_locked("lock")?;
        let count: i64 = ask("get count")?.parse()?;
        ask(&format!("set count {}", count + amount))?;
        only_if_locked("unlock")?;
    }
    ask("set a a").map(drop)
}

fn parent(way: &str) -> anyhow::Result<()> {
    let (requests, mut ask) = io::pipe()?;
    ask.write_all(b"get count\nget a\n")?;
    drop(ask); // no more requests
    let mut manager = worker("manager");
    let manager = Worker::start(manager.arg(way).stdin(requests).stdout(Stdio::piped()))?;
    show!("{way:<10} count = {}", manager.answer::<String>()?.replace('\n', ", a = "));
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    common::lesson(|| match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => ["unlocked", "locked"].iter().try_for_each(|way| parent(way)),
        ["manager", way] => as_worker(|| manager(way)),
        ["client", way, amount] => as_worker(|| client(way, amount.parse()?)),
        _ => bail!("this example takes no arguments"),
    })
}
