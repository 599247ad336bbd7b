//! Counts that can be worked out by hand, and what is said of them.

use common::interleave as std;
use common::interleave::explore;

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, TryLockError};
use std::thread;
use std::time::Duration;

const A_MOMENT: Duration = Duration::from_millis(10);

/// Each thread reads, pauses and writes: three steps.
fn deposits(threads: u32) -> i64 {
    let balance = AtomicI64::new(0);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let before = balance.load(SeqCst);
                thread::sleep(A_MOMENT);
                balance.store(before + 1, SeqCst);
            });
        }
    });
    balance.load(SeqCst)
}

fn locked_deposits(threads: u32) -> i64 {
    let balance = Mutex::new(0);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut balance = balance.lock().unwrap();
                let before = *balance;
                thread::sleep(A_MOMENT);
                *balance = before + 1;
            });
        }
    });
    balance.into_inner().unwrap()
}

/// Two threads, each of which takes two locks.
fn two_locks(first: [usize; 2], second: [usize; 2]) -> &'static str {
    let locks = [Mutex::new(()), Mutex::new(())];
    thread::scope(|scope| {
        for [one, other] in [first, second] {
            let locks = &locks;
            scope.spawn(move || {
                let _one = locks[one].lock().unwrap();
                let _other = locks[other].lock().unwrap();
            });
        }
    });
    "both done"
}

#[test]
fn two_threads_of_three_steps_have_20_interleavings() {
    let found = explore(|| deposits(2));
    assert_eq!(found.count(), 20); // 6! / (3! 3!)
    assert_eq!(found.ending_with(2), 2); // one thread after the other
    assert_eq!(found.ending_with(1), 18);
}

#[test]
fn three_threads_of_three_steps_have_1680_interleavings() {
    let found = explore(|| deposits(3));
    assert_eq!(found.count(), 1680); // 9! / (3! 3! 3!)
    assert_eq!(found.ending_with(3), 6); // 3!
}

#[test]
fn n_locked_threads_have_n_factorial_interleavings() {
    for (threads, factorial) in [(1, 1), (2, 2), (3, 6), (4, 24)] {
        let found = explore(move || locked_deposits(threads));
        assert_eq!(found.count(), factorial);
        found.must_all_end_with(threads, "a lock lets two threads in", "");
    }
}

#[test]
fn two_locks_taken_in_opposite_order_deadlock_in_2_of_6_interleavings() {
    let found = explore(|| two_locks([0, 1], [1, 0]));
    assert_eq!(found.count(), 6);
    assert_eq!(found.deadlocks(), 2); // each thread has its first lock
    let (ending, _, interleaving) = found.endings().next().unwrap();
    assert_eq!(ending, "deadlock");
    let table = "\
step  main                   thread 1               thread 2
 1                           acquires lock 1
 2                                                  acquires lock 2
      waits for its threads
                             waits for lock 2
                                                    waits for lock 1
";
    assert_eq!(interleaving.to_string(), table);
}

#[test]
fn two_locks_taken_in_the_same_order_never_deadlock() {
    let found = explore(|| two_locks([0, 1], [0, 1]));
    assert_eq!(found.ending_with("both done"), found.count());
}

#[test]
fn a_lock_that_its_own_thread_holds_is_a_deadlock() {
    let found = explore(|| {
        let lock = Mutex::new(0);
        let _first = lock.lock().unwrap();
        *lock.lock().unwrap()
    });
    assert_eq!((found.count(), found.deadlocks()), (1, 1));
}

#[test]
fn releasing_a_lock_is_a_step_that_try_lock_can_come_before() {
    // The other thread has seen the value written, and still finds the lock taken.
    let found = explore(|| {
        let (lock, written) = (Mutex::new(()), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                let _guard = lock.lock().unwrap();
                written.store(true, SeqCst);
            });
            let written = written.load(SeqCst);
            match lock.try_lock() {
                Ok(_) => format!("written: {written}, free"),
                Err(TryLockError::WouldBlock) => format!("written: {written}, taken"),
                Err(TryLockError::Poisoned(_)) => unreachable!(),
            }
        })
    });
    // The places of "load" and "try" among "lock, write, unlock": both at 2; load at 0 or 1 and try
    // at 1 or 2; load at 2 or 3 and try at 3.
    for (ending, count) in [("written: true, taken", 1), ("written: false, taken", 4)] {
        assert_eq!(found.ending_with(ending), count, "{found}");
    }
    assert_eq!(found.ending_with("written: true, free"), 2, "{found}");
}

#[test]
fn a_retry_with_compare_exchange_keeps_every_deposit() {
    let found = explore(|| {
        let balance = AtomicI64::new(0);
        let deposit = || {
            let mut before = balance.load(SeqCst);
            while let Err(now) = balance.compare_exchange(before, before + 1, SeqCst, SeqCst) {
                before = now;
            }
        };
        thread::scope(|scope| {
            scope.spawn(deposit);
            scope.spawn(deposit);
        });
        balance.into_inner()
    });
    // Read 1 exchange 1 read 2 exchange 2, and so on: 6 interleavings; in 4 of them one thread tries again.
    assert_eq!(found.count(), 6, "{found}");
    found.must_all_end_with(2, "a deposit is lost", "");
}

#[test]
fn a_swap_and_a_sum_are_one_step_each() {
    let found = explore(|| {
        let number = Arc::new(AtomicI32::new(5));
        let other = {
            let number = number.clone();
            thread::spawn(move || number.swap(0, SeqCst))
        };
        number.fetch_sub(1, SeqCst);
        number.fetch_add(2, SeqCst);
        format!("{} {}", other.join().unwrap(), number.load(SeqCst))
    });
    let endings: Vec<&str> = found.endings().map(|(ending, ..)| ending).collect();
    assert_eq!(endings, ["end with 4 2", "end with 5 1", "end with 6 0"]);
    assert_eq!(found.count(), 3);
}

#[test]
fn a_panic_in_an_interleaving_is_an_ending_with_its_table() {
    let found = explore(|| {
        let ready = Arc::new(AtomicBool::new(false));
        let other = {
            let ready = ready.clone();
            thread::spawn(move || assert!(ready.load(SeqCst), "came too early"))
        };
        ready.store(true, SeqCst);
        other.join().unwrap();
        "in time"
    });
    assert_eq!(found.count(), 2);
    assert_eq!(found.ending_with("in time"), 1);
    let (ending, count, interleaving) = found.endings().last().unwrap();
    assert_eq!((ending, count), ("panic: came too early", 1));
    let rows: Vec<_> = interleaving.rows().collect();
    let [.., before, last] = rows[..] else { panic!("{found}") };
    assert_eq!(before, ("thread 1", "reads false"));
    assert_eq!(last, ("thread 1", "panics: came too early"));
}

#[test]
fn a_lock_is_poisoned_by_a_panic_while_it_is_held() {
    let found = explore(|| {
        let lock = Arc::new(Mutex::new(7));
        let holder = {
            let lock = lock.clone();
            thread::spawn(move || {
                let _guard = lock.lock().unwrap();
                panic!("dropped the vase");
            })
        };
        assert!(holder.join().is_err());
        match (lock.lock(), lock.try_lock()) {
            (Err(poisoned), Err(TryLockError::WouldBlock)) => *poisoned.into_inner(),
            _ => 0,
        }
    });
    assert_eq!(found.ending_with(7), 1);
    assert_eq!(found.count(), 1);
}

#[test]
fn the_name_of_a_thread_is_known_inside_and_its_steps_are_told_under_it() {
    let found = explore(|| {
        assert_eq!(thread::current().name(), Some("main"));
        let thread = thread::Builder::new().name("LoopThread".into());
        let loop_thread = thread.spawn(|| {
            thread::sleep(A_MOMENT);
            thread::current().name().map(str::to_owned)
        });
        let nameless = thread::spawn(|| thread::current().name().map(str::to_owned));
        assert_eq!(nameless.join().unwrap(), None);
        loop_thread.unwrap().join().unwrap().unwrap()
    });
    assert_eq!(found.ending_with("LoopThread"), 1);
    let (_, _, interleaving) = found.endings().next().unwrap();
    assert_eq!(interleaving.to_string(), "step  LoopThread\n 1    pauses\n");
}

#[test]
fn threads_that_nobody_waits_for_are_ended_with_the_closure() {
    let found = explore(|| {
        let balance = Arc::new(AtomicI64::new(0));
        let shared = balance.clone();
        thread::spawn(move || {
            for amount in 1..=3 {
                shared.fetch_add(amount, SeqCst);
            }
        });
        balance.load(SeqCst)
    });
    let endings: Vec<&str> = found.endings().map(|(ending, ..)| ending).collect();
    assert_eq!(endings, ["end with 0", "end with 1", "end with 3", "end with 6"]);
    assert_eq!(found.count(), 4);
}

#[test]
fn threads_can_start_threads() {
    let found = explore(|| {
        let sum = AtomicI64::new(0);
        thread::scope(|scope| {
            let sum = &sum;
            scope.spawn(move || {
                scope.spawn(|| sum.fetch_add(1, SeqCst));
                sum.fetch_add(2, SeqCst);
            });
        });
        sum.into_inner()
    });
    assert_eq!((found.count(), found.ending_with(3)), (2, 2));
}

#[test]
fn two_runs_give_the_same_result() {
    let run = || explore(|| deposits(2)).to_string();
    assert_eq!(run(), run());
}

#[test]
fn an_interleaving_is_shown_as_a_table_with_one_column_a_thread() {
    let found = explore(|| deposits(2));
    let (ending, count, interleaving) = found.endings().next().unwrap();
    assert_eq!((ending, count), ("end with 1", 18));
    let table = "\
step  thread 1     thread 2
 1    reads 0
 2    pauses
 3                 reads 0
 4    writes 1
 5                 pauses
 6                 writes 1
";
    assert_eq!(interleaving.to_string(), table);
}

#[test]
#[should_panic = "locked.rs loses money: 18 of 20 interleavings end with 1; all should end with 2. One of them:
step  thread 1     thread 2
 1    reads 0
 2    pauses
 3                 reads 0
 4    writes 1
 5                 pauses
 6                 writes 1
See \"The fix\"."]
fn a_failing_check_says_the_claim_what_happened_and_where_to_look() {
    let found = explore(|| deposits(2));
    found.must_all_end_with(2, "locked.rs loses money", "See \"The fix\".");
}

#[test]
#[should_panic = "thread 1 does this again and again: reads false. In a loop that waits for another thread, call `std::thread::yield_now()`"]
fn a_wait_in_a_loop_is_refused() {
    explore(|| {
        let ready = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| while !ready.load(SeqCst) {});
            ready.store(true, SeqCst);
        });
        "ready"
    });
}

#[test]
#[should_panic = "is something random, or carried over"]
fn a_lesson_that_does_not_repeat_itself_is_refused() {
    let runs = ::std::sync::atomic::AtomicUsize::new(0);
    explore(move || deposits(if runs.fetch_add(1, SeqCst) == 1 { 1 } else { 2 }));
}

#[test]
#[should_panic = "works only inside of `interleave::explore`"]
fn a_lock_that_is_used_outside_is_refused() {
    drop(Mutex::new(0).lock());
}
