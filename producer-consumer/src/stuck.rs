// Producers put items into a queue, consumers take them out. When is a consumer done?

use std::thread;

use common::say;
use crossbeam::channel::{self, Receiver, Sender};

/// A producer makes items and puts them into the queue, until `make` gives no more.
fn produce(number: u32, make: impl Fn() -> Option<u32>, put: Sender<u32>, capacity: usize) {
    while let Some(item) = make() {
        let queued = put.len();
        if queued >= capacity {
            say!("producer {number} skips {item}   {queued} of {capacity} queued");
            continue; // nobody ever sends it
        }
        say!("producer {number} wants to put {item}   {queued} of {capacity} queued");
        put.send(item).unwrap();
    }
    say!("producer {number} is done");
}

/// A consumer takes items out of the queue and works on each, until the channel is disconnected.
fn consume(number: u32, get: Receiver<u32>, work: impl Fn(u32)) {
    for item in get.iter() {
        say!("consumer {number} takes {item}");
        work(item);
    }
    say!("consumer {number} is done");
}

/// Starts so many producers and consumers, and waits until all of them are done.
pub fn run(
    producers: u32,
    consumers: u32,
    capacity: usize,
    make: impl Fn() -> Option<u32> + Sync,
    work: impl Fn(u32) + Sync,
) {
    let (put, get) = channel::unbounded(); // `put` is kept here to the end of `run`
    thread::scope(|scope| {
        for number in 1..=producers {
            let (put, make) = (put.clone(), &make);
            scope.spawn(move || produce(number, make, put, capacity));
        }
        for number in 1..=consumers {
            let (get, work) = (get.clone(), &work);
            scope.spawn(move || consume(number, get, work));
        }
        drop(get); // each consumer has its own: after the last one, `send` fails
    });
}
