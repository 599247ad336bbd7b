//! The lesson check. Each test's name is a claim of the lesson page.

mod exercise;

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use common::interleave::{explore, explore_plainly};
use exercise::{deposits, transfers};

// The lesson's own files; in these modules, `std` means the stand-in that plays every interleaving.
common::explore!(unlocked, "../src/unlocked.rs");
common::explore!(locked, "../src/locked.rs");
common::explore!(owned, "../src/owned.rs");
common::explore!(atomic, "../src/atomic.rs");
common::explore!(crossed, "../src/crossed.rs");
common::explore!(ordered, "../src/ordered.rs");

#[test]
fn unlocked_loses_a_deposit_in_18_of_20_interleavings() {
    unlocked_must_lose_a_deposit();
}

fn unlocked_must_lose_a_deposit() {
    let text = include_str!("../src/unlocked.rs");
    deposits("bank-account/src/unlocked.rs", text, "", unlocked::run)
        .must_stay_wrong("bank-account/src/yours.rs");
    let found = explore(|| format!("¥{}", unlocked::run(2, 1, Duration::ZERO)));
    assert!(
        found.count() == 20 && found.ending_with("¥1") == 18,
        "unlocked.rs is not as the page says: of 20 interleavings of two deposits of ¥1, 18 should \
         end with ¥1. Instead:\n{found}See \"Why\" in bank-account/README.md."
    );
}

#[test]
fn locked_keeps_every_deposit_in_every_interleaving() {
    let text = include_str!("../src/locked.rs");
    deposits("bank-account/src/locked.rs", text, "", locked::run).must_be_right();
}

#[test]
fn owned_keeps_every_deposit_in_every_interleaving() {
    let text = include_str!("../src/owned.rs");
    deposits("bank-account/src/owned.rs", text, "", owned::run).must_be_right();
}

#[test]
fn atomic_keeps_every_deposit_in_every_interleaving() {
    let text = include_str!("../src/atomic.rs");
    deposits("bank-account/src/atomic.rs", text, "", atomic::run).must_be_right();
}

const BOTH_DONE: &str = "account 1: ¥110, account 2: ¥90";

/// Each thread acquires a lock, pauses, acquires the other lock, and releases both, the last one
/// first. If both do their first two steps before either acquires its second lock, none ever will:
/// these four steps have 4! / (2! 2!) = 6 interleavings. If one thread has acquired both locks, the
/// other one begins when the first of them is released. The other release is then before any of its
/// first three steps: 3 interleavings for each thread that can be first.
#[test]
fn crossed_deadlocks_in_6_of_12_interleavings() {
    let text = include_str!("../src/crossed.rs");
    transfers("bank-account/src/crossed.rs", text, "", crossed::run)
        .must_stay_wrong("bank-account/src/yours_deadlock.rs");
    let found = explore(|| crossed::run(10, 20, Duration::ZERO));
    assert!(
        (found.deadlocks(), found.ending_with(BOTH_DONE), found.count()) == (6, 6, 12),
        "crossed.rs is not as the page says: of 12 interleavings of two transfers, 6 should \
         deadlock, and 6 should end with {BOTH_DONE}. Instead:\n{found}\
         See \"Deadlock\" in bank-account/README.md."
    );
    let plainly = explore_plainly(|| crossed::run(10, 20, Duration::ZERO));
    assert_eq!((plainly.deadlocks(), plainly.count()), (6, 12));
}

#[test]
fn ordered_does_both_transfers_in_every_interleaving() {
    let text = include_str!("../src/ordered.rs");
    transfers("bank-account/src/ordered.rs", text, "", ordered::run).must_be_right();
}

const THREADS: u32 = 100;

/// The lesson file with real threads, but for the pause: there, each thread waits until all of them
/// have read the balance.
mod unlocked_at_scale {
    mod std {
        pub use ::std::*;

        pub mod thread {
            pub use ::std::thread::*;

            pub fn sleep(_: ::std::time::Duration) {
                crate::wait_until_all_have_read();
            }
        }
    }

    include!("../src/unlocked.rs");
}

fn wait_until_all_have_read() {
    static HAVE_READ: Mutex<u32> = Mutex::new(0);
    static ONE_MORE: Condvar = Condvar::new();

    let mut have_read = HAVE_READ.lock().unwrap();
    *have_read += 1;
    ONE_MORE.notify_all();
    let not_all = |have_read: &mut u32| *have_read < THREADS;
    let deadline = Duration::from_secs(8);
    let (have_read, wait) = ONE_MORE.wait_timeout_while(have_read, deadline, not_all).unwrap();
    let count = *have_read;
    drop(have_read);
    assert!(
        !wait.timed_out(),
        "{count} of {THREADS} threads have read the balance; which lock do the others wait for?"
    );
}

#[test]
fn unlocked_ends_with_one_deposit_when_all_threads_read_before_any_writes() {
    unlocked_must_lose_a_deposit(); // or else the threads below would wait for each other in vain
    let balance = unlocked_at_scale::run(THREADS, 1, Duration::ZERO);
    assert_eq!(balance, 1, "unlocked.rs is not as the page says: the balance is not ¥1");
}
