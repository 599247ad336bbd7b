// Half a solution: `if` where `while` is needed.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};

pub struct BoundedBuffer {
    items: Mutex<VecDeque<u32>>,
    capacity: usize,
    has_room: Condvar,
    has_items: Condvar,
}

impl BoundedBuffer {
    /// An empty buffer with room for so many items: at least one.
    pub fn new(capacity: usize) -> Self {
        Self {
            items: Mutex::new(VecDeque::new()),
            capacity,
            has_room: Condvar::new(),
            has_items: Condvar::new(),
        }
    }

    /// Puts an item in, behind all others. Waits while there is no room.
    pub fn put(&self, item: u32) {
        let mut items = self.items.lock().unwrap();
        if items.len() == self.capacity {
            items = self.has_room.wait(items).unwrap();
        }
        items.push_back(item);
        self.has_items.notify_one(); // only threads that wait for an item sleep here
    }

    /// Takes the oldest item out. Waits while there is none.
    pub fn get(&self) -> u32 {
        let mut items = self.items.lock().unwrap();
        if items.is_empty() {
            items = self.has_items.wait(items).unwrap();
        }
        let item = items.pop_front().expect("it has been notified of an item");
        self.has_room.notify_one(); // only threads that wait for room sleep here
        item
    }
}
