//! The operations of atomics that change the value and give the one before.

use std::fmt::Display;
use std::num::Wrapping;
use std::ops::{Add, BitAnd, BitOr, BitXor, Not, Sub};
use std::sync::atomic::Ordering;

use super::atomic::Atomic;

impl<T: Copy + PartialEq + Display> Atomic<T> {
    /// Like [`Atomic::compare_exchange`]: it never fails without a reason, although real ones may.
    pub fn compare_exchange_weak(
        &self,
        current: T,
        new: T,
        success: Ordering,
        failure: Ordering,
    ) -> Result<T, T> {
        self.compare_exchange(current, new, success, failure)
    }

    /// Reads the value, and tries to write what `f` makes of it until no other thread has come
    /// between: a step for the first read, and one for each try.
    pub fn fetch_update(
        &self,
        set: Ordering,
        fetch: Ordering,
        mut f: impl FnMut(T) -> Option<T>,
    ) -> Result<T, T> {
        let mut before = self.load(fetch);
        while let Some(new) = f(before) {
            match self.compare_exchange(before, new, set, fetch) {
                Ok(before) => return Ok(before),
                Err(now) => before = now,
            }
        }
        Err(before)
    }
}

impl<T: Copy + PartialEq + Display + Ord> Atomic<T> {
    /// Raises the value to this one, and gives the one before.
    pub fn fetch_max(&self, other: T, _: Ordering) -> T {
        self.change(|before| before.max(other), |before, now| format!("turns {before} into {now}"))
    }

    /// Lowers the value to this one, and gives the one before.
    pub fn fetch_min(&self, other: T, _: Ordering) -> T {
        self.change(|before| before.min(other), |before, now| format!("turns {before} into {now}"))
    }
}

macro_rules! bits {
    ($($name:ident $trait:ident $operation:expr, $text:literal);* $(;)?) => {
        $(impl<T: Copy + PartialEq + Display + $trait<Output = T> + Not<Output = T>> Atomic<T> {
            #[doc = concat!("Writes the value ", $text, " this one, and gives the one before.")]
            pub fn $name(&self, other: T, _: Ordering) -> T {
                let told = |before, now| format!("turns {before} into {now}");
                self.change(|before| $operation(before, other), told)
            }
        })*
    };
}

bits! {
    fetch_and BitAnd BitAnd::bitand, "and";
    fetch_nand BitAnd |before: T, other| !(before & other), "nand";
    fetch_or BitOr BitOr::bitor, "or";
    fetch_xor BitXor BitXor::bitxor, "xor";
}

impl<T: Copy + PartialEq + Display> Atomic<T>
where
    Wrapping<T>: Add<Output = Wrapping<T>> + Sub<Output = Wrapping<T>>,
{
    /// Adds to the value, and gives the one before.
    pub fn fetch_add(&self, more: T, _: Ordering) -> T {
        let sum = |before| (Wrapping(before) + Wrapping(more)).0;
        self.change(sum, |before, _| format!("adds {more} to {before}"))
    }

    /// Takes from the value, and gives the one before.
    pub fn fetch_sub(&self, less: T, _: Ordering) -> T {
        let difference = |before| (Wrapping(before) - Wrapping(less)).0;
        self.change(difference, |before, _| format!("takes {less} from {before}"))
    }
}
