// All processes at the same time: all are started before the first one is waited for.

use std::process::Stdio;

use common::{Worker, pid, readable, say, show, timed, worker};

use crate::answer::answer;
use crate::factorial::factorial;

/// Starts so many processes, and returns their answers. `args` tell them which version this is, and
/// whether to wait for Enter.
pub fn run(procs: u32, n: u32, args: &[String]) -> anyhow::Result<Vec<u64>> {
    let mut answers = Vec::new();
    let mut workers = Vec::new();
    for number in 1..=procs {
        let mut worker = worker(&format!("process {number}"));
        worker.arg(n.to_string()).args(args).stdout(Stdio::piped());
        let worker = Worker::start(&mut worker)?;
        workers.push(worker);
    }
    for worker in workers {
        answers.push(worker.answer()?); // waits for its end
    }
    Ok(answers)
}

/// What each process does. Its standard output is a pipe to the parent.
pub fn work(n: u32) {
    say!("starts; its parent has PID {}", pid::parent().expect("a worker knows its parent"));
    let (product, time) = timed(|| factorial(n));
    say!("ends: {n}! has {} bits, {}", product.bits(), readable(time));
    show!("{}", answer(&product));
}
