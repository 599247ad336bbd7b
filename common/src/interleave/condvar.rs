//! Stands in for `std::sync::Condvar`.

use std::panic::Location;
use std::sync::{Arc, LockResult, Mutex, PoisonError};

use super::afresh::Afresh;
use super::held::How;
use super::mark::{Mark, hash};
use super::mutex::MutexGuard;
use super::shared::{Shared, hold};
use super::stage::me;
use super::waiting::Waiting;

/// See [`std::sync::Condvar`]. To release the lock and wait is one step, and to be notified and
/// acquire the lock again is another one. There are no spurious wakeups, although `std` allows
/// them. Of several threads that wait, `notify_one` may wake any.
pub struct Condvar {
    place: &'static Location<'static>,
    afresh: Afresh<Here>,
}

struct Here {
    shared: Shared,
    waiting: Arc<Mutex<Waiting>>,
}

impl Condvar {
    /// See [`std::sync::Condvar::new`].
    #[track_caller]
    #[allow(clippy::new_without_default, reason = "there is one")]
    pub const fn new() -> Self {
        Self { place: Location::caller(), afresh: Afresh::new() }
    }

    fn here(&self) -> &Here {
        let shared = || Shared::made_at("condition variable", self.place);
        self.afresh.get(|| Here { shared: shared(), waiting: Arc::default() })
    }

    /// See [`std::sync::Condvar::wait`].
    pub fn wait<'a, T: ?Sized>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        self.wait_for(guard, false).0
    }

    /// See [`std::sync::Condvar::wait_while`].
    pub fn wait_while<'a, T: ?Sized>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<MutexGuard<'a, T>> {
        while condition(&mut guard) {
            guard = self.wait(guard)?;
        }
        Ok(guard)
    }

    /// See [`std::sync::Condvar::notify_one`].
    pub fn notify_one(&self) {
        self.notify("notifies one", |waiting| {
            // If more are called than wait, the call is left over when nobody is left that it can mean.
            waiting.calls.push(waiting.threads.clone());
            waiting.calls.retain(|call| !call.is_empty());
        });
    }

    /// See [`std::sync::Condvar::notify_all`].
    pub fn notify_all(&self) {
        self.notify("notifies all", |waiting| {
            waiting.calls = waiting.threads.iter().map(|thread| vec![*thread]).collect();
        });
    }

    fn notify(&self, text: &str, how: impl FnOnce(&mut Waiting)) {
        let Here { shared, waiting } = self.here();
        shared.marked_step_now(|_| {
            let mut waiting = hold(waiting);
            let text = if waiting.threads.is_empty() {
                format!("{text}: nobody waits")
            } else {
                text.into()
            };
            how(&mut waiting);
            ((), text, Mark::writes(hash(&*waiting)))
        });
    }

    /// Waits, and says whether the thread was notified.
    pub(super) fn wait_for<'a, T: ?Sized>(
        &self,
        mut guard: MutexGuard<'a, T>,
        or_timeout: bool,
    ) -> (LockResult<MutexGuard<'a, T>>, bool) {
        let Here { shared, waiting } = self.here();
        let (mutex, (_, me)) = (guard.mutex, me());
        guard.release("releases the lock and waits to be notified", || {
            let mut waiting = hold(waiting);
            waiting.threads.push(me);
            waiting.threads.sort();
            shared.becomes(hash(&*waiting));
        });
        drop(guard);
        let theirs = waiting.clone();
        let may = move || or_timeout || hold(&theirs).is_notified(me);
        let woken =
            mutex.lock.acquire_when(How::Alone, "a notification, then the lock", may, || {
                let mut waiting = hold(waiting);
                let notified = waiting.is_notified(me);
                waiting.wakes(me);
                shared.becomes(hash(&*waiting));
                let why = if notified { "is notified" } else { "times out" };
                ((mutex.guard(), notified), format!("{why}, acquires the lock"))
            });
        match woken {
            Ok((guard, notified)) => (Ok(guard), notified),
            Err(poison) => {
                let (guard, notified) = poison.into_inner();
                (Err(PoisonError::new(guard)), notified)
            }
        }
    }
}

impl Default for Condvar {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Condvar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Condvar { .. }")
    }
}
