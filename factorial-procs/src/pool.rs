// Many tasks, few processes at once: as soon as one ends, the next one starts.

use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

use common::{Worker, say, show, worker};

use crate::answer::answer;
use crate::factorial::factorial;

/// Starts a process for each number, with at most `jobs` of them alive at the same time, and returns
/// their answers. `args` tell them which version this is, and whether to wait for Enter.
pub fn run(numbers: &[u32], jobs: u32, verbose: bool, args: &[String]) -> anyhow::Result<Vec<u64>> {
    let numbers = Mutex::new(numbers.iter());
    let (alive, most) = (AtomicU32::new(0), AtomicU32::new(0));

    let compute = |n: u32| -> anyhow::Result<u64> {
        let mut worker = worker("factorial");
        worker.arg(n.to_string()).args(args).stdout(Stdio::piped());
        let worker = Worker::start(&mut worker)?;
        most.fetch_max(alive.fetch_add(1, SeqCst) + 1, SeqCst);
        let pid = worker.pid();
        let answer = worker.answer()?; // waits for its end
        alive.fetch_sub(1, SeqCst);
        if verbose {
            say!("{n}! is done, by PID {pid}");
        }
        Ok(answer)
    };

    // One thread a job. It has one process at a time, and spends its life in waiting for that one.
    let job = || -> anyhow::Result<Vec<u64>> {
        let mut answers = Vec::new();
        loop {
            let Some(&n) = numbers.lock().unwrap().next() else { return Ok(answers) };
            let answer = compute(n);
            if answer.is_err() {
                *numbers.lock().unwrap() = [].iter(); // no job takes a further one
            }
            answers.push(answer?);
        }
    };

    let answers = thread::scope(|scope| {
        let jobs: Vec<_> = (0..jobs).map(|_| scope.spawn(job)).collect();
        let answers = jobs.into_iter().map(|job| job.join().unwrap());
        answers.collect::<anyhow::Result<Vec<Vec<u64>>>>()
    })?;
    show!("The most processes alive at the same time: {} (--jobs {jobs}).", most.into_inner());
    Ok(answers.concat())
}

/// What each process does. Its standard output is a pipe to the parent.
pub fn work(n: u32) {
    show!("{}", answer(&factorial(n)));
}
