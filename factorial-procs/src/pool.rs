// Many tasks, few processes at once: as soon as one ends, the next one starts.

use std::ops::Range;
use std::process::Stdio;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use common::{Worker, say, show, worker};

use crate::answer::answer;
use crate::factorial::factorial;

/// The answer of one process, and when it was alive.
struct Done {
    answer: u64,
    alive: Range<Instant>,
}

/// Starts a process for each number, with at most `jobs` of them alive at the same time, and returns
/// their answers. `args` tell them which version this is, and whether to wait for Enter.
pub fn run(numbers: &[u32], jobs: u32, verbose: bool, args: &[String]) -> anyhow::Result<Vec<u64>> {
    let numbers = Mutex::new(numbers.iter());

    let compute = |n: u32| -> anyhow::Result<Done> {
        let mut worker = worker("factorial");
        worker.arg(n.to_string()).args(args).stdout(Stdio::piped());
        let worker = Worker::start(&mut worker)?;
        let (pid, start) = (worker.pid(), Instant::now());
        let answer = worker.answer()?; // waits for its end
        let alive = start..Instant::now();
        if verbose {
            say!("{n}! is done, by PID {pid}");
        }
        Ok(Done { answer, alive })
    };

    // One thread a job. It has one process at a time, and spends its life in waiting for that one.
    let job = || -> anyhow::Result<Vec<Done>> {
        let mut done = Vec::new();
        loop {
            let Some(&n) = numbers.lock().unwrap().next() else { return Ok(done) };
            let outcome = compute(n);
            if outcome.is_err() {
                *numbers.lock().unwrap() = [].iter(); // no job takes a further one
            }
            done.push(outcome?);
        }
    };

    let mut done = Vec::new();
    thread::scope(|scope| {
        let jobs: Vec<_> = (0..jobs).map(|_| scope.spawn(job)).collect();
        jobs.into_iter().try_for_each(|job| job.join().unwrap().map(|it| done.extend(it)))
    })?;
    // How many are alive grows only when one starts.
    let alive = |now| done.iter().filter(|one| one.alive.contains(now)).count();
    let most = done.iter().map(|one| alive(&one.alive.start)).max().unwrap_or_default();
    show!("The most processes alive at the same time: {most} (--jobs {jobs}).");
    Ok(done.into_iter().map(|one| one.answer).collect())
}

/// What each process does. Its standard output is a pipe to the parent.
pub fn work(n: u32) {
    show!("{}", answer(&factorial(n)));
}
