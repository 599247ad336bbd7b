//! What `Once`, `OnceLock` and `LazyLock` have in common: something that happens once.

use std::panic::Location;
use std::sync::{Arc, Mutex};

use super::mark::{Mark, hash};
use super::shared::{Shared, hold};

/// How far it is.
#[derive(Clone, Copy, Default, Debug, PartialEq, Hash)]
pub(super) enum Progress {
    #[default]
    New,
    Running,
    Done,
    Poisoned,
}

/// Something that happens once. To begin with it, and to be done with it, are steps.
pub(super) struct Gate {
    shared: Shared,
    /// How far it is, and what stands for what it has made.
    at: Arc<Mutex<(Progress, u64)>>,
}

impl Gate {
    pub(super) fn made_at(kind: &'static str, place: &'static Location<'static>) -> Self {
        Self { shared: Shared::made_at(kind, place), at: Arc::default() }
    }

    /// A step that waits while somebody else is at it, unless it only looks.
    fn step<R>(&self, looks: bool, act: impl FnOnce(&mut Progress) -> (R, &'static str)) -> R {
        let at = self.at.clone();
        let may = move || looks || hold(&at).0 != Progress::Running;
        self.shared.marked_step("the initialization", may, |_| {
            let at = &mut *hold(&self.at);
            let (outcome, text) = act(&mut at.0);
            let seen = if at.0 == Progress::Done { at.1 } else { 0 };
            (outcome, text.into(), Mark { seen, ..Mark::reads(hash(*at)) })
        })
    }

    /// Runs `make` unless that was done before. If it panics, the gate is left like that.
    pub(super) fn pass(&self, make: impl FnOnce(), after_a_panic: Progress) {
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

    pub(super) fn is_done(&self) -> bool {
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
        let End(gate, progress) = *self;
        gate.shared.last_step(|past| {
            let mut at = hold(&gate.at);
            let done = progress == Progress::Done;
            *at = (progress, if done { past } else { 0 });
            let text = if done { "ends the initialization" } else { "fails at the initialization" };
            ((), text.into(), Mark::reads(hash(*at)))
        });
    }
}
