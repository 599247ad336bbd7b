//! The lesson check. Each test's name is a claim of the lesson page.

mod crossbeam;

use std::sync::{Barrier, Mutex, Once, mpsc};
use std::thread;

use common::every_order::Orders;
use common::{check, every_order};

// The lesson's own files; in these modules, `std` and `crossbeam` mean the stand-ins.
common::explore!(stuck, "../src/stuck.rs", use super::crossbeam);
common::explore!(bounded, "../src/bounded.rs", use super::crossbeam);

type Make<'a> = &'a (dyn Fn() -> Option<u32> + Sync);
type See<'a> = &'a (dyn Fn(&str, u32, usize) + Sync);
type Version = fn(producers: u32, consumers: u32, capacity: usize, Make, See) -> anyhow::Result<()>;

/// What was done in one order, with which item.
type Seen = Vec<(String, u32)>;

fn items(seen: &Seen, what: &str) -> Vec<u32> {
    seen.iter().filter(|done| done.0 == what).map(|done| done.1).collect()
}

/// Runs a version with the items 1 and 2 and one consumer, in every order. Each run gives the items
/// that were received. What was seen in an order is known even if it is stuck.
fn two_items(run: Version, producers: u32, capacity: usize) -> (Orders, Vec<Seen>) {
    let all_seen = Mutex::new(Vec::new());
    let orders = every_order(|| {
        all_seen.lock().unwrap().push(Seen::new());
        let to_make = Mutex::new(vec![2, 1]);
        let see = |what: &str, item, _| {
            all_seen.lock().unwrap().last_mut().unwrap().push((what.to_string(), item));
        };
        run(producers, 1, capacity, &|| to_make.lock().unwrap().pop(), &see).unwrap();
        let mut received = items(all_seen.lock().unwrap().last().unwrap(), "takes");
        if producers > 1 {
            received.sort(); // any of them may come first
        }
        format!("{received:?} received")
    });
    (orders, all_seen.into_inner().unwrap())
}

#[test]
fn stuck_waits_for_ever_in_every_order() {
    for (capacity, count) in [(0, 1), (1, 13), (2, 22)] {
        let (orders, _) = two_items(stuck::run, 1, capacity);
        assert!(
            orders.stuck() == count && orders.count() == count,
            "stuck.rs no longer shows the fault: with room for {capacity}, all {count} orders should \
             be stuck. Instead:\n{orders}See \"Why\" in producer-consumer/README.md."
        );
    }
}

#[test]
fn stuck_loses_an_item_in_every_order_in_which_the_queue_fills_up() {
    stuck_must_show_the_fault();
}

fn stuck_must_show_the_fault() {
    // With room for one, the queue is full for the second item in 3 orders: then only the drop of
    // the producer's sender can come before, between or after the two steps of the consumer.
    for (capacity, full) in [(0, 1), (1, 3), (2, 0)] {
        let (orders, seen) = two_items(stuck::run, 1, capacity);
        let skipping: Vec<&Seen> =
            seen.iter().filter(|seen| !items(seen, "skips").is_empty()).collect();
        assert!(
            skipping.len() == full,
            "stuck.rs no longer shows the fault: with room for {capacity}, {full} orders should skip \
             an item; {} do. Of all:\n{orders}See \"Why\" in producer-consumer/README.md.",
            skipping.len()
        );
        for seen in skipping {
            assert!(items(seen, "takes").len() < 2, "nothing is lost: {seen:?}");
        }
    }
}

/// The lesson file with real threads.
mod real_stuck {
    use ::crossbeam;
    include!("../src/stuck.rs");
}

/// Three producers look into an empty queue with room for one, and none puts its item before all
/// have looked. The consumer goes on when all have put.
#[test]
fn room_seen_by_several_producers_is_filled_by_each_of_them() {
    stuck_must_show_the_fault(); // or else the threads below would wait for each other in vain
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let (all_have_looked, all_have_put) = (Barrier::new(3), Barrier::new(3 + 1));
        let to_make = Mutex::new(3);
        let make = || {
            let mut left = to_make.lock().unwrap();
            if *left > 0 {
                *left -= 1;
                return Some(*left);
            }
            drop(left);
            all_have_put.wait();
            None
        };
        let first = Once::new();
        let wait = |barrier: &Barrier| {
            barrier.wait();
        };
        let see = |what: &str, _: u32, queued: usize| match what {
            "takes" if !first.is_completed() => first.call_once(|| wait(&all_have_put)),
            "takes" => drop(tell.send(queued + 1)),
            _ => wait(&all_have_looked),
        };
        real_stuck::run(3, 1, 1, &make, &see)
    });
    let most = told.recv_timeout(check::DEADLINE);
    assert_eq!(
        most,
        Ok(2), // and one that the consumer had already taken
        "stuck.rs no longer shows the fault: of three producers that have all seen room for one \
         item, each should put its own. See \"Why\" in producer-consumer/README.md."
    );
}

#[test]
fn bounded_ends_with_every_item_received_once_in_every_order() {
    for (capacity, count) in [(0, 774), (1, 170), (2, 220)] {
        let (orders, _) = two_items(bounded::run, 1, capacity);
        must_receive_all(&orders, capacity);
        assert_eq!(orders.count(), count, "room for {capacity}: the steps have changed:\n{orders}");
    }
}

#[test]
fn bounded_does_so_with_two_producers_too() {
    let (orders, _) = two_items(bounded::run, 2, 1);
    must_receive_all(&orders, 1);
    assert_eq!(orders.count(), 5148, "the steps have changed:\n{orders}");
}

#[track_caller]
fn must_receive_all(orders: &Orders, capacity: usize) {
    orders.must_all_end_with(
        "[1, 2] received",
        &format!("bounded.rs with room for {capacity}"),
        "A send must wait for room, and the last sender must be dropped: \
         see \"The fix\" in producer-consumer/README.md.",
    );
}
