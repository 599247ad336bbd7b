//! A queue whose `join` waits until every item is done: which thread may say so?

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Barrier, Condvar, Mutex};
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
    fn put(&self, item: &'static str) {
        *self.not_done.lock().unwrap() += 1;
        self.put.send(item).expect("this queue has a receiver");
    }

    fn task_done(&self) {
        *self.not_done.lock().unwrap() -= 1;
        self.all_done.notify_all();
    }

    /// Waits until every item is done.
    fn join(&self) {
        let not_done = self.not_done.lock().unwrap();
        drop(self.all_done.wait_while(not_done, |not_done| *not_done > 0).unwrap());
    }
}

/// Shows how many items are taken when `join` returns. As soon as all is said to be done, the
/// consumer is held at a gate until `join` has returned: the worst case, every time.
fn put_take_and_join(consumer_says_done: bool) {
    let (put, get) = channel::unbounded();
    let queue = JoinableQueue { put, get, not_done: Mutex::new(0), all_done: Condvar::new() };
    let taken = AtomicUsize::new(0);
    let gate = Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            gate.wait();
            for item in queue.get.iter().take(ITEMS.len()) {
                show!("  the consumer takes a {item}");
                taken.fetch_add(1, SeqCst);
                if consumer_says_done {
                    queue.task_done();
                    (item == ITEMS[2]).then(|| gate.wait());
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
        consumer_says_done.then(|| gate.wait());
        queue.join();
        show!("  join returns, with {} of 3 items taken", taken.load(SeqCst));
        gate.wait();
    });
}

fn main() -> ExitCode {
    common::lesson(|| {
        show!("wrong: the producer says that an item is done");
        put_take_and_join(false);
        show!("right: the consumer says so, after its work");
        put_take_and_join(true);
        Ok(())
    })
}
