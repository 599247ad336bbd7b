//! The commands `interleavings` and `play`: one producer, one consumer, and a queue with room for one
//! item, in every interleaving of their steps, or in one that a person chooses.

use clap::ValueEnum;
use common::interleave::{self, Ledger};
use common::{cli, show};

use crate::Version;

// The lesson files once more; in these modules, `std` and `crossbeam` mean the stand-ins.
common::explore!(bounded, "bounded.rs", use common::interleave::crossbeam);
common::explore!(stuck, "stuck.rs", use common::interleave::crossbeam);

const WHAT: &str = "Thread 1 puts two items into a queue with room for one. Thread 2 takes them.";

/// The items 1 and 2 are made: which of them are received?
fn two_items(version: Version) -> String {
    let (made, received) = (Ledger::new(0), Ledger::new(Vec::new()));
    let one_more = |made: &mut u32| (*made < 2).then(|| *made += 1).map(|()| *made);
    let make = || made.with(one_more);
    let work = |item| received.write(|received| received.push(item));
    match version {
        Version::Stuck => stuck::run(1, 1, 1, make, work),
        Version::Bounded => bounded::run(1, 1, 1, make, work),
    }
    format!("{:?} received", received.into_inner())
}

/// Shows what comes of one version, or of all.
pub fn show_all(version: Option<Version>) {
    match version {
        Some(version) => show(version),
        None => Version::value_variants().iter().copied().for_each(show),
    }
}

/// Shows each ending, how many interleavings lead there, and one of them as a table.
fn show(version: Version) {
    let (name, found) = (cli::name(&version), interleave::explore(move || two_items(version)));
    show!("{name}, in every interleaving of the steps:\n{WHAT}\n\n{found}");
}

/// Lets a person choose which thread takes the next step.
pub fn play(version: Version) {
    let goal = format!("{WHAT}\nLose an item, or make thread 2 wait for ever. Can you?");
    let reaches = |ending: &str| ending != "end with [1, 2] received";
    interleave::play(&goal, reaches, move || two_items(version));
}
