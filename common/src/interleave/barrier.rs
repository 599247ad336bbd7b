//! Stands in for `std::sync::Barrier`.

use std::fmt::{self, Debug, Formatter};
use std::panic::Location;
use std::sync::{Arc, Mutex};

use super::afresh::Afresh;
use super::mark::{Mark, hash};
use super::shared::{Shared, hold};

/// See [`std::sync::Barrier`]. To arrive is a step; to go on when all have arrived is none.
pub struct Barrier {
    place: &'static Location<'static>,
    threads: usize,
    afresh: Afresh<Here>,
}

struct Here {
    shared: Shared,
    arrived: Arc<Mutex<Arrived>>,
}

#[derive(Default, Hash)]
struct Arrived {
    threads: usize,
    /// How often all have been there.
    times: usize,
}

/// See [`std::sync::BarrierWaitResult`].
#[derive(Debug)]
pub struct BarrierWaitResult(bool);

impl BarrierWaitResult {
    /// Is this the thread that has arrived last?
    pub fn is_leader(&self) -> bool {
        self.0
    }
}

impl Barrier {
    /// See [`std::sync::Barrier::new`].
    #[track_caller]
    pub const fn new(threads: usize) -> Self {
        Self { place: Location::caller(), threads, afresh: Afresh::new() }
    }

    /// See [`std::sync::Barrier::wait`].
    pub fn wait(&self) -> BarrierWaitResult {
        let shared = || Shared::made_at("barrier", self.place);
        let Here { shared, arrived } =
            self.afresh.get(|| Here { shared: shared(), arrived: Arc::default() });
        let (last, times) = shared.marked_step_now(|_| {
            let mut arrived = hold(arrived);
            let times = arrived.times;
            arrived.threads += 1;
            let last = arrived.threads >= self.threads;
            if last {
                *arrived = Arrived { threads: 0, times: times + 1 };
            }
            let text = if last { "comes last to the barrier" } else { "comes to the barrier" };
            let mark = Mark::reads(hash(&*arrived));
            ((last, times), text.into(), mark)
        });
        if !last {
            let arrived = arrived.clone();
            shared.wait("the others at the barrier", move || hold(&arrived).times > times);
        }
        BarrierWaitResult(last)
    }
}

impl Debug for Barrier {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Barrier { .. }")
    }
}
