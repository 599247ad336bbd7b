//! The lesson check. Each test's name is a claim of the lesson page.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

use common::interleave::{explore, explore_plainly};

// The lesson's own files; in these modules, `std` means the stand-in that plays every interleaving.
common::explore!(unlocked, "../src/unlocked.rs");
common::explore!(locked, "../src/locked.rs");
common::explore!(owned, "../src/owned.rs");
common::explore!(atomic, "../src/atomic.rs");
common::explore!(crossed, "../src/crossed.rs");
common::explore!(ordered, "../src/ordered.rs");

/// The balance after two deposits of ¥1.
fn two_deposits(run: fn(u32, Duration) -> i64) -> String {
    format!("¥{}", run(2, Duration::ZERO))
}

#[test]
fn unlocked_loses_a_deposit_in_18_of_20_interleavings() {
    unlocked_must_show_the_fault();
}

fn unlocked_must_show_the_fault() {
    let found = explore(|| two_deposits(unlocked::run));
    assert!(
        found.count() == 20 && found.ending_with("¥1") == 18,
        "unlocked.rs no longer shows the fault: of 20 interleavings of two deposits of ¥1, 18 should end \
         with ¥1. Instead:\n{found}See \"Why\" in bank-account/README.md."
    );
}

#[test]
fn locked_keeps_both_deposits_in_every_interleaving() {
    locked_must_keep_both_deposits();
}

fn locked_must_keep_both_deposits() {
    let found = explore(|| two_deposits(locked::run));
    found.must_all_end_with(
        "¥2",
        "two deposits of ¥1 go wrong in locked.rs",
        "The lock must be held from the read to the write: \
         see \"The fix\" in bank-account/README.md.",
    );
    assert_eq!(found.count(), 2, "one deposit after the other has two interleavings:\n{found}");
}

#[test]
fn owned_keeps_both_deposits_in_every_interleaving() {
    let found = explore(|| two_deposits(owned::run));
    found.must_all_end_with(
        "¥2",
        "two deposits of ¥1 go wrong in owned.rs",
        "The guard must live from the read to the write: \
         see \"The fix\" in bank-account/README.md.",
    );
    assert_eq!(found.count(), 2, "one deposit after the other has two interleavings:\n{found}");
}

#[test]
fn atomic_keeps_both_deposits_in_every_interleaving() {
    let found = explore(|| two_deposits(atomic::run));
    found.must_all_end_with(
        "¥2",
        "two deposits of ¥1 go wrong in atomic.rs",
        "Reading, adding and writing must be one step: see \"Why\" in bank-account/README.md.",
    );
}

const BOTH_DONE: &str = "account 1: ¥110, account 2: ¥90";

/// Each thread acquires a lock, pauses, acquires the other lock, and releases both, the last one
/// first. If both do their first two steps before either acquires its second lock, none ever will:
/// these four steps have 4! / (2! 2!) = 6 interleavings. If one thread has acquired both locks, the
/// other one begins when the first of them is released. The other release is then before any of its
/// first three steps: 3 interleavings for each thread that can be first.
#[test]
fn crossed_deadlocks_in_6_of_12_interleavings() {
    let found = explore(|| crossed::run(Duration::ZERO));
    assert!(
        (found.deadlocks(), found.ending_with(BOTH_DONE), found.count()) == (6, 6, 12),
        "crossed.rs no longer shows the fault: of 12 interleavings of two transfers, 6 should \
         deadlock, and 6 should end with {BOTH_DONE}. Instead:\n{found}\
         See \"Deadlock\" in bank-account/README.md."
    );
    let plainly = explore_plainly(|| crossed::run(Duration::ZERO));
    assert_eq!((plainly.deadlocks(), plainly.count()), (6, 12));
}

#[test]
fn ordered_does_both_transfers_in_every_interleaving() {
    let found = explore(|| ordered::run(Duration::ZERO));
    found.must_all_end_with(
        BOTH_DONE,
        "ordered.rs does not do both transfers",
        "Both threads must acquire the two locks in the same order, and move their money once: \
         see \"Deadlock\" in bank-account/README.md.",
    );
    assert!(found.count() > 1, "ordered.rs does not run two threads:\n{found}");
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
        "{count} of {THREADS} threads have read the balance; what keeps the others out?"
    );
}

#[test]
fn unlocked_ends_with_one_deposit_when_all_threads_read_before_any_writes() {
    unlocked_must_show_the_fault(); // or else the threads below would wait for each other in vain
    let balance = unlocked_at_scale::run(THREADS, Duration::ZERO);
    assert_eq!(balance, 1, "unlocked.rs no longer shows the fault: the balance is not ¥1");
}

/// The lesson file with real threads, but for the pause: there, the threads are counted.
mod locked_at_scale {
    mod std {
        pub use ::std::*;

        pub mod thread {
            pub use ::std::thread::*;

            pub fn sleep(_: ::std::time::Duration) {
                crate::count_who_is_inside();
            }
        }
    }

    include!("../src/locked.rs");
}

static INSIDE: AtomicU32 = AtomicU32::new(0);
static MOST_INSIDE: AtomicU32 = AtomicU32::new(0);

fn count_who_is_inside() {
    let inside = INSIDE.fetch_add(1, SeqCst) + 1;
    MOST_INSIDE.fetch_max(inside, SeqCst);
    // Long enough for others to come in, if nothing keeps them out.
    thread::sleep(Duration::from_millis(1));
    INSIDE.fetch_sub(1, SeqCst);
}

#[test]
fn locked_never_has_two_threads_inside() {
    locked_must_keep_both_deposits(); // or else the threads below could be in a deadlock
    let balance = locked_at_scale::run(THREADS, Duration::ZERO);
    let most = MOST_INSIDE.load(SeqCst);
    assert!(
        most <= 1,
        "locked.rs lets {most} threads read and write at the same time. \
         The lock must be held from the read to the write: \
         see \"The fix\" in bank-account/README.md."
    );
    assert_eq!(balance, i64::from(THREADS), "locked.rs loses money");
}
