//! Stands in for `std::sync`.

use std::ops::{Deref, DerefMut};
use std::sync as real;

pub use std::sync::{Arc, LockResult, PoisonError, TryLockError, TryLockResult};

use super::stage::{At, Shared, me, note, turn};

pub mod atomic;

/// See [`std::sync::Mutex`]. Taking it and giving it back are steps.
pub struct Mutex<T> {
    number: usize,
    real: real::Mutex<T>,
}

/// See [`std::sync::MutexGuard`].
pub struct MutexGuard<'a, T> {
    number: usize,
    /// Empty only while it is dropped.
    real: Option<real::MutexGuard<'a, T>>,
}

impl<T> Mutex<T> {
    /// See [`std::sync::Mutex::new`]. It is no `const fn`, so that no `static` can outlive an order.
    pub fn new(value: T) -> Self {
        Self { number: me().0.new_lock(), real: real::Mutex::new(value) }
    }

    /// See [`std::sync::Mutex::lock`].
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        turn(At::Lock(self.number));
        note("takes the lock", Some(Shared::Lock(self.number)));
        match self.real.lock() {
            Ok(real) => Ok(self.guard(real)),
            Err(poison) => Err(PoisonError::new(self.guard(poison.into_inner()))),
        }
    }

    /// See [`std::sync::Mutex::try_lock`].
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        turn(At::Ready);
        if !me().0.try_lock(self.number) {
            note("finds the lock taken", Some(Shared::Lock(self.number)));
            return Err(TryLockError::WouldBlock);
        }
        note("takes the lock", Some(Shared::Lock(self.number)));
        match self.real.lock() {
            Ok(real) => Ok(self.guard(real)),
            Err(poison) => Err(PoisonError::new(self.guard(poison.into_inner())).into()),
        }
    }

    /// See [`std::sync::Mutex::into_inner`]. Who owns the lock is alone with it: this is no step.
    pub fn into_inner(self) -> LockResult<T> {
        self.real.into_inner()
    }

    fn guard<'a>(&self, real: real::MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        MutexGuard { number: self.number, real: Some(real) }
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
        turn(At::Ready);
        drop(self.real.take()); // poisons the lock if this thread is panicking, as in std
        note("frees the lock", Some(Shared::Lock(self.number)));
        me().0.unlock(self.number);
    }
}
