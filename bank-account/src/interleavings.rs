//! The `orders` command: two deposits of ¥1, in every order in which two threads can run.

use std::time::Duration;

use crate::Version;

// The lesson files once more; in these modules, `std` means the stand-in.
common::explore!(atomic, "atomic.rs");
common::explore!(locked, "locked.rs");
common::explore!(owned, "owned.rs");
common::explore!(unlocked, "unlocked.rs");

/// Shows each ending, how many orders lead there, and one of them step by step.
pub fn show(version: Version) {
    let run = match version {
        Version::Unlocked => unlocked::run,
        Version::Locked => locked::run,
        Version::Owned => owned::run,
        Version::Atomic => atomic::run,
    };
    let orders = common::every_order(|| format!("¥{}", run(2, Duration::ZERO)));
    common::show!(
        "{}: two deposits of ¥1, in every order of their steps\n\n{orders}",
        common::cli::name(&version)
    );
}
