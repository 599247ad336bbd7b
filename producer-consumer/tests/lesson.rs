//! The lesson check. Each test's name is a claim of the lesson page.

mod exercise;

use common::interleave::{Interleavings, Ledger, explore, finish};

// The lesson's own files; in these modules, `std` and `crossbeam` mean the stand-ins.
common::explore!(stuck, "../src/stuck.rs", use common::interleave::crossbeam);
common::explore!(bounded, "../src/bounded.rs", use common::interleave::crossbeam);

/// A wrong file, which also tells the check what it says.
mod stuck_and_its_lines {
    use super::heard as common;
    use ::common::interleave as std;
    use ::common::interleave::crossbeam;
    include!("../src/stuck.rs");
}

/// Stands in for `common`, as the next ones do.
mod heard {
    macro_rules! say {
        ($($text:tt)*) => { crate::hear(&format!($($text)*)) };
    }
    pub(crate) use say;
}

#[test]
fn bounded_loses_no_item_and_every_thread_ends() {
    version!(bounded).must_be_right();
}

/// `run` keeps no receiver either: when the last consumer is gone, a send fails, and does not wait.
#[test]
fn bounded_tells_its_producers_if_all_consumers_fail() {
    let found = explore(|| {
        let made = Ledger::new(0);
        let make = || made.with(|made| (*made < 3).then(|| *made += 1).map(|()| *made));
        bounded::run(1, 1, 1, make, |_| panic!("the consumer fails"));
        "all threads done"
    });
    assert!(
        found.deadlocks() == 0,
        "bounded.rs: the only consumer fails, and the producer waits for ever. `run` must drop \
         its own receiver (`get`): after the last one, `send` fails.\n{found}"
    );
}

#[test]
fn stuck_at_a_full_queue_loses_items_and_never_ends() {
    exercise::stuck_must_show_both_faults(version!(stuck), run!(stuck));
}

/// Runs `stuck` with the items 1 and 2 and one consumer, in every interleaving. One that deadlocks has
/// received them or not: it ends as soon as item 2 is received, if that `is_enough`.
fn two_items(is_enough: bool) -> Interleavings {
    explore(move || {
        let made = Ledger::new(0);
        let make = || made.with(|made| (*made < 2).then(|| *made += 1).map(|()| *made));
        let work = |item| {
            if is_enough && item == 2 {
                finish("item 2 received")
            }
        };
        stuck::run(1, 1, 1, make, work);
        "all threads done"
    })
}

/// Steps of the producer: it sees no item, sends 1, and looks again. If the consumer has not received
/// 1 by then, item 2 is lost: what is left is to receive 1, and to drop the sender, in 2 orders. If
/// it has, 2 is sent, and what is left is to receive 2, and to drop the sender, in 2 orders. In
/// between, at any time, `run` drops its receiver: 2 × 6 interleavings of 5 other steps, and 2 × 8 of
/// 7.
#[test]
fn stuck_with_room_for_one_loses_item_2_in_12_of_28_interleavings() {
    let (lost, all) = (two_items(true).deadlocks(), two_items(false));
    let counts = (lost, all.deadlocks(), all.count());
    assert_eq!(counts, (12, 28, 28), "the steps of stuck.rs are others:\n{all}");
}

/// A line of a producer ends with `0 of 1 queued`.
fn hear(text: &str) {
    if text.ends_with("2 of 1 queued") {
        finish("two items in a queue with room for one");
    }
}

/// Check-then-act: between the check of one producer and its `send`, others check, too.
#[test]
fn stuck_with_several_producers_has_more_in_its_queue_than_there_is_room_for() {
    let found = explore(|| {
        let made = Ledger::new(0);
        let make = || made.with(|made| (*made < 3).then(|| *made += 1).map(|()| *made));
        stuck_and_its_lines::run(2, 1, 1, make, |_| ());
        "all threads done"
    });
    assert!(
        found.ending_with("two items in a queue with room for one") > 0,
        "stuck.rs no longer shows the fault: of two producers that have both seen room for one item, \
         each should put its own. Instead:\n{found}See \"Why\" in producer-consumer/README.md."
    );
}
