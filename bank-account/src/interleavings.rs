//! The commands `interleavings` and `play`: two deposits or two transfers, in every interleaving of
//! their steps, or in one that a person chooses.

use std::time::Duration;

use clap::ValueEnum;
use common::interleave::{Interleavings, explore};
use common::{cli, interleave, show};

use crate::versions::{Lesson, Version};

impl Lesson {
    /// What is in the account, or in both accounts, at the end.
    fn run(&self) -> String {
        match self {
            Self::Deposits(run) => format!("¥{}", run(2, 1, Duration::ZERO)),
            Self::Transfers(run) => run(10, 20, Duration::ZERO),
        }
    }

    fn what(&self) -> &str {
        match self {
            Self::Deposits(_) => "two deposits of ¥1",
            Self::Transfers(_) => "two opposite transfers",
        }
    }

    fn right_ending(&self) -> &str {
        match self {
            Self::Deposits(_) => "end with ¥2",
            Self::Transfers(_) => "end with account 1: ¥110, account 2: ¥90",
        }
    }

    fn all_right(&self) -> &str {
        match self {
            Self::Deposits(_) => "two deposits end with ¥2",
            Self::Transfers(_) => "two transfers do both of them",
        }
    }

    /// A wrong ending, in a few words.
    fn wrong(&self, ending: &str) -> String {
        match (self, ending.split(':').next().unwrap_or_default()) {
            (Self::Deposits(_), words) => format!("of two deposits {words}"),
            (Self::Transfers(_), words @ ("deadlock" | "panic")) => words.into(),
            (Self::Transfers(_), _) => "do not do both transfers".into(),
        }
    }
}

fn explored(version: Version) -> Interleavings {
    let lesson = version.explored();
    explore(move || lesson.run())
}

/// Shows what comes of one version, or of all but the student's own.
pub fn show_all(version: Option<Version>) {
    match version {
        Some(version) => show(version),
        None => {
            let versions = Version::value_variants().iter().copied();
            versions.filter(|version| !version.is_yours()).for_each(show);
        }
    }
}

/// Shows each ending, how many interleavings lead there, and one of them as a table.
fn show(version: Version) {
    let (name, lesson, found) = (cli::name(&version), version.explored(), explored(version));
    let what = lesson.what();
    show!("{name}: {what}, in every interleaving of their steps\n\n{found}");
}

/// Lets a person choose which thread takes the next step.
pub fn play(version: Version) {
    let lesson = version.explored();
    match lesson {
        Lesson::Deposits(_) => interleave::play(
            "Two threads deposit ¥1 each. Make the account lose one. Can you?",
            |ending| ending != "end with ¥2",
            move || lesson.run(),
        ),
        Lesson::Transfers(_) => interleave::play(
            "Two threads transfer money between two accounts, in opposite directions.\n\
             Make the two threads wait for each other: a deadlock. Can you?",
            |ending| ending == "deadlock",
            move || lesson.run(),
        ),
    }
}

/// What is proved of a file of the student's own.
pub struct Proof {
    /// In a line or two.
    pub text: String,
    /// A run with real threads may never end.
    pub may_hang: bool,
}

impl Proof {
    pub fn of(version: Version) -> Self {
        let (name, lesson, found) = (cli::name(&version), version.explored(), explored(version));
        let all = found.count();
        let text = match found.endings().find(|(ending, ..)| *ending != lesson.right_ending()) {
            None if all == 1 => "There is one interleaving: its threads do not overlap.".into(),
            None => format!(
                "All {all} interleavings of {}: proved.\n`cargo test -p bank-account` tries more.",
                lesson.all_right()
            ),
            Some((ending, count, _)) => {
                let wrong = lesson.wrong(ending);
                format!("{count} of {all} interleavings {wrong}: see `interleavings {name}`.")
            }
        };
        Self { text, may_hang: found.deadlocks() > 0 }
    }
}
