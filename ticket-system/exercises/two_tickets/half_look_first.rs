// Half of the way: it looks whether two tickets are left, but another couple can buy after that look.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Buys two tickets or none. Returns how many it has bought.
pub fn buy_two(tickets: &Path) -> io::Result<u32> {
    if read(tickets)? < 2 {
        return Ok(0);
    }
    Ok(buy_one(tickets)? + buy_one(tickets)?)
}

/// Buys one ticket, if there is one. Returns how many it has bought.
fn buy_one(tickets: &Path) -> io::Result<u32> {
    let lock = File::open(tickets.with_extension("lock"))?;
    lock.lock()?; // held until the end of `buy_one`
    let left = read(tickets)?;
    if left == 0 {
        return Ok(0);
    }
    replace(tickets, left - 1)?;
    Ok(1)
}

/// How many tickets are left.
fn read(tickets: &Path) -> io::Result<u32> {
    let text = fs::read_to_string(tickets)?;
    text.trim().parse().map_err(io::Error::other)
}

/// Puts a new file in the place of the old one, in one step.
fn replace(tickets: &Path, left: u32) -> io::Result<()> {
    let new = tickets.with_extension("new");
    let mut file = File::create(&new)?;
    file.write_all(format!("{left}\n").as_bytes())?;
    file.sync_all()?;
    fs::rename(new, tickets)
}
