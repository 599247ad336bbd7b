//! Stands in for `std::sync::atomic`. Each call is one step, and all threads see the steps in one
//! order, whatever [`Ordering`] is asked for.

use std::fmt::Display;
use std::mem;
use std::num::Wrapping;
use std::ops::{Add, Sub};
use std::sync::Mutex;

pub use std::sync::atomic::Ordering;

use crate::every_order::stage::Shared;

/// See [`std::sync::atomic::AtomicBool`].
pub type AtomicBool = Atomic<bool>;
/// See [`std::sync::atomic::AtomicI32`].
pub type AtomicI32 = Atomic<i32>;
/// See [`std::sync::atomic::AtomicI64`].
pub type AtomicI64 = Atomic<i64>;
/// See [`std::sync::atomic::AtomicU32`].
pub type AtomicU32 = Atomic<u32>;
/// See [`std::sync::atomic::AtomicU64`].
pub type AtomicU64 = Atomic<u64>;
/// See [`std::sync::atomic::AtomicUsize`].
pub type AtomicUsize = Atomic<usize>;

/// What all atomics have in common.
pub struct Atomic<T> {
    shared: Shared,
    value: Mutex<T>,
}

impl<T: Copy + PartialEq + Display> Atomic<T> {
    /// It is no `const fn`, so that no `static` can outlive an order.
    pub fn new(value: T) -> Self {
        Self { shared: Shared::new("atomic"), value: value.into() }
    }

    /// Reads the value.
    pub fn load(&self, _: Ordering) -> T {
        self.step(|value| (*value, format!("reads {value}")))
    }

    /// Writes a value.
    pub fn store(&self, new: T, _: Ordering) {
        self.step(|value| (*value = new, format!("writes {new}")))
    }

    /// Writes a value, and gives the one before.
    pub fn swap(&self, new: T, _: Ordering) -> T {
        self.change(|_| new, |before| format!("writes {new} over {before}"))
    }

    /// Writes `new` if the value is `current`; gives the value before, as an error if not.
    pub fn compare_exchange(&self, current: T, new: T, _: Ordering, _: Ordering) -> Result<T, T> {
        self.step(|value| match *value {
            before if before == current => {
                *value = new;
                (Ok(before), format!("writes {new} over {before}"))
            }
            before => (Err(before), format!("finds {before}, not {current}")),
        })
    }

    /// Takes the value out. Who owns it is alone with it: this is no step.
    pub fn into_inner(self) -> T {
        self.value.into_inner().unwrap()
    }

    fn change(&self, new: impl FnOnce(T) -> T, told: impl FnOnce(T) -> String) -> T {
        self.step(|value| {
            let before = mem::replace(value, new(*value));
            (before, told(before))
        })
    }

    fn step<R>(&self, act: impl FnOnce(&mut T) -> (R, String)) -> R {
        self.shared.step(|| act(&mut self.value.lock().unwrap()))
    }
}

impl<T: Copy + PartialEq + Display> Atomic<T>
where
    Wrapping<T>: Add<Output = Wrapping<T>> + Sub<Output = Wrapping<T>>,
{
    /// Adds to the value, and gives the one before.
    pub fn fetch_add(&self, more: T, _: Ordering) -> T {
        let sum = |before| (Wrapping(before) + Wrapping(more)).0;
        self.change(sum, |before| format!("adds {more} to {before}"))
    }

    /// Takes from the value, and gives the one before.
    pub fn fetch_sub(&self, less: T, _: Ordering) -> T {
        let difference = |before| (Wrapping(before) - Wrapping(less)).0;
        self.change(difference, |before| format!("takes {less} from {before}"))
    }
}

impl<T: Copy + PartialEq + Display + Default> Default for Atomic<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}
