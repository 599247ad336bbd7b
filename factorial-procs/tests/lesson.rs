//! The lesson check. Each test's name is a claim of the lesson page.
//!
//! Each version is played in every interleaving of its threads, with a stand-in for its
//! processes. What real processes do is seen with `--step`: each of them says that it waits for
//! Enter, and goes on when the check lets it.

mod stand_in;

use std::collections::HashSet;
use std::sync::mpsc;

use common::check::{DEADLINE, Run, command, most_at_once, pid_in, squeezed};
use common::interleave::{Interleavings, explore_plainly};

/// A lesson's own file, in which `std` and `common` mean the stand-ins.
macro_rules! version {
    ($name:ident, $file:literal) => {
        #[allow(dead_code, reason = "no process does its work here")]
        mod $name {
            use super::stand_in::{common, std};
            include!($file);
        }
    };
}

version!(serial, "../src/serial.rs");
version!(parallel, "../src/parallel.rs");
version!(threads, "../src/threads.rs");
version!(pool, "../src/pool.rs");

mod factorial {
    pub fn factorial(n: u32) -> num_bigint::BigUint {
        super::stand_in::compute("threads", n);
        n.into()
    }
}

mod answer {
    pub fn answer(n: &num_bigint::BigUint) -> u64 {
        n.try_into().unwrap()
    }
}

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

/// Plays a version in every interleaving, with these arguments for its processes. Each interleaving
/// ends with its answers, or with its error. Returns also how many were alive after each event of
/// each interleaving: that is why no run may be cut short.
fn play<R>(args: &str, run: R) -> (Interleavings, Vec<Vec<i32>>)
where
    R: Fn(&[String]) -> anyhow::Result<Vec<u64>> + Send + Sync + 'static,
{
    let args: Vec<String> = args.split_whitespace().map(str::to_string).collect();
    let check = args[1].clone();
    let (tell, told) = mpsc::channel();
    let found = explore_plainly(move || {
        stand_in::alive(&check); // forgets those of an interleaving that was a deadlock
        let outcome = run(&args);
        tell.send(stand_in::alive(&check)).unwrap();
        match outcome {
            Ok(mut answers) => {
                answers.sort();
                format!("the answers {answers:?}")
            }
            Err(fault) => format!("the error: {fault}"),
        }
    });
    (found, told.try_iter().collect())
}

/// The same for a version whose processes all compute 5!.
fn play_pair(version: &str, args: &str, procs: u32) -> (Interleavings, Vec<Vec<i32>>) {
    let run = if version == "serial" { serial::run } else { parallel::run };
    play(args, move |args| run(procs, 5, args))
}

#[test]
fn parallel_has_all_its_processes_alive_at_the_same_moment() {
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
    let (_, alive) = play_pair("serial", "check never_two", 3);
    assert!(
        alive.iter().flatten().all(|&alive| alive <= 1),
        "serial.rs no longer shows the fault: a process is started while another one is alive. See \
         \"Why\" in factorial-procs/README.md."
    );
}

#[test]
fn all_answers_are_returned_and_all_processes_waited_for_by_serial_and_parallel() {
    for version in ["serial", "parallel"] {
        let (found, alive) = play_pair(version, &format!("check all_of_{version}"), 3);
        let wrong = format!("{version}.rs does not return the answers of its three processes");
        found.must_all_end_with("the answers [5, 5, 5]", &wrong, SEE);
        let left = alive[0].last();
        assert_eq!(
            left,
            Some(&0),
            "{version}.rs has not waited for so many of its processes when it returns: each of them \
             stays behind as a zombie"
        );
    }
}

#[test]
fn a_process_that_fails_is_an_error_whichever_it_is() {
    for version in ["serial", "parallel", "pool"] {
        for number in 0..=1 {
            let args = format!("check {version}_{number} fails {number}");
            let (found, _) = match version {
                "pool" => play(&args, |args| pool::run(&[1, 2], 2, args)),
                _ => play_pair(version, &args, 2),
            };
            let which = if number == 0 { "first" } else { "second" };
            let wrong = format!("{version}.rs goes on although its {which} process of two failed");
            let role = if version == "pool" { "job" } else { "process" };
            found.must_all_end_with(format!("the error: a {role} failed"), &wrong, "");
        }
    }
}

#[test]
fn pool_does_each_task_once_in_every_interleaving() {
    let (found, alive) = play("check two_jobs", |args| pool::run(&[1, 2], 2, args));
    found.must_all_end_with(
        "the answers [1, 2]",
        "pool.rs does a task twice, or leaves one out",
        "To look which task is next and to take it must be one step: the lock is held for both.",
    );
    let most = alive.iter().flatten().max();
    assert_eq!(most, Some(&2), "pool.rs never has two processes alive, with --jobs 2");
}

#[test]
fn pool_never_has_more_processes_than_jobs() {
    let (found, alive) = play("check one_job", |args| pool::run(&[1, 2], 1, args));
    found.must_all_end_with("the answers [1, 2]", "pool.rs does not do each task once", "");
    let most = alive.iter().flatten().max();
    assert_eq!(most, Some(&1), "pool.rs has two processes alive, with --jobs 1");
}

#[test]
fn pool_starts_the_next_process_as_soon_as_one_ends_and_its_picture_shows_it() {
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
    let mut run = start("parallel --procs 2 --n 100 --step");
    run.until(WAITS);
    run.until(WAITS);
    let said = run.end().stdout();
    assert_eq!(most_at_once(&lanes(&said, "process"), '░'), 2, "both wait:\n{said}");
    // Which of them is the first to end is by chance.
    let ends = ["\n process 1 ·██\n process 2 ··██\n", "\n process 1 ·███\n process 2 ··█\n"];
    let picture = format!("\n{}", squeezed(&lanes(&said, "process").replace('░', "█")));
    assert!(ends.contains(&&*picture), "{picture}{SEE}\n{said}");
}

#[test]
fn no_two_processes_of_serial_are_ever_in_the_same_column() {
    for procs in [2, 10] {
        let said = start(&format!("serial --procs {procs} --n 1000")).end().stdout();
        assert_eq!(lanes(&said, "process").lines().count(), procs, "{said}");
        assert_eq!(most_at_once(&lanes(&said, "process"), '█'), 1, "{said}");
        assert!(said.contains("   at most 1 at the same time\n"), "{said}");
    }
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
    let lines: Vec<&str> = said.lines().filter(|line| line.contains(" ends: 10! has ")).collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(lines.iter().all(|line| pid_in(line) == pid), "{said}");
}

#[test]
fn threads_are_all_at_work_at_the_same_moment() {
    let (found, alive) = play("check threads", |_| Ok(threads::run(3, 5)));
    found.must_all_end_with("the answers [5, 5, 5]", "threads.rs loses an answer", "");
    assert_eq!(
        alive.iter().flatten().max(),
        Some(&3),
        "threads.rs does not start all threads before it waits for the first one: see \"Why\" in \
         factorial-procs/README.md"
    );
}
