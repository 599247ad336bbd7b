//! The commands `interleavings` and `play`: two deposits or two transfers, in every interleaving of
//! their steps, or in one that a person chooses.

use std::time::Duration;

use clap::ValueEnum;
use common::{cli, interleave, show};

use crate::Version;

// The lesson files once more; in these modules, `std` means the stand-in.
common::explore!(atomic, "atomic.rs");
common::explore!(crossed, "crossed.rs");
common::explore!(locked, "locked.rs");
common::explore!(ordered, "ordered.rs");
common::explore!(owned, "owned.rs");
common::explore!(unlocked, "unlocked.rs");

/// What two threads do.
enum Lesson {
    Deposits(fn(u32, Duration) -> i64),
    Transfers(fn(Duration) -> String),
}

impl Lesson {
    fn of(version: Version) -> Self {
        match version {
            Version::Unlocked => Self::Deposits(unlocked::run),
            Version::Locked => Self::Deposits(locked::run),
            Version::Owned => Self::Deposits(owned::run),
            Version::Atomic => Self::Deposits(atomic::run),
            Version::Crossed => Self::Transfers(crossed::run),
            Version::Ordered => Self::Transfers(ordered::run),
        }
    }

    /// What is in the account, or in both accounts, at the end.
    fn run(&self) -> String {
        match self {
            Self::Deposits(run) => format!("¥{}", run(2, Duration::ZERO)),
            Self::Transfers(run) => run(Duration::ZERO),
        }
    }
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
    let (name, lesson) = (cli::name(&version), Lesson::of(version));
    let what = match lesson {
        Lesson::Deposits(_) => "two deposits of ¥1",
        Lesson::Transfers(_) => "two opposite transfers",
    };
    let found = interleave::explore(move || lesson.run());
    show!("{name}: {what}, in every interleaving of their steps\n\n{found}");
}

/// Lets a person choose which thread takes the next step.
pub fn play(version: Version) {
    let lesson = Lesson::of(version);
    match lesson {
        Lesson::Deposits(_) => interleave::play(
            "Two threads deposit ¥1 each. Make the account lose one. Can you?",
            |ending| ending != "end with ¥2",
            move || lesson.run(),
        ),
        Lesson::Transfers(_) => interleave::play(
            "Two threads transfer money between two accounts, in opposite directions.\n\
             Make the two threads wait for each other for ever. Can you?",
            |ending| ending == "deadlock",
            move || lesson.run(),
        ),
    }
}
