//! The program as a student types it: what it prints, how it ends, and what it leaves: nothing.

use common::check::{self, Outcome, Run, command, pid_in};
#[cfg(unix)]
use common::check::{Signal, interruptible, signal};

const PROGRAM: &str = env!("CARGO_BIN_EXE_factorial-procs");
#[cfg(unix)]
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
    for (n, comparison) in
        [("99999", "The work is too small to compare: "), ("100000", "parallel was ")]
    {
        let said = run(&format!("--n {n}")).stdout();
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines.len(), 11, "two pictures, two results, and the comparison:\n{said}");
        assert!(lines[4].starts_with(&format!("serial     2 right answers: {n}! each ")), "{said}");
        assert!(lines[9].starts_with(&format!("parallel   2 right answers: {n}! each ")), "{said}");
        assert!(lines[10].starts_with(comparison), "{said}");
    }
}

/// How many there are is counted by what checks them.
#[test]
fn each_answer_is_checked() {
    for (arguments, result) in [
        ("serial --n 10 --procs 3", "serial     3 right answers: 10! each "),
        ("parallel --n 10 --procs 3", "parallel   3 right answers: 10! each "),
        ("threads --n 10 --procs 1", "threads    1 right answer: 10! "),
        ("pool --n 10 --tasks 9", "pool       9 right answers: 10! to 18! "),
    ] {
        let said = run(arguments).stdout();
        assert!(said.lines().last().unwrap().starts_with(result), "{said}");
    }
}

#[test]
fn your_own_version_runs_like_the_others_and_says_what_judges_it() {
    let said = run("yours --n 10").stdout();
    let asks = "Is it right? This command judges it: cargo test -p factorial-procs";
    assert_eq!(said.lines().last(), Some(asks), "{said}");
}

#[test]
fn the_smallest_sizes_work() {
    for arguments in ["--n 0 --procs 1", "threads --n 0", "pool --tasks 1 --jobs 64 --n 0"] {
        let said = run(arguments).stdout();
        let result = said.lines().last().unwrap();
        assert!(result.contains("0! ") || result.starts_with("The work is too small"), "{said}");
    }
}

#[test]
fn a_wrong_command_line_ends_with_2_and_says_what_is_allowed() {
    for (arguments, allowed) in [
        ("--n 3000000", "a whole number from 0 to 2000000 is allowed"),
        ("--n -1", "a whole number from 0 to 2000000 is allowed"),
        ("--procs 0", "a whole number from 1 to 64 is allowed"),
        ("--procs 10000", "a whole number from 1 to 64 is allowed"),
        ("pool --jobs 0", "a whole number from 1 to 64 is allowed"),
        ("pool --tasks many", "a whole number from 1 to 1000 is allowed"),
        ("paralel", "[possible values: serial, parallel, threads, pool, yours]"),
    ] {
        let said = run(arguments).refusal();
        assert!(said.contains(allowed), "{arguments}: {said}");
    }
}

#[test]
fn an_option_that_a_version_ignores_is_refused() {
    for (arguments, option) in [
        ("--tasks 3", "--tasks"),
        ("serial --tasks 512", "--tasks"),
        ("parallel --jobs 2", "--jobs"),
        ("threads --step", "--step"),
        ("pool --procs 2", "--procs"),
    ] {
        let said = run(arguments).refusal();
        assert_eq!(said, format!("error: {option} has no effect here: see --help\n"));
    }
}

#[test]
fn pool_counts_how_many_processes_are_alive() {
    let said = run("pool --n 10 --tasks 100 --jobs 1").stdout();
    assert!(said.contains("   at most 1 at the same time (--jobs 1)\n"), "{said}");
    let mut run = start("pool --n 10 --tasks 2 --jobs 8 --step");
    run.until("waits for Enter");
    run.until("waits for Enter"); // so both are alive, and there is no third task
    let said = run.end().stdout();
    assert!(said.contains("   at most 2 at the same time (--jobs 8)\n"), "{said}");
}

#[test]
fn every_line_is_shown_on_request_only_and_without_all_a_run_fits_on_the_screen() {
    for (arguments, count) in [
        ("serial --n 10 --procs 30", 60),
        ("parallel --n 10 --procs 64", 128),
        ("threads --n 10 --procs 64", 128),
        ("pool --n 10 --tasks 100", 100),
    ] {
        let said = run(&format!("{arguments} --all")).stdout();
        let is_said = |line: &&str| line.contains(" ms  ") && line.contains("PID");
        assert_eq!(said.lines().filter(is_said).count(), count, "{said}");

        let said = run(arguments).stdout();
        assert_eq!(said.lines().filter(is_said).count(), 16, "{said}");
        let left_out = format!("        …  {} more lines: --all shows them\n", count - 16);
        assert!(said.contains(&left_out), "{said}");
        assert!(said.lines().count() <= 40, "{said}");
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    }
}

#[test]
#[cfg(unix)]
fn when_the_parent_is_killed_its_processes_end() {
    for version in ["serial", "parallel", "pool"] {
        let mut run = start(&format!("{version} --n 10 --step"));
        run.until(WAITS);
        signal(Signal::SIGKILL, run.pid());
        run.end_after_signal();
    }
}

#[test]
#[cfg(unix)]
fn a_killed_process_is_an_error_that_names_it_and_nothing_is_left() {
    for version in ["serial", "parallel", "pool"] {
        let mut run = start(&format!("{version} --n 10 --step"));
        let pid = pid_in(&run.until(WAITS));
        signal(Signal::SIGKILL, pid);
        let said = run.end().error();
        let failed = format!(" (PID {pid}) failed: signal: 9 (SIGKILL)\n");
        let name = said.strip_prefix("error: ").and_then(|said| said.strip_suffix(&failed));
        let role = if version == "pool" { "job" } else { "process" };
        let is_named = name.is_some_and(|name| name.starts_with(&format!("{role} ")));
        assert!(is_named, "{version}: {said}");
    }
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_the_program_and_all_its_processes() {
    for arguments in ["serial --step", "parallel --step", "pool --step", "threads --n 2000000"] {
        let mut run = Run::start(interruptible(PROGRAM, arguments));
        run.until(if arguments.starts_with("threads") { "starts" } else { WAITS });
        run.ctrl_c();
        assert!(!run.end_after_signal().status.success());
    }
}

#[test]
fn closed_output_ends_the_program_quietly() {
    for arguments in
        ["--n 10", "serial --n 10", "parallel --n 10", "threads --n 10", "pool --tasks 9"]
    {
        let program = command(PROGRAM, arguments);
        assert_eq!(Run::start_with_closed_output(program).end().stdout(), "");
    }
}

#[test]
fn lines_of_many_processes_never_mix() {
    let said = run("parallel --procs 64 --n 0 --all").stdout();
    let lines: Vec<&str> = said.lines().filter(|line| line.contains(" ms  process ")).collect();
    assert_eq!(lines.len(), 128, "{said}");
    for line in lines {
        let says = line.contains(")  starts; ") != line.contains(")  ends: 0! ");
        assert!(says && line.matches("(PID ").count() == 1, "{line}");
        assert_eq!(line.matches(" ms  process ").count(), 1, "{line}");
    }
}

#[test]
fn all_processes_count_time_from_the_same_zero() {
    let mut program = command(PROGRAM, "parallel --n 0");
    program.env(common::clock::ZERO, "0"); // 1970: a process that forgets it counts from now
    let said = Run::start(program).end().stdout();
    let lines: Vec<&str> = said.lines().filter(|line| line.contains(" ms  process ")).collect();
    assert_eq!(lines.len(), 4, "{said}");
    for line in lines {
        let milliseconds: u64 = line.split_whitespace().next().unwrap().parse().unwrap();
        assert!(milliseconds > 1_000_000_000_000, "{line}");
    }
}

#[test]
fn downloads_take_the_sum_one_after_the_other_and_the_longer_one_at_the_same_time() {
    let said = example("downloads", "");
    let seconds = |text: &str| -> f64 {
        let (number, unit) = text.split_once(' ').unwrap();
        number.parse::<f64>().unwrap() * if unit == "s" { 1.0 } else { 0.001 }
    };
    let has = said.lines().filter(|line| line.contains(" has "));
    let times: Vec<f64> = has.map(|line| seconds(line.split_once(" after ").unwrap().1)).collect();
    let total = |way: &str| seconds(said.lines().find_map(|line| line.strip_prefix(way)).unwrap());
    assert_eq!(times.len(), 6, "{said}");
    let (sum, longer) = (times[0] + times[1], times[0].max(times[1]));
    assert!(times.iter().all(|time| (0.1..20.0).contains(time)), "{said}");
    assert!(total("one after the other: ") >= sum * 0.99, "{said}");
    assert!(total("in two processes: ") >= longer * 0.99, "{said}");
    assert!(total("in two threads: ") >= longer * 0.99, "{said}");
    let pids: Vec<u32> =
        said.lines().filter(|line| line.contains(" starts ")).map(pid_in).collect();
    assert!(pids[0] == pids[1] && pids[2] != pids[3] && pids[4] == pids[5], "{said}");
}

#[test]
fn a_terminated_process_does_not_clean_up() {
    let said = example("process_life", "");
    assert!(said.contains("  tidy has ended: alive: false, exit code: Some(0)"), "{said}");
    assert!(said.contains("  failing has ended: alive: false, exit code: Some(3)"), "{said}");
    assert!(said.contains("  alive before it is terminated: true"), "{said}");
    assert!(said.contains("; after wait: false"), "{said}");
    #[cfg(unix)]
    assert!(said.contains("  exit code: None; signal: 9 (SIGKILL)"), "{said}");
    assert_eq!(said.matches("cleans up").count(), 1, "only the tidy one cleans up:\n{said}");
    assert!(!said.contains("the other half"), "{said}");
}

#[test]
#[cfg(not(target_os = "linux"))]
fn zombies_and_orphans_are_shown_on_linux_only() {
    assert_eq!(example("zombie_and_orphan", "").lines().count(), 1);
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
    assert!(said.contains("daemon (PID ") && said.contains("  main ends\n"), "{said}");
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

#[test]
fn an_example_without_arguments_refuses_them_in_one_line() {
    for name in ["daemon", "price", "process_life", "zombie_and_orphan"] {
        let said = Run::start(command(check::example(PROGRAM, name), "--what")).end().refusal();
        assert_eq!(said, "error: --what: this example has no arguments\n");
    }
}
