//! The commands `interleavings` and `play`: two deposits of ¥1, in every interleaving of their steps, or
//! in one that a person chooses.

use std::time::Duration;

use common::{cli, interleave, show};

use crate::Version;

// The lesson files once more; in these modules, `std` means the stand-in.
common::explore!(atomic, "atomic.rs");
common::explore!(locked, "locked.rs");
common::explore!(owned, "owned.rs");
common::explore!(unlocked, "unlocked.rs");

/// Two deposits of ¥1: what is in the account at the end.
fn two_deposits(version: Version) -> impl Fn() -> String + Send + Sync + 'static {
    let run = match version {
        Version::Unlocked => unlocked::run,
        Version::Locked => locked::run,
        Version::Owned => owned::run,
        Version::Atomic => atomic::run,
    };
    move || format!("¥{}", run(2, Duration::ZERO))
}

/// Shows each ending, how many interleavings lead there, and one of them as a table.
pub fn show_all(version: Version) {
    let (name, found) = (cli::name(&version), interleave::explore(two_deposits(version)));
    show!("{name}: two deposits of ¥1, in every interleaving of their steps\n\n{found}");
}

/// Lets a person choose which thread takes the next step.
pub fn play(version: Version) {
    let goal = "Two threads deposit ¥1 each. Make the account lose one. Can you?";
    interleave::play(goal, |ending| ending != "end with ¥2", two_deposits(version));
}
