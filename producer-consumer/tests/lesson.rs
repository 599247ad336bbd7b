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
        "bounded.rs: the only consumer fails, and the producer waits for ever. The last receiver must \
         be dropped: see \"The fix\" in producer-consumer/README.md.\n{found}"
    );
}

#[test]
fn stuck_loses_items_and_never_ends() {
    version!(stuck).must_stay_wrong("producer-consumer/src/yours.rs");
}

/// Runs `stuck` with the items 1 and 2 and one consumer, in every interleaving. One that deadlocks has
/// received them or not: it ends as soon as item 2 is received, if that `is_enough`.
fn two_items(capacity: usize, is_enough: bool) -> Interleavings {
    explore(move || {
        let made = Ledger::new(0);
        let make = || made.with(|made| (*made < 2).then(|| *made += 1).map(|()| *made));
        let work = |item| {
            if is_enough && item == 2 {
                finish("item 2 received")
            }
        };
        stuck::run(1, 1, capacity, make, work);
        "all threads done"
    })
}

#[test]
fn stuck_deadlocks_in_every_interleaving() {
    for capacity in [0, 1, 2] {
        let found = two_items(capacity, false);
        assert!(
            found.deadlocks() == found.count(),
            "stuck.rs no longer shows the fault: with room for {capacity}, all interleavings should \
             deadlock. Instead:\n{found}See \"Why\" in producer-consumer/README.md."
        );
    }
}

#[test]
fn stuck_loses_an_item_if_it_sees_no_room_and_no_other() {
    stuck_must_lose_an_item();
}

fn stuck_must_lose_an_item() {
    for (capacity, is_lost, is_received) in [(0, true, false), (1, true, true), (2, false, true)] {
        let found = two_items(capacity, true);
        let lost = found.deadlocks();
        assert!(
            (lost > 0, found.count() > lost) == (is_lost, is_received),
            "stuck.rs no longer shows the fault: an item that finds no room should be lost, and no \
             other. With room for {capacity}, item 2 is lost in {lost} of these interleavings:\n{found}\
             See \"Why\" in producer-consumer/README.md."
        );
    }
}

/// Steps of the producer: it sees no item, sends 1, and looks again. If the consumer has not received
/// 1 by then, item 2 is lost: what is left is to receive 1, and to drop the sender, in 2 orders. If
/// it has, 2 is sent, and what is left is to receive 2, and to drop the sender, in 2 orders. In
/// between, at any time, `run` drops its receiver: 2 × 6 interleavings of 5 other steps, and 2 × 8 of
/// 7.
#[test]
fn stuck_with_room_for_one_loses_item_2_in_12_of_28_interleavings() {
    stuck_must_lose_an_item();
    let (lost, all) = (two_items(1, true).deadlocks(), two_items(1, false));
    assert_eq!((lost, all.count()), (12, 28), "the steps of stuck.rs are others:\n{all}");
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
