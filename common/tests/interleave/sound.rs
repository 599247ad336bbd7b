//! Each of these was wrong once: it hung, aborted, or gave a false verdict.

use common::interleave as std;
use common::interleave::{Explorer, Interleavings, explore, finish};

use ::std::cell::Cell;
use ::std::panic;
use ::std::sync as real;
use ::std::time::{Duration, Instant};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

fn endings(found: &Interleavings) -> Vec<(&str, u128)> {
    found.endings().map(|(ending, count, _)| (ending, count)).collect()
}

/// The rows of the interleaving that is shown for this ending.
fn rows<'a>(found: &'a Interleavings, ending: &str) -> Vec<(&'a str, &'a str)> {
    let sample = found.endings().find(|(one, ..)| *one == ending);
    sample.unwrap_or_else(|| panic!("no {ending} in\n{found}")).2.rows().collect()
}

/// The message of the panic in which `explore` ends.
fn fault<T: ::std::fmt::Display>(lesson: impl Fn() -> T + Send + Sync + 'static) -> String {
    let panic = ::std::panic::catch_unwind(::std::panic::AssertUnwindSafe(|| explore(lesson)));
    match panic {
        Ok(found) => panic!("no fault was found:\n{found}"),
        Err(panic) => panic.downcast_ref::<String>().expect("a message").clone(),
    }
}

#[test]
fn a_thread_drops_the_value_that_it_returns_as_its_last_step() {
    let found = explore(|| {
        let (put, get) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(move || {
                put.send(1).unwrap();
                put
            });
        });
        format!("{:?} {:?}", get.recv(), get.recv())
    });
    assert_eq!(endings(&found), [("end with Ok(1) Err(RecvError)", 1)], "{found}");

    let found = explore(|| {
        let (put, get) = mpsc::channel();
        thread::spawn(move || {
            put.send(1).unwrap();
            put
        });
        format!("{:?} {:?}", get.recv(), get.recv())
    });
    assert_eq!(found.ending_with("Ok(1) Err(RecvError)"), found.count(), "{found}");
}

#[test]
fn the_value_of_a_thread_is_dropped_with_its_handle() {
    let found = explore(|| {
        let (put, get) = mpsc::channel();
        let handle = thread::spawn(move || {
            put.send(1).unwrap();
            put
        });
        let first = get.recv();
        drop(handle);
        format!("{first:?} {:?}", get.recv())
    });
    assert_eq!(found.ending_with("Ok(1) Err(RecvError)"), found.count(), "{found}");
}

#[test]
fn the_first_panic_is_the_one_that_began_first() {
    /// Says something in another thread while its own is being unwound.
    struct TellsOther<'a>(&'a AtomicBool);
    impl Drop for TellsOther<'_> {
        fn drop(&mut self) {
            self.0.store(true, SeqCst);
        }
    }
    let found = explore(|| {
        let told = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                let _tells = TellsOther(&told);
                panic!("first");
            });
            scope.spawn(|| {
                if told.load(SeqCst) {
                    panic!("second");
                }
            });
        });
        "no panic"
    });
    assert_eq!(endings(&found), [("panic: first", 2)], "{found}");
}

#[test]
fn which_of_two_panics_comes_first_is_part_of_the_state() {
    let found = explore(|| {
        let (numbers, other) = ([AtomicI64::new(0), AtomicI64::new(0)], AtomicI64::new(0));
        thread::scope(|scope| {
            for (number, text) in numbers.iter().zip(["first", "second"]) {
                scope.spawn(move || {
                    number.load(SeqCst);
                    panic!("{text}");
                });
            }
            // What comes after both of them is the same, but for that.
            scope.spawn(|| [other.fetch_add(1, SeqCst), other.fetch_add(1, SeqCst)]);
        });
        "no panic"
    });
    let half = found.count() / 2;
    assert_eq!(endings(&found), [("panic: first", half), ("panic: second", half)], "{found}");
}

#[test]
fn a_panic_is_told_before_the_lock_is_released_that_its_thread_held() {
    let found = explore(|| {
        let lock = Mutex::new(());
        thread::scope(|scope| {
            scope.spawn(|| {
                let _guard = lock.lock();
                panic!("dropped the vase");
            });
        });
        "no panic"
    });
    let expected = [
        ("thread 1", "acquires the lock"),
        ("thread 1", "panics: dropped the vase"),
        ("thread 1", "releases the lock"),
    ];
    assert_eq!(rows(&found, "panic: dropped the vase")[..3], expected, "{found}");
}

/// Acquires a lock when it is dropped.
struct LocksAtItsEnd(Arc<Mutex<u32>>);

impl Drop for LocksAtItsEnd {
    fn drop(&mut self) {
        *self.0.lock().unwrap() += 1;
    }
}

#[test]
fn a_destructor_may_take_a_lock_while_an_interleaving_is_being_ended() {
    // The other thread is still waiting when the closure returns; its destructor takes the lock.
    let found = explore(|| {
        let lock = Arc::new(Mutex::new(0));
        let theirs = lock.clone();
        let (put, get) = mpsc::channel::<u32>();
        thread::spawn(move || {
            let _at_its_end = LocksAtItsEnd(theirs);
            get.recv()
        });
        let guard = lock.lock().unwrap();
        drop(put);
        *guard
    });
    assert_eq!(found.ending_with(0) + found.ending_with(1), found.count(), "{found}");
    assert!(found.count() > 1, "{found}");
}

#[test]
fn a_destructor_that_waits_for_ever_is_a_deadlock_and_no_hang() {
    // It wants the lock that its own thread holds, also while it is being unwound.
    let found = explore(|| {
        let lock = Arc::new(Mutex::new(0));
        let guard = lock.lock().unwrap();
        let _at_its_end = LocksAtItsEnd(lock.clone());
        *guard
    });
    assert_eq!(endings(&found), [("deadlock", 1)], "{found}");
}

#[test]
fn two_threads_that_lock_each_other_out_in_their_destructors_are_ended() {
    let found = explore(|| {
        let [a, b] = [0, 1].map(|_| Arc::new(Mutex::new(0)));
        let handles = [[a.clone(), b.clone()], [b, a]].map(|[mine, other]| {
            thread::spawn(move || {
                let _guard = mine.lock().unwrap();
                let _at_its_end = LocksAtItsEnd(other);
            })
        });
        handles.map(|handle| handle.join().is_ok())[0]
    });
    assert_eq!(found.deadlocks(), 2, "{found}");
    assert_eq!(found.ending_with(true), found.count() - 2, "{found}");
}

#[test]
fn what_is_random_is_noticed_although_as_many_threads_can_go_on() {
    let runs = real::atomic::AtomicI64::new(0);
    let message = fault(move || {
        let value = AtomicI64::new(runs.fetch_add(1, SeqCst));
        thread::scope(|scope| {
            scope.spawn(|| (value.load(SeqCst), value.load(SeqCst)));
            scope.spawn(|| (value.load(SeqCst), value.load(SeqCst)));
        });
        "done"
    });
    assert!(message.contains("is something random"), "{message}");
}

#[test]
fn two_threads_of_one_name_have_a_column_each() {
    let found = explore(|| {
        let handles = [(), ()].map(|()| {
            let thread = thread::Builder::new().name("worker".into());
            thread.spawn(|| thread::sleep(Duration::ZERO)).unwrap()
        });
        handles.into_iter().for_each(|handle| handle.join().unwrap());
        "done"
    });
    let table = "\
step  worker       worker (2)
 1    pauses
 2                 pauses
";
    assert_eq!(found.endings().next().unwrap().2.to_string(), table);
}

#[test]
fn a_thread_that_locks_twice_is_shown_as_a_deadlock() {
    let found = explore(|| {
        let lock = Mutex::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                let _first = lock.lock().unwrap();
                let _second = lock.lock().unwrap();
            });
        });
        "done"
    });
    let expected = "\
The only interleaving deadlocks:
step  main                   thread 1
 1                           acquires the lock
      waits for its threads
                             waits for the lock
";
    assert_eq!(found.to_string(), expected);
}

#[test]
fn a_lock_that_is_held_while_threads_are_started_is_shown_as_a_deadlock() {
    let found = explore(|| {
        let lock = Mutex::new(0);
        let _guard = lock.lock().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| *lock.lock().unwrap() += 1);
        });
        "done"
    });
    let expected = [
        ("main", "acquires the lock"),
        ("main", "waits for its threads"),
        ("thread 1", "waits for the lock"),
    ];
    assert_eq!(rows(&found, "deadlock"), expected, "{found}");
}

#[test]
fn a_thread_that_is_blocked_outside_is_reported_within_5_seconds() {
    let outside = Arc::new(real::Mutex::new(0));
    let held = outside.clone();
    let _held = held.lock();
    let begin = Instant::now();
    let message = fault(move || {
        let ready = AtomicBool::new(false);
        thread::scope(|scope| {
            let outside = &outside;
            let ready = &ready;
            scope.spawn(move || {
                ready.store(true, SeqCst);
                *outside.lock().unwrap() += 1;
            });
        });
        "done"
    });
    assert!(begin.elapsed() < Duration::from_secs(5) * 4, "{:?}", begin.elapsed());
    let expected = "thread 1 is blocked after its step \"writes true\": it waits for something that is \
                    not modelled";
    assert!(message.starts_with(expected), "{message}");
}

thread_local! {
    static POCKET: Cell<u32> = const { Cell::new(0) };
}

#[test]
fn a_thread_local_of_the_main_thread_starts_afresh() {
    let found = explore(|| {
        POCKET.set(POCKET.get() + 1);
        let value = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| value.load(SeqCst));
            value.store(true, SeqCst);
        });
        POCKET.get()
    });
    assert_eq!((found.count(), found.ending_with(1)), (2, 2), "{found}");
}

#[test]
fn a_static_atomic_starts_afresh() {
    static BALANCE: AtomicI64 = AtomicI64::new(10);
    let found = explore(|| {
        thread::scope(|scope| {
            scope.spawn(|| BALANCE.fetch_add(1, SeqCst));
            scope.spawn(|| BALANCE.fetch_add(1, SeqCst));
        });
        BALANCE.load(SeqCst)
    });
    assert_eq!((found.count(), found.ending_with(12)), (2, 2), "{found}");
}

#[test]
fn a_static_lock_without_a_value_starts_afresh() {
    static LOCK: Mutex<()> = Mutex::new(());
    let found = explore(|| {
        thread::scope(|scope| {
            scope.spawn(|| drop(LOCK.lock().unwrap()));
            scope.spawn(|| assert!(LOCK.try_lock().is_ok(), "the lock is held"));
        });
        "done"
    });
    // The second thread comes before, between or after the two steps of the first.
    assert_eq!(found.ending_with("done"), 2, "{found}");
    assert_eq!(endings(&found).last(), Some(&("panic: the lock is held", 1)), "{found}");
}

#[test]
fn a_static_lock_is_not_poisoned_by_another_interleaving() {
    static LOCK: Mutex<()> = Mutex::new(());
    let found = explore(|| {
        let panics = thread::spawn(|| {
            let _guard = LOCK.lock();
            panic!("inside");
        });
        let before = LOCK.is_poisoned();
        assert!(panics.join().is_err());
        format!("{before} {}", LOCK.is_poisoned())
    });
    assert_eq!(endings(&found), [("end with false true", 2), ("end with true true", 1)], "{found}");
}

#[test]
fn a_static_lock_with_a_value_is_refused_with_the_reason() {
    static BALANCE: Mutex<i64> = Mutex::new(0);
    let message = fault(|| {
        thread::scope(|scope| {
            scope.spawn(|| *BALANCE.lock().unwrap() += 1);
            scope.spawn(|| *BALANCE.lock().unwrap() += 1);
        });
        "done"
    });
    assert!(message.contains("Its value would be carried over"), "{message}");
}

#[test]
fn a_static_lock_in_a_lazy_lock_starts_afresh() {
    static BALANCE: std::sync::LazyLock<Mutex<i64>> = std::sync::LazyLock::new(|| Mutex::new(5));
    let found = explore(|| {
        thread::scope(|scope| {
            scope.spawn(|| *BALANCE.lock().unwrap() += 1);
            scope.spawn(|| *BALANCE.lock().unwrap() += 1);
        });
        *BALANCE.lock().unwrap()
    });
    assert_eq!(found.ending_with(7), found.count(), "{found}");
}

fn four_deposits() -> i64 {
    let balance = AtomicI64::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| balance.store(balance.load(SeqCst) + 1, SeqCst));
        }
    });
    balance.into_inner()
}

#[test]
fn a_search_that_would_take_too_long_is_given_up_and_says_what_is_known() {
    let found = Explorer::default().at_most(20).explore(four_deposits);
    assert_eq!(found.runs(), 20);
    let text = found.to_string();
    let first = "After 20 runs, there are still interleavings to try. So far:\n\n";
    assert!(text.starts_with(first), "{text}");
    assert!(found.count() < explore(four_deposits).count(), "{text}");

    let check = || found.must_all_end_with(4, "it loses money", "");
    let said = panic::catch_unwind(check).unwrap_err().downcast::<String>().unwrap();
    assert!(said.contains(" of the first 21 interleavings end with 2; all should"), "{said}");

    let right = Explorer::default().at_most(1).explore(|| {
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| thread::sleep(Duration::ZERO));
            }
        });
        4
    });
    let check = || right.must_all_end_with(4, "it loses money", "");
    let said = panic::catch_unwind(check).unwrap_err().downcast::<String>().unwrap();
    assert!(said.starts_with("it loses money. After 1 runs, there are still"), "{said}");
}

#[test]
fn a_loop_that_goes_on_and_on_is_reported_with_its_thread_and_its_latest_steps() {
    let said = fault(|| {
        let number = AtomicI64::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| while number.fetch_add(1, SeqCst) < 1000 {});
            }
        });
        0
    });
    assert!(said.contains("over 300 steps"), "{said}");
    assert!(said.contains("The latest steps of thread 1: adds 1 to 296"), "{said}");
}

#[test]
fn a_check_that_has_seen_enough_ends_the_interleaving_in_whichever_thread() {
    let found = explore(|| {
        let (put, get) = mpsc::channel::<()>();
        let steps = AtomicI64::new(0);
        thread::scope(|scope| {
            for thread in [1, 2] {
                let steps = &steps;
                scope.spawn(move || {
                    steps.fetch_add(1, SeqCst);
                    finish(thread)
                });
            }
            let _ = get.recv(); // for ever: `put` is still there
        });
        drop(put);
        "never"
    });
    assert_eq!(endings(&found), [("end with 1", 1), ("end with 2", 1)], "{found}");
}
