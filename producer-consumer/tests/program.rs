//! The program as a student types it: what it prints, and how it ends.

use std::time::Duration;

use common::check::{self, Outcome, Run, command, squeezed};
#[cfg(unix)]
use common::check::{Signal, interruptible, signal};

const PROGRAM: &str = env!("CARGO_BIN_EXE_producer-consumer");

/// No run in these checks takes so long.
const LONGEST: Duration = Duration::from_secs(3);

fn run(arguments: &str) -> Outcome {
    Run::start(command(PROGRAM, arguments)).at_most(LONGEST).end()
}

/// What a run has printed. (A version may have a line on stderr that helps to debug it.)
#[track_caller]
fn printed(outcome: Outcome) -> String {
    assert!(outcome.status.success(), "{outcome:?}");
    outcome.stdout
}

/// The lines of the threads.
fn lines(said: &str) -> impl Iterator<Item = &str> {
    said.lines().filter(|line| line.contains(" PID "))
}

/// In how many lines this is said.
fn count(said: &str, what: &str) -> usize {
    lines(said).filter(|line| line.contains(what)).count()
}

/// The items that were put, taken or skipped, in the order of the lines.
fn items(said: &str, what: &str) -> Vec<u32> {
    let rest = lines(said).filter_map(|line| line.split_once(&format!(" {what} ")));
    rest.map(|(_, rest)| rest.split_whitespace().next().unwrap().parse().unwrap()).collect()
}

fn last_line(said: &str) -> &str {
    said.lines().last().unwrap_or_default()
}

/// The last line of a run that has lost nothing.
fn nothing_lost(count: u32) -> String {
    format!("made {count}, received {count}, lost 0")
}

/// Returns what the program said, if each item from 1 on was put and taken once.
#[track_caller]
fn must_have_lost_nothing(outcome: Outcome) -> String {
    let said = &outcome.stdout;
    let (mut puts, mut takes) = (items(said, "wants to put"), items(said, "takes"));
    puts.sort();
    takes.sort();
    let count = puts.len() as u32;
    let ends = outcome.status.success() && last_line(said) == nothing_lost(count);
    let lines: Vec<&str> = said.lines().collect();
    let last_lines = lines[lines.len().saturating_sub(12)..].join("\n");
    assert!(
        ends && puts == takes && puts.into_iter().eq(1..=count),
        "bounded.rs loses items, or does not end: a send must wait for room, the last sender must \
         be dropped, and what is queued must be taken, also after Ctrl-C. See \"The fix\" in \
         producer-consumer/README.md. What came last:\n{last_lines}\n{}",
        outcome.stderr
    );
    printed(outcome)
}

/// The lane of a picture, from its name on.
fn lane<'a>(said: &'a str, name: &str) -> &'a str {
    let lane = said.lines().find_map(|line| line.strip_prefix(&format!("  {name} ")));
    lane.unwrap_or_else(|| panic!("there is no lane of {name}:\n{said}"))
}

#[track_caller]
fn must_fit_on_the_screen(said: &str) {
    assert!(said.lines().count() <= 40, "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
}

#[test]
fn without_a_version_stuck_and_bounded_are_drawn_and_a_comparison_follows() {
    let said = printed(run("--capacity 0 --pause-ms 0"));
    must_fit_on_the_screen(&said);
    assert_eq!(lines(&said).count(), 0, "{said}");
    let titles = said.lines().filter(|line| line.contains("  0 ms  "));
    let titles: Vec<&str> = titles.filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(titles, ["stuck", "bounded"], "{said}");
    assert!(said.contains("\nmade 10, received 0, lost 10\n"), "{said}");
    assert!(said.contains(&format!("\n{}\nstuck loses", nothing_lost(10))), "{said}");
    let comparison = "stuck loses 10 of 10 items and never ends; \
                      bounded loses 0 of 10 items and ends.";
    assert_eq!(last_line(&said), comparison, "{said}");
}

#[test]
fn of_a_long_run_the_first_and_last_lines_are_shown_or_all() {
    let [few, all] = ["", " --all"]
        .map(|all| printed(run(&format!("bounded --items 30 --pause-ms 0 --producers 2{all}"))));
    must_fit_on_the_screen(&few);
    assert_eq!(lines(&few).count(), 10 + 6, "{few}");
    assert!(few.contains("\n        …  47 more lines: --all shows them\n"), "{few}");
    assert_eq!(lines(&all).count(), 30 + 30 + 3, "{all}");
}

#[test]
fn stuck_names_the_items_that_it_skips_and_who_waits_for_what_and_why() {
    let said = printed(run("stuck --items 8 --capacity 3 --pause-ms 1 --consumers 2 --all"));
    let (taken, skipped) = (items(&said, "takes"), items(&said, "skips"));
    let (received, lost) = (taken.len(), skipped.len());
    let expected = format!(
        "
It never ends: `run` keeps a sender (`put`), so the channel stays connected.
made 8, received {received}, lost {lost}
"
    );
    assert!(said.ends_with(&expected), "{said}");
    assert_eq!((count(&said, "producer 1 is done"), count(&said, "is done")), (1, 1), "{said}");
    for consumer in ["consumer 1", "consumer 2"] {
        assert!(lane(&said, consumer).ends_with("░  waits: nobody will send"), "{said}");
    }
    let names: Vec<String> = skipped.iter().map(u32::to_string).collect();
    let note = if lost > 0 { format!("  skips {}", names.join(", ")) } else { String::new() };
    assert!(lane(&said, "producer 1").ends_with(&note), "{said}");
    let mut all = [taken, skipped].concat();
    all.sort();
    assert!(all.into_iter().eq(1..=8), "{said}");
}

#[test]
fn yours_is_run_like_the_others_and_ends_with_what_is_proved() {
    let said = printed(run("yours --pause-ms 1"));
    must_fit_on_the_screen(&said);
    assert!(said.contains("\nyours  "), "{said}");
    let is_proved = said.contains("\nProved in all ");
    assert!(is_proved || said.ends_with(": see `interleavings yours`.\n"), "{said}");
}

#[test]
fn bounded_shows_each_item_put_and_taken_and_how_full_the_queue_is() {
    let said = must_have_lost_nothing(run("bounded --items 7 --pause-ms 0 --capacity 1"));
    assert_eq!(lines(&said).count(), 7 + 7 + 2, "{said}");
    assert!(items(&said, "takes").into_iter().eq(1..=7), "one after the other:\n{said}");
    for line in lines(&said).filter(|line| line.contains(" wants to put ")) {
        let full = line.ends_with(" 0 of 1 queued") || line.ends_with(" 1 of 1 queued");
        assert!(full, "{line}");
    }
}

/// A level above the capacity would be told. Of so many lines, only the end is drawn.
#[test]
fn the_picture_of_bounded_never_has_more_items_in_the_queue_than_there_is_room_for() {
    for (capacity, items) in [(0, 20), (1, 20), (5, 20), (1, 5000)] {
        let arguments = format!("--items {items} --capacity {capacity} --pause-ms 0");
        let said = printed(run(&format!("bounded {arguments} --producers 3 --consumers 2")));
        let queue = lane(&said, "queue");
        assert!(queue.ends_with(&format!("  room for {capacity}")), "{said}");
        assert_eq!(said.contains("\nat the end "), items == 5000, "{said}");
        for consumer in ["consumer 1", "consumer 2"] {
            assert!(lane(&said, consumer).ends_with("  ends: disconnected"), "{said}");
        }
    }
}

/// More lines than are drawn: what was in the queue before is known from what is taken later.
#[test]
fn at_the_end_of_a_long_run_the_picture_shows_how_the_queue_becomes_empty() {
    let said = printed(run("bounded --items 1200 --capacity 500 --pause-ms 1"));
    assert!(said.contains("\nat the end "), "{said}");
    assert!(squeezed(lane(&said, "queue")).contains("█▇▆▅▄▃▂▁"), "{said}");
}

#[test]
fn several_producers_and_consumers_lose_nothing() {
    for capacity in [0, 1, 5] {
        let arguments = "bounded --producers 3 --consumers 2 --items 200 --pause-ms 0 --all";
        let said = run(&format!("{arguments} --capacity {capacity}"));
        let said = must_have_lost_nothing(said);
        assert_eq!(last_line(&said), nothing_lost(200));
        assert_eq!(count(&said, " is done"), 3 + 2, "{said}");
    }
}

/// Until Ctrl-C, with a queue that is full.
#[cfg(unix)]
fn start_with_a_full_queue(arguments: &str) -> Run {
    let run = Run::start(interruptible(PROGRAM, &format!("bounded --all {arguments}")));
    let mut run = run.at_most(LONGEST);
    while !run.until(" wants to put ").ends_with(" 5 of 5 queued") {}
    run
}

#[test]
#[cfg(unix)]
fn after_ctrl_c_or_sigterm_what_is_queued_is_taken_and_all_threads_end() {
    let mut ctrl_c = start_with_a_full_queue("--pause-ms 20 --producers 3");
    let terminated = start_with_a_full_queue("--pause-ms 20 --consumers 2");
    ctrl_c.ctrl_c();
    signal(Signal::SIGTERM, terminated.pid());
    for run in [ctrl_c, terminated] {
        let said = must_have_lost_nothing(run.end());
        assert!(said.starts_with("bounded: until Ctrl-C\n"), "{said}");
        assert!(count(&said, "producer ") > 0 && said.contains("consumer 1 is done"), "{said}");
        assert!(lane(&said, "Ctrl-C").contains("───"), "{said}");
        assert!(lane(&said, "consumer 1").ends_with("  ends: disconnected"), "{said}");
    }
}

#[test]
#[cfg(unix)]
fn a_second_ctrl_c_ends_at_once() {
    let mut run = start_with_a_full_queue("--pause-ms 60000 --producers 2 --consumers 2");
    run.ctrl_c();
    // A signal that comes while the same one waits to be handled is forgotten.
    run.wait_until("a second Ctrl-C ends the program", |run| {
        signal(Signal::SIGINT, run.pid());
        run.processes().is_empty()
    });
    let outcome = run.end();
    let last = outcome.stderr.lines().last();
    assert_eq!(last, Some("error: stopped twice: what was queued is lost"), "{outcome:?}");
    assert_eq!(outcome.status.code(), Some(1), "{outcome:?}");
}

#[test]
fn interleavings_shows_how_stuck_and_bounded_end() {
    let said = printed(run("interleavings"));
    let endings = said.lines().filter_map(|line| line.split_once(" interleavings "));
    let endings: Vec<&str> = endings.map(|(_, ending)| ending).collect();
    let expected = ["deadlock. One of them:", "end with [1, 2] received. One of them:"];
    assert_eq!(endings, expected, "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
}

#[test]
fn play_states_its_goal_first_and_ends_with_its_input() {
    for (version, end) in [
        ("stuck", " interleavings reach the goal.\n"),
        ("bounded", "\nNo interleaving reaches the goal.\n"),
    ] {
        let said = printed(run(&format!("play {version}")));
        assert!(said.contains("\nLose an item, or bring about a deadlock. Can you?\n"), "{said}");
        assert!(said.ends_with(end), "{said}");
    }
}

#[test]
fn no_items_are_fine() {
    for capacity in [0, 1] {
        let said = printed(run(&format!("bounded --items 0 --consumers 2 --capacity {capacity}")));
        assert_eq!(last_line(&said), nothing_lost(0), "{said}");
    }
}

#[test]
fn help_says_what_each_version_shows() {
    let help = run("--help").stdout();
    for said in [
        "stuck:   Skips",
        "bounded: Waits",
        "yours:   Your turn",
        "Ctrl-C",
        "[default: 5]",
        "until Ctrl-C]",
        "interleavings ",
        "play ",
    ] {
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
        ("bound", "[possible values: stuck, bounded, yours]"),
        ("interleavings bound", "[possible values: stuck, bounded, yours]"),
        ("play stuck --items 2", "unexpected argument '--items'"),
        ("bounded stuck", "'stuck' cannot be used with '[VERSION]'"),
    ] {
        let said = run(arguments).refusal();
        assert!(said.contains(allowed), "{arguments}: {said}");
    }
}

#[test]
fn closed_output_ends_the_program_quietly() {
    for version in ["stuck", "bounded"] {
        let program = command(PROGRAM, &format!("{version} --pause-ms 0"));
        assert_eq!(printed(Run::start_with_closed_output(program).end()), "");
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

#[test]
fn in_the_first_try_of_the_original_the_consumer_takes_nothing_and_join_does_not_return() {
    let run = Run::start(command(check::example(PROGRAM, "first_try"), ""));
    let said = run.end().stdout();
    let lines: Vec<&str> = said.lines().collect();
    let [puts @ .., consumer, join] = &*lines else { panic!("{said}") };
    assert_eq!(puts.iter().filter(|line| line.contains(" puts ")).count(), 3, "{said}");
    assert_eq!(puts.iter().filter(|line| line.contains(" skips ")).count(), 7, "{said}");
    assert_eq!(*consumer, "the consumer looks 10 times, and takes 0 items   3 of 3 queued");
    assert_eq!(*join, "after 500 ms, join still waits: for 3 items, nobody has called task_done");
}
