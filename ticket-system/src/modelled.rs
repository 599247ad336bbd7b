//! A sale on a disk in memory, as `interleavings`, `play` and the lesson check run it.
//!
//! A kill of a buyer is modelled, a power loss is not. So nothing here notices whether the new file is
//! synced before it is renamed.

use std::cell::Cell;
use std::path::Path;

use common::interleave::common::Worker;
use common::interleave::fs;
use common::interleave::process::{Command, Stdio};
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

/// What came of a sale by `unlocked.rs` with so many buyers and tickets.
pub fn unlocked(buyers: u32, tickets: u64) -> String {
    sale(tickets, unlocked::buy, |start| unlocked::run(buyers, start))
}

/// What came of a sale by `locked.rs` with so many buyers and tickets.
pub fn locked(buyers: u32, tickets: u64) -> String {
    sale(tickets, locked::buy, |start| locked::run(buyers, start))
}

/// What came of a sale by `serial.rs` with so many buyers and tickets.
pub fn serial(buyers: u32, tickets: u64) -> String {
    sale(tickets, serial::buy, |start| serial::run(buyers, start))
}

fn sale(
    tickets: u64,
    buy: fn(&Shop) -> anyhow::Result<bool>,
    run: impl FnOnce(Start) -> Answers,
) -> String {
    fs::prepare("db.json", format!("{{\"count\":{tickets}}}\n"));
    fs::prepare("db.json.lock", "");
    let number = Cell::new(0);
    let start = move || {
        number.update(|number| number + 1);
        let role = move || {
            let pace = Pace { pause_ms: 0, step: None };
            show!("{}", buy(&Shop { file: "db.json".into(), pace })?);
            Ok(())
        };
        let buyer = Command::of(&format!("buyer {}", number.get()), role);
        Worker::start(buyer.mortal().stdout(Stdio::piped()))
    };
    match run(Box::new(start)) {
        Ok(answers) => what_came_of_it(answers),
        Err(fault) => format!("error: {fault:#}"),
    }
}

/// Says how many are sold and left, which buyer has failed, and which files are left behind.
fn what_came_of_it(answers: Vec<anyhow::Result<bool>>) -> String {
    let mut files = fs::files();
    let db = files.remove(Path::new("db.json")).unwrap_or("nothing".into());
    let sold = answers.iter().flatten().filter(|has_ticket| **has_ticket).count();
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
