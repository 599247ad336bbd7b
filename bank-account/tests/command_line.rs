//! The program as a student types it: what it prints, and how it ends.

use std::path::PathBuf;
use std::process::{self, Stdio};
use std::time::Duration;

use assert_cmd::Command;

/// The program with these arguments, separated by spaces. It has 20 seconds.
fn bank_account(arguments: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_bank-account"));
    program
        .args(arguments.split_whitespace())
        .timeout(Duration::from_secs(20));
    program
}

fn example(name: &str) -> Command {
    let program: PathBuf = env!("CARGO_BIN_EXE_bank-account").into();
    let mut program = Command::new(program.with_file_name("examples").join(name));
    program.timeout(Duration::from_secs(20));
    program
}

/// What a command prints when it ends well.
fn stdout(command: &mut Command) -> String {
    let output = command
        .assert()
        .success()
        .stderr("")
        .get_output()
        .stdout
        .clone();
    String::from_utf8(output).unwrap()
}

/// What a command says on stderr when it ends with this exit status.
fn stderr(command: &mut Command, status: i32) -> String {
    let output = command
        .assert()
        .code(status)
        .stdout("")
        .get_output()
        .stderr
        .clone();
    String::from_utf8(output).unwrap()
}

#[test]
fn without_a_version_both_run_and_a_comparison_follows() {
    let said = stdout(&mut bank_account("--threads 20 --pause-ms 1"));
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(lines[0].starts_with("unlocked   ¥"), "{said}");
    assert!(
        lines[1].starts_with("locked     ¥20 of ¥20: nothing lost "),
        "{said}"
    );
    assert!(lines[2].ends_with('.'), "{said}");
}

#[test]
fn each_version_prints_one_line_that_starts_with_its_name() {
    for version in ["unlocked", "locked", "owned", "atomic"] {
        let said = stdout(&mut bank_account(&format!(
            "{version} --threads 3 --amount 7"
        )));
        assert!(said.starts_with(&format!("{version:<10} ¥")), "{said}");
        assert!(said.contains(" of ¥21: "), "{said}");
        assert!(said.ends_with(" ms\n"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn unsafe_is_another_name_for_unlocked() {
    let said = stdout(&mut bank_account("unsafe --threads 1 --pause-ms 0"));
    assert!(
        said.starts_with("unlocked   ¥1 of ¥1: nothing lost "),
        "{said}"
    );
}

#[test]
fn orders_shows_each_ending_with_its_number_of_orders_and_a_table() {
    let said = stdout(&mut bank_account("orders unlocked"));
    let expected = "\
unlocked: two deposits of ¥1, in every order of their steps

18 of 20 orders end with ¥1. One of them:
step  thread 1     thread 2
 1    reads 0
 2    pauses
 3                 reads 0
 4    writes 1
 5                 pauses
 6                 writes 1

2 of 20 orders end with ¥2. One of them:
step  thread 1     thread 2
 1    reads 0
 2    pauses
 3    writes 1
 4                 reads 1
 5                 pauses
 6                 writes 2
";
    assert_eq!(said.trim_end(), expected.trim_end());
}

#[test]
fn orders_without_a_version_shows_all_four() {
    let said = stdout(&mut bank_account("orders"));
    let endings: Vec<&str> = said
        .lines()
        .filter(|line| line.contains(" orders end"))
        .collect();
    let expected = [
        "18 of 20 orders end with ¥1. One of them:",
        "2 of 20 orders end with ¥2. One of them:",
        "2 of 2 orders end with ¥2. One of them:",
        "2 of 2 orders end with ¥2. One of them:",
        "6 of 6 orders end with ¥2. One of them:",
    ];
    assert_eq!(endings, expected);
}

#[test]
fn help_says_what_each_version_shows() {
    let help = stdout(&mut bank_account("--help"));
    for said in [
        "unlocked: ",
        "deposits are lost",
        "locked: ",
        "owned: ",
        "atomic: ",
        "orders ",
    ] {
        assert!(help.contains(said), "no {said:?} in\n{help}");
    }
}

#[test]
fn a_wrong_command_line_ends_with_2_and_says_what_is_allowed() {
    let from_1_to_10000 = "a whole number from 1 to 10000 is allowed";
    let versions = "[possible values: unlocked, locked, owned, atomic]";
    for (arguments, allowed) in [
        ("--threads 0", from_1_to_10000),
        ("--threads 10001", from_1_to_10000),
        ("--threads x", from_1_to_10000),
        ("--threads -1", from_1_to_10000),
        ("--threads 1.5", from_1_to_10000),
        (
            "--amount 0",
            "a whole number from 1 to 1000000000 is allowed",
        ),
        (
            "--amount 99999999999999999999",
            "a whole number from 1 to 1000000000 is allowed",
        ),
        (
            "--pause-ms 60001",
            "a whole number from 0 to 60000 is allowed",
        ),
        ("looked", versions),
        ("orders looked", versions),
        (
            "orders unlocked --threads 3",
            "unexpected argument '--threads'",
        ),
    ] {
        let said = stderr(&mut bank_account(arguments), 2);
        assert!(
            said.starts_with("error: ") && said.contains(allowed),
            "{arguments}: {said}"
        );
    }
}

#[test]
fn the_largest_amount_in_the_most_threads_is_not_wrapped() {
    let said = stdout(&mut bank_account(
        "atomic --threads 10000 --amount 1000000000 --pause-ms 0",
    ));
    assert!(
        said.contains(" ¥10000000000000 of ¥10000000000000: nothing lost "),
        "{said}"
    );
}

/// The system refuses a thread whose stack is larger than all memory that it can address.
#[test]
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
fn a_thread_that_the_system_refuses_is_an_error_that_says_how_many_were_started() {
    let stack = (1_u64 << 46).to_string();
    for version in ["unlocked", "locked", "owned", "atomic"] {
        let said = stderr(bank_account(version).env("RUST_MIN_STACK", &stack), 1);
        assert!(said.starts_with("error: started "), "{said}");
        assert!(said.contains(" of 100 threads, then no more: "), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn closed_output_ends_the_program_quietly() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut program = process::Command::new(env!("CARGO_BIN_EXE_bank-account"));
    program.arg("orders").stdout(writer).stderr(Stdio::piped());
    let output = program.spawn().unwrap().wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
#[cfg(target_os = "linux")]
fn full_output_is_an_error_in_one_line() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut program = process::Command::new(env!("CARGO_BIN_EXE_bank-account"));
    program.arg("orders").stdout(full).stderr(Stdio::piped());
    let output = program.spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.starts_with("error: cannot write to standard output: "),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn counter_counts_right_with_a_lock_and_with_an_atomic() {
    let said = stdout(example("counter").args(["--count", "20000"]));
    let result = |line: &str| line[24..].split_whitespace().next().unwrap().to_string();
    let ways = [
        "a lock for each time",
        "a lock for 1000 times",
        "atomic, no lock",
    ];
    for way in ways {
        let lines = said
            .lines()
            .filter(|line| line.trim_start().starts_with(way));
        assert_eq!(
            lines.map(result).collect::<Vec<_>>(),
            ["0", "10000"],
            "{way} in\n{said}"
        );
    }
}

#[test]
fn a_named_thread_knows_its_name_and_shares_its_process() {
    let said = stdout(&mut example("named_thread"));
    let texts: Vec<&str> = said
        .lines()
        .map(|line| line.rsplit("  ").next().unwrap())
        .collect();
    let expected = [
        "main starts",
        "LoopThread starts",
        "LoopThread counts 1",
        "LoopThread counts 2",
        "LoopThread counts 3",
        "LoopThread counts 4",
        "LoopThread counts 5",
        "LoopThread ends",
        "main ends: same process, same PID",
    ];
    assert_eq!(texts, expected);
    let pid = |line: &str| {
        line.split("PID ")
            .nth(1)?
            .split(' ')
            .next()
            .map(str::to_string)
    };
    let first = said.lines().next().and_then(pid);
    assert!(
        first.is_some() && said.lines().all(|line| pid(line) == first),
        "{said}"
    );
}

#[test]
fn a_thread_local_is_each_threads_own_and_main_keeps_its_own_too() {
    let said = stdout(&mut example("thread_local"));
    for text in [
        "saved ¥5 has ¥5",
        "saved ¥8 has ¥8",
        "the main thread has ¥0",
    ] {
        assert!(said.contains(text), "no {text:?} in\n{said}");
    }
}
