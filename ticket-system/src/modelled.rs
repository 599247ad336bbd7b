//! A sale on a disk in memory, as `interleavings`, `play` and the lesson check run it.
//!
//! A kill of a buyer is modelled, a power loss is not. So nothing here notices whether the new file is
//! synced before it is renamed.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;

use common::interleave::common::Worker;
use common::interleave::process::{Command, Stdio};
use common::interleave::{Ledger, fs, thread};
use common::show;
use serde_json::Value;

use shop::{Pace, Shop};

// The lesson's own files; in these modules, `std` and `common` mean the stand-ins.
common::explore!(database, "database.rs");
common::explore!(shop, "shop.rs", use ::common::interleave::common);
common::explore!(unlocked, "unlocked.rs", use ::common::interleave::common);
common::explore!(locked, "locked.rs", use ::common::interleave::common);
common::explore!(serial, "serial.rs", use ::common::interleave::common);
common::explore!(yours, "yours.rs", use ::common::interleave::common);

type Start = Box<dyn Fn() -> anyhow::Result<Worker>>;
type Answers = anyhow::Result<Vec<anyhow::Result<bool>>>;

/// So many tickets are for sale. The program is run so many times at once, each time with so many
/// buyers. Buyer 1 buys so many times, and each other one once.
#[derive(Clone, Copy)]
pub struct Sale {
    pub tickets: u64,
    pub runs: u32,
    pub buyers: u32,
    pub times: u32,
}

/// Two buyers, one ticket.
pub const ONE_TICKET: Sale = Sale { tickets: 1, runs: 1, buyers: 2, times: 1 };
/// Two buyers, two tickets.
pub const TWO_TICKETS: Sale = Sale { tickets: 2, ..ONE_TICKET };
/// Two runs in two terminals, each with one buyer, and one ticket.
pub const TWO_RUNS: Sale = Sale { runs: 2, buyers: 1, ..ONE_TICKET };
/// Two tickets, and three purchases: only then is it seen that a lock on a file that is replaced or
/// removed excludes nobody. Buyer 1 locks the new file, while buyer 2 has waited for the old one.
pub const THREE_PURCHASES: Sale = Sale { tickets: 2, times: 2, ..ONE_TICKET };

/// What came of a sale by `unlocked.rs`.
pub fn unlocked(sale: Sale) -> String {
    sell(sale, unlocked::buy, |start| unlocked::run(sale.buyers, start))
}

/// What came of a sale by `locked.rs`.
pub fn locked(sale: Sale) -> String {
    sell(sale, locked::buy, |start| locked::run(sale.buyers, start))
}

/// What came of a sale by `serial.rs`.
pub fn serial(sale: Sale) -> String {
    sell(sale, serial::buy, |start| serial::run(sale.buyers, start))
}

/// What came of a sale by `yours.rs`.
pub fn yours(sale: Sale) -> String {
    sell(sale, yours::buy, |start| yours::run(sale.buyers, start))
}

/// Is each ticket sold once in this ending, and does nothing fail? A lock file of any name may be left.
pub fn is_right(ending: &str, sale: Sale) -> bool {
    let sold_out = format!("end with sold {}, left 0", sale.tickets);
    let is_harmless = |note: &str| {
        note == "db.json.lock gone" || note.ends_with(" left behind") && !note.contains(".new ")
    };
    ending.strip_prefix(&sold_out).is_some_and(|notes| notes.split(", ").skip(1).all(is_harmless))
}

fn sell(
    sale: Sale,
    buy: fn(&Shop) -> anyhow::Result<bool>,
    run: impl Fn(Start) -> Answers + Send + Sync,
) -> String {
    let Sale { tickets, runs, buyers, times } = sale;
    fs::prepare("db.json", format!("{{\"count\":{tickets}}}\n"));
    fs::prepare("db.json.lock", "");
    let before = Arc::new(Ledger::new(0)); // tickets that buyer 1 had before its answer
    let run = |nth| {
        let (number, before) = (Cell::new(nth * buyers), before.clone());
        let start = move || {
            number.update(|number| number + 1);
            let (number, before) = (number.get(), before.clone());
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
        run(Box::new(start))
    };
    let answers: anyhow::Result<Vec<_>> = match runs {
        1 => run(0),
        _ => thread::scope(|scope| {
            let run = |nth| scope.spawn(move || run(nth));
            let runs: Vec<_> = (0..runs).map(run).collect();
            let answers = runs.into_iter().map(|run| run.join().expect("it does not panic"));
            Ok(answers.collect::<anyhow::Result<Vec<_>>>()?.into_iter().flatten().collect())
        }),
    };
    match answers {
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
