//! What threads share, as the stage sees it: each stand-in is made of a [`Shared`].

use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::mark::{Mark, hash};
use super::stage::{self, At, State};

/// What tells one shared thing from all others: its kind, the place in the source at which it was
/// made, and which one it is of those that were made there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) kind: &'static str,
    place: (&'static str, u32, u32),
    nth: usize,
}

/// The kind of that which others can notice of a thread. It has a name, and needs no number.
pub(super) const THREAD: &str = "thread";

/// What threads share: a lock, an atomic, a queue. A stand-in tells the stage with this what is
/// done to it.
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use common::interleave::{Shared, explore, thread};
///
/// /// A bell. To ring it is one step.
/// struct Bell(Shared, Mutex<u32>);
///
/// impl Bell {
///     fn ring(&self) {
///         self.0.step(|| {
///             *self.1.lock().unwrap() += 1;
///             ((), "rings the bell".to_string())
///         });
///     }
/// }
///
/// let found = explore(|| {
///     let bell = Bell(Shared::new("bell"), Mutex::new(0));
///     thread::scope(|scope| {
///         scope.spawn(|| bell.ring());
///         scope.spawn(|| bell.ring());
///     });
///     bell.1.into_inner().unwrap()
/// });
/// assert_eq!(found.ending_with(2), 2);
/// ```
#[derive(Clone, Copy)]
pub struct Shared(pub(super) Key);

/// What the stage knows of a shared thing.
#[derive(Default)]
pub(super) struct Slot {
    pub(super) state: u64,
    pub(super) look: u64,
    /// The threads that hold it, if it is a lock.
    pub(super) holders: Vec<usize>,
}

pub(super) type Slots = BTreeMap<Key, Slot>;

/// Locks what only the stand-in itself locks. A panic of a lesson may have poisoned it.
pub(super) fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// One more of this kind, such as a `"queue"`.
    ///
    /// # Panics
    ///
    /// Outside of [`explore`](super::explore).
    #[track_caller]
    pub fn new(kind: &'static str) -> Self {
        Self::made_at(kind, Location::caller())
    }

    pub(super) fn made_at(kind: &'static str, place: &'static Location<'static>) -> Self {
        Self::register(&mut stage::me().0.state(), kind, place)
    }

    pub(super) fn register(
        state: &mut State,
        kind: &'static str,
        place: &'static Location<'static>,
    ) -> Self {
        let place = (place.file(), place.line(), place.column());
        let mut key = Key { kind, place, nth: 1 };
        while state.shared.contains_key(&key) {
            key.nth += 1;
        }
        state.shared.insert(key, Slot::default());
        Self(key)
    }

    /// A step: stops until it is the calling thread's turn, then does `act`, and writes down what
    /// it says about it.
    pub fn step<R>(self, act: impl FnOnce() -> (R, String)) -> R {
        self.step_when("its turn", || true, act)
    }

    /// A step that can be taken only while `may` says so. Until then, the thread waits for `what`.
    ///
    /// For the cache, the state of the thing is the whole history of its steps. That is safe,
    /// whatever the thing is.
    pub fn step_when<R>(
        self,
        what: &str,
        may: impl Fn() -> bool + Send + 'static,
        act: impl FnOnce() -> (R, String),
    ) -> R {
        self.marked_step(what, may, |past| {
            let before = stage::me().0.state().shared[&self.0].state;
            let (outcome, text) = act();
            let state = hash((before, past, &text));
            (outcome, text, Mark { state, look: state, seen: before, reads: true })
        })
    }

    /// Like [`Shared::step_when`], for a stand-in that knows what stands for its state. `act` is
    /// given what stands for all that the thread has done and noticed so far.
    pub(super) fn marked_step<R>(
        self,
        what: &str,
        may: impl Fn() -> bool + Send + 'static,
        act: impl FnOnce(u64) -> (R, String, Mark),
    ) -> R {
        stage::turn(At::Step(Box::new(move |_| may())), what, Some(self.0), false);
        let (outcome, text, mark) = act(stage::past());
        stage::note(text, Some((self.0, mark)));
        outcome
    }

    /// The same for a step that needs no waiting.
    pub(super) fn marked_step_now<R>(self, act: impl FnOnce(u64) -> (R, String, Mark)) -> R {
        self.marked_step("its turn", || true, act)
    }

    /// The step of a destructor, such as to release a lock. It is taken in any case: if the process is
    /// killed there, the system does it.
    pub(super) fn last_step<R>(self, act: impl FnOnce(u64) -> (R, String, Mark)) -> R {
        let at = At::Step(Box::new(|_| true));
        let ends = stage::wait_for_turn(at, "its turn", Some(self.0), false);
        let (outcome, text, mark) = act(stage::past());
        stage::note(text, Some((self.0, mark)));
        if ends {
            stage::end();
        }
        outcome
    }

    /// Waits for `what` in the middle of a step that has been written down, and goes on as soon as
    /// `may` says so: that is no step, since no other thread can notice when it happens.
    pub fn wait(self, what: &str, may: impl Fn() -> bool + Send + 'static) {
        stage::turn(At::Wait(Box::new(move |_| may())), what, Some(self.0), false);
        let (stage, thread) = stage::me();
        let mut state = stage.state();
        let now = state.shared[&self.0].state;
        state.threads[thread].learn(now);
    }

    /// The calling thread holds this lock, or no longer.
    pub(super) fn is_held(self, held: bool) {
        let (stage, thread) = stage::me();
        let mut state = stage.state();
        let holders = &mut state.shared.entry(self.0).or_default().holders;
        match holders.iter().position(|holder| *holder == thread) {
            Some(place) if !held => drop(holders.swap_remove(place)),
            _ if held => holders.push(thread),
            _ => {}
        }
    }

    /// The state of this thing has changed in the step of another one.
    pub(super) fn becomes(self, now: u64) {
        stage::me().0.state().becomes(self.0, now, now);
    }
}

impl State {
    /// Writes down the state of a shared thing, and what a thread in a loop could notice of it.
    pub(super) fn becomes(&mut self, key: Key, state: u64, look: u64) {
        let slot = self.shared.entry(key).or_default();
        if slot.look != look {
            self.rounds = 0;
        }
        (slot.state, slot.look) = (state, look);
    }
}
