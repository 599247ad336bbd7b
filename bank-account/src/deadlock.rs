//! Finds a deadlock among real threads. They are left alone: nothing else can be done for them.

use std::collections::{HashMap, HashSet};
use std::iter;
use std::panic::resume_unwind;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use common::clock::since_zero;

use crate::notes::{self, Step, Thread};

const SILENCE: Duration = Duration::from_secs(1);

/// What `run` returns. Nothing if there is a deadlock and nothing has happened for a second; or if
/// nothing has happened for longer than `patience`, if there is one.
pub fn watch<T: Send + 'static>(
    run: impl FnOnce() -> T + Send + 'static,
    patience: Option<Duration>,
) -> Option<T> {
    let (done, end) = mpsc::channel();
    let began = since_zero();
    let thread = thread::spawn(move || done.send(notes::watch(run)));
    loop {
        match end.recv_timeout(SILENCE / 20) {
            Ok(outcome) => return Some(outcome),
            Err(RecvTimeoutError::Disconnected) => resume_unwind(thread.join().unwrap_err()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let threads = notes::threads();
        let last = threads.iter().filter_map(|thread| thread.notes.last()).map(|(at, _)| *at).max();
        let silence = since_zero().saturating_sub(last.unwrap_or(began));
        if silence >= SILENCE && !circle(&threads).is_empty()
            || patience.is_some_and(|patience| silence > patience)
        {
            return None;
        }
    }
}

/// The threads that are in a circle, in which each waits for a lock that the next one holds.
pub fn circle(threads: &[Thread]) -> Vec<ThreadId> {
    let (mut holders, mut waiting) = (HashMap::new(), HashMap::new());
    for Thread { id, notes } in threads {
        let mut held = HashSet::new();
        for (_, step) in notes {
            match step {
                Step::Waits { lock } => drop(waiting.insert(*id, *lock)),
                Step::Acquires { lock, .. } => drop((waiting.remove(id), held.insert(*lock))),
                Step::Releases { lock } => drop(held.remove(lock)),
                _ => {}
            }
        }
        holders.extend(held.into_iter().map(|lock| (lock, *id)));
    }
    let next = |thread: &ThreadId| holders.get(waiting.get(thread)?).copied();
    let is_in_circle = |thread: &ThreadId| {
        iter::successors(next(thread), next).take(waiting.len()).any(|other| other == *thread)
    };
    waiting.keys().copied().filter(is_in_circle).collect()
}
