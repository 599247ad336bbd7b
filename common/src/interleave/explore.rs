//! The way in: a lesson is run in every interleaving.

use std::fmt::Display;
use std::sync::Arc;

use super::report::Interleavings;
use super::search::{MOST_RUNS, Search};
use super::stage::{self, Lesson};

/// A lesson whose value is a text.
pub(super) fn told<T: Display>(lesson: impl Fn() -> T + Send + Sync + 'static) -> Lesson {
    Arc::new(move || lesson().to_string())
}

/// Runs `lesson` in every interleaving of the steps of its threads, and counts how each one ends.
///
/// ```
/// use common::interleave as std;
/// use std::sync::{Arc, atomic::{AtomicI64, Ordering::SeqCst}};
/// use std::thread;
///
/// let found = common::interleave::explore(|| {
///     let number = Arc::new(AtomicI64::new(1));
///     let theirs = number.clone();
///     let other = thread::spawn(move || theirs.store(2, SeqCst));
///     let seen = number.load(SeqCst);
///     other.join().unwrap();
///     seen
/// });
/// assert_eq!((found.ending_with(1), found.ending_with(2)), (1, 1));
/// ```
///
/// # Panics
///
/// If an interleaving has more than 300 steps, since a thread must be waiting in a loop; if a thread
/// waits for something that the stand-in does not know; if the same steps do not lead to the same
/// state again, because something in the lesson is random.
#[track_caller]
pub fn explore<T: Display>(lesson: impl Fn() -> T + Send + Sync + 'static) -> Interleavings {
    Explorer::default().explore(lesson)
}

/// Does the same as [`explore`], without what it knows of states that it has been in: one run for
/// each interleaving. The checks of the stand-in compare the two.
///
/// # Panics
///
/// As [`explore`].
#[track_caller]
pub fn explore_plainly<T: Display>(
    lesson: impl Fn() -> T + Send + Sync + 'static,
) -> Interleavings {
    Explorer::default().plainly().explore(lesson)
}

/// Ends the interleaving here and now, as if the closure had returned `value`. A check calls it when it
/// has seen what it looks for, in whichever thread, so that it need not wait for a lesson that may
/// never end.
///
/// ```
/// use common::interleave as std;
/// use std::{sync::mpsc, thread};
///
/// let found = common::interleave::explore(|| {
///     let (put, get) = mpsc::channel();
///     put.send(1).unwrap();
///     thread::scope(|scope| {
///         scope.spawn(|| get.iter().for_each(|item| common::interleave::finish(item)));
///     });
///     "this is never returned: `put` is still there, so `iter` waits"
/// });
/// assert_eq!(found.ending_with(1), 1);
/// ```
///
/// # Panics
///
/// Outside of what is explored.
pub fn finish(value: impl Display) -> ! {
    stage::finish(value.to_string())
}

/// A way to run lessons in every interleaving that differs from [`explore`].
#[derive(Clone, Copy)]
pub struct Explorer {
    pub(super) kills: usize,
    pub(super) most_runs: u64,
    plainly: bool,
}

impl Default for Explorer {
    fn default() -> Self {
        Self { kills: 0, most_runs: MOST_RUNS, plainly: false }
    }
}

impl Explorer {
    /// In each interleaving, up to so many [processes](super::process()) are killed, each before any of
    /// its steps. An interleaving with a kill is one more.
    pub fn kills(self, kills: usize) -> Self {
        Self { kills, ..self }
    }

    /// Gives up after so many runs, instead of 8,000. A wrong version can have more interleavings than
    /// can be tried, and what is known by then shows that it is wrong.
    pub fn at_most(self, runs: u64) -> Self {
        Self { most_runs: runs, ..self }
    }

    /// See [`explore_plainly`].
    pub fn plainly(self) -> Self {
        Self { plainly: true, ..self }
    }

    /// See [`explore`].
    ///
    /// # Panics
    ///
    /// As [`explore`].
    #[track_caller]
    pub fn explore<T: Display>(
        self,
        lesson: impl Fn() -> T + Send + Sync + 'static,
    ) -> Interleavings {
        Search::new(!self.plainly, self.kills, self.most_runs).all(&told(lesson)).0
    }
}
