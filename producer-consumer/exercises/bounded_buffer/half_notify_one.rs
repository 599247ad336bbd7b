// Half a solution: with one condition variable for both, `notify_one` may wake the wrong thread.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};

pub struct BoundedBuffer {
    items: Mutex<VecDeque<u32>>,
    capacity: usize,
    changed: Condvar,
}

impl BoundedBuffer {
    /// An empty buffer with room for so many items: at least one.
    pub fn new(capacity: usize) -> Self {
        Self { items: Mutex::new(VecDeque::new()), capacity, changed: Condvar::new() }
    }

    /// Puts an item in, behind all others. Waits while there is no room.
    pub fn put(&self, item: u32) {
        let mut items = self.items.lock().unwrap();
        while items.len() == self.capacity {
            items = self.changed.wait(items).unwrap(); // releases the lock, sleeps, acquires it
        }
        items.push_back(item);
        self.changed.notify_one();
    }

    /// Takes the oldest item out. Waits while there is none.
    pub fn get(&self) -> u32 {
        let mut items = self.items.lock().unwrap();
        loop {
            if let Some(item) = items.pop_front() {
                self.changed.notify_one();
                return item;
            }
            items = self.changed.wait(items).unwrap();
        }
    }
}
