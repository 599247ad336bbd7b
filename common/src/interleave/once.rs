//! Stands in for `std::sync::Once`, `OnceLock` and `LazyLock`.

use std::fmt::{self, Debug, Formatter};
use std::ops::Deref;
use std::panic::Location;
use std::sync::{self as real, Arc, Mutex};

use super::shared::{Afresh, Mark, Shared, hash, hold};

#[derive(Clone, Copy, Default, Debug, PartialEq, Hash)]
enum Progress {
    #[default]
    New,
    Running,
    Done,
    Poisoned,
}

/// Something that happens once. To begin with it, and to be done with it, are steps.
struct Gate {
    shared: Shared,
    /// How far it is, and what stands for what it has made.
    at: Arc<Mutex<(Progress, u64)>>,
}

impl Gate {
    fn made_at(kind: &'static str, place: &'static Location<'static>) -> Self {
        Self { shared: Shared::made_at(kind, place), at: Arc::default() }
    }

    /// A step that waits while somebody else is at it, unless it only looks.
    fn step<R>(&self, looks: bool, act: impl FnOnce(&mut Progress) -> (R, &'static str)) -> R {
        let at = self.at.clone();
        let may = move || looks || hold(&at).0 != Progress::Running;
        self.shared.marked_step("the initialization", may, |past| {
            let at = &mut *hold(&self.at);
            let before = at.0;
            let (outcome, text) = act(&mut at.0);
            if at.0 == Progress::Done && before != Progress::Done {
                at.1 = past;
            }
            let seen = if at.0 == Progress::Done { at.1 } else { 0 };
            (outcome, text.into(), Mark { seen, ..Mark::reads(hash(&*at)) })
        })
    }

    /// Runs `make` unless that was done before. If it panics, the gate is left like that.
    fn pass(&self, make: impl FnOnce(), after_a_panic: Progress) {
        let begins = self.step(false, |at| match *at {
            Progress::New => {
                *at = Progress::Running;
                (Some(true), "begins the initialization")
            }
            Progress::Poisoned => (None, "finds the initialization poisoned"),
            _ => (Some(false), "finds it initialized"),
        });
        if begins.expect("the initialization has panicked before") {
            let mut end = End(self, after_a_panic);
            make();
            end.1 = Progress::Done;
        }
    }

    fn is_done(&self) -> bool {
        self.step(true, |at| match *at {
            Progress::Done => (true, "finds it initialized"),
            _ => (false, "finds it not initialized"),
        })
    }
}

/// The end of an initialization, also if it panics.
struct End<'a>(&'a Gate, Progress);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.step(true, |at| {
            *at = self.1;
            let done = *at == Progress::Done;
            ((), if done { "ends the initialization" } else { "fails at the initialization" })
        });
    }
}

/// See [`std::sync::Once`].
pub struct Once {
    place: &'static Location<'static>,
    afresh: Afresh<Gate>,
}

impl Once {
    /// See [`std::sync::Once::new`].
    #[track_caller]
    #[allow(clippy::new_without_default, reason = "std has none, either")]
    pub const fn new() -> Self {
        Self { place: Location::caller(), afresh: Afresh::new() }
    }

    fn here(&self) -> &Gate {
        self.afresh.get(|| Gate::made_at("once", self.place))
    }

    /// See [`std::sync::Once::call_once`].
    pub fn call_once(&self, f: impl FnOnce()) {
        self.here().pass(f, Progress::Poisoned);
    }

    /// See [`std::sync::Once::is_completed`]. To look is a step.
    pub fn is_completed(&self) -> bool {
        self.here().is_done()
    }
}

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
