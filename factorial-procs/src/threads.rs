// The same work in threads of one process. Rust has no global interpreter lock: they use all cores.

use std::thread;

use anyhow::Context;
use common::{pid, readable, say, timed};

use crate::answer::answer;
use crate::factorial::factorial;

/// Starts so many threads, and gives their answers.
pub fn run(threads: u32, n: u32) -> anyhow::Result<Vec<String>> {
    thread::scope(|scope| {
        let mut handles = Vec::new();
        for started in 0..threads {
            let handle = thread::Builder::new()
                .spawn_scoped(scope, || work(n))
                .with_context(|| format!("started {started} of {threads} threads, then no more"))?;
            handles.push(handle);
        }
        Ok(handles.into_iter().map(|handle| handle.join().expect("no panic in `work`")).collect())
    })
}

/// What each thread does. It shares the memory of the process, so it simply returns its answer.
fn work(n: u32) -> String {
    say!("is a thread; the parent of its process has PID {}", pid::parent().unwrap_or_default());
    let (product, time) = timed(|| factorial(n));
    say!("is a thread that ends: {n}! has {} bits, {}", product.bits(), readable(time));
    answer(&product)
}
