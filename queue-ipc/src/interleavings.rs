//! The commands `interleavings` and `play`: a reader and a writer or two, in every interleaving of
//! their steps, or in one that a person chooses.

use common::{cli, show};

use crate::modelled::{kills, run};
use crate::proof;
use crate::versions::Version;

/// Shows each ending, how many interleavings lead there, and one of them as a table.
pub fn show_all(version: Version, kill: bool) {
    let name = cli::name(&version);
    let begin = |what: &str| {
        show!("{name}: {what}, in every interleaving of the steps.");
        if kill {
            show!("At most one writer is killed, before any of its steps.");
        }
        show!("");
    };
    for case in proof::cases(version, kill) {
        begin(case.what);
        show!("{}", case.found);
    }
    if !version.is_yours() {
        let one_writer = version.has_one_writer();
        begin(if one_writer { "A writer puts one item" } else { "Two writers put an item" });
        let name = name.clone();
        show!("{}", kills(kill.into()).explore(move || run(&name)));
    }
}

/// Lets a person choose which process takes the next step.
pub fn play(version: Version, kill: bool) {
    let goal = match version.has_one_writer() {
        true => "A writer puts one item. Make the reader miss it. Can you?",
        false => "Two writers put a message each. Make the reader take a torn one. Can you?",
    };
    let reaches = move |ending: &str| match version.has_one_writer() {
        true => ending.contains("0 of"),
        false => ending.contains("torn"),
    };
    let name = cli::name(&version);
    kills(kill.into()).play(goal, reaches, move || run(&name));
}
