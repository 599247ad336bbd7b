//! The lesson check. Each test's name is a claim of the lesson page.
//!
//! Each version is played in every interleaving of its threads, with a stand-in for its
//! processes. What real processes do is seen with `--step`: each of them says that it waits for
//! Enter, and goes on when the check lets it.

#[macro_use]
mod stand_in;
mod exercise;

use std::collections::HashSet;
use std::sync::LazyLock;

use common::check::{DEADLINE, Run, command, most_at_once, pid_in, squeezed};
use common::interleave::Interleavings;
use exercise::{parallel_must_be_right, serial_must_be_serial};
use stand_in::{Came, PROCESSES, Processes, THREADS, answer, explore, explore_as, factorial};

version!(serial, "../src/serial.rs");
version!(parallel, "../src/parallel.rs");
version!(threads, "../src/threads.rs");
version!(pool, "../src/pool.rs");

/// What a process says that has started and is held.
const WAITS: &str = "waits for Enter";

const SEE: &str = "See \"The fix\" in factorial-procs/README.md.";

/// The lanes of a picture whose names begin with this word, without the PIDs after them.
fn lanes(said: &str, word: &str) -> String {
    let own = said.lines().filter(|line| line.starts_with(&format!("  {word} ")));
    own.map(|line| format!("{}\n", line.split("  PID ").next().unwrap())).collect()
}

/// The PIDs of the processes that have waited for Enter.
fn held(said: &str) -> HashSet<u32> {
    said.lines().filter(|line| line.ends_with(WAITS)).map(pid_in).collect()
}

fn start(arguments: &str) -> Run {
    Run::start(command(env!("CARGO_BIN_EXE_factorial-procs"), arguments))
}

/// Plays the pool in every interleaving.
fn play_pool(
    tasks: &'static [u32],
    jobs: u32,
    processes: Processes,
    tell: fn(&Came) -> String,
) -> Interleavings {
    let processes = Processes { answer: |_, n| n, ..processes };
    explore(processes, move |args| pool::run(tasks, jobs, args), tell)
}

fn outcome(came: &Came) -> String {
    match &came.outcome {
        Ok(answers) => format!("the answers {answers:?}"),
        Err(_) => "an error".into(),
    }
}

/// Each check of what `pool` does begins with this.
#[track_caller]
fn pool_must_do_each_task_once() {
    static FOUND: LazyLock<Interleavings> =
        LazyLock::new(|| play_pool(&[1, 2], 2, PROCESSES, outcome));
    FOUND.must_all_end_with(
        "the answers [1, 2]",
        "pool.rs does a task twice, or leaves one out",
        "To look which task is next and to take it must be one critical section: hold the lock for both.",
    );
}

#[track_caller]
fn pool_must_have_as_many_processes_as_jobs() {
    pool_must_do_each_task_once();
    for jobs in [1, 2] {
        // Each process runs on until all jobs have started one.
        let processes = Processes { until_started: jobs as usize, ..PROCESSES };
        let found = play_pool(&[1, 2], jobs, processes, |came| came.most.to_string());
        let wrong = format!("pool.rs does not have {jobs} alive at most, with --jobs {jobs}");
        found.must_all_end_with(jobs, &wrong, "");
    }
}

#[test]
fn parallel_has_all_its_processes_alive_at_the_same_moment() {
    parallel_must_be_right();
    let mut run = start("parallel --procs 4 --n 100 --step");
    for number in 1..=4 {
        assert!(
            run.comes(WAITS, DEADLINE),
            "parallel.rs does not start process {number} of 4 while the others wait. All must be \
             started before the first one is waited for. {SEE}"
        );
    }
    let said = run.end().stdout();
    assert_eq!(said.matches(" ends: 100! has 525 bits, ").count(), 4, "{said}");
    assert_eq!(held(&said).len(), 4, "each has a process of its own:\n{said}");
}

#[test]
fn serial_never_has_two_processes_alive() {
    serial_must_be_serial();
    let found = explore(PROCESSES, |args| serial::run(3, 5, args), |came| came.most.to_string());
    found.must_all_end_with(1, "serial.rs has more processes alive than one", "");
}

#[test]
fn pool_does_each_task_once_in_every_interleaving() {
    pool_must_do_each_task_once();
}

#[test]
fn pool_has_as_many_processes_alive_as_jobs_and_never_more() {
    pool_must_have_as_many_processes_as_jobs();
}

#[test]
fn pool_ends_with_an_error_when_a_process_fails_and_starts_no_further_one() {
    pool_must_do_each_task_once();
    for fails in [1, 2] {
        let processes = Processes { fails: Some(fails), ..PROCESSES };
        let found = play_pool(&[1, 2], 2, processes, outcome);
        found.must_all_end_with("an error", "pool.rs goes on although a process has failed", "");
        let found = play_pool(&[1, 2], 2, processes, |came| format!("{:?}", came.left));
        found.must_all_end_with("[]", "pool.rs leaves processes behind, as zombies", "");
    }
    let processes = Processes { fails: Some(1), ..PROCESSES };
    let found = play_pool(&[1, 2, 3], 2, processes, |came| came.started.to_string());
    assert!(
        found.ending_with(3) < found.count(),
        "pool.rs always starts all processes, also when the first one fails: {found}"
    );
}

#[test]
fn pool_starts_the_next_process_as_soon_as_one_ends_and_its_picture_shows_it() {
    pool_must_have_as_many_processes_as_jobs();
    let mut run = start("pool --tasks 4 --jobs 3 --n 100 --step");
    for number in 1..=3 {
        let came = run.comes(WAITS, DEADLINE);
        assert!(came, "pool.rs has no process {number} while the others wait, with --jobs 3");
    }
    run.enter(); // for one of the three; the others still wait when the next one starts
    run.until("! has ");
    assert!(run.comes(WAITS, DEADLINE), "pool.rs does not start the next task when one is done");
    let said = run.end().stdout();
    for n in 100..104 {
        assert_eq!(said.matches(&format!("  {n}! has ")).count(), 1, "{said}");
    }
    assert_eq!(held(&said).len(), 4, "each task has a process of its own:\n{said}");
    // One, two, three; one has ended, and the next one starts; then all come to their end.
    assert_eq!(squeezed(&lanes(&said, "alive")), " alive ▃▆█▆█▆▃\n", "{said}");
    assert_eq!(most_at_once(&lanes(&said, "job").replace('▓', "█"), '█'), 3, "{said}");
    assert!(said.contains("   at most 3 at the same time (--jobs 3)\n"), "{said}");
}

#[test]
fn the_picture_of_serial_is_a_stair_in_which_no_process_overlaps_another() {
    serial_must_be_serial();
    let mut run = start("serial --procs 3 --n 100 --step");
    for _ in 0..3 {
        run.until(WAITS);
        run.enter();
    }
    let said = run.end().stdout();
    let picture = "
 process 1 ·█░█
 process 2 ·····█░█
 process 3 ·········█░█
";
    assert_eq!(format!("\n{}", squeezed(&lanes(&said, "process"))), picture, "{SEE}\n{said}");
    assert_eq!(said.matches("goes on: Enter was pressed").count(), 3, "{said}");
}

#[test]
fn the_picture_of_parallel_shows_both_processes_at_the_same_time() {
    parallel_must_be_right();
    let mut run = start("parallel --procs 2 --n 100 --step");
    run.until(WAITS);
    run.until(WAITS);
    let said = run.end().stdout();
    assert_eq!(most_at_once(&lanes(&said, "process"), '░'), 2, "both wait:\n{said}");
    assert!(said.contains("   at most 2 at the same time\n"), "{said}");
}

#[test]
fn no_two_processes_of_serial_are_ever_in_the_same_column() {
    serial_must_be_serial();
    for procs in [2, 10] {
        let said = start(&format!("serial --procs {procs} --n 1000")).end().stdout();
        assert_eq!(lanes(&said, "process").lines().count(), procs, "{said}");
        assert_eq!(most_at_once(&lanes(&said, "process"), '█'), 1, "{said}");
        assert!(said.contains("   at most 1 at the same time\n"), "{said}");
    }
}

#[test]
fn each_process_says_its_pid_and_the_same_parent() {
    serial_must_be_serial();
    parallel_must_be_right();
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
    let lines: Vec<&str> = said.lines().filter(|line| line.contains(" ends: 10! has ")).collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(lines.iter().all(|line| pid_in(line) == pid), "{said}");
}

#[test]
fn threads_are_all_at_work_at_the_same_moment() {
    let run = |_: &[String]| Ok(threads::run(3, 5));
    let tell = |came: &Came| format!("{}, {} at once", outcome(came), came.most);
    let found = explore_as(THREADS.into(), PROCESSES, run, tell);
    let right = |most: usize| found.ending_with(format!("the answers [5, 5, 5], {most} at once"));
    assert_eq!(
        [1, 2, 3].map(right).iter().sum::<u128>(),
        found.count(),
        "an answer is lost: {found}"
    );
    assert!(
        right(3) > 0,
        "threads.rs does not start all threads before it waits for the first one: see \"Why\" in \
         factorial-procs/README.md"
    );
}
