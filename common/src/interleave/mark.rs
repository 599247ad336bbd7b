//! What a step leaves behind for the cache of states: see the page of this module.

use std::hash::{DefaultHasher, Hash, Hasher};

/// One number that stands for all of this.
pub(super) fn hash(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

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
