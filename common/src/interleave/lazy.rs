//! Stands in for `std::sync::OnceLock` and `LazyLock`.

use std::fmt::{self, Debug, Formatter};
use std::ops::Deref;
use std::panic::Location;
use std::sync as real;

use super::afresh::Afresh;
use super::gate::{Gate, Progress};

/// See [`std::sync::OnceLock`]. A `static` one starts afresh in each interleaving.
pub struct OnceLock<T> {
    place: &'static Location<'static>,
    afresh: Afresh<(Gate, real::OnceLock<T>)>,
}

impl<T> OnceLock<T> {
    /// See [`std::sync::OnceLock::new`].
    #[track_caller]
    pub const fn new() -> Self {
        Self { place: Location::caller(), afresh: Afresh::new() }
    }

    fn here(&self) -> &(Gate, real::OnceLock<T>) {
        self.afresh.get(|| (Gate::made_at("once", self.place), real::OnceLock::new()))
    }

    /// See [`std::sync::OnceLock::get`]. To look is a step.
    pub fn get(&self) -> Option<&T> {
        let (gate, value) = self.here();
        if gate.is_done() { value.get() } else { None }
    }

    /// See [`std::sync::OnceLock::set`].
    pub fn set(&self, value: T) -> Result<(), T> {
        let mut value = Some(value);
        self.get_or_init(|| value.take().expect("it is set once"));
        value.map_or(Ok(()), Err)
    }

    /// See [`std::sync::OnceLock::get_or_init`].
    pub fn get_or_init(&self, f: impl FnOnce() -> T) -> &T {
        let (gate, value) = self.here();
        gate.pass(|| drop(value.set(f())), Progress::New);
        value.get().expect("it is initialized")
    }

    /// See [`std::sync::OnceLock::into_inner`]. This is no step.
    pub fn into_inner(self) -> Option<T> {
        self.afresh.last()?.1.into_inner()
    }
}

impl<T> Default for OnceLock<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Debug> Debug for OnceLock<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OnceLock").field(&self.get()).finish()
    }
}

/// See [`std::sync::LazyLock`]. A `static` one starts afresh in each interleaving, so its function
/// must be one that can be called again.
pub struct LazyLock<T, F = fn() -> T> {
    value: OnceLock<T>,
    init: F,
}

impl<T, F: Fn() -> T> LazyLock<T, F> {
    /// See [`std::sync::LazyLock::new`].
    #[track_caller]
    pub const fn new(init: F) -> Self {
        Self { value: OnceLock::new(), init }
    }

    /// See [`std::sync::LazyLock::force`].
    pub fn force(this: &Self) -> &T {
        let (gate, value) = this.value.here();
        gate.pass(|| drop(value.set((this.init)())), Progress::Poisoned);
        value.get().expect("it is initialized")
    }
}

impl<T, F: Fn() -> T> Deref for LazyLock<T, F> {
    type Target = T;

    fn deref(&self) -> &T {
        Self::force(self)
    }
}
