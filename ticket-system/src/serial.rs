// One buyer after the other: each is waited for before the next one starts. That keeps the buyers of
// this run apart without a lock, but not from those of another run.

use std::process::Command;

use common::{Worker, say};

use crate::shop::{Moment::*, Shop};

/// Starts each buyer when the one before it has ended, also when that one has failed. `buyer` is the
/// command that runs this program once more, to `buy` below.
pub fn run(buyers: u32, mut buyer: impl FnMut() -> anyhow::Result<Command>) -> anyhow::Result<()> {
    let mut outcome = Ok(());
    for _ in 0..buyers {
        let mut buyer = buyer()?;
        outcome = outcome.and(Worker::start(&mut buyer)?.join());
    }
    outcome
}

/// What each buyer does. Gives whether it has bought a ticket.
pub fn buy(shop: &Shop) -> anyhow::Result<bool> {
    search(shop)?;
    get(shop)
}

/// Looks how many tickets are left, and changes nothing.
fn search(shop: &Shop) -> anyhow::Result<()> {
    shop.is_busy(Searching)?;
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
    shop.is_busy(Getting)?; // with --step, until Enter
    shop.write(left - 1)?;
    say!("has a ticket: wrote {}", left - 1);
    Ok(true)
}
