//! Stands in for `std::sync::atomic`. Each call is one step, and all threads see the steps in one
//! order, whatever [`Ordering`] is asked for.

use std::fmt::{self, Debug, Display, Formatter};
use std::panic::Location;
use std::sync::Mutex;

pub use std::sync::atomic::Ordering;

use super::afresh::Afresh;
use super::mark::{Mark, hash};
use super::shared::{Shared, hold};
use super::stage::is_on_stage;

macro_rules! names {
    ($($name:ident $type:ident),*) => {
        $(
            #[doc = concat!("See [`std::sync::atomic::", stringify!($name), "`].")]
            pub type $name = Atomic<$type>;
        )*
    };
}

names!(AtomicBool bool, AtomicI8 i8, AtomicI16 i16, AtomicI32 i32, AtomicI64 i64, AtomicIsize isize);
names!(AtomicU8 u8, AtomicU16 u16, AtomicU32 u32, AtomicU64 u64, AtomicUsize usize);

/// What all atomics have in common. A `static` one starts afresh in each interleaving.
pub struct Atomic<T> {
    place: &'static Location<'static>,
    initial: T,
    afresh: Afresh<(Shared, Mutex<T>)>,
}

impl<T: Copy + PartialEq + Display> Atomic<T> {
    /// See [`std::sync::atomic::AtomicI64::new`].
    #[track_caller]
    pub const fn new(initial: T) -> Self {
        Self { place: Location::caller(), initial, afresh: Afresh::new() }
    }

    fn here(&self) -> &(Shared, Mutex<T>) {
        self.afresh.get(|| (Shared::made_at("atomic", self.place), self.initial.into()))
    }

    fn step<R>(&self, reads: bool, act: impl FnOnce(&mut T) -> (R, String)) -> R {
        let (shared, value) = self.here();
        shared.marked_step_now(|_| {
            let value = &mut *hold(value);
            let (outcome, text) = act(value);
            (outcome, text, Mark { reads, ..Mark::reads(hash(value.to_string())) })
        })
    }

    pub(super) fn change(&self, new: impl FnOnce(T) -> T, told: impl FnOnce(T, T) -> String) -> T {
        self.step(true, |value| {
            let before = *value;
            *value = new(before);
            (before, told(before, *value))
        })
    }

    /// Reads the value.
    pub fn load(&self, _: Ordering) -> T {
        self.step(true, |value| (*value, format!("reads {value}")))
    }

    /// Writes a value.
    pub fn store(&self, new: T, _: Ordering) {
        self.step(false, |value| {
            *value = new;
            ((), format!("writes {new}"))
        });
    }

    /// Writes a value, and gives the one before.
    pub fn swap(&self, new: T, _: Ordering) -> T {
        self.change(|_| new, |before, _| format!("writes {new} over {before}"))
    }

    /// Writes `new` if the value is `current`; gives the value before, as an error if not.
    pub fn compare_exchange(&self, current: T, new: T, _: Ordering, _: Ordering) -> Result<T, T> {
        self.step(true, |value| match *value {
            before if before == current => {
                *value = new;
                (Ok(before), format!("writes {new} over {before}"))
            }
            before => (Err(before), format!("finds {before}, not {current}")),
        })
    }

    /// The value, to be changed by its owner, who is alone with it: this is no step.
    pub fn get_mut(&mut self) -> &mut T {
        if is_on_stage() {
            self.here();
        }
        match self.afresh.last_mut() {
            Some((_, value)) => value.get_mut().unwrap_or_else(|poison| poison.into_inner()),
            None => &mut self.initial,
        }
    }

    /// Takes the value out. Its owner is alone with it: this is no step.
    pub fn into_inner(mut self) -> T {
        *self.get_mut()
    }
}

impl<T: Copy + PartialEq + Display + Default> Default for Atomic<T> {
    #[track_caller]
    fn default() -> Self {
        Self::from(T::default())
    }
}

impl<T: Copy + PartialEq + Display> From<T> for Atomic<T> {
    #[track_caller]
    fn from(initial: T) -> Self {
        let atomic = Self::new(initial);
        if is_on_stage() {
            atomic.here(); // from now on, it has its number
        }
        atomic
    }
}

/// To look at the value is a step, as [`Atomic::load`] is.
impl<T: Copy + PartialEq + Display> Debug for Atomic<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.load(Ordering::SeqCst), f)
    }
}
