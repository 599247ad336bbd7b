//! A stand-in for parts of `std`, for real threads: it notes what they do.

use std::any::Any;
use std::ops::{Deref, DerefMut};
use std::ptr;
use std::sync::atomic::{AtomicI64 as RealAtomic, Ordering};
use std::sync::{self as real, LockResult, PoisonError, TryLockError, TryLockResult};
use std::thread;
use std::time::Duration;

use common::clock::since_zero;

use crate::notes::{self, Step, note, note_at};

/// Includes a lesson file as a module in which parts of `std` are those below. All else that a lesson
/// file may use is the real one, and not noted. Said in a function, and since no stand-in has the name
/// of the real thing, it leaves the compiler only paths into the real `std` to suggest.
macro_rules! watched {
    ($name:ident, $file:literal) => {
        mod $name {
            #[allow(unused_imports, reason = "not every version needs all of it")]
            mod std {
                pub use ::std::*;

                pub mod sync {
                    pub use crate::watched::WatchedCondvar as Condvar;
                    pub use crate::watched::WatchedGuard as MutexGuard;
                    pub use crate::watched::WatchedMutex as Mutex;
                    pub use ::std::sync::*;

                    pub mod atomic {
                        pub use crate::watched::WatchedAtomicI64 as AtomicI64;
                        pub use ::std::sync::atomic::*;
                    }
                }

                pub mod thread {
                    pub use crate::watched::watched_sleep as sleep;
                    pub use ::std::thread::*;
                }
            }

            include!($file);
        }
    };
}
pub(crate) use watched;

/// See [`std::thread::sleep`].
pub fn watched_sleep(time: Duration) {
    if !time.is_zero() {
        note(Step::Pauses);
        thread::sleep(time);
        note(Step::GoesOn);
    }
}

/// All else that a stand-in can do, the real one does. It is not noted.
macro_rules! is_else {
    ($name:ident, $real:ty $(, $T:ident)?) => {
        impl$(<$T>)? Deref for $name$(<$T>)? {
            type Target = $real;

            fn deref(&self) -> &$real {
                &self.0
            }
        }

        impl$(<$T>)? DerefMut for $name$(<$T>)? {
            fn deref_mut(&mut self) -> &mut $real {
                &mut self.0
            }
        }
    };
}

/// See [`std::sync::atomic::AtomicI64`].
#[derive(Debug, Default)]
pub struct WatchedAtomicI64(RealAtomic);

is_else!(WatchedAtomicI64, RealAtomic);

impl From<i64> for WatchedAtomicI64 {
    fn from(value: i64) -> Self {
        Self::new(value)
    }
}

impl WatchedAtomicI64 {
    pub const fn new(value: i64) -> Self {
        Self(RealAtomic::new(value))
    }

    pub fn into_inner(self) -> i64 {
        self.0.into_inner()
    }

    fn reads(&self, time: Duration, amount: i64) {
        note_at(time, Step::Reads { amount, at: ptr::from_ref(self).addr() });
    }

    fn writes(&self, time: Duration, amount: i64, over: i64) {
        note_at(time, Step::Writes { amount, over, at: ptr::from_ref(self).addr() });
    }

    pub fn load(&self, order: Ordering) -> i64 {
        notes::begin();
        let amount = self.0.load(order);
        self.reads(since_zero(), amount);
        amount
    }

    pub fn store(&self, amount: i64, order: Ordering) {
        self.swap(amount, order);
    }

    pub fn swap(&self, amount: i64, order: Ordering) -> i64 {
        let before = since_zero();
        let over = self.0.swap(amount, order);
        self.writes(before, amount, over);
        over
    }

    pub fn fetch_add(&self, more: i64, order: Ordering) -> i64 {
        let over = self.0.fetch_add(more, order);
        let now = since_zero();
        self.reads(now, over);
        self.writes(now + Duration::from_nanos(1), over.wrapping_add(more), over);
        over
    }

    pub fn compare_exchange(
        &self,
        current: i64,
        new: i64,
        success: Ordering,
        failure: Ordering,
    ) -> Result<i64, i64> {
        let outcome = self.0.compare_exchange(current, new, success, failure);
        match outcome {
            Ok(over) => self.writes(since_zero(), new, over),
            Err(found) => self.reads(since_zero(), found),
        }
        outcome
    }

    pub fn compare_exchange_weak(
        &self,
        current: i64,
        new: i64,
        success: Ordering,
        failure: Ordering,
    ) -> Result<i64, i64> {
        self.compare_exchange(current, new, success, failure)
    }

    pub fn fetch_update(
        &self,
        set: Ordering,
        fetch: Ordering,
        mut new: impl FnMut(i64) -> Option<i64>,
    ) -> Result<i64, i64> {
        let mut current = self.load(fetch);
        while let Some(new) = new(current) {
            match self.compare_exchange(current, new, set, fetch) {
                Err(found) => current = found,
                done => return done,
            }
        }
        Err(current)
    }
}

/// See [`std::sync::Mutex`]. After a panic, it is not poisoned: the program ends anyway.
#[derive(Debug, Default)]
pub struct WatchedMutex<T>(real::Mutex<T>);

is_else!(WatchedMutex, real::Mutex<T>, T);

impl<T> From<T> for WatchedMutex<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T> WatchedMutex<T> {
    pub const fn new(value: T) -> Self {
        Self(real::Mutex::new(value))
    }

    pub fn into_inner(self) -> LockResult<T> {
        self.0.into_inner()
    }
}

impl<T: 'static> WatchedMutex<T> {
    /// Waits only if the lock is held, so only that is noted.
    pub fn lock(&self) -> LockResult<WatchedGuard<'_, T>> {
        self.try_lock().or_else(|_| {
            let lock = ptr::from_ref(self).addr();
            note(Step::Waits { lock });
            Ok(WatchedGuard::new(lock, self.0.lock()))
        })
    }

    pub fn try_lock(&self) -> TryLockResult<WatchedGuard<'_, T>> {
        let real = match self.0.try_lock() {
            Ok(real) => Ok(real),
            Err(TryLockError::Poisoned(poisoned)) => Err(poisoned),
            Err(TryLockError::WouldBlock) => return Err(TryLockError::WouldBlock),
        };
        Ok(WatchedGuard::new(ptr::from_ref(self).addr(), real))
    }
}

/// See [`std::sync::MutexGuard`].
pub struct WatchedGuard<'a, T: 'static> {
    lock: usize,
    over: Option<i64>,
    /// Empty when the lock has been released.
    real: Option<real::MutexGuard<'a, T>>,
}

impl<'a, T: 'static> WatchedGuard<'a, T> {
    fn new(lock: usize, real: LockResult<real::MutexGuard<'a, T>>) -> Self {
        let real = real.unwrap_or_else(PoisonError::into_inner);
        let guard = Self { lock, over: None, real: Some(real) };
        note(Step::Acquires { lock, has_money: guard.amount().is_some() });
        guard
    }

    /// What is inside the lock, if it is an amount of money.
    fn amount(&self) -> Option<i64> {
        (&**self.real.as_ref()? as &dyn Any).downcast_ref().copied()
    }

    /// The lock is released after this.
    fn end(&mut self) -> Option<real::MutexGuard<'a, T>> {
        let (at, amount) = (self.lock, self.amount());
        let real = self.real.take()?;
        if let (Some(amount), Some(over)) = (amount, self.over) {
            note(Step::Writes { amount, over, at });
        }
        note(Step::Releases { lock: at });
        Some(real)
    }
}

impl<T: 'static> Deref for WatchedGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        let at = self.lock;
        self.amount().into_iter().for_each(|amount| note(Step::Reads { amount, at }));
        self.real.as_ref().expect("the lock is held")
    }
}

impl<T: 'static> DerefMut for WatchedGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.over = self.over.or(self.amount());
        self.real.as_mut().expect("the lock is held")
    }
}

impl<T: 'static> Drop for WatchedGuard<'_, T> {
    fn drop(&mut self) {
        self.end();
    }
}

/// See [`std::sync::Condvar`].
#[derive(Debug, Default)]
pub struct WatchedCondvar(real::Condvar);

is_else!(WatchedCondvar, real::Condvar);

impl WatchedCondvar {
    pub const fn new() -> Self {
        Self(real::Condvar::new())
    }

    pub fn wait<'a, T>(&self, mut guard: WatchedGuard<'a, T>) -> LockResult<WatchedGuard<'a, T>> {
        let real = guard.end().expect("the lock is held");
        note(Step::Waits { lock: guard.lock });
        Ok(WatchedGuard::new(guard.lock, self.0.wait(real)))
    }

    pub fn wait_while<'a, T>(
        &self,
        mut guard: WatchedGuard<'a, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<WatchedGuard<'a, T>> {
        while condition(&mut guard) {
            guard = self.wait(guard)?;
        }
        Ok(guard)
    }
}
