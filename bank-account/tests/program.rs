//! The program as a student types it: what it prints, and how it ends.

use common::check::{self, Outcome, Run, command, pid_in};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bank-account");

fn bank_account(arguments: &str) -> Outcome {
    Run::start(command(PROGRAM, arguments)).end()
}

fn example(name: &str, arguments: &str) -> String {
    Run::start(command(check::example(PROGRAM, name), arguments)).end().stdout()
}

/// The results, without the pictures.
fn results(arguments: &str) -> String {
    let said = bank_account(arguments).stdout();
    let versions = ["unlocked", "locked", "owned", "atomic", "crossed", "ordered", "yours"];
    let is_drawn = |line: &&str| {
        let is_title = versions.iter().any(|it| line.starts_with(it)) && line.contains(" 0 ms ");
        line.is_empty() || line.starts_with("  ") || is_title
    };
    said.lines().filter(|line| !is_drawn(line)).map(|line| format!("{line}\n")).collect()
}

#[test]
fn without_a_version_both_run_and_a_comparison_follows() {
    let said = results("--threads 20 --pause-ms 1");
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].starts_with("unlocked   ¥"), "{said}");
    assert!(lines[1].starts_with("locked     ¥20 of ¥20: nothing lost "), "{said}");
    let has_lost = lines[2].starts_with("The lock saves ¥");
    assert_eq!(lines.len(), 3 + usize::from(has_lost), "{said}");
}

#[test]
fn each_version_ends_with_one_line_that_starts_with_its_name() {
    for version in ["unlocked", "locked", "owned", "atomic"] {
        let said = results(&format!("{version} --threads 3"));
        let first = said.lines().next().unwrap();
        assert!(first.starts_with(&format!("{version:<10} ¥")), "{said}");
        assert!(first.contains(" of ¥3: "), "{said}");
        assert!(first.ends_with("s"), "{said}"); // a time
        let is_luck = version == "unlocked" && first.contains(": nothing lost ");
        assert_eq!(said.lines().count(), 1 + usize::from(is_luck), "{said}");
    }
}

/// How many are lost without a pause is by chance. It may be none.
#[test]
fn if_nothing_is_lost_without_a_lock_this_is_said_to_be_luck() {
    for arguments in ["unlocked --pause-ms 0 --threads 2", "--pause-ms 0 --threads 2"] {
        let said = results(arguments);
        let nothing_lost = said.starts_with("unlocked   ¥2 of ¥2: nothing lost ");
        let luck = "Nothing was lost without a lock: luck. See `interleavings unlocked`.\n";
        assert_eq!(nothing_lost, said.ends_with(luck), "{said}");
    }
    for arguments in ["unlocked --threads 1 --pause-ms 0", "--threads 1 --pause-ms 0"] {
        let said = results(arguments);
        let no_luck = "One thread alone loses nothing, with a lock or without.\n";
        assert!(said.ends_with(no_luck), "{said}");
    }
}

#[test]
fn unsafe_is_another_name_for_unlocked() {
    let said = results("unsafe --threads 1 --pause-ms 0");
    assert!(said.starts_with("unlocked   ¥1 of ¥1: nothing lost "), "{said}");
}

#[test]
fn crossed_marks_both_threads_of_the_deadlock_and_says_that_it_is_one() {
    let said = bank_account("crossed --pause-ms 500").stdout();
    let stuck = said.lines().filter(|line| line.ends_with("  ← deadlock"));
    let stuck = stuck.map(|line| &line[..18]).collect::<Vec<_>>();
    assert_eq!(stuck, ["  thread 1, lock 2", "  thread 2, lock 1"], "{said}");
    let (_, rest) = said.split_once("\ncrossed    deadlock  ").unwrap();
    let expected = "Nothing has happened for a second, and nothing will: this is a deadlock.\n";
    assert_eq!(rest.split_once('\n').unwrap().1, expected, "{said}");
}

/// Whether there is a deadlock without a pause is by chance.
#[test]
fn if_crossed_does_both_transfers_this_is_said_to_be_luck() {
    let said = results("crossed --pause-ms 0");
    let luck = said.starts_with("crossed    account 1: ¥110, account 2: ¥90");
    let told = said.ends_with("\nNo deadlock: luck. See `interleavings crossed`.\n");
    assert_eq!((luck, !luck), (told, said.ends_with(" this is a deadlock.\n")), "{said}");
}

/// A thread that waits for longer than a second may still go on.
#[test]
fn ordered_does_both_transfers_however_long_the_pause() {
    for arguments in ["ordered --pause-ms 1100", "ordered --pause-ms 0"] {
        let said = results(arguments);
        assert!(said.starts_with("ordered    account 1: ¥110, account 2: ¥90 "), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn interleavings_shows_each_ending_with_its_count_and_a_table() {
    let said = bank_account("interleavings unlocked").stdout();
    let expected = "\
unlocked: two deposits of ¥1, in every interleaving of their steps

18 of 20 interleavings end with ¥1. One of them:
step  thread 1     thread 2
 1    reads 0
 2    pauses
 3                 reads 0
 4    writes 1
 5                 pauses
 6                 writes 1

2 of 20 interleavings end with ¥2. One of them:
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

/// A right version may be changed, and have another number of interleavings.
#[test]
fn interleavings_without_a_version_shows_all_of_the_course() {
    let said = bank_account("interleavings").stdout();
    let versions: Vec<&str> =
        said.lines().filter_map(|line| line.split_once(": two ")).map(|it| it.0).collect();
    assert_eq!(versions, ["unlocked", "locked", "owned", "atomic", "crossed", "ordered"]);
    let endings = said.lines().filter(|line| line.contains(" interleaving"));
    let endings: Vec<&str> =
        endings.filter_map(|line| Some(line.split_once(" interleavings ")?.1)).collect();
    let expected = [
        "end with ¥1. One of them:",
        "end with ¥2. One of them:",
        "end with ¥2. One of them:",
        "end with ¥2. One of them:",
        "end with ¥2. One of them:",
        "deadlock. One of them:",
        "end with account 1: ¥110, account 2: ¥90. One of them:",
        "end with account 1: ¥110, account 2: ¥90. One of them:",
    ];
    assert_eq!(endings, expected);
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
}

/// Whether it is right is for `check_yours.rs` to say.
#[test]
fn yours_ends_with_what_is_proved_of_it() {
    for (arguments, name) in
        [("yours --threads 3", "yours"), ("yours-deadlock --pause-ms 0", "yours-deadlock")]
    {
        let said = bank_account(arguments).stdout; // a student may have written to stderr
        let see = format!(": see `interleavings {name}`.");
        let is_told = |line: &&str| line.ends_with(&see) || line.ends_with(": proved.");
        let last = said.lines().rfind(is_told).unwrap_or_else(|| panic!("{said}"));
        let explored = bank_account(&format!("interleavings {name}")).stdout;
        assert_eq!(explored.contains(" deadlock"), last.contains(" deadlock"), "{said}");
    }
}

#[test]
fn play_states_its_goal_first_and_ends_with_its_input() {
    let said = bank_account("play unlocked").stdout();
    assert!(said.starts_with("Two threads deposit ¥1 each. Make the account lose one."), "{said}");
    assert!(said.ends_with("\n18 of 20 interleavings reach the goal.\n"), "{said}");
    let said = bank_account("play crossed").stdout();
    let goal = "\nMake the two threads wait for each other: a deadlock. Can you?\n";
    assert!(said.contains(goal), "{said}");
    assert!(said.ends_with("\n6 of 12 interleavings reach the goal.\n"), "{said}");
    for version in ["locked", "ordered"] {
        let said = bank_account(&format!("play {version}")).stdout();
        assert!(said.ends_with("\nNo interleaving reaches the goal.\n"), "{said}");
    }
}

#[test]
fn help_says_what_each_version_shows() {
    let help = bank_account("--help").stdout();
    for said in [
        "unlocked: ",
        "deposits are lost",
        "locked: ",
        "owned: ",
        "atomic: ",
        "crossed: ",
        "ordered: ",
        "yours: ",
        "yours-deadlock: ",
        "interleavings ",
        "play ",
    ] {
        assert!(help.contains(said), "no {said:?} in\n{help}");
    }
}

#[test]
fn a_wrong_command_line_ends_with_2_and_says_what_is_allowed() {
    let from_1_to_10000 = "a whole number from 1 to 10000 is allowed";
    let versions = "[possible values: unlocked, locked, owned, atomic, crossed, ordered, yours, yours-deadlock]";
    for (arguments, allowed) in [
        ("--threads 0", from_1_to_10000),
        ("--threads 10001", from_1_to_10000),
        ("--threads x", from_1_to_10000),
        ("--threads -1", from_1_to_10000),
        ("--threads 1.5", from_1_to_10000),
        ("--threads 99999999999999999999", from_1_to_10000),
        ("--pause-ms 60001", "a whole number from 0 to 60000 is allowed"),
        ("looked", versions),
        ("interleavings looked", versions),
        ("crossed --threads 3", "--threads has no effect here: see --help"),
        ("ordered --threads 3", "--threads has no effect here: see --help"),
        ("interleavings unlocked --threads 3", "unexpected argument '--threads'"),
    ] {
        let said = bank_account(arguments).refusal();
        assert!(said.contains(allowed), "{arguments}: {said}");
    }
}

#[test]
fn ten_thousand_threads_are_no_problem() {
    let said = bank_account("atomic --threads 10000 --pause-ms 0").stdout();
    assert!(said.contains(" ¥10000 of ¥10000: nothing lost "), "{said}");
}

#[test]
fn closed_output_ends_the_program_quietly() {
    let outcome = Run::start_with_closed_output(command(PROGRAM, "interleavings")).end();
    assert_eq!(outcome.stdout(), "");
}

#[test]
#[cfg(target_os = "linux")]
fn full_output_is_an_error_in_one_line() {
    let said = Run::start_with_full_output(command(PROGRAM, "interleavings")).end().error();
    assert!(said.starts_with("error: cannot write to standard output: "), "{said}");
}

#[test]
fn counter_counts_right_with_a_lock_and_with_an_atomic() {
    let said = example("counter", "--count 20000");
    let result = |line: &str| line[24..].split_whitespace().next().unwrap().to_string();
    for line in said.lines().filter(|line| line.starts_with("  no lock ")) {
        let is_right = ["0", "10000"].contains(&&*result(line));
        assert_eq!(line.ends_with("  (that was luck)"), is_right, "{said}");
    }
    let ways = ["a lock for each time", "a lock for 1000 times", "atomic, no lock"];
    for way in ways {
        let lines = said.lines().filter(|line| line.trim_start().starts_with(way));
        assert_eq!(lines.map(result).collect::<Vec<_>>(), ["0", "10000"], "{way} in\n{said}");
    }
}

#[test]
fn a_named_thread_knows_its_name_and_shares_its_process() {
    let said = example("named_thread", "");
    let texts: Vec<&str> = said.lines().map(|line| line.rsplit("  ").next().unwrap()).collect();
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
    let pids: Vec<u32> = said.lines().map(pid_in).collect();
    assert!(pids.iter().all(|pid| *pid == pids[0]), "{said}");
}

#[test]
fn a_thread_local_is_each_threads_own_and_main_keeps_its_own_too() {
    let said = example("thread_local", "");
    for text in ["saved ¥5 has ¥5", "saved ¥8 has ¥8", "the main thread has ¥0"] {
        assert!(said.contains(text), "no {text:?} in\n{said}");
    }
}
