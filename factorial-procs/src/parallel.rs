// All processes at the same time: all are started before the first one is waited for.

use std::process::{Command, Stdio};

use common::{Worker, pid, readable, say, show, timed};

use crate::answer::answer;
use crate::factorial::factorial;

/// Starts so many processes, and gives their answers. `worker` is the command that runs this
/// program once more, to do `work` below.
pub fn run(procs: u32, worker: impl Fn() -> Command) -> anyhow::Result<Vec<String>> {
    let mut answers = Vec::new();
    let mut workers = Vec::new();
    for _ in 0..procs {
        let worker = Worker::start(worker().stdout(Stdio::piped()))?;
        workers.push(worker);
    }
    for worker in workers {
        answers.push(worker.answer()?); // waits for its end
    }
    Ok(answers)
}

/// What each process does. Its standard output is a pipe to the parent.
pub fn work(n: u32) {
    say!("starts; its parent has PID {}", pid::parent().unwrap_or_default());
    let (product, time) = timed(|| factorial(n));
    say!("ends: {n}! has {} bits, {}", product.bits(), readable(time));
    show!("{}", answer(&product));
}
