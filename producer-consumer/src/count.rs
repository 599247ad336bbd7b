//! Is there still somebody at work? A lesson that waits for ever does not say so itself.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// How many items there have been so far.
#[derive(Default)]
pub struct Count {
    pub made: AtomicU32,
    pub taken: AtomicU32,
    pub received: AtomicU32, // taken, and worked on
}

impl Count {
    /// Waits for the end, or until nobody works and nothing has changed between two looks.
    pub fn comes_to_an_end(&self, end: &Receiver<()>) -> bool {
        let mut before = None;
        while end.recv_timeout(Duration::from_millis(500)) == Err(RecvTimeoutError::Timeout) {
            let now = [&self.made, &self.taken, &self.received].map(|it| it.load(SeqCst));
            if now[1] == now[2] && before == Some(now) {
                return false;
            }
            before = Some(now);
        }
        true
    }
}
