// Your turn: a bounded buffer from a lock and a condition variable, as a channel has it inside.
//
// - `put` waits while the buffer is full, and `get` waits while it is empty.
// - A thread that waits must sleep: no loop that asks again and again (busy-waiting).
// - Any number of threads may call `put` and `get`. No item is lost, and no thread sleeps for ever
//   while there is something for it to do.
// - Keep the name of the type and its three functions. The fields are yours. Only `std` is needed.
//
// `cargo test -p producer-consumer --test exercises -- --ignored` judges it, in every interleaving.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::thread;

pub struct BoundedBuffer {
    items: Mutex<VecDeque<u32>>,
    capacity: usize,
}

impl BoundedBuffer {
    /// An empty buffer with room for so many items: at least one.
    pub fn new(capacity: usize) -> Self {
        Self { items: Mutex::new(VecDeque::new()), capacity }
    }

    /// Puts an item in, behind all others.
    pub fn put(&self, item: u32) {
        let mut items = self.items.lock().unwrap();
        if items.len() < self.capacity {
            items.push_back(item);
        } // or else it is lost
    }

    /// Takes the oldest item out.
    pub fn get(&self) -> u32 {
        while self.items.lock().unwrap().is_empty() {
            thread::yield_now(); // busy-waiting
        }
        self.items.lock().unwrap().pop_front().unwrap()
    }
}
