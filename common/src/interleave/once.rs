//! Stands in for `std::sync::Once`.

use std::panic::Location;

use super::afresh::Afresh;
use super::gate::{Gate, Progress};

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
