// Half a solution: `get` waits, and `put` still loses an item when the buffer is full.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};

pub struct BoundedBuffer {
    items: Mutex<VecDeque<u32>>,
    capacity: usize,
    has_items: Condvar,
}

impl BoundedBuffer {
    /// An empty buffer with room for so many items: at least one.
    pub fn new(capacity: usize) -> Self {
        Self { items: Mutex::new(VecDeque::new()), capacity, has_items: Condvar::new() }
    }

    /// Puts an item in, behind all others. Waits while there is no room.
    pub fn put(&self, item: u32) {
        let mut items = self.items.lock().unwrap();
        if items.len() < self.capacity {
            items.push_back(item);
            self.has_items.notify_one();
        } // or else it is lost
    }

    /// Takes the oldest item out. Waits while there is none.
    pub fn get(&self) -> u32 {
        let mut items = self.items.lock().unwrap();
        loop {
            if let Some(item) = items.pop_front() {
                return item;
            }
            items = self.has_items.wait(items).unwrap(); // and looks again: another may be first
        }
    }
}
