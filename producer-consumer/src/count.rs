//! Is a version at work, or in a deadlock? It does not say so itself.

use std::cell::Cell;
use std::panic::resume_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use common::clock;

use crate::picture::{Work, Works};

/// So many works are kept: more than there are lines in a picture.
const KEPT: usize = 4000;

/// How many items there have been so far.
#[derive(Default)]
pub struct Count {
    pub made: AtomicU32,
    pub taken: AtomicU32,
    pub received: AtomicU32, // taken, and worked on
    works: Mutex<Works>,
}

impl Count {
    /// A consumer works on an item.
    pub fn work_on(&self, item: u32, time: Duration) {
        thread_local! {
            static FREE: Cell<Option<Duration>> = const { Cell::new(None) };
        }
        self.taken.fetch_add(1, SeqCst);
        thread::sleep(time);
        self.received.fetch_add(1, SeqCst);
        let to = clock::since_zero();
        let mut works = self.works.lock().unwrap();
        works.insert(item, Work { free: FREE.replace(Some(to)), to });
        if works.len() > KEPT {
            works.pop_first();
        }
    }

    /// The last works, by their items.
    pub fn works(&self) -> Works {
        self.works.lock().unwrap().clone()
    }

    /// Lets a thread do the work. Waits for its end, or until nobody works and nothing has changed
    /// between two looks; then the thread is left alone.
    pub fn comes_to_an_end(&self, work: impl FnOnce() + Send + 'static) -> bool {
        let (done, end) = mpsc::channel::<()>();
        let thread = thread::spawn(move || {
            let _done = done; // dropped at the end, however this ends
            work();
        });
        let mut before = None;
        while end.recv_timeout(Duration::from_millis(500)) == Err(RecvTimeoutError::Timeout) {
            let now = [&self.made, &self.taken, &self.received].map(|it| it.load(SeqCst));
            if now[1] == now[2] && before == Some(now) {
                return false;
            }
            before = Some(now);
        }
        thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        true
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn a_version_that_waits_for_ever_is_left_alone() {
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let waits = || loop {
                thread::park();
            };
            let _ = tell.send(Count::default().comes_to_an_end(waits));
        });
        let said = told.recv_timeout(Duration::from_secs(5));
        assert_eq!(said, Ok(false), "the program waits for a version that never ends");
    }

    #[test]
    fn a_version_that_panics_has_not_come_to_an_end() {
        let fails = || Count::default().comes_to_an_end(|| resume_unwind(Box::new("it fails")));
        assert!(catch_unwind(AssertUnwindSafe(fails)).is_err());
    }
}
