//! What the interleavings of a file of the student's own prove, each time before it is run.

use std::panic::resume_unwind;
use std::thread;

use common::{cli, interleave::Interleavings};

use crate::modelled::{YOURS_ENDING, YOURS_LOCK, kills};
use crate::versions::Version;

/// What is explored: in words, how it must end, and how it does end.
pub struct Case {
    pub what: &'static str,
    right: &'static str,
    pub found: Interleavings,
}

/// Both cases that a file of the student's own must get right. None of another version.
pub fn cases(version: Version, kill: bool) -> Vec<Case> {
    let explorer = kills(kill.into());
    match version {
        Version::YoursEnding => vec![
            Case {
                what: "A writer puts one item",
                right: "1 of 1 taken",
                found: explorer.explore(|| YOURS_ENDING.run_with(1)),
            },
            Case {
                what: "A writer puts two items",
                right: "2 of 2 taken",
                found: explorer.explore(|| YOURS_ENDING.run_with(2)),
            },
        ],
        Version::YoursLock => {
            let (writers, readers) = thread::scope(|scope| {
                let writers = scope.spawn(|| explorer.explore(|| YOURS_LOCK.run_with(2, 1, 1)));
                let readers = explorer.explore(|| YOURS_LOCK.run_with(1, 2, 1));
                (writers.join().unwrap_or_else(|panic| resume_unwind(panic)), readers)
            });
            vec![
                Case {
                    what: "Two writers put an item each",
                    right: "2 of 2 taken",
                    found: writers,
                },
                Case {
                    what: "A writer puts one item for two readers",
                    right: "1 of 1 taken",
                    found: readers,
                },
            ]
        }
        _ => Vec::new(),
    }
}

pub struct Proof {
    /// What is proved, in one line.
    pub text: String,
    pub is_right: bool,
    /// In some interleaving, the run would never end.
    pub has_deadlock: bool,
}

impl Proof {
    /// There is none for the versions of the lesson.
    pub fn of(version: Version) -> Option<Self> {
        let cases = cases(version, false);
        let all: u128 = cases.iter().map(|case| case.found.count()).sum();
        let right: u128 = cases.iter().map(|case| case.found.ending_with(case.right)).sum();
        let deadlocks: u128 = cases.iter().map(|case| case.found.deadlocks()).sum();
        let is_proved = |case: &Case| {
            let is_right = |ending: &str| ending == format!("end with {}", case.right);
            case.found.judge(is_right, "", "").is_ok()
        };
        let see = format!("see `interleavings {}`", cli::name(&version));
        let messages = if version == Version::YoursLock { " of short messages" } else { "" };
        let is_right = cases.iter().all(is_proved);
        let text = match all - right {
            0 if is_right => format!("All {all} interleavings{messages} are right: proved."),
            0 => "There are more interleavings than can be tried: nothing is proved.".into(),
            _ if deadlocks > 0 => format!("{deadlocks} of {all} interleavings deadlock: {see}."),
            wrong => format!("{wrong} of {all} interleavings are wrong: {see}."),
        };
        (all > 0).then_some(Self { text, is_right, has_deadlock: deadlocks > 0 })
    }
}
