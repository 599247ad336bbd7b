//! The lesson check. Each test's name is a claim of the lesson page.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Barrier, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use common::interleave::{Interleavings, Ledger, explore};

// The lesson's own files; in these modules, `std` and `crossbeam` mean the stand-ins.
common::explore!(stuck, "../src/stuck.rs", use common::interleave::crossbeam);
common::explore!(bounded, "../src/bounded.rs", use common::interleave::crossbeam);

/// The same file, which also tells the check what it says.
mod bounded_and_its_lines {
    use super::heard as common;
    use ::common::interleave as std;
    use ::common::interleave::crossbeam;
    include!("../src/bounded.rs");
}

/// Stands in for `common`, as the next ones do.
mod heard {
    macro_rules! say {
        ($($text:tt)*) => { crate::must_have_room(&format!($($text)*)) };
    }
    pub(crate) use say;
}

/// Runs a version with the items 1 and 2 and one consumer, in every interleaving. Each ends with the
/// items that were received. The consumer does this `work` on each.
macro_rules! two_items {
    ($version:ident, $producers:expr, $capacity:expr, $work:expr) => {{
        let (producers, capacity): (u32, usize) = ($producers, $capacity);
        explore(move || {
            let (made, received) = (Ledger::new(0), Ledger::new(Vec::new()));
            let make = || {
                made.with(|made| {
                    *made += 1;
                    Some(*made).filter(|item| *item <= 2)
                })
            };
            let work = |item| {
                received.write(|received| received.push(item));
                $work(item);
            };
            $version::run(producers, 1, capacity, make, work);
            let mut received = received.into_inner();
            if producers > 1 {
                received.sort(); // any of them may come first
            }
            format!("{received:?} received")
        })
    }};
}

#[test]
fn stuck_deadlocks_in_every_interleaving() {
    for capacity in [0, 1, 2] {
        let found = two_items!(stuck, 1, capacity, |_| ());
        assert!(
            found.deadlocks() == found.count(),
            "stuck.rs no longer shows the fault: with room for {capacity}, all interleavings \
             should deadlock. Instead:\n{found}See \"Why\" in producer-consumer/README.md."
        );
    }
}

#[test]
fn stuck_loses_an_item_if_it_sees_no_room() {
    stuck_must_lose_an_item();
}

/// Steps of the producer: it sees no item, sends 1, and looks again. If the consumer has not received
/// 1 by then, item 2 is lost: what is left is to receive 1, and to drop the sender, in 2 orders. If
/// it has, 2 is sent, and what is left is to receive 2, and to drop the sender, in 2 orders. In
/// between, at any time, `run` drops its receiver: 2 × 6 interleavings of 5 other steps, and 2 × 8 of
/// 7.
#[test]
fn stuck_with_room_for_one_loses_item_2_in_12_of_28_interleavings() {
    stuck_must_lose_an_item();
    let lost = two_items!(stuck, 1, 1, |item| assert!(item != 2, "2 is received")).deadlocks();
    let all = two_items!(stuck, 1, 1, |_| ());
    assert_eq!((lost, all.count()), (12, 28), "the steps of stuck.rs are others:\n{all}");
}

/// An interleaving in which item 2 is received ends with a panic here. In all others it was lost.
fn stuck_must_lose_an_item() {
    for (capacity, is_lost, is_received) in [(0, true, false), (1, true, true), (2, false, true)] {
        let found = two_items!(stuck, 1, capacity, |item| assert!(item != 2, "2 is received"));
        let lost = found.deadlocks();
        assert!(
            (lost > 0, found.count() > lost) == (is_lost, is_received),
            "stuck.rs no longer shows the fault: an item that finds no room should be lost, and no \
             other. With room for {capacity}, item 2 is lost in {lost} of these interleavings:\n{found}\
             See \"Why\" in producer-consumer/README.md."
        );
    }
}

/// Each line that is said is a gate.
mod gates {
    macro_rules! say {
        ($($text:tt)*) => { crate::stop_at_gate(&format!($($text)*)) };
    }
    pub(crate) use say;
}

/// The lesson file with real threads.
mod real_stuck {
    use super::gates as common;
    use ::crossbeam;
    include!("../src/stuck.rs");
}

static ALL_HAVE_LOOKED: Barrier = Barrier::new(3);
static ALL_HAVE_PUT: Barrier = Barrier::new(3 + 1);

fn stop_at_gate(text: &str) {
    if text.contains(" puts ") {
        ALL_HAVE_LOOKED.wait();
    }
    if text.starts_with("producer ") && text.ends_with(" is done") {
        ALL_HAVE_PUT.wait();
    }
}

/// Three producers look into an empty queue with room for one, and none puts its item before all
/// have looked. The consumer works on the first item until all have put theirs: so there are two
/// in the queue, at least.
#[test]
fn room_seen_by_several_producers_is_filled_by_each_of_them() {
    stuck_must_lose_an_item(); // or else the threads below would wait for each other in vain
    let (receive, received) = mpsc::channel();
    thread::spawn(move || {
        let made = AtomicU32::new(0);
        let make = || Some(made.fetch_add(1, SeqCst) + 1).filter(|item| *item <= 3);
        let is_first = Mutex::new(true);
        let work = |item| {
            if std::mem::take(&mut *is_first.lock().unwrap()) {
                ALL_HAVE_PUT.wait();
            }
            receive.send(item).unwrap();
        };
        real_stuck::run(3, 1, 1, make, work);
    });
    let next = || received.recv_timeout(Duration::from_secs(8));
    let mut items = [next(), next(), next()];
    items.sort_by_key(|item| item.ok());
    assert_eq!(
        items,
        [Ok(1), Ok(2), Ok(3)],
        "stuck.rs no longer shows the fault: of three producers that have all seen room for one \
         item, each should put its own. See \"Why\" in producer-consumer/README.md."
    );
}

#[test]
fn bounded_ends_with_every_item_received_once_in_every_interleaving() {
    for capacity in [0, 1, 2] {
        must_receive_all(&two_items!(bounded, 1, capacity, |_| ()), capacity);
    }
}

#[test]
fn bounded_does_so_with_two_producers_too() {
    must_receive_all(&two_items!(bounded, 1, 1, |_| ()), 1); // is quicker to tell what is wrong
    must_receive_all(&two_items!(bounded, 2, 1, |_| ()), 1);
}

#[track_caller]
fn must_receive_all(found: &Interleavings, capacity: usize) {
    found.must_all_end_with(
        "[1, 2] received",
        &format!("bounded.rs with room for {capacity}"),
        "A send must wait for room, and the last sender must be dropped: \
         see \"The fix\" in producer-consumer/README.md.",
    );
    assert!(found.count() > 1, "bounded.rs starts no threads:\n{found}");
}

/// With no room at all, a queue that has room for any number would show it at the second item.
#[test]
fn bounded_never_has_more_items_in_its_queue_than_there_is_room_for() {
    must_receive_all(&two_items!(bounded_and_its_lines, 1, 0, |_| ()), 0);
}

/// A line of a producer ends with `2 of 5 queued`.
fn must_have_room(text: &str) {
    let words: Vec<&str> = text.split_whitespace().collect();
    if let [.., queued, "of", capacity, "queued"] = words[..] {
        let number = |word: &str| word.parse::<usize>().unwrap_or_default();
        assert!(number(queued) <= number(capacity), "{queued} items in a queue for {capacity}");
    }
}
