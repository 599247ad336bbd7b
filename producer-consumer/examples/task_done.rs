//! A queue whose `join` waits until every item is done: but who may say so?

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Condvar, Mutex};
use std::thread;

use common::show;
use crossbeam::channel::{self, Receiver, Sender};

const ITEMS: [&str; 3] = ["rose", "tulip", "lily"];

/// Python's `JoinableQueue`: a queue, and the number of items that are not done.
struct JoinableQueue {
    put: Sender<&'static str>,
    get: Receiver<&'static str>,
    not_done: Mutex<usize>,
    all_done: Condvar,
}

impl JoinableQueue {
    fn new(capacity: usize) -> Self {
        let (put, get) = channel::bounded(capacity);
        Self { put, get, not_done: Mutex::new(0), all_done: Condvar::new() }
    }

    fn put(&self, item: &'static str) {
        *self.not_done.lock().unwrap() += 1;
        self.put.send(item).expect("this queue has a receiver");
    }

    fn get(&self) -> &'static str {
        self.get.recv().expect("this queue has a sender")
    }

    fn task_done(&self) {
        *self.not_done.lock().unwrap() -= 1;
        self.all_done.notify_all();
    }

    /// Waits until every item is done. If it has to wait at all, it calls `before_waiting`.
    fn join(&self, before_waiting: impl FnOnce()) {
        let mut not_done = self.not_done.lock().unwrap();
        if *not_done > 0 {
            before_waiting();
        }
        while *not_done > 0 {
            not_done = self.all_done.wait(not_done).unwrap();
        }
    }
}

/// Gives how many items were taken when `join` returned.
///
/// The consumer stands at a gate until `join` waits or has returned. So the worst case happens
/// every time: what `join` does not wait for has not begun.
fn taken_when_join_returns(consumer_says_done: bool) -> usize {
    let queue = JoinableQueue::new(ITEMS.len());
    let taken = AtomicUsize::new(0);
    let (open, gate) = channel::bounded::<()>(0);
    let mut open = Some(open);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _ = gate.recv(); // an error, as soon as the gate's sender is dropped
            for _ in ITEMS {
                show!("  the consumer takes a {}", queue.get());
                taken.fetch_add(1, SeqCst);
                if consumer_says_done {
                    queue.task_done();
                }
            }
        });
        for item in ITEMS {
            show!("  the producer puts a {item}");
            queue.put(item);
            if !consumer_says_done {
                queue.task_done(); // too early: it is only put
            }
        }
        queue.join(|| drop(open.take()));
        let taken = taken.load(SeqCst);
        show!("  join returns, with {taken} of {} items taken", ITEMS.len());
        drop(open.take());
        taken
    })
}

fn main() -> ExitCode {
    common::lesson(|| {
        show!("wrong: the producer says that an item is done");
        let wrong = taken_when_join_returns(false);
        show!("right: the consumer says so, after its work");
        let right = taken_when_join_returns(true);
        show!("join waited for {wrong} items, and for {right}.");
        Ok(())
    })
}
