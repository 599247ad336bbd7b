//! The program as a student types it: what it prints, how it ends, and what it leaves: nothing.

use common::check::{self, Outcome, Run, command, pid_in};
#[cfg(target_os = "linux")]
use common::check::{Signal, interruptible, signal};

const PROGRAM: &str = env!("CARGO_BIN_EXE_ping-pong");

fn start(arguments: &str) -> Run {
    Run::start(command(PROGRAM, arguments))
}

fn run(arguments: &str) -> Outcome {
    start(arguments).end()
}

fn example(name: &str, arguments: &str) -> String {
    Run::start(command(check::example(PROGRAM, name), arguments)).end().stdout()
}

/// Starts a version that goes on for long, and waits until both players run.
#[cfg(target_os = "linux")]
fn start_both_players(version: &str) -> (Run, Vec<u32>) {
    let arguments = format!("{version} --count 1000000 --pause-ms 1");
    let mut run = Run::start(interruptible(PROGRAM, &arguments));
    let mut players = Vec::new();
    run.wait_until(&format!("{version} has started two players"), |run| {
        players = run.processes();
        players.retain(|&pid| pid != run.pid());
        players.len() == 2
    });
    (run, players)
}

#[test]
fn without_a_version_isolated_and_shared_run_and_a_comparison_follows() {
    let said = run("--pause-ms 0").stdout();
    let begin = [
        "isolated ",
        "  Ping (PID ",
        "  Pong (PID ",
        "  same player again: ",
        "isolated   100 words (50 Ping, 50 Pong), ",
        "",
        "shared ",
        "  Ping (PID ",
        "  Pong (PID ",
        "  same player again: ",
        "shared     50 words (",
        "",
        "50 words were wanted. Two counters made 100, one counter made 50.",
    ];
    // A player may say other things, too.
    let is_known = |line: &&str| begin.iter().any(|it| line.starts_with(it) && !it.is_empty());
    let lines: Vec<&str> = said.lines().filter(|line| line.is_empty() || is_known(line)).collect();
    assert_eq!(lines.len(), begin.len(), "{said}");
    assert!(lines.iter().zip(begin).all(|(line, begin)| line.starts_with(begin)), "{said}");
    assert!(lines[0].ends_with("  50 of 50 numbers counted by both"), "{said}");
    assert!(lines[6].ends_with("  0 of 50 numbers counted by both"), "{said}");
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{said}");
}

#[test]
fn a_version_shows_its_first_and_last_words_and_all_shows_each() {
    let (few, all) =
        (run("turns --pause-ms 0 --count 1000"), run("turns --pause-ms 0 --count 1000 --all"));
    let (few, all) = (few.stdout(), all.stdout());
    let number = |said: &str| {
        said.lines()
            .filter(|line| !line.starts_with(' '))
            .map(|line| line.matches("ng ").count())
            .sum::<usize>()
    };
    assert!(few.contains("Pong 50\n…  932 more words: --all shows them\nPing 983  "), "{few}");
    assert_eq!((number(&few), number(&all)), (50 + 18, 1000), "{few}{all}");
    assert!(few.lines().count() <= 40, "{few}");
    assert!(few.lines().chain(all.lines()).all(|line| line.chars().count() <= 80), "{few}{all}");
}

#[test]
fn no_word_is_left_out_where_the_last_ones_follow_the_first() {
    let said = run("turns --pause-ms 0 --count 68").stdout();
    assert!(said.contains("Pong 50\nPing 51  "), "{said}");
    let said = run("turns --pause-ms 0 --count 69").stdout();
    assert!(said.contains("Pong 50\n…  1 more words: --all shows them\nPong 52  "), "{said}");
}

#[test]
fn a_wrong_command_line_ends_with_2_and_says_what_is_allowed() {
    for (arguments, allowed) in [
        ("--count 0", "a whole number from 1 to 1000000 is allowed"),
        ("--count 1000001", "a whole number from 1 to 1000000 is allowed"),
        ("--pause-ms -1", "a whole number from 0 to 60000 is allowed"),
        ("--all", "--all <VERSION>"),
        ("pong", "[possible values: isolated, shared, turns, yours]"),
    ] {
        let said = run(arguments).refusal();
        assert!(said.contains(allowed), "{arguments}: {said}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn when_the_parent_is_killed_both_players_end() {
    for version in ["isolated", "shared", "turns"] {
        let (run, _) = start_both_players(version);
        signal(Signal::SIGKILL, run.pid());
        run.end_after_signal();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_killed_player_is_an_error_that_names_it_and_the_other_one_ends() {
    for version in ["isolated", "shared", "turns"] {
        for which in [0, 1] {
            let (run, players) = start_both_players(version);
            signal(Signal::SIGKILL, players[which]);
            let pid = players[which];
            let expected = format!(
                "error: {} (PID {pid}) failed: signal: 9 (SIGKILL)\n",
                ["Ping", "Pong"][which]
            );
            assert_eq!(run.end().error(), expected, "{version}");
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_ends_the_program_and_both_players() {
    for version in ["isolated", "shared", "turns"] {
        let (mut run, _) = start_both_players(version);
        run.ctrl_c();
        assert!(!run.end_after_signal().status.success());
    }
}

#[test]
fn closed_output_ends_the_program_quietly() {
    for version in ["isolated", "shared", "turns"] {
        let program = command(PROGRAM, &format!("{version} --pause-ms 1"));
        assert_eq!(Run::start_with_closed_output(program).end_after_signal().stdout(), "");
    }
}

#[test]
fn another_process_has_a_copy_of_x_and_a_thread_has_x_itself() {
    let said = example("isolated_memory", "");
    let texts: Vec<&str> = said.lines().map(|line| line.rsplit("  ").next().unwrap()).collect();
    let expected = [
        "begins with x = 1000",
        "sets x, which is now 0",
        "after a process has set x: x = 1000",
        "sets x, which is now 0",
        "after a thread has set x: x = 0",
    ];
    assert_eq!(texts, expected);
    let pids: Vec<u32> = said.lines().map(pid_in).collect();
    assert!(pids[0] != pids[1] && pids[0] == pids[3], "{said}");
}

#[test]
fn two_processes_that_count_end_with_0_with_a_lock_and_without_it() {
    let said = example("isolated_counter", "--count 1000");
    for way in ["with a lock, the parent has 0", "without a lock, the parent has 0"] {
        assert_eq!(said.lines().filter(|line| *line == way).count(), 1, "{said}");
    }
    for number in [1000, -1000] {
        let text = format!("  has counted to {number} in its own memory");
        assert_eq!(said.matches(&text).count(), 2, "{said}");
    }
}

#[test]
fn interleavings_shows_each_ending_of_all_three_versions() {
    let said = run("interleavings").stdout();
    let is_ending = |line: &&str| line.contains(" interleaving") && line.ends_with(':');
    let endings: Vec<&str> = said.lines().filter(is_ending).collect();
    let expected = [
        "34 of 70 interleavings end with 4 words, 0 repeated",
        "26 of 70 interleavings end with 4 words, 1 repeated",
        "10 of 70 interleavings end with 4 words, 2 repeated",
        " interleavings end with 2 words, 0 repeated",
        " interleavings end with 2 words, 1 repeated",
        "The only interleaving ends with 2 words, 0 repeated",
    ];
    assert_eq!(endings.len(), expected.len(), "{said}");
    assert!(endings.iter().zip(expected).all(|(line, end)| line.contains(end)), "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
}

#[test]
fn yours_ends_with_what_its_interleavings_prove() {
    let said = run("yours --pause-ms 0").stdout();
    let last = said.lines().last().unwrap();
    let is_so = last.ends_with(": proved.") || last.ends_with(": see `interleavings yours`.");
    assert!(last.contains(" interleavings of 2 words ") && is_so, "{said}");
    assert!(run("interleavings yours").stdout().starts_with("yours: 2 words are wanted"));
}

#[test]
fn play_states_its_goal_first_and_ends_with_its_input() {
    let said = run("play shared").stdout();
    assert!(said.starts_with("Make one of the players say its word twice in a row."), "{said}");
    assert!(said.ends_with(" interleavings reach the goal.\n"), "{said}");
    let said = run("play turns").stdout();
    assert!(said.ends_with("\nNo interleaving reaches the goal.\n"), "{said}");
}
