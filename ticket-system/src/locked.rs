// Each buyer reads how many tickets are left, is busy for a moment, then writes one less, with the
// lock held all the while: one buyer after the other.

use std::fs::File;
use std::process::Command;

use common::{Worker, say};

use crate::shop::{Moment::*, Shop};

/// Starts all buyers, then waits for all, also when one has failed. `buyer` is the command that
/// runs this program once more, to `buy` below.
pub fn run(buyers: u32, mut buyer: impl FnMut() -> anyhow::Result<Command>) -> anyhow::Result<()> {
    let mut started = Vec::new();
    for _ in 0..buyers {
        let mut buyer = buyer()?;
        started.push(Worker::start(&mut buyer)?);
    }
    started.into_iter().map(Worker::join).fold(Ok(()), Result::and)
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
    let lock = File::open(shop.folder())?; // not the file: `write` puts another in its place
    lock.lock()?; // held until the end of `get`
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
