// Many tasks, few processes at once: as soon as one ends, the next one starts.

use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;

use anyhow::Context;
use common::{Worker, readable, say, show, timed};

use crate::answer::answer;
use crate::factorial::factorial;

/// Gives the answers of so many tasks, with at most `jobs` processes alive. `worker` is the command
/// that runs this program once more, to do `work` below for that task.
pub fn run(
    tasks: u32,
    jobs: u32,
    worker: impl Fn(u32) -> Command + Sync,
) -> anyhow::Result<Vec<String>> {
    let next_task = Mutex::new(0..tasks);
    let no_more = || *next_task.lock().unwrap() = 0..0;

    // One thread a job. It has one process at a time, and spends its life in waiting for that one.
    let job = || -> anyhow::Result<Vec<String>> {
        let mut answers = Vec::new();
        loop {
            let Some(task) = next_task.lock().unwrap().next() else { return Ok(answers) };
            let worker = Worker::start(worker(task).stdout(Stdio::piped()));
            answers.push(worker.and_then(Worker::answer).inspect_err(|_| no_more())?);
        }
    };
    thread::scope(|scope| {
        let mut handles = Vec::new();
        for _ in 0..jobs.min(tasks) {
            let handle = thread::Builder::new().spawn_scoped(scope, job);
            handles.push(handle.inspect_err(|_| no_more()).context("cannot start a thread")?);
        }
        let mut answers = Vec::new();
        for handle in handles {
            answers.extend(handle.join().expect("no panic in a job")?);
        }
        Ok(answers)
    })
}

/// What the process of a task does. Its standard output is a pipe to the parent.
pub fn work(task: u32, n: u32) {
    say!("starts task {task}");
    let (product, time) = timed(|| factorial(n));
    say!("ends task {task}: {n}! has {} bits, {}", product.bits(), readable(time));
    show!("{}", answer(&product));
}
