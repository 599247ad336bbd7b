//! A manager process owns a dictionary; two clients count in it, one up, one down. To count is a get
//! and a set: without a lock, what the other one sets in between is lost.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{ExitCode, Stdio};
use std::sync::{LazyLock, Mutex};
use std::thread;

use anyhow::{Context, bail};
use clap::Parser;
use common::{Worker, as_worker, show, whole_number, worker, worker::join_all};

static DICT: LazyLock<Mutex<HashMap<String, String>>> = LazyLock::new(Mutex::default);
static LOCK: Mutex<()> = Mutex::new(());

#[derive(Parser)]
#[command(allow_negative_numbers = true)]
struct Cli {
    /// How often each client counts (0 to 1000000)
    #[arg(long, default_value_t = 1000, value_parser = whole_number(0_u32..=1_000_000))]
    times: u32,
    #[arg(hide = true, value_parser = ["manager", "1", "-1"])]
    role: Option<String>,
    #[arg(hide = true, value_parser = ["unlocked", "locked"], default_value = "unlocked")]
    way: String,
}

/// The manager answers what comes through a pipe, until the other end of it is closed.
fn serve(requests: impl Read, mut answers: impl Write) -> anyhow::Result<()> {
    let mut lock = None; // held for the one who asks, until that one frees it, or is gone
    for request in BufReader::new(requests).lines() {
        let request = request?;
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

/// The manager starts two clients, serves them until they have ended, and then serves the parent.
fn manager(times: u32, way: &str) -> anyhow::Result<()> {
    let mut clients = Vec::new();
    for role in ["1", "-1"] {
        let ((requests, ask), (hear, answers)) = (io::pipe()?, io::pipe()?); // nobody else has these
        let mut client = worker(role);
        client.args([way, &format!("--times={times}")]).stderr(io::stderr());
        clients.push(Worker::start(client.stdin(hear).stdout(ask))?);
        thread::Builder::new().spawn(move || serve(requests, answers))?;
    }
    join_all(clients)?;
    serve(io::stdin(), io::stdout())
}

fn ask(request: &str) -> anyhow::Result<String> {
    writeln!(io::stdout(), "{request}").context("the manager has gone")?;
    Ok(io::stdin().lines().next().context("the manager has gone")??)
}

fn client(amount: i64, times: u32, way: &str) -> anyhow::Result<()> {
    let only_if_locked = |request| if way == "locked" { ask(request).map(drop) } else { Ok(()) };
    for _ in 0..times {
        only_if_locked("lock")?;
        let count: i64 = ask("get count")?.parse()?;
        ask(&format!("set count {}", count + amount))?;
        only_if_locked("unlock")?;
    }
    ask("set a a").map(drop)
}

fn parent(times: u32, way: &str) -> anyhow::Result<()> {
    let (requests, mut ask) = io::pipe()?;
    ask.write_all(b"get count\nget a\n")?;
    drop(ask);
    let mut manager = worker("manager");
    manager.args([way, &format!("--times={times}")]).stdin(requests).stdout(Stdio::piped());
    let answers = Worker::start(&mut manager)?.answer()?;
    show!("{way:<10} count, a = {}", answers.trim().replace('\n', ", "));
    Ok(())
}

fn main() -> ExitCode {
    common::lesson(|| {
        let Cli { times, role, way } = Cli::parse();
        match role.as_deref() {
            None => ["unlocked", "locked"].iter().try_for_each(|way| parent(times, way)),
            Some("manager") => as_worker(|| manager(times, &way)),
            Some(amount) => as_worker(|| client(amount.parse()?, times, &way)),
        }
    })
}
