//! The program as a student types it: what it prints, and how it ends.

use common::check::{self, Outcome, Run, Signal, command, interruptible, signal};

const PROGRAM: &str = env!("CARGO_BIN_EXE_producer-consumer");

fn run(arguments: &str) -> Outcome {
    Run::start(command(PROGRAM, arguments)).end()
}

/// In how many lines this is said.
fn count(said: &str, what: &str) -> usize {
    said.lines().filter(|line| line.contains(what)).count()
}

/// The items that were put, taken or skipped, in the order of the lines.
fn items(said: &str, what: &str) -> Vec<u32> {
    let rest = said.lines().filter_map(|line| line.split_once(&format!(" {what} ")));
    rest.map(|(_, rest)| rest.split_whitespace().next().unwrap().parse().unwrap()).collect()
}

fn last_line(said: &str) -> &str {
    said.lines().last().unwrap_or_default()
}

/// The last line of a run that has lost nothing.
fn nothing_lost(count: usize) -> String {
    format!("sent {count}, received {count}, lost 0")
}

/// Gives what the program said, if each item that was put was also taken.
#[track_caller]
fn must_have_lost_nothing(outcome: Outcome) -> String {
    let said = &outcome.stdout;
    let (mut puts, mut takes) = (items(said, "puts"), items(said, "takes"));
    puts.sort();
    takes.sort();
    let ends = outcome.status.success() && !said.contains("No item for ");
    let lines: Vec<&str> = said.lines().collect();
    let last_lines = lines[lines.len().saturating_sub(12)..].join("\n");
    assert!(
        ends && last_line(said) == nothing_lost(puts.len()) && puts == takes,
        "bounded.rs loses items, or does not end: a send must wait for room, the last sender must \
         be dropped, and what is queued must be taken, also after Ctrl-C. See \"The fix\" in \
         producer-consumer/README.md. What came last:\n{last_lines}\n{}",
        outcome.stderr
    );
    outcome.stdout()
}

#[test]
fn without_a_version_stuck_and_bounded_run_and_a_comparison_follows() {
    let said = run("--capacity 0 --pause-ms 0").stdout();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "stuck:", "{said}");
    assert!(lines.contains(&"sent 0, skipped 10, received 0, lost 10"), "{said}");
    assert!(lines.contains(&"bounded:"), "{said}");
    assert_eq!(lines[lines.len() - 2], nothing_lost(10), "{said}");
    let comparison = "stuck loses 10 of 10 items and waits for ever; bounded loses 0 and ends.";
    assert_eq!(last_line(&said), comparison, "{said}");
}

#[test]
fn stuck_says_who_waits_for_what_and_why_and_ends() {
    let said = run("stuck --items 3 --pause-ms 0 --patience-ms 1").stdout();
    let expected = "\
No item for 1.00 ms, and none will come:
  consumer 1 waits for an item, or for the end of the queue
  no producer is left to put an item
  somebody keeps a sender, so the queue does not end: see `put` in `run`
sent 3, received 3, lost 0
";
    assert!(said.ends_with(expected), "{said}");
    let said = run("stuck --items 3 --pause-ms 0 --patience-ms 1 --consumers 4").stdout();
    assert!(said.contains("  all 4 consumers wait for an item, or"), "{said}");
}

#[test]
fn stuck_counts_the_items_that_it_skips_as_lost() {
    // The consumer pauses until Ctrl-C, so that only one item leaves the queue.
    let arguments = "stuck --items 10 --capacity 3 --pause-ms 60000 --patience-ms 1";
    let mut run = Run::start(interruptible(PROGRAM, arguments));
    run.until("has no more items");
    run.ctrl_c();
    let said = run.end().stdout();
    let (puts, skips) = (count(&said, "puts"), count(&said, "skips"));
    assert!((3..=4).contains(&puts) && puts + skips == 10, "{said}");
    let expected = format!("sent {puts}, skipped {skips}, received {puts}, lost {skips}");
    assert_eq!(last_line(&said), expected, "{said}");
}

#[test]
fn bounded_shows_each_item_put_and_taken_and_how_full_the_queue_is() {
    let said = must_have_lost_nothing(run("bounded --items 7 --pause-ms 0 --capacity 1"));
    assert_eq!(said.lines().count(), 1 + 7 + 7 + 1 + 1, "{said}");
    assert_eq!(items(&said, "puts"), items(&said, "takes"), "{said}");
    for line in said.lines().filter(|line| line.contains(" puts ") || line.contains(" takes ")) {
        let full = line.ends_with(" 0 of 1 queued") || line.ends_with(" 1 of 1 queued");
        assert!(full, "{line}");
    }
    assert_eq!(last_line(&said), nothing_lost(7));
}

#[test]
fn several_producers_and_consumers_lose_nothing() {
    for capacity in [0, 1, 5] {
        let arguments = "bounded --producers 3 --consumers 2 --items 200 --pause-ms 0 --capacity";
        let said = must_have_lost_nothing(run(&format!("{arguments} {capacity}")));
        assert_eq!(last_line(&said), nothing_lost(200));
        assert_eq!(count(&said, "has no more items"), 3, "{said}");
    }
}

#[test]
fn the_same_seed_gives_the_same_items_from_0_to_9() {
    let made = |seed: u64| {
        let said = run(&format!("bounded --items 40 --pause-ms 0 --seed {seed}")).stdout();
        items(&said, "takes")
    };
    let (seven, eight) = (made(7), made(8));
    assert_eq!(seven, made(7));
    assert_ne!(seven, eight);
    assert!(seven.iter().chain(&eight).all(|item| *item <= 9));
}

/// The consumer pauses for a minute, the queue is full, and the producer waits for room.
fn start_with_a_full_queue() -> Run {
    let arguments = "bounded --capacity 1000 --make-ms 0 --pause-ms 60000";
    let mut run = Run::start(interruptible(PROGRAM, arguments));
    while !run.until(" puts ").ends_with(" 1000 of 1000 queued") {}
    run
}

#[test]
fn after_ctrl_c_what_is_queued_is_taken_and_all_threads_end_without_waiting_for_a_pause() {
    let mut run = start_with_a_full_queue();
    run.ctrl_c();
    must_have_lost_nothing(run.end());
}

#[test]
fn sigterm_does_the_same() {
    let run = start_with_a_full_queue();
    signal(Signal::SIGTERM, run.pid());
    must_have_lost_nothing(run.end());
}

#[test]
fn ctrl_c_also_ends_producers_that_pause() {
    let arguments = "bounded --make-ms 60000 --producers 3";
    let said = start_and_ctrl_c(arguments).end().stdout();
    assert_eq!(count(&said, "has no more items"), 3, "{said}");
    assert_eq!(last_line(&said), nothing_lost(0), "{said}");
}

#[test]
fn a_second_ctrl_c_ends_at_once() {
    // What is stuck does not end by the first one.
    let mut run = start_and_ctrl_c("stuck --make-ms 60000 --patience-ms 600000");
    run.ctrl_c();
    assert_eq!(run.end().error(), "error: stopped twice: what was queued is lost\n");
}

/// Presses Ctrl-C as soon as the program listens for it, and waits until a producer has noticed.
fn start_and_ctrl_c(arguments: &str) -> Run {
    let mut run = Run::start(interruptible(PROGRAM, arguments));
    run.until(":");
    run.ctrl_c();
    run.until("has no more items");
    run
}

#[test]
fn after_ctrl_c_in_stuck_bounded_does_not_begin() {
    let said = start_and_ctrl_c("--make-ms 60000 --patience-ms 1").end().stdout();
    assert!(said.starts_with("stuck:\n") && !said.contains("bounded"), "{said}");
    assert_eq!(last_line(&said), nothing_lost(0), "{said}");
}

#[test]
fn no_items_are_fine() {
    for capacity in [0, 1] {
        let said = run(&format!("bounded --items 0 --consumers 2 --capacity {capacity}")).stdout();
        assert_eq!(last_line(&said), nothing_lost(0), "{said}");
    }
}

#[test]
fn help_says_what_each_version_shows() {
    let help = run("--help").stdout();
    for said in ["stuck:   Skips", "bounded: Waits", "Ctrl-C", "[default: 5]", "until Ctrl-C]"] {
        assert!(help.contains(said), "no {said:?} in\n{help}");
    }
}

#[test]
fn a_wrong_command_line_ends_with_2_and_says_what_is_allowed() {
    for (arguments, allowed) in [
        ("--items -1", "a whole number from 0 to 1000000000 is allowed"),
        ("--capacity 100001", "a whole number from 0 to 100000 is allowed"),
        ("--producers 0", "a whole number from 1 to 100 is allowed"),
        ("--consumers 101", "a whole number from 1 to 100 is allowed"),
        ("--pause-ms 60001", "a whole number from 0 to 60000 is allowed"),
        ("--make-ms x", "a whole number from 0 to 60000 is allowed"),
        ("--patience-ms 0", "a whole number from 1 to 600000 is allowed"),
        ("--seed 1.5", "a whole number from 0 to 18446744073709551615 is allowed"),
        ("bound", "[possible values: stuck, bounded]"),
        ("bounded stuck", "unexpected argument 'stuck'"),
    ] {
        let said = run(arguments).refusal();
        assert!(said.contains(allowed), "{arguments}: {said}");
    }
}

/// The system refuses a thread whose stack is larger than all memory that it can address.
#[test]
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
fn a_thread_that_the_system_refuses_is_an_error() {
    let mut program = command(PROGRAM, "bounded");
    program.env("RUST_MIN_STACK", (1_u64 << 46).to_string());
    let said = Run::start(program).end().error();
    assert!(said.starts_with("error: cannot "), "{said}");
}

#[test]
fn closed_output_ends_the_program_quietly() {
    for version in ["stuck", "bounded"] {
        let program = command(PROGRAM, &format!("{version} --pause-ms 0"));
        assert_eq!(Run::start_with_closed_output(program).end().stdout(), "");
    }
}

#[test]
fn join_returns_too_early_if_the_producer_says_done_and_never_if_the_consumer_does() {
    let run = Run::start(command(check::example(PROGRAM, "task_done"), ""));
    let said = run.end().stdout();
    let expected = "\
wrong: the producer says that an item is done
  the producer puts a rose
  the producer puts a tulip
  the producer puts a lily
  join returns, with 0 of 3 items taken
  the consumer takes a rose
  the consumer takes a tulip
  the consumer takes a lily
right: the consumer says so, after its work
  the producer puts a rose
  the producer puts a tulip
  the producer puts a lily
  the consumer takes a rose
  the consumer takes a tulip
  the consumer takes a lily
  join returns, with 3 of 3 items taken
";
    assert_eq!(
        said, expected,
        "wrong: the producer says so, and `join` returns before anything is taken. Right: the \
         consumer says so after its work, and only then does `join` return. It printed:\n{said}"
    );
}
