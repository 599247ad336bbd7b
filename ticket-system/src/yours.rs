// Your turn. Two buyers can both read that one ticket is left, and then both of them buy it.
// Make each ticket be sold once: no other buyer may read or write while one buyer is doing so.
// `cargo test -p ticket-system` judges this file, and `cargo run -p ticket-system -- yours` runs it.

use common::{Worker, say};

use super::shop::{Moment, Shop};

/// Starts all buyers, then waits for all of them. Returns what each answers: does it have a ticket?
/// `start` starts this program once more, as a process that does `buy` below.
pub fn run(
    buyers: u32,
    start: impl Fn() -> anyhow::Result<Worker>,
) -> anyhow::Result<Vec<anyhow::Result<bool>>> {
    let mut started = Vec::new();
    for _ in 0..buyers {
        started.push(start()?);
    }
    Ok(started.into_iter().map(Worker::answer).collect()) // all, also when one has failed
}

/// What each buyer does. Returns whether it has bought a ticket.
pub fn buy(shop: &Shop) -> anyhow::Result<bool> {
    search(shop)?;
    get(shop)
}

/// Looks how many tickets are left, and changes nothing.
fn search(shop: &Shop) -> anyhow::Result<()> {
    shop.pause_at(Moment::Searching)?;
    say!("sees {} left", shop.read()?);
    Ok(())
}

/// Takes a ticket, if there is one.
fn get(shop: &Shop) -> anyhow::Result<bool> {
    let left = shop.read()?;
    if left == 0 {
        say!("finds none left");
        return Ok(false);
    }
    say!("reads {left}");
    shop.pause_at(Moment::Getting)?; // with --step, until Enter
    shop.write(left - 1)?;
    say!("has a ticket: wrote {}", left - 1);
    Ok(true)
}
