// One buyer after the other: each is waited for before the next one starts. That keeps the buyers of
// this run apart without a lock, but not from those of another run.

use common::{Worker, say};

use super::shop::{Moment, Shop};

/// Starts each buyer when the one before it has ended. Returns what each answers: does it have a ticket?
/// `start` starts this program once more, as a process that does `buy` below.
pub fn run(
    buyers: u32,
    start: impl Fn() -> anyhow::Result<Worker>,
) -> anyhow::Result<Vec<anyhow::Result<bool>>> {
    let mut answers = Vec::new();
    for _ in 0..buyers {
        let buyer = start()?;
        answers.push(buyer.answer()); // waits for its end, before the next one starts
    }
    Ok(answers)
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
