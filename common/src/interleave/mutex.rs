//! Stands in for `std::sync::Mutex`.

use std::fmt::{self, Debug, Formatter};
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::{self as real, LockResult, TryLockError, TryLockResult};

use super::held::{self, After, How};
use super::lock::Lock;

/// See [`std::sync::Mutex`]. To acquire it and to release it are steps.
///
/// A `static` one can hold no value, since the value would be carried over to the next
/// interleaving.
pub struct Mutex<T: ?Sized> {
    pub(super) lock: Lock,
    real: real::Mutex<T>,
}

/// See [`std::sync::MutexGuard`].
#[must_use = "if unused, the lock is released at once"]
pub struct MutexGuard<'a, T: ?Sized> {
    pub(super) mutex: &'a Mutex<T>,
    /// Empty when the lock has been released.
    real: Option<real::MutexGuard<'a, T>>,
    after: After,
}

impl<T> Mutex<T> {
    /// See [`std::sync::Mutex::new`].
    #[track_caller]
    pub const fn new(value: T) -> Self {
        let lock = Lock::new(Location::caller(), size_of::<T>() > 0);
        Self { lock, real: real::Mutex::new(value) }
    }

    /// See [`std::sync::Mutex::into_inner`]. The owner of the lock is alone with it: this is no step.
    pub fn into_inner(self) -> LockResult<T> {
        self.real.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// See [`std::sync::Mutex::lock`].
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        self.lock.acquire(How::Alone, || self.guard())
    }

    /// See [`std::sync::Mutex::try_lock`].
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        self.lock.try_acquire(How::Alone, || self.guard())
    }

    /// See [`std::sync::Mutex::get_mut`]. This is no step.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.real.get_mut()
    }

    /// See [`std::sync::Mutex::is_poisoned`]. To look is a step.
    pub fn is_poisoned(&self) -> bool {
        self.lock.is_poisoned()
    }

    /// See [`std::sync::Mutex::clear_poison`]. This is a step.
    pub fn clear_poison(&self) {
        self.real.clear_poison();
        self.lock.clear_poison();
    }

    pub(super) fn guard(&self) -> MutexGuard<'_, T> {
        let real = Some(held::real(self.real.try_lock()));
        MutexGuard { mutex: self, real, after: After::new() }
    }
}

impl<T: ?Sized> MutexGuard<'_, T> {
    pub(super) fn release(&mut self, text: &str, then: impl FnOnce()) {
        if let Some(real) = self.real.take() {
            self.mutex.lock.release(How::Alone, self.after, text, || {
                drop(real);
                then();
            });
        }
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        self.release("releases the lock", || {});
    }
}

impl<T: Default> Default for Mutex<T> {
    #[track_caller]
    fn default() -> Self {
        Self::from(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        let mutex = Self::new(value);
        mutex.lock.register();
        mutex
    }
}

impl<T: ?Sized + Debug> Debug for Mutex<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("Mutex");
        match self.try_lock() {
            Ok(guard) => text.field("data", &&*guard),
            Err(TryLockError::Poisoned(poison)) => text.field("data", &&**poison.get_ref()),
            Err(TryLockError::WouldBlock) => text.field("data", &format_args!("<locked>")),
        };
        text.finish_non_exhaustive()
    }
}

impl<T: ?Sized + Debug> Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.real.as_ref().expect("the lock is held")
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.after.changed = true;
        self.real.as_mut().expect("the lock is held")
    }
}
