//! What threads share, as the stage sees it: each stand-in is made of a [`Shared`].

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

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

/// What a step leaves behind for the cache of states.
pub(super) struct Mark {
    /// Stands for all that later steps can notice of the shared thing.
    pub(super) state: u64,
    /// Stands for what a thread that waits in a loop could notice: mostly the same.
    pub(super) look: u64,
    /// Stands for all that the thread has noticed, if that is more than the text says.
    pub(super) seen: u64,
    /// The thread has learned something that another thread can change.
    pub(super) reads: bool,
}

/// What the stage knows of a shared thing.
#[derive(Default)]
pub(super) struct Slot {
    pub(super) state: u64,
    pub(super) look: u64,
    /// The threads that hold it, if it is a lock.
    pub(super) holders: Vec<usize>,
}

pub(super) type Slots = BTreeMap<Key, Slot>;

/// One number that stands for all of this.
pub(super) fn hash(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

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

impl Mark {
    /// A step that has read this state, and whose text says what it has noticed.
    pub(super) fn reads(state: u64) -> Self {
        Self { state, look: state, seen: 0, reads: true }
    }

    /// Stands for what a thread has noticed that waits in a loop.
    pub(super) fn in_a_loop(&self) -> u64 {
        if self.look == self.state { self.seen } else { self.look }
    }

    /// A step that has changed the state, and noticed nothing.
    pub(super) fn writes(state: u64) -> Self {
        Self { reads: false, ..Self::reads(state) }
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

/// What a stand-in is made of, afresh in each interleaving, even if it is a `static`.
pub(super) struct Afresh<S>(OnceLock<Box<Node<S>>>);

struct Node<S> {
    run: u64,
    here: S,
    next: Afresh<S>,
}

impl<S> Afresh<S> {
    pub(super) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// That of the current interleaving.
    pub(super) fn get(&self, make: impl Fn() -> S) -> &S {
        let run = stage::me().0.run;
        let mut place = self;
        loop {
            let new = || Box::new(Node { run, here: make(), next: Self::new() });
            let node = place.0.get_or_init(new);
            if node.run == run {
                return &node.here;
            }
            place = &node.next;
        }
    }

    /// Was it used in another interleaving than this one?
    pub(super) fn is_left_over(&self) -> bool {
        self.0.get().is_some_and(|first| first.run != stage::me().0.run)
    }

    /// That of the last interleaving in which it was used, if there was one.
    pub(super) fn last(self) -> Option<S> {
        let mut node = self.0.into_inner()?;
        while let Some(next) = node.next.0.take() {
            node = next;
        }
        Some(node.here)
    }

    /// The same, to be changed.
    pub(super) fn last_mut(&mut self) -> Option<&mut S> {
        let mut node = self.0.get_mut()?;
        while node.next.0.get().is_some() {
            node = node.next.0.get_mut()?;
        }
        Some(&mut node.here)
    }
}
