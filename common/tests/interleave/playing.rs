//! A person is the scheduler: what is shown, and what can be typed.

use common::interleave as std;
use common::interleave::Explorer;

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::thread;

fn deposits() -> String {
    let balance = AtomicI64::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| balance.store(balance.load(SeqCst) + 1, SeqCst));
        }
    });
    format!("¥{}", balance.load(SeqCst))
}

fn two_locks() -> &'static str {
    let locks = [Mutex::new(()), Mutex::new(())];
    thread::scope(|scope| {
        for [one, other] in [[0, 1], [1, 0]] {
            let locks = &locks;
            scope.spawn(move || {
                let _one = locks[one].lock().unwrap();
                let _other = locks[other].lock().unwrap();
            });
        }
    });
    "both done"
}

/// All that is shown when this is typed.
fn played<T: ::std::fmt::Display + 'static>(
    lesson: fn() -> T,
    goal: &'static str,
    typed: impl AsRef<[u8]>,
) -> String {
    played_with(0, lesson, goal, typed)
}

/// The same, where so many processes may be killed.
fn played_with<T: ::std::fmt::Display + 'static>(
    kills: usize,
    lesson: fn() -> T,
    goal: &'static str,
    typed: impl AsRef<[u8]>,
) -> String {
    let mut shown = String::new();
    let reaches = |ending: &str| ending == goal;
    Explorer::default().kills(kills).play_with(
        "Reach the goal.",
        reaches,
        lesson,
        typed.as_ref(),
        |_| {},
        |text| {
            shown += text;
            shown.push('\n');
        },
    );
    for line in shown.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    shown
}

#[test]
fn the_goal_comes_first_and_the_end_says_what_came_of_it() {
    let shown = played(deposits, "end with ¥1", "1 2 2 1");
    let expected = "\
Reach the goal.
Type the number before a step. u takes a step back, a plays the rest, q ends.

Which step comes next?
  1  thread 1 reads 0
  2  thread 2 reads 0

step  thread 1
 1    reads 0

Which step comes next?
  1  thread 1 writes 1
  2  thread 2 reads 0

step  thread 1     thread 2
 1    reads 0
 2                 reads 0

Which step comes next?
  1  thread 1 writes 1
  2  thread 2 writes 1

step  thread 1     thread 2
 1    reads 0
 2                 reads 0
 3                 writes 1

Which step comes next?
  1  thread 1 writes 1

step  thread 1     thread 2
 1    reads 0
 2                 reads 0
 3                 writes 1
 4    writes 1

It ends with ¥1, as 4 of 6 interleavings do.
You have reached the goal.
";
    assert_eq!(shown, expected);
}

#[test]
fn the_end_says_how_many_interleavings_reach_a_goal_that_was_missed() {
    let shown = played(deposits, "end with ¥1", "1 1 2 2");
    let end =
        "It ends with ¥2, as 2 of 6 interleavings do.\n4 of 6 interleavings reach the goal.\n";
    assert!(shown.ends_with(end), "{shown}");
    let shown = played(deposits, "end with ¥3", "a");
    assert!(shown.ends_with("do.\nNo interleaving reaches the goal.\n"), "{shown}");
}

#[test]
fn a_blocked_thread_is_shown_with_what_blocks_it_and_a_deadlock_is_an_end() {
    let shown = played(two_locks, "deadlock", "1 1");
    let blocked = "     thread 2 waits for lock 2, which thread 1 holds\n";
    assert!(shown.contains(blocked), "{shown}");
    let shown = played(two_locks, "deadlock", "1 1 2");
    assert!(shown.contains("\nthread 2 waits for lock 2, which thread 1 holds.\n"), "{shown}");
    let shown = played(two_locks, "deadlock", "1 2");
    let end = "It ends in a deadlock, as 2 of 6 interleavings do.\nYou have reached the goal.\n";
    assert!(shown.ends_with(end), "{shown}");
}

#[test]
fn u_takes_steps_back() {
    let straight = played(deposits, "end with ¥1", "1 2 2 1");
    let shown = played(deposits, "end with ¥1", "1 1 u u 1 2 2 1");
    let table = |shown: &str| shown.rsplit_once("\n\nstep").unwrap().1.to_string();
    assert_eq!(table(&shown), table(&straight));
    assert!(played(deposits, "deadlock", "u q").contains("There is no step to take back."));
}

#[test]
fn q_and_the_end_of_the_input_end() {
    for typed in ["", "q", "1 q 2"] {
        let shown = played(deposits, "end with ¥1", typed);
        assert!(shown.ends_with("\n4 of 6 interleavings reach the goal.\n"), "{shown}");
    }
}

#[test]
fn nonsense_gets_one_line_and_is_asked_again() {
    for nonsense in ["0", "3", "x", "-1", "1.0", "99999999999999999999", "thread", "ü", "U"] {
        let shown = played(deposits, "end with ¥1", format!("{nonsense} 1 2 2 1"));
        let answer = "Type 1 or 2, or one of the letters u, a and q.\n";
        assert_eq!(shown.matches(answer).count(), 1, "{nonsense}: {shown}");
        assert!(shown.ends_with("You have reached the goal.\n"), "{nonsense}: {shown}");
    }
    let no_text = [&[0xff, 0xfe, b'\n'][..], b"1 2 2 1"].concat();
    assert!(played(deposits, "end with ¥1", no_text).contains("You have reached the goal."));
}

#[test]
fn k_kills_a_process() {
    let two_steps = || {
        let number = std::sync::Arc::new(AtomicI64::new(0));
        thread::scope(|scope| {
            let theirs = number.clone();
            let add = move || [theirs.fetch_add(1, SeqCst), theirs.fetch_add(1, SeqCst)];
            format!("{:?}", common::interleave::process(scope, "adder", add).wait())
        })
    };
    let shown = played_with(1, two_steps, "end with None", "k2 k 1 q");
    assert!(shown.contains("\n  1  adder adds 1 to 0\nk 1  adder is killed\n"), "{shown}");
    assert!(shown.contains("Type 1 or k 1, or one of the letters u, a and q.\n"), "{shown}");
    let end = "It ends with None, as 2 of 3 interleavings do.\nYou have reached the goal.\n";
    assert!(shown.ends_with(end), "{shown}");
    let shown = played_with(1, two_steps, "end with None", "1 1");
    assert!(shown.contains("as 1 of 3 interleavings do."), "{shown}");
}
