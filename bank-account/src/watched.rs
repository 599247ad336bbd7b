//! The lesson files for real threads, with a stand-in for parts of `std` that notes what each thread
//! does, and when. From these notes, the pictures are drawn, and a deadlock is found.

use std::any::Any;
use std::ops::{Deref, DerefMut};
use std::ptr;
use std::sync::atomic::{AtomicI64 as RealAtomic, Ordering};
use std::sync::{self as real, Arc, LockResult, PoisonError, TryLockError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use common::clock::since_zero;

/// Includes a lesson file as a module in which parts of `std` are those below.
macro_rules! watched {
    ($name:ident, $file:literal) => {
        pub mod $name {
            #[allow(unused_imports, reason = "not every version needs all of it")]
            mod std {
                pub use ::std::*;

                pub mod sync {
                    pub use crate::watched::{Mutex, MutexGuard};
                    pub use ::std::sync::*;

                    pub mod atomic {
                        pub use crate::watched::AtomicI64;
                        pub use ::std::sync::atomic::*;
                    }
                }

                pub mod thread {
                    pub use crate::watched::sleep;
                    pub use ::std::thread::*;
                }
            }

            include!($file);
        }
    };
}

watched!(atomic, "atomic.rs");
watched!(crossed, "crossed.rs");
watched!(locked, "locked.rs");
watched!(ordered, "ordered.rs");
watched!(owned, "owned.rs");
watched!(unlocked, "unlocked.rs");

/// What a thread does. A lock is known by its address.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Pauses,
    Waits { lock: usize },
    Acquires { lock: usize },
    Releases { lock: usize },
    Reads(i64),
    Writes { amount: i64, over: i64 },
}

/// What a thread has done, and when, since the lesson began.
#[derive(Clone, Debug)]
pub struct Thread {
    pub id: ThreadId,
    pub notes: Vec<(Duration, Step)>,
}

/// Each thread has notes of its own, so that none waits for another one to write them. To take a note
/// needs about 100 ns.
type Shared = Arc<real::Mutex<Thread>>;

static ALL: real::Mutex<Vec<Shared>> = real::Mutex::new(Vec::new());

thread_local! {
    static MINE: Shared = {
        let thread = Thread { id: thread::current().id(), notes: Vec::with_capacity(8) };
        let mine = Arc::new(real::Mutex::new(thread));
        ALL.lock().unwrap().push(mine.clone());
        mine
    };
}

fn note(step: Step) {
    note_at(since_zero(), step);
}

fn note_at(time: Duration, step: Step) {
    MINE.with(|mine| mine.lock().unwrap().notes.push((time, step)));
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

/// Returns what the run returns, and the threads that it has started.
pub fn watch<T>(run: impl FnOnce() -> T) -> (T, Vec<Thread>) {
    ALL.lock().unwrap().clear();
    let outcome = run();
    let mut threads = threads();
    threads.retain(|thread| thread.id != thread::current().id());
    (outcome, threads)
}

/// See [`std::thread::sleep`].
pub fn sleep(time: Duration) {
    if !time.is_zero() {
        note(Step::Pauses);
        thread::sleep(time);
    }
}

/// See [`std::sync::atomic::AtomicI64`].
#[derive(Debug, Default)]
pub struct AtomicI64(RealAtomic);

#[allow(dead_code, reason = "not every version needs all of it")]
impl AtomicI64 {
    pub const fn new(value: i64) -> Self {
        Self(RealAtomic::new(value))
    }

    pub fn load(&self, order: Ordering) -> i64 {
        MINE.with(|_| ()); // a new thread begins its notes before it reads
        let amount = self.0.load(order);
        note(Step::Reads(amount));
        amount
    }

    pub fn store(&self, amount: i64, order: Ordering) {
        let before = since_zero();
        let over = self.0.swap(amount, order);
        note_at(before, Step::Writes { amount, over });
    }

    pub fn fetch_add(&self, more: i64, order: Ordering) -> i64 {
        let over = self.0.fetch_add(more, order);
        let now = since_zero();
        note_at(now, Step::Reads(over));
        let amount = over.wrapping_add(more);
        note_at(now + Duration::from_nanos(1), Step::Writes { amount, over });
        over
    }
}

/// Whatever else it can do is not noted.
impl Deref for AtomicI64 {
    type Target = RealAtomic;

    fn deref(&self) -> &RealAtomic {
        &self.0
    }
}

/// See [`std::sync::Mutex`].
#[derive(Debug, Default)]
pub struct Mutex<T>(real::Mutex<T>);

/// See [`std::sync::MutexGuard`].
pub struct MutexGuard<'a, T: 'static> {
    lock: usize,
    over: Option<i64>,
    real: real::MutexGuard<'a, T>,
}

impl<T: 'static> Mutex<T> {
    pub const fn new(value: T) -> Self {
        Self(real::Mutex::new(value))
    }

    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let lock = ptr::from_ref(self).addr();
        let guard = |real| {
            note(Step::Acquires { lock });
            MutexGuard { lock, over: None, real }
        };
        let real = match self.0.try_lock() {
            Ok(real) => Ok(real),
            Err(TryLockError::Poisoned(poisoned)) => Err(poisoned),
            Err(TryLockError::WouldBlock) => {
                note(Step::Waits { lock });
                self.0.lock()
            }
        };
        real.map(guard).map_err(|poisoned| PoisonError::new(guard(poisoned.into_inner())))
    }

    pub fn into_inner(self) -> LockResult<T> {
        self.0.into_inner()
    }
}

/// Whatever else it can do is not noted.
impl<T> Deref for Mutex<T> {
    type Target = real::Mutex<T>;

    fn deref(&self) -> &real::Mutex<T> {
        &self.0
    }
}

impl<T: 'static> MutexGuard<'_, T> {
    /// What is inside the lock, if it is an amount of money.
    fn amount(&self) -> Option<i64> {
        (&*self.real as &dyn Any).downcast_ref().copied()
    }
}

impl<T: 'static> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.amount().into_iter().for_each(|amount| note(Step::Reads(amount)));
        &self.real
    }
}

impl<T: 'static> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.over = self.over.or(self.amount());
        &mut self.real
    }
}

/// The lock is released after this.
impl<T: 'static> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        if let (Some(amount), Some(over)) = (self.amount(), self.over) {
            note(Step::Writes { amount, over });
        }
        note(Step::Releases { lock: self.lock });
    }
}
