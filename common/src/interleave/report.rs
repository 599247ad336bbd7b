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
        let right = end_with(&value);
        if let Some((ending, count, sample)) = self.endings().find(|(ending, ..)| *ending != right)
        {
            let (ends, one) = self.told(count, ending);
            panic!("{wrong}: {ends}; all should end with {value}{one}\n{sample}{hint}");
        }
        assert!(self.is_complete, "{wrong}. {self}{hint}");
    }

    /// The verdict on a claim: are all endings right? Says in words what is `right`, or what is `wrong`
    /// with the first ending that is not, and one interleaving that leads there.
    ///
    /// ```
    /// let found = common::interleave::explore(|| "¥2");
    /// let is_right = |ending: &str| ending == "end with ¥2";
    /// let right = found.judge(is_right, "both deposits are counted", "a deposit is lost");
    /// assert_eq!(right.unwrap(), "both deposits are counted in every interleaving (1)");
    /// ```
    ///
    /// # Errors
    ///
    /// If an ending is wrong, or there are more interleavings than can be tried.
    pub fn judge(
        &self,
        is_right: impl Fn(&str) -> bool,
        right: &str,
        wrong: &str,
    ) -> Result<String, String> {
        if let Some((ending, count, sample)) = self.endings().find(|it| !is_right(it.0)) {
            let (ends, one) = self.told(count, ending);
            return Err(format!("{wrong}. {ends}{one}\n\n{sample}"));
        }
        if !self.is_complete {
            let runs = self.runs;
            return Err(format!(
                "there are more interleavings than can be tried. After {runs} runs, none of them was \
                 wrong, but that proves nothing"
            ));
        }
        Ok(format!("{right} in every interleaving ({})", self.count()))
    }

    /// Does a step with this text happen in the interleavings that are shown, one for each ending?
    pub fn mentions(&self, step: &str) -> bool {
        let mut rows = self.endings().flat_map(|(_, _, sample)| sample.rows());
        rows.any(|(_, text)| text.contains(step))
    }

    /// How many interleavings end like this, and what stands before one of them.
    fn told(&self, count: u128, ending: &str) -> (String, &'static str) {
        let (all, ending) = (self.count(), in_number(count, ending));
        match (self.is_complete, all) {
            (true, 1) => (format!("The only interleaving {ending}"), ":"),
            (true, _) => (format!("{count} of {all} interleavings {ending}"), ". One of them:"),
            _ => (format!("{count} of the first {all} interleavings {ending}"), ". One of them:"),
        }
    }

    pub(super) fn count_of(&self, ending: &str) -> u128 {
        self.endings.get(ending).map_or(0, |(count, _)| *count)
    }
}

/// An ending as it is said of so many interleavings: one of them *ends*, several *end*.
fn in_number(count: u128, ending: &str) -> String {
    match ending.strip_prefix("end with ") {
        Some(value) if count == 1 => format!("ends with {value}"),
        None if count == 1 && ending == DEADLOCK => "deadlocks".into(),
        _ => ending.into(),
    }
}

impl Display for Interleavings {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !self.is_complete {
            let runs = self.runs;
            writeln!(f, "After {runs} runs, there are still interleavings to try. So far:\n")?;
        }
        for (number, (ending, count, sample)) in self.endings().enumerate() {
            let gap = if number > 0 { "\n" } else { "" };
            let (ends, one) = self.told(count, ending);
            write!(f, "{gap}{ends}{one}\n{sample}")?;
        }
        Ok(())
    }
}
