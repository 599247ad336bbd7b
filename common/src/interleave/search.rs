//! The search: which thread takes the next step, run after run, until every interleaving is known.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::names::Numbers;
use super::report::Interleavings;
use super::shared::Key;
use super::stage::{self, Lesson};
use super::table::{Interleaving, Record};

/// No lesson needs so many runs. One that does is wrong, and what is known by then shows it.
pub(super) const MOST_RUNS: u64 = 8000;

/// How many interleavings lead to each ending, and the first of them.
pub(super) type Tally = BTreeMap<String, (u128, Arc<Record>)>;

/// A choice on the path of a run: which move was taken, among how many, in which state, and what
/// came of the moves that were taken before.
pub(super) struct Choice {
    pub(super) taken: usize,
    pub(super) among: usize,
    pub(super) state: u64,
    pub(super) tally: Tally,
}

/// What a run does when it comes to a choice.
pub(super) enum Next {
    Take(usize),
    /// This state is known, and what comes of it.
    Known(u64),
    /// The path ends here, and somebody chooses how it goes on.
    Ask(Choice),
    /// The same steps have led to another state than before.
    Random,
}

/// A search through all interleavings, depth first. The choices of a run make up its path. The
/// next run repeats the path up to the last choice that has an alternative, and takes that.
#[derive(Default)]
pub(super) struct Search {
    path: Vec<Choice>,
    depth: usize,
    /// What comes of each state that was left behind, unless the search is a plain one.
    known: Option<HashMap<u64, Tally>>,
    /// The search follows its path, and asks at its end.
    asks: bool,
    /// All that threads have shared in any run.
    pub(super) shared: BTreeSet<Key>,
    runs: u64,
    /// After so many runs, it gives up, unless it is a plain one.
    most_runs: u64,
    /// How many processes may be killed in one interleaving.
    pub(super) kills: usize,
}

impl Search {
    pub(super) fn new(cached: bool, kills: usize, most_runs: u64) -> Self {
        Self { known: cached.then(HashMap::new), kills, most_runs, ..Self::default() }
    }

    /// A new run begins.
    pub(super) fn begin(&mut self) {
        self.depth = 0;
        self.runs += 1;
    }

    pub(super) fn next(&mut self, state: u64, among: usize) -> Next {
        if self.depth == self.path.len() {
            let choice = Choice { taken: 0, among, state, tally: Tally::new() };
            if self.asks {
                return Next::Ask(choice);
            }
            if self.known.as_ref().is_some_and(|known| known.contains_key(&state)) {
                return Next::Known(state);
            }
            self.path.push(choice);
        }
        let choice = &self.path[self.depth];
        self.depth += 1;
        if (choice.among, choice.state) != (among, state) {
            return Next::Random;
        }
        Next::Take(choice.taken)
    }

    /// What comes of a known state.
    pub(super) fn known(&self, state: u64) -> Tally {
        self.known.as_ref().and_then(|known| known.get(&state)).cloned().unwrap_or_default()
    }

    /// Adds what came of a run to the choices that led there, and leaves behind those that have no
    /// alternative left. With the last of them, all is known.
    fn learn(&mut self, mut came: Tally) -> Option<Tally> {
        while let Some(choice) = self.path.last_mut() {
            for (ending, (count, sample)) in came {
                // The first sample stays: the runs before this one came first.
                choice.tally.entry(ending).or_insert((0, sample)).0 += count;
            }
            choice.taken += 1;
            if choice.taken < choice.among {
                return None;
            }
            let choice = self.path.pop()?;
            if let Some(known) = &mut self.known {
                known.insert(choice.state, choice.tally.clone());
            }
            came = choice.tally;
        }
        Some(came)
    }

    /// A search that follows this path, and asks at its end.
    pub(super) fn along(path: Vec<Choice>, kills: usize) -> Self {
        Self { path, asks: true, kills, ..Self::default() }
    }

    /// What is known so far.
    fn so_far(&self) -> Tally {
        let mut sum = Tally::new();
        for (ending, (count, sample)) in self.path.iter().flat_map(|choice| &choice.tally) {
            sum.entry(ending.clone()).or_insert((0, sample.clone())).0 += count;
        }
        sum
    }

    #[track_caller]
    pub(super) fn all(mut self, lesson: &Lesson) -> (Interleavings, Numbers) {
        let (tally, is_complete) = loop {
            let came;
            (self, came) = stage::play(lesson, self);
            if let Some(tally) = self.learn(came.tally()) {
                break (tally, true);
            }
            if self.known.is_some() && self.runs >= self.most_runs {
                break (self.so_far(), false);
            }
        };
        let numbers = Numbers::of(self.shared.iter());
        let sample = |(ending, (count, record)): (String, (u128, Arc<Record>))| {
            (ending, (count, Interleaving::new(&record, &numbers)))
        };
        let endings = tally.into_iter().map(sample).collect();
        (Interleavings { endings, runs: self.runs, is_complete }, numbers)
    }
}

impl Choice {
    /// The same choice, with this move.
    pub(super) fn with(&self, taken: usize) -> Self {
        Self { taken, among: self.among, state: self.state, tally: Tally::new() }
    }
}
