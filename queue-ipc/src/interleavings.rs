//! The commands `interleavings` and `play`: a reader and a writer or two, in every interleaving of
//! their steps, or in one that a person chooses.

use common::{cli, show};

use crate::Version;
use crate::modelled::{kills, run};

fn has_one_writer(version: Version) -> bool {
    matches!(version, Version::Polling | Version::Closing)
}

/// Shows each ending, how many interleavings lead there, and one of them as a table.
pub fn show_all(version: Version, kill: bool) {
    let who = if has_one_writer(version) { "A writer puts one" } else { "Two writers put an" };
    let name = cli::name(&version);
    show!("{name}: {who} item, in every interleaving of the steps.");
    if kill {
        show!("At most one writer is killed, before any of its steps.");
    }
    show!("");
    show!("{}", kills(kill.into()).explore(move || run(&name)));
}

/// Lets a person choose which process takes the next step.
pub fn play(version: Version, kill: bool) {
    let goal = match has_one_writer(version) {
        true => "A writer puts one item. Make the reader miss it. Can you?",
        false => "Two writers put a message each. Make the reader take a torn one. Can you?",
    };
    let reaches = move |ending: &str| match has_one_writer(version) {
        true => ending.contains("0 of"),
        false => ending.contains("torn"),
    };
    let name = cli::name(&version);
    kills(kill.into()).play(goal, reaches, move || run(&name));
}
