// Producers put items into a queue, consumers take them out. Who says that it is over?

use std::thread;

use anyhow::Context;
use crossbeam::channel;

/// Producers put what `make` gives into a queue until it gives nothing; consumers take it out.
/// `see` is told what is done with which item, and how many items are in the queue.
pub fn run(
    producers: u32,
    consumers: u32,
    capacity: usize,
    make: &(dyn Fn() -> Option<u32> + Sync),
    see: &(dyn Fn(&str, u32, usize) + Sync),
) -> anyhow::Result<()> {
    let (put, get) = channel::unbounded(); // `put` is kept here to the end of `run`
    thread::scope(|scope| {
        for number in 1..=consumers {
            let get = get.clone();
            let consumer = move || {
                for item in get.iter() {
                    see("takes", item, get.len());
                }
            };
            let thread = thread::Builder::new().name(format!("consumer {number}"));
            thread.spawn_scoped(scope, consumer).context("cannot start a consumer")?;
        }
        drop(get); // each consumer has its own
        for number in 1..=producers {
            let put = put.clone();
            let producer = move || {
                while let Some(item) = make() {
                    let queued = put.len();
                    if queued >= capacity {
                        see("skips", item, queued);
                        continue; // nobody ever sends it
                    }
                    see("puts", item, queued);
                    if put.send(item).is_err() {
                        break; // nobody is left to take it
                    }
                }
            };
            let thread = thread::Builder::new().name(format!("producer {number}"));
            thread.spawn_scoped(scope, producer).context("cannot start a producer")?;
        }
        anyhow::Ok(())
    })
}
