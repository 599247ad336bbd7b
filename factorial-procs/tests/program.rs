//! The program as a student types it: what it prints, how it ends, and what it leaves: nothing.

use common::check::{self, Outcome, Run, Signal, command, interruptible, pid_in, signal};

const PROGRAM: &str = env!("CARGO_BIN_EXE_factorial-procs");
const WAITS: &str = "waits for Enter";

fn start(arguments: &str) -> Run {
    Run::start(command(PROGRAM, arguments))
}

fn run(arguments: &str) -> Outcome {
    start(arguments).end()
}

fn example(name: &str, arguments: &str) -> String {
    Run::start(command(check::example(PROGRAM, name), arguments)).end().stdout()
}

#[test]
fn without_a_version_serial_and_parallel_run_and_a_comparison_follows() {
    let said = run("--n 1000").stdout();
    let last: Vec<&str> = said.lines().filter(|line| !line.contains(" PID ")).collect();
    assert!(last[0].starts_with("serial     2 processes, each 1000! "), "{said}");
    assert!(last[1].starts_with("parallel   2 processes, each 1000! "), "{said}");
    assert!(last[2].starts_with("parallel was ") && last[2].contains(" times as fast"), "{said}");
}

#[test]
fn the_smallest_sizes_work() {
    for arguments in ["--n 0 --procs 1", "--n 1", "threads --n 0", "pool --tasks 1 --jobs 64 --n 0"]
    {
        let said = run(arguments).stdout();
        assert!(said.contains("! has 1 bits, ") && said.contains(", each "), "{said}");
    }
}

#[test]
fn a_wrong_command_line_ends_with_2_and_says_what_is_allowed() {
    for (arguments, allowed) in [
        ("--n 20000000", "a whole number from 0 to 10000000 is allowed"),
        ("--n -1", "a whole number from 0 to 10000000 is allowed"),
        ("--procs 0", "a whole number from 1 to 64 is allowed"),
        ("--procs 10000", "a whole number from 1 to 64 is allowed"),
        ("pool --jobs 0", "a whole number from 1 to 64 is allowed"),
        ("pool --tasks many", "a whole number from 1 to 10000 is allowed"),
        ("paralel", "[possible values: serial, parallel, threads, pool]"),
    ] {
        let said = run(arguments).refusal();
        assert!(said.contains(allowed), "{arguments}: {said}");
    }
}

#[test]
fn what_would_take_the_memory_of_the_machine_is_refused_before_anything_starts() {
    for arguments in [
        "--n 10000000 --procs 64",
        "threads --n 10000000 --procs 64",
        "pool --n 10000000 --jobs 16",
    ] {
        let said = run(arguments).refusal();
        assert!(said.contains("--n 10000000 is too much for "), "{arguments}: {said}");
    }
}

#[test]
fn when_the_parent_is_killed_its_processes_end() {
    for version in ["serial", "parallel", "pool"] {
        let mut run = start(&format!("{version} --n 10 --jobs 2 --step"));
        run.until(WAITS);
        signal(Signal::SIGKILL, run.pid());
        run.end_after_signal();
    }
}

#[test]
fn a_killed_process_is_an_error_that_names_it_and_nothing_is_left() {
    for version in ["serial", "parallel", "pool"] {
        let mut run = start(&format!("{version} --n 10 --jobs 2 --step"));
        let pid = pid_in(&run.until(WAITS));
        signal(Signal::SIGKILL, pid);
        let said = run.end().error();
        let expected =
            format!("error: the worker process (PID {pid}) failed: signal: 9 (SIGKILL)\n");
        assert_eq!(said, expected, "{version}");
    }
}

#[test]
fn ctrl_c_ends_the_program_and_all_its_processes() {
    for version in ["serial", "parallel", "pool", "threads --n 10000000"] {
        let arguments = format!("{version} --jobs 2 --step");
        let mut run = Run::start(interruptible(PROGRAM, &arguments));
        run.until(if version.starts_with("threads") { "is a thread; " } else { WAITS });
        run.ctrl_c();
        assert!(!run.end_after_signal().status.success());
    }
}

#[test]
fn closed_output_ends_the_program_quietly() {
    for version in ["", "serial", "parallel", "threads", "pool"] {
        let program = command(PROGRAM, &format!("{version} --n 10"));
        assert_eq!(Run::start_with_closed_output(program).end().stdout(), "");
    }
}

#[test]
fn lines_of_many_processes_never_mix() {
    let said = run("pool --tasks 200 --jobs 64 --n 0").stdout();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 401, "{said}");
    for line in &lines[..400] {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert!(matches!(words[1..3], ["ms", "PID"]) && words[4].ends_with('s'), "{line}");
        assert_eq!(line.matches("PID").count(), 1, "{line}");
    }
}

#[test]
fn all_processes_count_time_from_the_same_zero() {
    let mut program = command(PROGRAM, "parallel --n 0");
    program.env(common::clock::ZERO, "0"); // 1970: whoever forgets it counts from now
    let said = Run::start(program).end().stdout();
    let lines: Vec<&str> = said.lines().filter(|line| line.contains(" ms  PID ")).collect();
    assert_eq!(lines.len(), 4, "{said}");
    for line in lines {
        let milliseconds: u64 = line.split_whitespace().next().unwrap().parse().unwrap();
        assert!(milliseconds > 1_000_000_000_000, "{line}");
    }
}

#[test]
fn downloads_take_the_sum_one_after_the_other_and_the_longer_one_at_the_same_time() {
    let said = example("downloads", "--seed 7");
    let seconds = |text: &str| -> f64 {
        let (number, unit) = text.split_once(' ').unwrap();
        number.parse::<f64>().unwrap() * if unit == "s" { 1.0 } else { 0.001 }
    };
    let has = said.lines().filter(|line| line.contains(" has "));
    let times: Vec<f64> = has.map(|line| seconds(line.split_once(" after ").unwrap().1)).collect();
    let total = |way: &str| seconds(said.lines().find_map(|line| line.strip_prefix(way)).unwrap());
    assert_eq!(times.len(), 6, "{said}");
    let (sum, longer) = (times[0] + times[1], times[0].max(times[1]));
    assert!(times.iter().all(|time| (0.5..20.0).contains(time)), "{said}");
    assert!(total("one after the other: ") >= sum * 0.99, "{said}");
    assert!(total("in two processes: ") >= longer * 0.99, "{said}");
    assert!(total("in two threads: ") >= longer * 0.99, "{said}");
    let pids: Vec<u32> =
        said.lines().filter(|line| line.contains(" starts ")).map(pid_in).collect();
    assert!(pids[0] == pids[1] && pids[2] != pids[3] && pids[4] == pids[5], "{said}");
}

#[test]
fn downloads_with_the_same_seed_take_the_same_time() {
    let start = || Run::start(command(check::example(PROGRAM, "downloads"), "--seed 3"));
    let (one, other) = (start(), start());
    let tenths = |run: Run| {
        let said = run.end().stdout();
        let time = said.lines().nth(1).and_then(|line| line.split_once(" after ")).unwrap().1;
        time[..1].to_string()
    };
    assert_eq!(tenths(one), tenths(other));
}

#[test]
fn a_terminated_process_does_not_clean_up() {
    let said = example("process_life", "");
    assert!(said.contains("  tidy has ended: alive: false, exit code: Some(0)"), "{said}");
    assert!(said.contains("  failing has ended: alive: false, exit code: Some(3)"), "{said}");
    assert!(said.contains("  alive before it is terminated: true"), "{said}");
    assert!(said.contains("; after wait: false"), "{said}");
    assert!(said.contains("  exit code: None; signal: 9 (SIGKILL)"), "{said}");
    assert_eq!(said.matches("cleans up").count(), 1, "only the tidy one cleans up:\n{said}");
    assert!(!said.contains("the other half"), "{said}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_zombie_is_in_the_process_table_until_its_parent_asks_and_an_orphan_is_adopted() {
    let said = example("zombie_and_orphan", "");
    let zombie = said.lines().find(|line| line.ends_with("State: Z (zombie)"));
    assert!(zombie.is_some() && said.contains(" is in the table: false"), "{said}");
    let parent = |text: &str| -> u32 {
        let line = said.lines().find_map(|line| line.split_once(text)).unwrap();
        line.1.parse().unwrap()
    };
    assert_ne!(parent("has the parent "), parent("is an orphan, adopted by "), "{said}");
    assert!(said.contains("  the orphan has ended; "), "{said}");
}

#[test]
fn a_daemon_ends_with_its_parent_and_its_last_line_is_never_printed() {
    let said = example("daemon", "");
    assert!(said.contains("the daemon starts") && said.ends_with("main ends\n"), "{said}");
    assert!(!said.contains("last line"), "{said}");
}

#[test]
fn price_measures_six_things_each_with_a_unit() {
    let said = example("price", "");
    assert_eq!(said.lines().count(), 6, "{said}");
    for line in said.lines() {
        assert!(
            ["ns", "µs", "ms", "s"].iter().any(|unit| line.ends_with(&format!(" {unit}"))),
            "{line}"
        );
    }
}
