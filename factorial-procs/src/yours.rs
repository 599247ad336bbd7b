// Your turn. The processes run one after the other, so all cores but one are idle. All must be alive
// at the same time, and still each answer must be returned, and each failure of a process.
// `cargo test -p factorial-procs` says whether it is right.

use std::process::Stdio;

use common::{Worker, pid, readable, say, show, timed, worker};

use crate::answer::answer;
use crate::factorial::factorial;

/// Starts so many processes, and returns their answers. `args` tell them which version this is, and
/// whether to wait for Enter.
pub fn run(procs: u32, n: u32, args: &[String]) -> anyhow::Result<Vec<u64>> {
    let mut answers = Vec::new();
    for number in 1..=procs {
        let mut worker = worker(&format!("process {number}"));
        worker.arg(n.to_string()).args(args).stdout(Stdio::piped());
        let worker = Worker::start(&mut worker)?;
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
