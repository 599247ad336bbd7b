//! What `Mutex` and `RwLock` have in common: who holds the lock, and what the cache knows of what
//! is inside.

use std::mem;
use std::panic::Location;
use std::sync::{Arc, LockResult, Mutex, TryLockError, TryLockResult};
use std::thread;

use super::afresh::Afresh;
use super::held::{After, Held, How, acquires, poison};
use super::mark::{Mark, hash};
use super::shared::{Shared, hold};
use super::stage;

struct Here {
    shared: Shared,
    held: Arc<Mutex<Held>>,
}

pub(super) struct Lock {
    place: &'static Location<'static>,
    has_value: bool,
    afresh: Afresh<Here>,
}

impl Lock {
    pub(super) const fn new(place: &'static Location<'static>, has_value: bool) -> Self {
        Self { place, has_value, afresh: Afresh::new() }
    }

    /// From now on, the lock has its number.
    pub(super) fn register(&self) {
        if stage::is_on_stage() {
            self.here();
        }
    }

    fn here(&self) -> &Here {
        if self.has_value && self.afresh.is_left_over() {
            stage::fault(
                "a lock is used that was not made in this interleaving: a `static`, or one from \
                 outside of the closure. Its value would be carried over from one interleaving to \
                 the next. Make it inside of what is explored, or in a `static` LazyLock",
            );
        }
        if self.afresh.is_of_another_process() {
            stage::fault(
                "two processes use a lock in a `static`. Processes share no memory: in a real program, \
                 each of them has a lock of its own there, which excludes no other process. A lock \
                 on a file excludes them",
            );
        }
        self.afresh
            .get(|| Here { shared: Shared::made_at("lock", self.place), held: Arc::default() })
    }

    /// Waits for the lock, acquires it, and does `take`, which gives the guard.
    pub(super) fn acquire<G>(&self, how: How, take: impl FnOnce() -> G) -> LockResult<G> {
        self.acquire_when(how, "the lock", || true, || (take(), acquires(how)))
    }

    /// The same, once `may` says so, too.
    pub(super) fn acquire_when<G>(
        &self,
        how: How,
        what: &str,
        may: impl Fn() -> bool + Send + 'static,
        take: impl FnOnce() -> (G, String),
    ) -> LockResult<G> {
        let Here { shared, held } = self.here();
        let theirs = held.clone();
        let may = move || hold(&theirs).lets_in(how) && may();
        shared.marked_step(what, may, |_| {
            let poisoned = hold(held).poisoned;
            let (guard, text) = take();
            (poison(guard, poisoned), text, self.taken(how))
        })
    }

    pub(super) fn try_acquire<G>(&self, how: How, take: impl FnOnce() -> G) -> TryLockResult<G> {
        let Here { shared, held } = self.here();
        shared.marked_step_now(|_| {
            let poisoned = hold(held).poisoned;
            let free = hold(held).lets_in(how);
            if free {
                (poison(take(), poisoned).map_err(Into::into), acquires(how), self.taken(how))
            } else {
                hold(held).missed = true;
                let mark = hold(held).mark(0);
                (Err(TryLockError::WouldBlock), "finds the lock held".into(), mark)
            }
        })
    }

    fn taken(&self, how: How) -> Mark {
        let Here { shared, held } = self.here();
        shared.is_held(true);
        let mut held = hold(held);
        match how {
            How::Alone => held.alone = true,
            How::Together => held.together += 1,
        }
        held.mark(hash((held.value, held.poisoned)))
    }

    /// Releases the lock after `drop_real`, which drops the real guard.
    pub(super) fn release(&self, how: How, after: After, text: &str, drop_real: impl FnOnce()) {
        let Here { shared, held } = self.here();
        shared.last_step(|past| {
            drop_real();
            shared.is_held(false);
            let mut held = hold(held);
            match how {
                How::Alone => held.alone = false,
                How::Together => held.together -= 1,
            }
            if how == How::Alone && self.has_value {
                held.value = past;
            }
            held.changes += usize::from(after.changed || mem::take(&mut held.missed));
            held.poisoned |= how == How::Alone && after.calm && thread::panicking();
            ((), text.to_string(), Mark { reads: false, ..held.mark(0) })
        });
    }

    /// Is the lock poisoned? To look is a step.
    pub(super) fn is_poisoned(&self) -> bool {
        let Here { shared, held } = self.here();
        shared.marked_step_now(|_| {
            let held = hold(held);
            let text = if held.poisoned { "poisoned" } else { "not poisoned" };
            (held.poisoned, format!("finds the lock {text}"), held.mark(0))
        })
    }

    /// To clear the poison is a step.
    pub(super) fn clear_poison(&self) {
        let Here { shared, held } = self.here();
        shared.marked_step_now(|_| {
            let mut held = hold(held);
            held.poisoned = false;
            ((), "clears the poison of the lock".into(), held.mark(0))
        });
    }
}
