//! The commands `interleavings` and `play`: one producer, one consumer, and a queue with room for one
//! item, in every interleaving of their steps, or in one that a person chooses.

use common::interleave::{self, Ledger};
use common::{cli, show};

use crate::Version;

// The lesson files once more; in these modules, `std` and `crossbeam` mean the stand-ins.
common::explore!(bounded, "bounded.rs", use common::interleave::crossbeam);
common::explore!(stuck, "stuck.rs", use common::interleave::crossbeam);
common::explore!(yours, "yours.rs", use common::interleave::crossbeam);

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
        Version::Yours => yours::run(1, 1, 1, make, work),
    }
    format!("{:?} received", received.into_inner())
}

/// Shows what comes of one version, or of the pair.
pub fn show_all(version: Option<Version>) {
    match version {
        Some(version) => show(version),
        None => [Version::Stuck, Version::Bounded].into_iter().for_each(show),
    }
}

const RIGHT: &str = "end with [1, 2] received";

/// Says whether every interleaving of two items is right, and what that proves.
pub fn show_what_is_proved(version: Version) {
    let (name, found) = (cli::name(&version), interleave::explore(move || two_items(version)));
    let all = found.count();
    match found.endings().find(|(ending, ..)| *ending != RIGHT) {
        Some((ending, count, _)) => {
            show!("{count} of {all} interleavings {ending}: see `interleavings {name}`.");
        }
        None if found.judge(|_| true, "", "").is_err() => {
            show!("There are more interleavings than can be tried: nothing is proved.");
        }
        None => show!(
            "Proved in all {all} interleavings of two items, one producer and one consumer:\n\
             nothing is lost, and it ends. Not proved: that a producer waits for room, and\n\
             more threads. `cargo test -p producer-consumer` judges that, too."
        ),
    }
}

/// Shows each ending, how many interleavings lead there, and one of them as a table.
fn show(version: Version) {
    let (name, found) = (cli::name(&version), interleave::explore(move || two_items(version)));
    show!("{name}, in every interleaving of the steps:\n{WHAT}\n\n{found}");
}

/// Lets a person choose which thread takes the next step.
pub fn play(version: Version) {
    let goal = format!("{WHAT}\nLose an item, or bring about a deadlock. Can you?");
    let reaches = |ending: &str| ending != RIGHT;
    interleave::play(&goal, reaches, move || two_items(version));
}
