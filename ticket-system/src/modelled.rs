//! A sale on a disk in memory, as `interleavings`, `play` and the lesson check run it.
//!
//! A kill of a buyer is modelled, a power loss is not. So nothing here notices whether the new file is
//! synced before it is renamed.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;

use common::interleave::common::Worker;
use common::interleave::process::{Command, Stdio};
use common::interleave::{Ledger, fs};
use common::show;
use serde_json::Value;

use shop::{Pace, Shop};

// The lesson's own files; in these modules, `std` and `common` mean the stand-ins.
common::explore!(database, "database.rs");
common::explore!(shop, "shop.rs", use ::common::interleave::common);
common::explore!(unlocked, "unlocked.rs", use ::common::interleave::common);
common::explore!(locked, "locked.rs", use ::common::interleave::common);
common::explore!(serial, "serial.rs", use ::common::interleave::common);

type Start = Box<dyn Fn() -> anyhow::Result<Worker>>;
type Answers = anyhow::Result<Vec<anyhow::Result<bool>>>;

/// What came of a sale by `unlocked.rs` with so many tickets.
pub fn unlocked(tickets: u64) -> String {
    sale(tickets, 1, unlocked::buy, |start| unlocked::run(2, start))
}

/// What came of a sale by `locked.rs`, in which buyer 1 buys so many times.
pub fn locked(tickets: u64, times: u32) -> String {
    sale(tickets, times, locked::buy, |start| locked::run(2, start))
}

/// What came of a sale by `serial.rs` with so many tickets.
pub fn serial(tickets: u64) -> String {
    sale(tickets, 1, serial::buy, |start| serial::run(2, start))
}

fn sale(
    tickets: u64,
    times: u32,
    buy: fn(&Shop) -> anyhow::Result<bool>,
    run: impl FnOnce(Start) -> Answers,
) -> String {
    fs::prepare("db.json", format!("{{\"count\":{tickets}}}\n"));
    fs::prepare("db.json.lock", "");
    let before = Arc::new(Ledger::new(0)); // tickets that buyer 1 had before its answer
    let (number, theirs) = (Cell::new(0), before.clone());
    let start = move || {
        number.update(|number| number + 1);
        let (number, before) = (number.get(), theirs.clone());
        let role = move || {
            let shop = Shop { file: "db.json".into(), pace: Pace { pause_ms: 0, step: None } };
            for _ in (1..times).filter(|_| number == 1) {
                let has_ticket = buy(&shop)?;
                before.write(|before| *before += usize::from(has_ticket));
            }
            show!("{}", buy(&shop)?);
            Ok(())
        };
        let buyer = Command::of(&format!("buyer {number}"), role);
        Worker::start(buyer.mortal().stdout(Stdio::piped()))
    };
    match run(Box::new(start)) {
        Ok(answers) => what_came_of_it(before.with(|before| *before), answers),
        Err(fault) => format!("error: {fault:#}"),
    }
}

/// Says how many are sold and left, which buyer has failed, and which files are left behind.
fn what_came_of_it(before: usize, answers: Vec<anyhow::Result<bool>>) -> String {
    let mut files = fs::files();
    let db = files.remove(Path::new("db.json")).unwrap_or("nothing".into());
    let sold = before + answers.iter().flatten().filter(|has_ticket| **has_ticket).count();
    let mut text = match serde_json::from_str::<Value>(&db).ok().and_then(|db| db["count"].as_u64())
    {
        Some(left) => format!("sold {sold}, left {left}"),
        None => format!("sold {sold}, db.json torn: {db:?}"),
    };
    for fault in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        text += &format!(", {fault:#}");
    }
    if files.remove(Path::new("db.json.lock")).is_none() {
        text += ", db.json.lock gone";
    }
    for file in files.keys() {
        text += &format!(", {} left behind", file.display());
    }
    text
}
