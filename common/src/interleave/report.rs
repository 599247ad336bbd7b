//! What came of running a lesson in every interleaving.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use super::table::Interleaving;

/// How an interleaving ends in which all threads wait for each other.
pub(super) const DEADLOCK: &str = "deadlock";

/// How an interleaving ends in which the closure returns this value.
pub(super) fn end_with(value: impl Display) -> String {
    format!("end with {value}")
}

/// What came of running a lesson in every interleaving. It displays as the endings, each with how
/// many interleavings lead there, and one of them as a table.
pub struct Interleavings {
    pub(super) endings: BTreeMap<String, (u128, Interleaving)>,
    pub(super) runs: u64,
    /// Were all interleavings tried?
    pub(super) is_complete: bool,
}

impl Interleavings {
    /// How many interleavings there are.
    pub fn count(&self) -> u128 {
        self.endings.values().map(|(count, _)| count).sum()
    }

    /// How many interleavings end with this value.
    pub fn ending_with(&self, value: impl Display) -> u128 {
        self.count_of(&end_with(value))
    }

    /// How many interleavings end in a deadlock: every thread waits for another, for ever.
    pub fn deadlocks(&self) -> u128 {
        self.count_of(DEADLOCK)
    }

    /// Each ending, how many interleavings lead there, and one of them. An ending reads
    /// `end with 2`, `panic: ` with the message of the first panic, or `deadlock`.
    pub fn endings(&self) -> impl Iterator<Item = (&str, u128, &Interleaving)> {
        self.endings.iter().map(|(ending, (count, sample))| (ending.as_str(), *count, sample))
    }

    /// How often the lesson was run. It is less than the number of interleavings, since a run is
    /// cut short when it comes to a state that is known.
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// Checks that every interleaving ends with `value`.
    ///
    /// # Panics
    ///
    /// If one does not. The message says what is `wrong`, in how many interleavings, shows one of
    /// them as a table, and closes with `hint`, which says where to look.
    #[track_caller]
    pub fn must_all_end_with(&self, value: impl Display, wrong: &str, hint: &str) {
        let (all, right) = (self.count(), end_with(&value));
        let the_first = if self.is_complete { "" } else { "the first " };
        if let Some((ending, count, sample)) = self.endings().find(|(ending, ..)| *ending != right)
        {
            panic!(
                "{wrong}: {count} of {the_first}{all} interleavings {ending}; all should end with {value}. \
                 One of them:\n{sample}{hint}"
            );
        }
        assert!(self.is_complete, "{wrong}. {self}{hint}");
    }

    pub(super) fn count_of(&self, ending: &str) -> u128 {
        self.endings.get(ending).map_or(0, |(count, _)| *count)
    }
}

impl Display for Interleavings {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let all = self.count();
        if !self.is_complete {
            let runs = self.runs;
            writeln!(f, "After {runs} runs, there are still interleavings to try. So far:\n")?;
        }
        for (number, (ending, count, sample)) in self.endings().enumerate() {
            let gap = if number > 0 { "\n" } else { "" };
            write!(f, "{gap}{count} of {all} interleavings {ending}. One of them:\n{sample}")?;
        }
        Ok(())
    }
}
