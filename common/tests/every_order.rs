//! The stand-in for `std` is checked against counts that can be worked out by hand.

use common::every_order;
use common::every_order as std;

use std::cell::Cell;
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
fn two_threads_of_three_steps_have_20_orders() {
    let orders = every_order(|| deposits(2));
    assert_eq!(orders.count(), 20); // 6! / (3! 3!)
    assert_eq!(orders.ending_with(2), 2); // one thread after the other
    assert_eq!(orders.ending_with(1), 18);
}

#[test]
fn three_threads_of_three_steps_have_1680_orders() {
    let orders = every_order(|| deposits(3));
    assert_eq!(orders.count(), 1680); // 9! / (3! 3! 3!)
    assert_eq!(orders.ending_with(3), 6); // 3!
}

#[test]
fn n_locked_threads_have_n_factorial_orders() {
    for (threads, factorial) in [(1, 1), (2, 2), (3, 6), (4, 24)] {
        let orders = every_order(|| locked_deposits(threads));
        assert_eq!(orders.count(), factorial);
        orders.must_all_end_with(threads, "a lock lets two threads in", "");
    }
}

#[test]
fn two_locks_taken_in_opposite_order_are_stuck_in_2_of_6_orders() {
    let orders = every_order(|| two_locks([0, 1], [1, 0]));
    assert_eq!(orders.count(), 6);
    assert_eq!(orders.stuck(), 2); // each thread has its first lock
    let (ending, _, order) = orders.endings().next().unwrap();
    assert_eq!(ending, "are stuck: every thread waits for another");
    let table = "\
step  main                   thread 1               thread 2
 1                           takes lock 1
 2                                                  takes lock 2
      waits for its threads
                             waits for lock 2
                                                    waits for lock 1
";
    assert_eq!(order.table(), table);
}

#[test]
fn two_locks_taken_in_the_same_order_are_never_stuck() {
    let orders = every_order(|| two_locks([0, 1], [0, 1]));
    assert_eq!(orders.ending_with("both done"), orders.count());
}

#[test]
fn a_lock_that_its_own_thread_holds_is_stuck() {
    let orders = every_order(|| {
        let lock = Mutex::new(0);
        let _first = lock.lock().unwrap();
        *lock.lock().unwrap()
    });
    assert_eq!((orders.count(), orders.stuck()), (1, 1));
}

#[test]
fn giving_a_lock_back_is_a_step_that_try_lock_can_come_before() {
    // The other thread has seen the value written, and still finds the lock taken.
    let orders = every_order(|| {
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
        assert_eq!(orders.ending_with(ending), count, "{orders}");
    }
    assert_eq!(orders.ending_with("written: true, free"), 2, "{orders}");
}

#[test]
fn a_retry_with_compare_exchange_keeps_every_deposit() {
    let orders = every_order(|| {
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
    // Read 1 exchange 1 read 2 exchange 2, and so on: 6 orders; in 4 of them one thread tries again.
    assert_eq!(orders.count(), 6, "{orders}");
    orders.must_all_end_with(2, "a deposit is lost", "");
}

#[test]
fn a_swap_and_a_sum_are_one_step_each() {
    let orders = every_order(|| {
        let number = Arc::new(AtomicI32::new(5));
        let other = {
            let number = number.clone();
            thread::spawn(move || number.swap(0, SeqCst))
        };
        number.fetch_sub(1, SeqCst);
        number.fetch_add(2, SeqCst);
        format!("{} {}", other.join().unwrap(), number.load(SeqCst))
    });
    let endings: Vec<&str> = orders.endings().map(|(ending, ..)| ending).collect();
    assert_eq!(endings, ["end with 4 2", "end with 5 1", "end with 6 0"]);
    assert_eq!(orders.count(), 3);
}

#[test]
fn a_panic_in_some_order_is_an_ending_with_its_order() {
    let orders = every_order(|| {
        let ready = Arc::new(AtomicBool::new(false));
        let other = {
            let ready = ready.clone();
            thread::spawn(move || assert!(ready.load(SeqCst), "came too early"))
        };
        ready.store(true, SeqCst);
        other.join().unwrap();
        "in time"
    });
    assert_eq!(orders.count(), 2);
    assert_eq!(orders.ending_with("in time"), 1);
    let (ending, count, order) = orders.endings().last().unwrap();
    assert_eq!((ending, count), ("panic: came too early", 1));
    assert!(
        order.to_string().contains("thread 1 reads false\n    thread 1 panics: came too early")
    );
}

#[test]
fn a_lock_is_poisoned_by_a_panic_while_it_is_held() {
    let orders = every_order(|| {
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
    assert_eq!(orders.ending_with(7), 1);
    assert_eq!(orders.count(), 1);
}

#[test]
fn the_name_of_a_thread_is_known_inside_and_its_steps_are_told_under_it() {
    let orders = every_order(|| {
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
    assert_eq!(orders.ending_with("LoopThread"), 1);
    let (_, _, order) = orders.endings().next().unwrap();
    assert_eq!(order.table(), "step  LoopThread\n 1    pauses\n");
}

#[test]
fn threads_that_nobody_waits_for_are_ended_with_the_closure() {
    let orders = every_order(|| {
        let balance = Arc::new(AtomicI64::new(0));
        let shared = balance.clone();
        thread::spawn(move || {
            for amount in 1..=3 {
                shared.fetch_add(amount, SeqCst);
            }
        });
        balance.load(SeqCst)
    });
    let endings: Vec<&str> = orders.endings().map(|(ending, ..)| ending).collect();
    assert_eq!(endings, ["end with 0", "end with 1", "end with 3", "end with 6"]);
    assert_eq!(orders.count(), 4);
}

#[test]
fn threads_can_start_threads() {
    let orders = every_order(|| {
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
    assert_eq!((orders.count(), orders.ending_with(3)), (2, 2));
}

#[test]
fn two_runs_give_the_same_result() {
    let run = || every_order(|| deposits(2)).to_string();
    assert_eq!(run(), run());
}

#[test]
fn an_order_is_shown_as_a_table_with_one_column_a_thread() {
    let orders = every_order(|| deposits(2));
    let (ending, count, order) = orders.endings().next().unwrap();
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
    assert_eq!(order.table(), table);
}

#[test]
#[should_panic = "locked.rs loses money: 18 of 20 orders end with 1; all should end with 2. One of them:
    thread 1 reads 0
    thread 1 pauses
    thread 2 reads 0
    thread 1 writes 1
    thread 2 pauses
    thread 2 writes 1
See \"The fix\"."]
fn a_failing_check_says_the_claim_what_happened_and_where_to_look() {
    let orders = every_order(|| deposits(2));
    orders.must_all_end_with(2, "locked.rs loses money", "See \"The fix\".");
}

#[test]
#[should_panic = "does it wait in a loop?"]
fn a_wait_in_a_loop_is_refused() {
    every_order(|| {
        let ready = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| while !ready.load(SeqCst) {});
            ready.store(true, SeqCst);
        });
        "ready"
    });
}

#[test]
#[should_panic = "is something random?"]
fn a_lesson_that_does_not_repeat_itself_is_refused() {
    let runs = Cell::new(0);
    every_order(|| {
        runs.set(runs.get() + 1);
        deposits(if runs.get() == 2 { 1 } else { 2 })
    });
}

#[test]
#[should_panic = "works only inside `every_order`"]
fn a_lock_made_outside_is_refused() {
    Mutex::new(0);
}
