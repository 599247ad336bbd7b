//! What a check writes down while a lesson runs.

use std::hash::Hash;
use std::sync::Mutex;

use super::mark::hash;
use super::shared::{Shared, hold};
use super::stage;

/// A value that threads share outside of the lesson: what a check hands to them, or writes down of
/// them. To use it is no step, but part of the one in which it happens; the cache of states knows
/// of it. (It does not know of a real lock: then a count is wrong.)
///
/// ```
/// use common::interleave::{Ledger, explore, thread};
///
/// let found = explore(|| {
///     let tickets = Ledger::new(vec![2, 1]);
///     thread::scope(|scope| {
///         let take = || {
///             thread::sleep(std::time::Duration::ZERO);
///             tickets.with(|tickets| tickets.pop())
///         };
///         [scope.spawn(take), scope.spawn(take)].map(|thread| thread.join().unwrap())
///     })[0] == Some(1)
/// });
/// assert_eq!((found.ending_with(true), found.ending_with(false)), (1, 1));
/// ```
pub struct Ledger<T> {
    shared: Shared,
    value: Mutex<T>,
}

impl<T: Hash> Ledger<T> {
    /// A ledger with this in it. It must be made inside of what is explored.
    #[track_caller]
    pub fn new(value: T) -> Self {
        let ledger = Self { shared: Shared::new("ledger"), value: value.into() };
        ledger.write(|_| ());
        ledger
    }

    /// Reads the value, and may change it.
    pub fn with<R>(&self, act: impl FnOnce(&mut T) -> R) -> R {
        let mut value = hold(&self.value);
        let (stage, thread) = stage::me();
        stage.state().threads[thread].learn(hash(&*value));
        let outcome = act(&mut value);
        self.shared.becomes(hash(&*value));
        outcome
    }

    /// Changes the value. The thread must learn nothing from it.
    pub fn write(&self, act: impl FnOnce(&mut T)) {
        let mut value = hold(&self.value);
        act(&mut value);
        self.shared.becomes(hash(&*value));
    }

    /// Takes the value out.
    pub fn into_inner(self) -> T {
        self.value.into_inner().unwrap_or_else(|poison| poison.into_inner())
    }
}
