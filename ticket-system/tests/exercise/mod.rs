//! What a version must do to be right, and what is said of one that does not. It is judged by what it
//! does in every interleaving, so the style of the code and the name of the lock file do not matter.

#![allow(dead_code, unused_imports, reason = "each test file uses its own part of it")]

mod disk;
mod inside;
#[path = "../../src/modelled.rs"]
pub mod modelled;

use std::iter;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};

use common::check::{Exercise, Found};
use common::interleave::{Explorer, Interleavings, explore};

pub use disk::{count_in, db_json_must_be_replaced_as_a_whole};
use modelled::{ONE_TICKET, Sale, THREE_PURCHASES, TWO_RUNS, TWO_TICKETS, is_right};

/// A version on the disk in memory.
type Sell = fn(Sale) -> String;

pub fn yours() -> Exercise {
    let text = include_str!("../../src/yours.rs");
    exercise("ticket-system/src/yours.rs", text, modelled::yours, inside::yours)
}

pub fn unlocked() -> Exercise {
    let text = include_str!("../../src/unlocked.rs");
    exercise("ticket-system/src/unlocked.rs", text, modelled::unlocked, inside::unlocked)
}

pub fn locked() -> Exercise {
    let text = include_str!("../../src/locked.rs");
    exercise("ticket-system/src/locked.rs", text, modelled::locked, inside::locked)
}

/// The plainest claims come first. `inside` sells one ticket to two buyers, and tells how many of them
/// were inside of the parts of a purchase at the same time.
fn exercise(file: &'static str, text: &str, sell: Sell, inside: fn() -> String) -> Exercise {
    let known = Arc::new(Known::default());
    let [ends, fails, once, runs, purchases, parts] = [(); 6].map(|()| known.clone());
    Exercise::new(file, text, include_str!("../../src/unlocked.rs"))
        .keeps(
            move || comes_to_its_end(sell, &ends),
            "Which lock does each process wait for, and which process holds it?",
        )
        .keeps(
            move || nobody_fails(sell, &fails),
            "Which call fails, and what has another buyer done before it?",
        )
        .keeps(
            move || one_buyer_is_served(sell),
            "What does a buyer find in db.json, and what must it leave there?",
        )
        .goal(
            move || sells_once(sell, &once),
            "A buyer reads db.json first to search, and then again to buy. What must another buyer not do \
             between this second read and the rename? A lock on a file lasts until the buyer closes the \
             file: which of these steps does it cover?",
        )
        .goal(
            move || sells_once_in_two_runs(sell, &runs),
            "The buyers of one run are kept apart by their parent. What keeps those of two terminals \
             apart?",
        )
        .goal(
            move || sells_once_in_three_purchases(sell, &purchases),
            "Two buyers exclude each other only if they lock the same file. Is the file that you lock \
             still the same one after a purchase?",
        )
        .goal(
            move || locks_a_part(inside, &parts),
            "Which steps of a purchase does the lock cover?",
        )
        .keeps(
            move || survives_a_kill(sell),
            "What is on the disk when a buyer is killed just there, and does the parent hear of it?",
        )
}

/// What several claims need, so that it is explored once.
#[derive(Default)]
struct Known {
    one_ticket: OnceLock<Interleavings>,
    sells_once: AtomicBool,
}

impl Known {
    fn one_ticket(&self, sell: Sell) -> &Interleavings {
        self.one_ticket.get_or_init(|| explore(move || sell(ONE_TICKET)))
    }

    /// If two buyers do not buy each ticket once, it has been said, and nothing else needs to be
    /// explored.
    fn must_sell_once(&self) -> Result<(), String> {
        if self.sells_once.load(SeqCst) { Ok(()) } else { Err("two buyers buy wrongly".into()) }
    }
}

fn comes_to_its_end(sell: Sell, known: &Known) -> Found {
    known.one_ticket(sell).judge(|ending| ending != "deadlock", "", "the sale never ends")
}

fn nobody_fails(sell: Sell, known: &Known) -> Found {
    let is_well = |ending: &str| {
        let notes = ending.strip_prefix("end with sold ").unwrap_or("failed");
        !["failed", "torn", "wrong answer"].iter().any(|fault| notes.contains(fault))
    };
    known.one_ticket(sell).judge(is_well, "", "a buyer fails")
}

fn one_buyer_is_served(sell: Sell) -> Found {
    for (tickets, times, sold) in [(3, 1, 1), (1, 2, 1), (0, 1, 0)] {
        let found = explore(move || sell(Sale { tickets, runs: 1, buyers: 1, times }));
        let left = tickets - sold;
        let is_right = |ending: &str| {
            ending.split(", ").take(2).eq([format!("end with sold {sold}"), format!("left {left}")])
        };
        let wrong = format!("a buyer that is alone buys {times} of {tickets} tickets");
        found.judge(is_right, "", &wrong)?;
    }
    Ok("one buyer is served".into())
}

fn sells_once(sell: Sell, known: &Known) -> Found {
    let judge = |found: &Interleavings, sale, wrong: &str| {
        let plainly = sold_in(found, sale);
        found.judge(|ending| is_right(ending, sale), "", plainly.as_deref().unwrap_or(wrong))
    };
    judge(
        known.one_ticket(sell),
        ONE_TICKET,
        "two buyers want one ticket, and it is not sold once",
    )?;
    let two_tickets = explore(move || sell(TWO_TICKETS));
    judge(
        &two_tickets,
        TWO_TICKETS,
        "two buyers want two tickets, and they are not sold once each",
    )?;
    known.sells_once.store(true, SeqCst);
    Ok("two buyers buy each ticket once".into())
}

/// Says it plainly if more tickets are sold than there were, or more than are gone.
fn sold_in(found: &Interleavings, sale: Sale) -> Option<String> {
    let wrong = found.endings().map(|(ending, ..)| ending).find(|it| !is_right(it, sale))?;
    let mut numbers = wrong.split([' ', ',']).filter_map(|word| word.parse::<u64>().ok());
    let (sold, left) = (numbers.next()?, numbers.next()?);
    let there_was = match sale.tickets {
        1 => "there was 1".to_string(),
        tickets => format!("there were {tickets}"),
    };
    if sold > sale.tickets {
        Some(format!("it sells {sold} tickets where {there_was}"))
    } else if sold + left != sale.tickets {
        Some(format!("it sells {sold} tickets where {there_was}, and {left} of them are left"))
    } else {
        None
    }
}

fn sells_once_in_two_runs(sell: Sell, known: &Known) -> Found {
    known.must_sell_once()?;
    let found = explore(move || sell(TWO_RUNS));
    let wrong = sold_in(&found, TWO_RUNS).unwrap_or("one ticket is not sold once".into());
    let wrong = format!("the program is run twice at once, with one buyer each, and {wrong}");
    found.judge(|ending| is_right(ending, TWO_RUNS), "", &wrong)?;
    Ok("so do those of two runs".into())
}

fn sells_once_in_three_purchases(sell: Sell, known: &Known) -> Found {
    known.must_sell_once()?;
    let found = Explorer::default().at_most(3000).explore(move || sell(THREE_PURCHASES));
    let wrong = sold_in(&found, THREE_PURCHASES);
    let wrong = wrong.unwrap_or("the two tickets are not sold once each".into());
    let wrong = format!("buyer 1 buys twice, buyer 2 once, and {wrong}");
    found.judge(|ending| is_right(ending, THREE_PURCHASES), "", &wrong)?;
    Ok("three purchases sell two tickets once each".into())
}

/// A lock that covers only a part of a purchase does not help, but it is half of the way. One that
/// covers enough in another way, so that each ticket is sold once, is right.
fn locks_a_part(inside: fn() -> String, known: &Known) -> Found {
    if known.must_sell_once().is_ok() {
        return Ok("a buyer waits while another one buys".into());
    }
    let found = explore(inside);
    let most = |part: usize| {
        let number = |ending: &str| ending.split(' ').nth(2 + part)?.parse::<usize>().ok();
        found.endings().filter_map(|(ending, ..)| number(ending)).max()
    };
    match (most(0), most(1)) {
        (Some(1), Some(1)) => Ok("only one buyer at a time pauses, and only one writes".into()),
        (Some(1), _) => Ok("only one buyer at a time pauses before it writes".into()),
        (_, Some(1)) => Ok("only one buyer at a time writes".into()),
        _ if both_lock_the_same(&found) => Ok("both buyers lock the same file".into()),
        _ => Err("no buyer waits for another one".into()),
    }
}

fn both_lock_the_same(found: &Interleavings) -> bool {
    let mut rows = found.endings().flat_map(|(_, _, sample)| sample.rows());
    let locks = |(buyer, step): (&str, &str)| {
        step.strip_prefix("locks ").map(|file| (buyer.to_string(), file.to_string()))
    };
    let locks: Vec<(String, String)> = iter::from_fn(|| rows.next()).filter_map(locks).collect();
    locks.iter().any(|one| locks.iter().any(|other| one.1 == other.1 && one.0 != other.0))
}

/// One of two buyers of two tickets is killed before any of its steps. The other one gets its ticket.
fn survives_a_kill(sell: Sell) -> Found {
    let found = Explorer::default().kills(1).explore(move || sell(TWO_TICKETS));
    let is_right = |ending: &str| {
        let notes = ending.strip_prefix("end with ").unwrap_or_default();
        let notes: Vec<&str> = notes.split(", ").collect();
        let sold = if notes.iter().any(|note| note.ends_with("was killed")) { 1 } else { 2 };
        notes[0] == format!("sold {sold}") && (notes[1] == "left 0" || notes[1] == "left 1")
    };
    found.judge(
        is_right,
        "the other buyer goes on after a kill",
        "one of two buyers of two tickets may be killed, and it is not so that the other one buys and \
         the parent names the one that was killed",
    )
}
