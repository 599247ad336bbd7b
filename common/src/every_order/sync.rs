//! Stands in for `std::sync`.

use std::ops::{Deref, DerefMut};
use std::sync as real;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

pub use std::sync::{Arc, LockResult, PoisonError, TryLockError, TryLockResult};

use super::stage::Shared;

pub mod atomic;

/// See [`std::sync::Mutex`]. Taking it and giving it back are steps.
pub struct Mutex<T> {
    shared: Shared,
    taken: Arc<AtomicBool>,
    real: real::Mutex<T>,
}

/// See [`std::sync::MutexGuard`].
pub struct MutexGuard<'a, T> {
    lock: &'a Mutex<T>,
    /// Empty only while it is dropped.
    real: Option<real::MutexGuard<'a, T>>,
}

impl<T> Mutex<T> {
    /// See [`std::sync::Mutex::new`]. It is no `const fn`, so that no `static` can outlive an order.
    pub fn new(value: T) -> Self {
        Self { shared: Shared::new("lock"), taken: Arc::default(), real: value.into() }
    }

    /// See [`std::sync::Mutex::lock`].
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let taken = self.taken.clone();
        let take = || (self.take(), "takes the lock".into());
        self.shared.step_when("the lock", move || !taken.load(SeqCst), take)
    }

    /// See [`std::sync::Mutex::try_lock`].
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        self.shared.step(|| match self.taken.load(SeqCst) {
            true => (Err(TryLockError::WouldBlock), "finds the lock taken".into()),
            false => (self.take().map_err(TryLockError::from), "takes the lock".into()),
        })
    }

    /// See [`std::sync::Mutex::into_inner`]. Who owns the lock is alone with it: this is no step.
    pub fn into_inner(self) -> LockResult<T> {
        self.real.into_inner()
    }

    fn take(&self) -> LockResult<MutexGuard<'_, T>> {
        self.taken.store(true, SeqCst);
        let guard = |real| MutexGuard { lock: self, real: Some(real) };
        let taken = self.real.lock();
        taken.map(guard).map_err(|poison| PoisonError::new(guard(poison.into_inner())))
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.real.as_ref().expect("the guard is not dropped yet")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.real.as_mut().expect("the guard is not dropped yet")
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        self.lock.shared.step(|| {
            drop(self.real.take()); // poisons the lock if this thread is panicking, as in std
            self.lock.taken.store(false, SeqCst);
            ((), "frees the lock".into())
        });
    }
}
