//! The commands `interleavings` and `play`: two players, in every interleaving of their steps, or in
//! one that a person chooses.

use std::slice;

use clap::ValueEnum;
use common::{cli, interleave, show};

use crate::{Version, modelled};

/// So many words are wanted.
const COUNT: u32 = 2;

/// For this version, or for each: shows each ending, how many interleavings lead there, and one of
/// them as a table.
pub fn show_all(version: Option<Version>) {
    let all = Version::value_variants();
    for version in version.as_ref().map_or(all, slice::from_ref) {
        let name = cli::name(version);
        show!("{name}: {COUNT} words are wanted, in every interleaving of the steps.\n");
        show!("{}", interleave::explore(move || modelled::run(&name, COUNT)));
    }
}

/// Lets a person choose which player takes the next step.
pub fn play(version: Version) {
    let goal = "Make one of the players say its word twice in a row. Can you?";
    let name = cli::name(&version);
    let reaches = |ending: &str| !ending.ends_with(" 0 repeated");
    interleave::play(goal, reaches, move || modelled::run(&name, COUNT));
}
