//! What each thread does, and when. From these notes, the pictures are drawn, and a deadlock is found.

use std::cell::Cell;
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use common::clock::since_zero;

/// What a thread does. A lock or an amount of money is known by its address. The money may be inside
/// of the lock.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Pauses,
    GoesOn,
    Waits { lock: usize },
    Acquires { lock: usize, has_money: bool },
    Releases { lock: usize },
    Reads { amount: i64, at: usize },
    Writes { amount: i64, over: i64, at: usize },
}

/// What a thread has done, and when, since the lesson began.
#[derive(Clone, Debug)]
pub struct Thread {
    pub id: ThreadId,
    pub notes: Vec<(Duration, Step)>,
}

/// Each thread has notes of its own, so that none waits for another one to write them. Taking a note
/// needs about 100 ns.
type Shared = Arc<Mutex<Thread>>;

static ALL: Mutex<Vec<Shared>> = Mutex::new(Vec::new());

thread_local! {
    static MINE: Shared = {
        let thread = Thread { id: thread::current().id(), notes: Vec::with_capacity(8) };
        let mine = Arc::new(Mutex::new(thread));
        ALL.lock().unwrap().push(mine.clone());
        mine
    };
    /// The thread that starts all others takes no notes.
    static STARTS_OTHERS: Cell<bool> = const { Cell::new(false) };
}

pub fn note(step: Step) {
    note_at(since_zero(), step);
}

pub fn note_at(time: Duration, step: Step) {
    if !STARTS_OTHERS.get() {
        MINE.with(|mine| mine.lock().unwrap().notes.push((time, step)));
    }
}

/// A new thread begins its notes, before it does anything that is to be noted.
pub fn begin() {
    if !STARTS_OTHERS.get() {
        MINE.with(|_| ());
    }
}

/// The threads that have taken notes, in the order in which they were started.
pub fn threads() -> Vec<Thread> {
    let copy = |thread: &Shared| thread.lock().unwrap().clone();
    let mut threads: Vec<Thread> = ALL.lock().unwrap().iter().map(copy).collect();
    threads.sort_by_cached_key(|thread| {
        let id = format!("{:?}", thread.id); // its number is nowhere else to be had
        (id.len(), id)
    });
    threads
}

/// Returns what the run returns. The threads that it starts take notes.
pub fn watch<T>(run: impl FnOnce() -> T) -> T {
    ALL.lock().unwrap().clear();
    STARTS_OTHERS.set(true);
    let outcome = run();
    STARTS_OTHERS.set(false);
    outcome
}
