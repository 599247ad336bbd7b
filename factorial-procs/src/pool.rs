// Many tasks, few processes at once: as soon as one ends, the next one starts.

use std::process::Stdio;
use std::sync::Mutex;
use std::thread;

use common::{Worker, say, show, worker};

use crate::answer::answer;
use crate::factorial::factorial;

/// Starts a process for each number, with at most `jobs` of them alive at the same time, and returns
/// their answers. `args` tell them which version this is, and whether to wait for Enter.
pub fn run(numbers: &[u32], jobs: u32, args: &[String]) -> anyhow::Result<Vec<u64>> {
    let numbers = Mutex::new(numbers.iter());

    let compute = |job: u32, n: u32| -> anyhow::Result<u64> {
        let mut worker = worker(&format!("job {job}"));
        worker.arg(n.to_string()).args(args).stdout(Stdio::piped());
        Worker::start(&mut worker)?.answer() // waits for its end
    };

    // One thread per job. It has one process at a time, and spends its life in waiting for that one.
    let work_off = |job: u32| -> anyhow::Result<Vec<u64>> {
        let mut answers = Vec::new();
        loop {
            let Some(&n) = numbers.lock().unwrap().next() else { return Ok(answers) };
            let outcome = compute(job, n);
            if outcome.is_err() {
                *numbers.lock().unwrap() = [].iter(); // no job takes a further one
            }
            answers.push(outcome?);
        }
    };

    let mut answers = Vec::new();
    thread::scope(|scope| {
        let start = |job| scope.spawn(move || work_off(job));
        let jobs: Vec<_> = (1..=jobs).map(start).collect();
        jobs.into_iter().try_for_each(|job| job.join().unwrap().map(|it| answers.extend(it)))
    })?;
    Ok(answers)
}

/// What each process does. Its standard output is a pipe to the parent.
pub fn work(n: u32) {
    let product = factorial(n);
    say!("{n}! has {} bits", product.bits());
    show!("{}", answer(&product));
}
