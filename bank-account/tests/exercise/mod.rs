//! What a version is judged by: the student's own, and those of the course.

use std::time::Duration;

use common::check::{Exercise, Found};
use common::interleave::{Explorer, Interleavings, explore};

type Deposits = fn(threads: u32, amount: i64, busy: Duration) -> i64;
type Transfers = fn(there: i64, back: i64, busy: Duration) -> String;

/// Does the second thread start before the first one has ended?
const STARTS: &str = "When does the second thread start, and when has the first one ended?";

/// The verdict on a file with `run(threads, amount, busy)`, which may be a copy of a `wrong` one.
pub fn deposits(file: &'static str, text: &str, wrong: &str, run: Deposits) -> Exercise {
    let explored = move |threads, amount| {
        explore(move || format!("¥{}", run(threads, amount, Duration::ZERO)))
    };
    let no_deposit_is_lost = move || {
        let wrong = "when two threads have deposited ¥1 each, the account does not always have ¥2";
        let two = explored(2, 1).judge(|it| it == "end with ¥2", "both deposits count", wrong)?;
        // Three threads have many more interleavings: the first of them must do.
        let three = Explorer::default().at_most(500);
        let three = three.explore(move || format!("¥{}", run(3, 5, Duration::ZERO)));
        let wrong =
            "when three threads have deposited ¥5 each, the account does not always have ¥15";
        match three.judge(|it| it == "end with ¥15", "", wrong) {
            Err(wrong) if three.endings().any(|(it, ..)| it != "end with ¥15") => Err(wrong),
            _ => Ok(two),
        }
    };
    Exercise::new(file, text, wrong)
        .keeps(
            move || {
                let wrong = "when one thread alone has deposited ¥5, the account does not have ¥5";
                explored(1, 5).judge(|it| it == "end with ¥5", "", wrong)
            },
            "What does a deposit do, step by step, when there is no other thread?",
        )
        .keeps(
            move || {
                let wrong = "when two threads deposit ¥1 each, they do not always come to an end";
                explored(2, 1).judge(|it| it.starts_with("end with "), "", wrong)
            },
            "Which step does each thread come to last? If it waits for a lock, which thread holds it?",
        )
        .keeps(move || run_at_the_same_time(&explored(2, 1)), STARTS)
        .goal(
            move || {
                let found = explored(2, 1);
                match no_deposit_is_lost() {
                    Err(_) if found.mentions("lock") => Ok("a deposit acquires a lock".into()),
                    Err(_) if found.mentions("finds ") => {
                        Ok("a deposit writes only where it finds what it expects".into())
                    }
                    Ok(_) => Ok("no thread comes between a read and a write".into()),
                    Err(wrong) => Err(wrong),
                }
            },
            "What can another thread do between the read and the write, and what would prevent that?",
        )
        .goal(
            no_deposit_is_lost,
            "Which lock does each thread hold when it reads, and when it writes? \
             Is it the same one, and held from the read to the write?",
        )
}

/// The verdict on a file with `run(there, back, busy)`, which may be a copy of a `wrong` one.
pub fn transfers(file: &'static str, text: &str, wrong: &str, run: Transfers) -> Exercise {
    let each = move |all: &[(i64, i64)], is_right: IsRight, right: &str, wrong: &str| {
        let found = all.iter().map(|&(there, back)| {
            let wrong = format!("¥{there} go there and ¥{back} back, {wrong}");
            let is_right = |ending: &str| is_right(ending, there, back);
            explore(move || run(there, back, Duration::ZERO)).judge(is_right, right, &wrong)
        });
        found.reduce(|one, other| one.and_then(|one| other.map(|_| one))).expect("some amounts")
    };
    let ends: IsRight = |ending, _, _| ending != "deadlock";
    Exercise::new(file, text, wrong)
        .keeps(
            move || each(&AMOUNTS, |_, _, _| true, "", ""),
            "Which steps does each thread take again and again? What would put an end to it?",
        )
        .keeps(
            move || {
                let is_right: IsRight = |ending, _, _| !ending.starts_with("panic");
                each(&AMOUNTS, is_right, "", "and a thread can panic")
            },
            "Which call panics, and what did it find?",
        )
        .keeps(
            move || {
                let is_right: IsRight = |ending, _, _| sum(ending).is_none_or(|sum| sum == 200);
                each(&AMOUNTS, is_right, "", "but both accounts together should still have ¥200")
            },
            "Which account does each amount leave, and which one does it come to?",
        )
        .keeps(move || run_at_the_same_time(&explore(move || run(10, 20, Duration::ZERO))), STARTS)
        .goal(
            move || {
                let right = "¥10 there and ¥20 back come to an end";
                each(&[(10, 20)], ends, right, "and this can deadlock")
            },
            "Which lock does each thread wait for in the end, and which thread holds that lock?",
        )
        .goal(
            move || each(&AMOUNTS, ends, "so do other amounts", "and this can deadlock"),
            "What decides which lock a thread acquires first? \
             Is it the same for both threads, whatever they transfer?",
        )
        .goal(
            move || {
                let is_right: IsRight = |ending, there, back| {
                    let (one, two) = (100 - there + back, 100 + there - back);
                    ending == format!("end with account 1: ¥{one}, account 2: ¥{two}")
                };
                each(&AMOUNTS, is_right, "both are done", "and not always are both done")
            },
            "How much should be in each account? Which transfer makes the difference?",
        )
}

/// Is this the right ending, when these amounts go there and back?
type IsRight = fn(&str, i64, i64) -> bool;

/// Where both amounts are the same, only the accounts tell one transfer from the other.
const AMOUNTS: [(i64, i64); 4] = [(10, 20), (20, 10), (10, 10), (30, 30)];

/// How much is in both accounts together, if an ending tells.
fn sum(ending: &str) -> Option<i64> {
    let (one, two) = ending.strip_prefix("end with account 1: ¥")?.split_once(", account 2: ¥")?;
    Some(one.parse::<i64>().ok()? + two.parse::<i64>().ok()?)
}

fn run_at_the_same_time(found: &Interleavings) -> Found {
    match found.count() {
        1 => Err(format!("the two threads do not run at the same time. {found}")),
        _ => Ok("the two threads run at the same time".into()),
    }
}
