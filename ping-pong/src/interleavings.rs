//! The commands `interleavings` and `play`: two players, in every interleaving of their steps, or in
//! one that a person chooses.

use std::slice;

use common::{cli, interleave, show};

use crate::{Version, modelled};

/// So many words are wanted.
const COUNT: u32 = 2;

/// For this version, or for each of the lesson: shows each ending, how many interleavings lead there,
/// and one of them as a table.
pub fn show_all(version: Option<Version>) {
    let all = [Version::Isolated, Version::Shared, Version::Turns];
    for version in version.as_ref().map_or(&all[..], slice::from_ref) {
        let name = cli::name(version);
        show!("{name}: {COUNT} words are wanted, in every interleaving of the steps.\n");
        show!("{}", interleave::explore(move || told(&name)));
    }
}

/// Lets a person choose which player takes the next step.
pub fn play(version: Version) {
    let goal = "Make one of the players say its word twice in a row. Can you?";
    let name = cli::name(&version);
    let reaches = |ending: &str| !ending.ends_with(" 0 repeated");
    interleave::play(goal, reaches, move || told(&name));
}

/// How many words are said, and how often a player speaks twice in a row.
fn told(version: &str) -> String {
    let (words, outcome) = modelled::said(version, COUNT);
    if let Err(fault) = outcome {
        return format!("an error: {fault:#}");
    }
    let players: Vec<Option<&str>> = words.iter().map(|word| word.split(' ').next()).collect();
    let repeated = players.windows(2).filter(|two| two[0] == two[1]).count();
    format!("{} words, {repeated} repeated", words.len())
}

/// What all interleavings of a version prove.
pub struct Proof {
    pub text: String,
    /// Does each of them come to an end?
    pub ends: bool,
    /// Does each of them say the right words?
    pub is_right: bool,
}

/// Do the players say each number once, in every interleaving?
pub fn prove(version: Version) -> Proof {
    let name = cli::name(&version);
    let explored = name.clone();
    let found = interleave::explore(move || {
        let (words, outcome) = modelled::said(&explored, COUNT);
        let numbers = words.iter().filter_map(|word| word.split(' ').nth(1)?.parse().ok());
        let mut numbers: Vec<u32> = numbers.collect();
        numbers.sort();
        outcome.is_ok() && numbers.into_iter().eq(1..=COUNT)
    });
    let all = found.count();
    let see = format!("see `interleavings {name}`.");
    let text = match (found.deadlocks(), found.ending_with(true)) {
        (0, right) if right == all => {
            format!("All {all} interleavings of {COUNT} words say each number once: proved.")
        }
        (0, right) => {
            format!("{} of {all} interleavings of {COUNT} words are wrong: {see}", all - right)
        }
        (some, _) => format!(
            "{some} of {all} interleavings of {COUNT} words deadlock: {see}\n\
             So the two processes are not started: they would not end."
        ),
    };
    Proof { text, ends: found.deadlocks() == 0, is_right: found.ending_with(true) == all }
}
