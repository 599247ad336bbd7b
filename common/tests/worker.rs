//! However a worker is let go of, it is reaped: no zombie is left.

#![cfg(unix)]

use std::process::{Command, Stdio};

use common::Worker;
use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

fn start(program: &str, argument: &str) -> Worker {
    Worker::start(Command::new(program).arg(argument).stdout(Stdio::piped())).unwrap()
}

/// A zombie, too, is in the process table.
fn is_in_the_process_table(pid: u32) -> bool {
    kill(Pid::from_raw(pid.cast_signed()), None) != Err(Errno::ESRCH)
}

#[test]
fn a_worker_that_is_dropped_is_killed_and_reaped() {
    let worker = start("sleep", "600");
    let pid = worker.pid();
    assert!(is_in_the_process_table(pid));
    drop(worker);
    assert!(!is_in_the_process_table(pid), "the process of a dropped worker is still there");
}

#[test]
fn a_worker_that_was_waited_for_is_reaped() {
    let worker = start("echo", "5");
    let pid = worker.pid();
    assert_eq!(worker.answer::<u64>().unwrap(), 5);
    assert!(!is_in_the_process_table(pid), "the process that has answered is still there");

    let worker = start("sleep", "0");
    let pid = worker.pid();
    worker.join().unwrap();
    assert!(!is_in_the_process_table(pid), "the process that was joined is still there");
}

#[test]
fn a_worker_that_fails_has_no_answer() {
    let worker = start("false", "");
    let said = format!("(PID {}) failed: exit status: 1", worker.pid());
    let fault = worker.answer::<String>().unwrap_err().to_string();
    assert!(fault.contains(&said), "{fault}");
}
