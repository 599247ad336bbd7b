//! Two faults that hide each other: `get` only if the queue is empty, and `join` without `task_done`.

use std::process::ExitCode;
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

use common::show;
use crossbeam::channel::{self, Receiver, Sender};

const ROOM: usize = 3;
const LONG: Duration = Duration::from_millis(500);

/// Python's `Queue`: it counts the items for which nobody has called `task_done`.
struct Queue {
    put: Sender<u32>,
    get: Receiver<u32>,
    not_done: Mutex<u32>,
    all_done: Condvar,
}

/// Check-then-act, and an item that finds no room is lost.
fn produce(queue: &Queue) {
    for item in 1..=10 {
        let queued = queue.put.len();
        if queued < ROOM {
            show!("the producer puts {item}   {queued} of {ROOM} queued");
            *queue.not_done.lock().unwrap() += 1;
            queue.put.send(item).expect("the queue has a receiver");
        } else {
            show!("the producer skips {item}   {queued} of {ROOM} queued");
        }
    }
}

/// The condition is the wrong way round: it should take an item if the queue is *not* empty.
fn consume(queue: &Queue) {
    let mut taken = 0;
    for _ in 1..=10 {
        if queue.get.is_empty() {
            queue.get.recv().expect("the queue has a sender");
            taken += 1;
        }
    }
    let left = queue.get.len();
    show!("the consumer looks 10 times, and takes {taken} items   {left} of {ROOM} queued");
}

/// Waits until all items are done, for a while. Python's `join` would wait for ever.
fn join(queue: &Queue) {
    let not_done = queue.not_done.lock().unwrap();
    let waits = |not_done: &mut u32| *not_done > 0;
    let (left, wait) = queue.all_done.wait_timeout_while(not_done, LONG, waits).unwrap();
    let outcome = if wait.timed_out() { "still waits" } else { "has returned" };
    show!("after 500 ms, join {outcome}: for {left} items, nobody has called task_done");
}

fn main() -> ExitCode {
    common::lesson(|| {
        let (put, get) = channel::unbounded();
        let queue = Queue { put, get, not_done: Mutex::new(0), all_done: Condvar::new() };
        // The producer comes first, as it mostly does: it is done before the consumer has started.
        thread::scope(|scope| {
            scope.spawn(|| produce(&queue)).join().unwrap();
            scope.spawn(|| consume(&queue)).join().unwrap();
        });
        join(&queue);
        Ok(())
    })
}
