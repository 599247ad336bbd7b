//! Stands in for `std::sync::RwLock`.

use std::fmt::{self, Debug, Formatter};
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::{self as real, LockResult, TryLockError, TryLockResult};

use super::held::{self, After, How};
use super::lock::Lock;

/// See [`std::sync::RwLock`]. Several threads can hold it to read, or one to write. A thread that
/// waits to write keeps no reader out.
///
/// A `static` one can hold no value, since the value would be carried over to the next
/// interleaving.
pub struct RwLock<T: ?Sized> {
    lock: Lock,
    real: real::RwLock<T>,
}

impl<T> RwLock<T> {
    /// See [`std::sync::RwLock::new`].
    #[track_caller]
    pub const fn new(value: T) -> Self {
        let lock = Lock::new(Location::caller(), size_of::<T>() > 0);
        Self { lock, real: real::RwLock::new(value) }
    }

    /// See [`std::sync::RwLock::into_inner`]. The owner of the lock is alone with it: this is no step.
    pub fn into_inner(self) -> LockResult<T> {
        self.real.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// See [`std::sync::RwLock::read`].
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        self.lock.acquire(How::Together, || self.reader())
    }

    /// See [`std::sync::RwLock::write`].
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        self.lock.acquire(How::Alone, || self.writer())
    }

    /// See [`std::sync::RwLock::try_read`].
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        self.lock.try_acquire(How::Together, || self.reader())
    }

    /// See [`std::sync::RwLock::try_write`].
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        self.lock.try_acquire(How::Alone, || self.writer())
    }

    /// See [`std::sync::RwLock::get_mut`]. This is no step.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.real.get_mut()
    }

    /// See [`std::sync::RwLock::is_poisoned`]. To look is a step.
    pub fn is_poisoned(&self) -> bool {
        self.lock.is_poisoned()
    }

    fn reader(&self) -> RwLockReadGuard<'_, T> {
        let real = Some(held::real(self.real.try_read()));
        RwLockReadGuard { lock: self, real, after: After::new() }
    }

    fn writer(&self) -> RwLockWriteGuard<'_, T> {
        let real = Some(held::real(self.real.try_write()));
        RwLockWriteGuard { lock: self, real, after: After::new() }
    }
}

macro_rules! guard {
    ($name:ident, $how:expr) => {
        #[doc = concat!("See [`std::sync::", stringify!($name), "`].")]
        #[must_use = "if unused, the lock is released at once"]
        pub struct $name<'a, T: ?Sized> {
            lock: &'a RwLock<T>,
            /// Empty only while it is dropped.
            real: Option<real::$name<'a, T>>,
            after: After,
        }

        impl<T: ?Sized> Drop for $name<'_, T> {
            fn drop(&mut self) {
                let text = "releases the lock";
                self.lock.lock.release($how, self.after, text, || drop(self.real.take()));
            }
        }

        impl<T: ?Sized> Deref for $name<'_, T> {
            type Target = T;

            fn deref(&self) -> &T {
                self.real.as_ref().expect("the lock is held")
            }
        }

        impl<T: ?Sized + Debug> Debug for $name<'_, T> {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }
    };
}

guard!(RwLockReadGuard, How::Together);
guard!(RwLockWriteGuard, How::Alone);

impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.after.changed = true;
        self.real.as_mut().expect("the lock is held")
    }
}

impl<T: Default> Default for RwLock<T> {
    #[track_caller]
    fn default() -> Self {
        let lock = Self::new(T::default());
        lock.lock.register();
        lock
    }
}

impl<T: ?Sized + Debug> Debug for RwLock<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("RwLock");
        match self.try_read() {
            Ok(guard) => text.field("data", &&*guard),
            Err(TryLockError::Poisoned(poison)) => text.field("data", &&**poison.get_ref()),
            Err(TryLockError::WouldBlock) => text.field("data", &format_args!("<locked>")),
        };
        text.finish_non_exhaustive()
    }
}
