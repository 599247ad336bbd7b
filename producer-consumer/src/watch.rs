//! What both versions are run with: the items, the lines on the screen, the pauses, and an eye on
//! who still waits. Nothing here is the lesson.

use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use common::say;
use crossbeam::channel::{Receiver, RecvTimeoutError};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A queue that never has an item. It ends when the program is told to stop.
pub type Stop = Receiver<Infallible>;

#[derive(Clone, Copy)]
pub struct Sizes {
    pub producers: u32,
    pub consumers: u32,
    pub capacity: usize,
    /// How many items are made, unless it goes on until Ctrl-C.
    pub items: Option<u64>,
    /// How long a producer needs for an item, and how long a consumer.
    pub make: Duration,
    pub pause: Duration,
}

pub struct Watch {
    sizes: Sizes,
    stop: Stop,
    state: Mutex<State>,
}

struct State {
    dice: StdRng,
    items_left: Option<u64>,
    producers_left: u32,
    consumers_busy: u32,
    tally: Tally,
    changed: Instant,
}

#[derive(Clone, Copy, Default)]
pub struct Tally {
    pub sent: u64,
    pub skipped: u64,
    pub received: u64,
}

impl Tally {
    pub fn lost(self) -> u64 {
        self.sent + self.skipped - self.received
    }
}

impl Watch {
    pub fn new(sizes: Sizes, seed: u64, stop: Stop) -> Self {
        let state = State {
            dice: StdRng::seed_from_u64(seed),
            items_left: sizes.items,
            producers_left: sizes.producers,
            consumers_busy: 0,
            tally: Tally::default(),
            changed: Instant::now(),
        };
        Self { sizes, stop, state: Mutex::new(state) }
    }

    /// Makes an item from 0 to 9. Nothing comes once all are made, or after Ctrl-C.
    pub fn make(&self) -> Option<u32> {
        if self.one_more() && !self.pause(self.sizes.make) {
            return Some(self.change().dice.random_range(0..=9));
        }
        say!("{} has no more items", name());
        self.change().producers_left -= 1;
        None
    }

    /// Shows and counts what a thread does with an item. A consumer pauses after that.
    pub fn see(&self, what: &str, item: u32, queued: usize) {
        say!("{} {what:<5} {item}   {queued} of {} queued", name(), self.sizes.capacity);
        let mut state = self.change();
        match what {
            "puts" => state.tally.sent += 1,
            "skips" => state.tally.skipped += 1,
            _ => {
                state.tally.received += 1;
                state.consumers_busy += 1;
                drop(state);
                self.pause(self.sizes.pause);
                self.change().consumers_busy -= 1;
            }
        }
    }

    pub fn tally(&self) -> Tally {
        self.state().tally
    }

    /// Since when every consumer waits for an item, although no producer is left to send one.
    pub fn all_wait_since(&self) -> Option<Instant> {
        let state = self.state();
        let Tally { sent, received, .. } = state.tally;
        let all_wait = state.producers_left == 0 && sent == received && state.consumers_busy == 0;
        all_wait.then_some(state.changed)
    }

    /// Is there one more item to make? It is taken off the account.
    fn one_more(&self) -> bool {
        let mut state = self.change();
        let left = state.items_left.map(|left| left.checked_sub(1));
        match left {
            Some(None) => return false,
            Some(left) => state.items_left = left,
            None => {}
        }
        true
    }

    /// Pauses, and no longer than until Ctrl-C. Gives whether that was pressed.
    fn pause(&self, time: Duration) -> bool {
        self.stop.recv_timeout(time) == Err(RecvTimeoutError::Disconnected)
    }

    fn change(&self) -> MutexGuard<'_, State> {
        let mut state = self.state();
        state.changed = Instant::now();
        state
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

/// The name of the thread that asks.
fn name() -> String {
    thread::current().name().unwrap_or_default().to_string()
}
