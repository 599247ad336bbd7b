//! The two files about deadlock, for real threads and real locks. A lock also notes which thread has
//! acquired it and which ones wait for it, so that the program can say who waits for whom.

use std::iter;
use std::ops::Deref;
use std::panic::resume_unwind;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{self as real, LockResult, MutexGuard};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

/// Includes a lesson file as a module in which `Mutex` is the one below.
macro_rules! watched {
    ($name:ident, $file:literal) => {
        pub mod $name {
            mod std {
                pub use ::std::*;

                pub mod sync {
                    pub use crate::watched::Mutex;
                    #[allow(unused_imports, reason = "for what a version may need later")]
                    pub use ::std::sync::*;
                }
            }

            include!($file);
        }
    };
}

watched!(crossed, "crossed.rs");
watched!(ordered, "ordered.rs");

/// All locks, in the order in which they were made.
static NOTES: real::Mutex<Vec<Note>> = real::Mutex::new(Vec::new());

struct Note {
    /// The thread that acquired the lock last. As long as others wait for it, it holds the lock.
    holder: Option<ThreadId>,
    waiting: Vec<ThreadId>,
    changed: Instant,
}

/// See [`std::sync::Mutex`].
pub struct Mutex<T> {
    number: usize,
    real: real::Mutex<T>,
}

impl<T> Mutex<T> {
    pub fn new(value: T) -> Self {
        let mut notes = NOTES.lock().unwrap();
        notes.push(Note { holder: None, waiting: Vec::new(), changed: Instant::now() });
        Self { number: notes.len(), real: real::Mutex::new(value) }
    }

    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let me = thread::current().id();
        self.note(|note| note.waiting.push(me));
        let guard = self.real.lock();
        self.note(|note| {
            note.waiting.retain(|other| *other != me);
            note.holder = Some(me);
        });
        guard
    }

    pub fn into_inner(self) -> LockResult<T> {
        self.real.into_inner()
    }

    fn note(&self, change: impl FnOnce(&mut Note)) {
        let note = &mut NOTES.lock().unwrap()[self.number - 1];
        change(note);
        note.changed = Instant::now();
    }
}

impl<T> Deref for Mutex<T> {
    type Target = real::Mutex<T>;

    fn deref(&self) -> &real::Mutex<T> {
        &self.real
    }
}

const PATIENCE: Duration = Duration::from_secs(1);

/// What `run` returns. If there is a deadlock and nothing has changed for a second, an error says
/// what each of its threads holds and waits for. These threads are left alone.
pub fn watch(run: impl FnOnce() -> String + Send + 'static) -> Result<String, String> {
    let (done, end) = mpsc::channel();
    let thread = thread::spawn(move || done.send(run()));
    loop {
        match end.recv_timeout(PATIENCE / 20) {
            Ok(outcome) => return Ok(outcome),
            Err(RecvTimeoutError::Disconnected) => resume_unwind(thread.join().unwrap_err()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let circle = circle(&NOTES.lock().unwrap());
        if !circle.is_empty() {
            return Err(circle.join("\n"));
        }
    }
}

/// A line for each thread of a circle in which each waits for the next one.
fn circle(notes: &[Note]) -> Vec<String> {
    if notes.iter().any(|note| note.changed.elapsed() < PATIENCE) {
        return Vec::new();
    }
    // The lock that the holder of this lock waits for.
    let next = |lock: &usize| {
        let holder = notes[*lock].holder?;
        notes.iter().position(|note| note.waiting.contains(&holder))
    };
    let is_in_circle = |(lock, after): &(usize, usize)| {
        iter::successors(Some(*after), next).take(notes.len()).any(|other| other == *lock)
    };
    let pairs = (0..notes.len()).filter_map(|lock| Some((lock, next(&lock)?)));
    let lines = pairs.filter(is_in_circle).zip(1..).map(|((lock, after), thread)| {
        format!("  thread {thread} holds lock {} and waits for lock {}", lock + 1, after + 1)
    });
    lines.collect()
}
