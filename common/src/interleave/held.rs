//! How a lock is held.

use std::sync::{LockResult, PoisonError, TryLockError, TryLockResult};
use std::thread;

use super::mark::{Mark, hash};
use super::stage;

/// How a lock is held: by one thread alone, or by several that only read.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum How {
    Alone,
    Together,
}

/// How a lock is held, and what stands for the value inside.
#[derive(Default, Hash)]
pub(super) struct Held {
    pub(super) alone: bool,
    pub(super) together: usize,
    pub(super) poisoned: bool,
    /// Stands for the value inside: all that its last holder had done and noticed.
    pub(super) value: u64,
    /// Somebody has tried in vain to get in.
    pub(super) missed: bool,
    /// How often a thread that waits in a loop could find something new: the value was changed, or
    /// the lock is free after a try in vain.
    pub(super) changes: usize,
}

impl Held {
    pub(super) fn lets_in(&self, how: How) -> bool {
        !self.alone && (how == How::Together || self.together == 0)
    }

    pub(super) fn mark(&self, seen: u64) -> Mark {
        let look = hash((self.poisoned, self.changes));
        Mark { look, seen, ..Mark::reads(hash(self)) }
    }
}

pub(super) fn acquires(how: How) -> String {
    match how {
        How::Alone => "acquires the lock".into(),
        How::Together => "acquires the lock to read".into(),
    }
}

/// A guard, as `lock` gives it.
pub(super) fn poison<G>(guard: G, poisoned: bool) -> LockResult<G> {
    // Where a run is over, threads that were ended have poisoned the lock.
    let over = thread::panicking() && stage::is_over();
    if poisoned && !over { Err(PoisonError::new(guard)) } else { Ok(guard) }
}

/// The real thing behind a guard. Nobody holds it, since the stand-in lets in only one.
pub(super) fn real<R>(real: TryLockResult<R>) -> R {
    match real {
        Ok(real) => real,
        Err(TryLockError::Poisoned(poison)) => poison.into_inner(),
        Err(TryLockError::WouldBlock) => unreachable!("the stand-in lets in only one"),
    }
}

/// What a guard knows at its end.
#[derive(Clone, Copy)]
pub(super) struct After {
    /// Its thread was not panicking when it acquired the lock.
    pub(super) calm: bool,
    /// The value may have been changed.
    pub(super) changed: bool,
}

impl After {
    pub(super) fn new() -> Self {
        Self { calm: !thread::panicking(), changed: false }
    }
}
