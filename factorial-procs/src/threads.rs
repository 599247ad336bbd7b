// The same work in threads of one process. Rust has no global interpreter lock: they use all cores.

use std::thread;

use common::{readable, say, timed};

use crate::answer::answer;
use crate::factorial::factorial;

/// Starts so many threads, and returns their answers.
pub fn run(threads: u32, n: u32) -> Vec<u64> {
    thread::scope(|scope| {
        let mut handles = Vec::new();
        for thread in 1..=threads {
            handles.push(scope.spawn(move || work(thread, n)));
        }
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    })
}

/// What each thread does. It shares the memory of the process, so it simply returns its answer.
fn work(thread: u32, n: u32) -> u64 {
    say!("thread {thread} starts");
    let (product, time) = timed(|| factorial(n));
    say!("thread {thread} ends: {n}! has {} bits, {}", product.bits(), readable(time));
    answer(&product)
}
