//! The lesson check. Each test's name is a claim of the lesson page.
//!
//! Who is alive when is told by the processes themselves: with `--step`, each of them says that it
//! waits for Enter, and goes on when the check lets it.

// The lesson's own file. Here its work is what stands below, in the module `factorial`.
#[path = "../src/threads.rs"]
mod threads;

use std::collections::HashSet;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use common::check::{DEADLINE, Run, command, pid_in};

/// What a process says that has started and is held.
const WAITS: &str = "waits for Enter";

/// How long to look for what a right version never does.
const A_WHILE: Duration = Duration::from_millis(200);

fn start(arguments: &str) -> Run {
    Run::start(command(env!("CARGO_BIN_EXE_factorial-procs"), arguments))
}

#[test]
fn parallel_has_all_its_processes_alive_at_the_same_moment() {
    let mut run = start("parallel --procs 4 --n 100 --step");
    for number in 1..=4 {
        assert!(
            run.comes(WAITS, DEADLINE),
            "parallel.rs does not start process {number} of 4 while the others wait. All must be \
             started before the first one is waited for: see \"The fix\" in \
             factorial-procs/README.md."
        );
    }
    let said = run.end().stdout();
    assert_eq!(said.matches(" ends: 100! has 525 bits, ").count(), 4, "{said}");
    let pids: HashSet<u32> = said.lines().filter(|line| line.contains(WAITS)).map(pid_in).collect();
    assert_eq!(pids.len(), 4, "each has a process of its own:\n{said}");
}

#[test]
fn serial_never_has_two_processes_alive() {
    let mut run = start("serial --procs 3 --n 100 --step");
    for _ in 0..3 {
        run.until(WAITS);
        assert!(
            !run.comes(WAITS, A_WHILE),
            "serial.rs no longer shows the fault: a second process has started while the first \
             one waits. See \"Why\" in factorial-procs/README.md."
        );
        run.enter();
        run.until(" ends: ");
    }
    run.end().stdout();
}

#[test]
fn pool_reaches_its_number_of_processes_and_never_exceeds_it() {
    let mut run = start("pool --tasks 7 --jobs 3 --n 100 --step");
    for number in 1..=3 {
        let came = run.comes(WAITS, DEADLINE);
        assert!(came, "pool.rs has no process {number} while the others wait, with --jobs 3");
    }
    assert!(!run.comes(WAITS, A_WHILE), "pool.rs has a fourth process alive, with --jobs 3");
    let said = run.end().stdout();
    let mut alive = 0;
    for line in said.lines() {
        alive +=
            i32::from(line.contains(" starts task ")) - i32::from(line.contains(" ends task "));
        assert!(alive <= 3, "pool.rs has a fourth process alive, with --jobs 3:\n{said}");
    }
}

#[test]
fn pool_starts_the_next_process_as_soon_as_one_ends() {
    let mut run = start("pool --tasks 3 --jobs 2 --n 100 --step");
    run.until(WAITS);
    run.until(WAITS);
    run.enter(); // for one of the two; the other one still waits when the third one starts
    run.until(" ends task ");
    assert!(
        run.comes(WAITS, DEADLINE),
        "pool.rs does not start the third task when one of two processes has ended"
    );
    run.end().stdout();
}

#[test]
fn pool_does_every_task_once() {
    let said = start("pool --tasks 40 --jobs 8 --n 10").end().stdout();
    for task in 0..40 {
        let ends = format!(" ends task {task}: 10! has 22 bits, ");
        assert_eq!(said.matches(&ends).count(), 1, "{said}");
    }
    let pids: HashSet<u32> =
        said.lines().filter(|line| line.contains(" ends ")).map(pid_in).collect();
    assert_eq!(pids.len(), 40, "each task has a process of its own:\n{said}");
}

#[test]
fn each_process_says_its_pid_and_the_same_parent() {
    for version in ["serial", "parallel"] {
        let run = start(&format!("{version} --procs 2 --n 10"));
        let parent = run.pid();
        let said = run.end().stdout();
        let starts = format!("starts; its parent has PID {parent}");
        let lines: Vec<&str> = said.lines().filter(|line| line.contains(&starts)).collect();
        assert_eq!(lines.len(), 2, "{said}");
        assert_ne!(pid_in(lines[0]), pid_in(lines[1]), "{said}");
    }
}

#[test]
fn threads_compute_in_one_process() {
    let run = start("threads --procs 3 --n 10");
    let pid = run.pid();
    let said = run.end().stdout();
    let lines: Vec<&str> =
        said.lines().filter(|line| line.contains(" is a thread that ends: ")).collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(lines.iter().all(|line| pid_in(line) == pid), "{said}");
}

/// Work that is done only when three are at it.
mod factorial {
    use std::sync::Barrier;

    use num_bigint::BigUint;

    static ALL_ARE_HERE: Barrier = Barrier::new(3);

    pub fn factorial(n: u32) -> BigUint {
        ALL_ARE_HERE.wait();
        n.into()
    }
}

mod answer {
    pub fn answer(product: &num_bigint::BigUint) -> String {
        product.to_string()
    }
}

#[test]
fn threads_are_all_at_work_at_the_same_moment() {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || tell.send(threads::run(3, 7).unwrap()));
    let answers = told.recv_timeout(DEADLINE).expect(
        "threads.rs does not start all threads before it waits for the first one: see \"Why\" in \
         factorial-procs/README.md",
    );
    assert_eq!(answers, ["7", "7", "7"]);
}
