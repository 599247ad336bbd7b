//! What students reach for is modelled, and behaves as in `std`.

use common::interleave as std;
use common::interleave::explore;

use ::std::time::Duration;
use std::sync::atomic::{self, AtomicBool, AtomicI64, AtomicU8, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock};
use std::thread;

#[test]
fn readers_of_an_rw_lock_are_inside_together_and_a_writer_is_alone() {
    let found = explore(|| {
        let (lock, inside) = (RwLock::new(1), AtomicUsize::new(0));
        let read = || {
            let value = lock.read().unwrap();
            let others = inside.fetch_add(1, SeqCst);
            inside.fetch_sub(1, SeqCst);
            *value * 10 + others
        };
        let (mut seen, written) = thread::scope(|scope| {
            let readers = [scope.spawn(read), scope.spawn(read)];
            let mut value = lock.write().unwrap();
            assert_eq!(inside.load(SeqCst), 0, "a reader is inside");
            *value = 2;
            drop(value);
            (readers.map(|reader| reader.join().unwrap()), *lock.read().unwrap())
        });
        seen.sort();
        format!("{seen:?} {written}")
    });
    for ending in ["[10, 10] 2", "[10, 11] 2", "[10, 20] 2", "[20, 20] 2", "[20, 21] 2"] {
        assert!(found.ending_with(ending) > 0, "{ending} is not in\n{found}");
    }
    assert_eq!(found.endings().count(), 5, "{found}");
}

#[test]
fn a_writer_that_panics_poisons_its_lock_and_a_reader_does_not() {
    for writes in [false, true] {
        let found = explore(move || {
            let lock = Arc::new(RwLock::new(1));
            let theirs = lock.clone();
            let other = thread::spawn(move || {
                let _guards = (writes.then(|| theirs.write()), (!writes).then(|| theirs.read()));
                panic!("inside");
            });
            assert!(other.join().is_err());
            lock.is_poisoned() && lock.try_read().is_err()
        });
        assert_eq!((found.count(), found.ending_with(writes)), (1, 1), "{found}");
    }
}

#[test]
fn a_thread_that_was_not_notified_does_not_wake() {
    let found = explore(|| {
        let (lock, changed) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                changed.notify_all(); // nobody needs to wait for it
                *lock.lock().unwrap() = true;
            });
            let mut ready = lock.lock().unwrap();
            while !*ready {
                ready = changed.wait(ready).unwrap();
            }
        });
        "done"
    });
    assert!(found.deadlocks() > 0 && found.ending_with("done") > 0, "{found}");
}

#[test]
fn notify_one_may_wake_any_of_those_that_wait() {
    let found = explore(|| {
        let all = Arc::new((Mutex::new(0), Condvar::new(), AtomicUsize::new(0)));
        for number in [1, 2] {
            let all = all.clone();
            thread::spawn(move || {
                let mut waiting = all.0.lock().unwrap();
                *waiting += 1;
                drop(all.1.wait(waiting).unwrap());
                all.2.store(number, SeqCst);
            });
        }
        while *all.0.lock().unwrap() < 2 {
            thread::yield_now();
        }
        all.1.notify_one();
        while all.2.load(SeqCst) == 0 {
            thread::yield_now();
        }
        all.2.load(SeqCst)
    });
    assert!(found.ending_with(1) > 0 && found.ending_with(2) > 0, "{found}");
    assert_eq!(found.endings().count(), 2, "{found}"); // the other one waits until all is over
}

#[test]
fn a_wait_with_a_timeout_may_time_out() {
    let found = explore(|| {
        let (lock, changed) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                *lock.lock().unwrap() = true;
                changed.notify_one();
            });
            let ready = lock.lock().unwrap();
            let wait = changed.wait_timeout_while(ready, Duration::ZERO, |ready| !*ready);
            let (ready, time) = wait.unwrap();
            format!("{} {}", *ready, time.timed_out())
        })
    });
    assert!(found.ending_with("true false") > 0, "{found}");
    assert!(found.ending_with("false true") > 0, "{found}");
    assert_eq!(found.endings().count(), 2, "{found}");
}

#[test]
fn a_barrier_lets_nobody_go_on_before_all_have_come() {
    let found = explore(|| {
        let (barrier, came) = (Barrier::new(3), AtomicUsize::new(0));
        let meet = || {
            came.fetch_add(1, SeqCst);
            let leads = barrier.wait().is_leader();
            assert_eq!(came.load(SeqCst), 3);
            usize::from(leads)
        };
        thread::scope(|scope| {
            let others = [scope.spawn(meet), scope.spawn(meet)];
            meet() + others.map(|other| other.join().unwrap()).iter().sum::<usize>()
        })
    });
    assert_eq!(found.ending_with(1), found.count(), "{found}");
}

#[test]
fn what_is_initialized_once_is_initialized_by_one_thread_while_the_others_wait() {
    static TIMES: AtomicUsize = AtomicUsize::new(0);
    static START: Once = Once::new();
    static NAME: OnceLock<String> = OnceLock::new();
    static LIST: LazyLock<Vec<usize>> = LazyLock::new(|| vec![TIMES.fetch_add(100, SeqCst)]);
    let found = explore(|| {
        let start = || {
            START.call_once(|| _ = TIMES.fetch_add(1, SeqCst));
            assert!(START.is_completed());
            let name = NAME.get_or_init(|| format!("name {}", TIMES.fetch_add(10, SeqCst)));
            (LIST.len(), name.len())
        };
        thread::scope(|scope| {
            let other = scope.spawn(start);
            assert_eq!(start(), other.join().unwrap());
        });
        assert_eq!(NAME.set("another".into()), Err("another".into()));
        TIMES.load(SeqCst)
    });
    assert_eq!(found.ending_with(111), found.count(), "{found}");
    assert!(found.count() > 10, "{found}");
}

#[test]
fn an_initialization_that_panics_leaves_a_once_lock_empty_and_a_once_poisoned() {
    let found = explore(|| {
        let both = Arc::new((Once::new(), OnceLock::new()));
        for _ in 0..2 {
            let theirs = both.clone();
            let other = thread::spawn(move || theirs.0.call_once(|| panic!("once")));
            assert!(other.join().is_err());
            let theirs = both.clone();
            let other = thread::spawn(move || *theirs.1.get_or_init(|| panic!("lock")));
            assert!(other.join().is_err());
        }
        assert_eq!(both.1.get(), None);
        both.1.get_or_init(|| 7) + 1
    });
    assert_eq!((found.count(), found.ending_with(8)), (1, 1), "{found}");
}

#[test]
fn park_waits_for_an_unpark_that_may_have_come_before() {
    let found = explore(|| {
        let sleeper = thread::spawn(|| {
            thread::park();
            thread::current().id()
        });
        assert_ne!(sleeper.thread().id(), thread::current().id());
        sleeper.thread().unpark();
        sleeper.join().is_ok()
    });
    assert_eq!((found.count(), found.ending_with(true)), (1, 1), "{found}");
    let found = explore(|| {
        thread::spawn(thread::park).join().unwrap();
        "done"
    });
    assert_eq!((found.count(), found.deadlocks()), (1, 1), "{found}");
    let (_, _, sample) = found.endings().next().unwrap();
    assert_eq!(sample.rows().last(), Some(("thread 1", "waits for an unpark")));
}

#[test]
fn an_unpark_is_good_for_one_park_only() {
    let found = explore(|| {
        let sleeper = thread::spawn(|| {
            thread::park();
            thread::park();
        });
        sleeper.thread().unpark();
        sleeper.thread().unpark();
        sleeper.join().is_ok()
    });
    // Two that come before the first park are one.
    assert_eq!((found.ending_with(true), found.deadlocks()), (1, 1), "{found}");
}

#[test]
fn is_finished_is_a_step_that_sees_the_end_of_a_thread() {
    let found = explore(|| {
        let other = thread::spawn(|| thread::sleep(Duration::ZERO));
        let before = other.is_finished();
        while !other.is_finished() {
            thread::yield_now();
        }
        before
    });
    assert!(found.ending_with(true) > 0 && found.ending_with(false) > 0, "{found}");
    assert_eq!(found.endings().count(), 2, "{found}");
}

#[test]
fn every_atomic_operation_does_what_std_does() {
    let found = explore(|| {
        let mut small = AtomicU8::new(200);
        assert_eq!(small.fetch_add(100, SeqCst), 200);
        assert_eq!(small.fetch_sub(50, SeqCst), 44);
        assert_eq!(small.fetch_max(7, SeqCst), 250);
        assert_eq!(small.fetch_min(7, SeqCst), 250);
        assert_eq!(small.fetch_and(6, SeqCst), 7);
        assert_eq!(small.fetch_or(9, SeqCst), 6);
        assert_eq!(small.fetch_xor(1, SeqCst), 15);
        assert_eq!(small.fetch_nand(12, SeqCst), 14);
        assert_eq!(small.load(SeqCst), !12);
        assert_eq!(small.fetch_update(SeqCst, SeqCst, |value| value.checked_add(1)), Ok(!12));
        assert_eq!(small.fetch_update(SeqCst, SeqCst, |_| None), Err(!12 + 1));
        assert_eq!(small.compare_exchange_weak(0, 1, SeqCst, SeqCst), Err(!12 + 1));
        *small.get_mut() = 3;
        assert_eq!(format!("{small:?}"), "3");
        let flag = AtomicBool::new(true);
        assert!(flag.fetch_and(false, SeqCst) && !flag.fetch_or(true, SeqCst));
        assert!(flag.swap(false, SeqCst) && !flag.fetch_xor(true, SeqCst));
        let wide = (atomic::AtomicU32::new(1), atomic::AtomicI16::default(), AtomicI64::from(5));
        format!("{} {} {}", small.into_inner(), wide.1.into_inner(), wide.2.into_inner())
    });
    assert_eq!(found.ending_with("3 0 5"), 1, "{found}");
}

#[test]
fn locks_can_be_looked_at_with_debug_and_changed_by_their_owner() {
    let found = explore(|| {
        let (mut mutex, mut lock) = (Mutex::new(1), RwLock::new(2));
        *mutex.get_mut().unwrap() += 10;
        *lock.get_mut().unwrap() += 10;
        let guard = mutex.lock().unwrap();
        let held = format!("{guard:?} {mutex:?} {lock:?}");
        drop(guard);
        format!("{held} {mutex:?}")
    });
    let expected = "11 Mutex { data: <locked>, .. } RwLock { data: 12, .. } Mutex { data: 11, .. }";
    assert_eq!(found.ending_with(expected), 1, "{found}");
}

#[test]
fn a_scope_is_handed_on_as_in_std() {
    fn start<'scope>(scope: &'scope thread::Scope<'scope, '_>, number: &'scope AtomicI64) {
        scope.spawn(|| number.fetch_add(1, SeqCst));
    }
    let found = explore(|| {
        let number = AtomicI64::new(0);
        thread::scope(|scope| {
            start(scope, &number);
            scope.spawn(|| start(scope, &number));
        });
        number.into_inner()
    });
    assert_eq!((found.count(), found.ending_with(2)), (2, 2), "{found}");
}

#[test]
fn a_scoped_thread_that_panics_lets_its_scope_panic_unless_it_is_joined() {
    for joins in [false, true] {
        let found = explore(move || {
            thread::scope(|scope| {
                let thread = scope.spawn(|| panic!("inside"));
                !joins || thread.join().is_err()
            })
        });
        let (ending, ..) = found.endings().next().unwrap();
        assert_eq!(ending, if joins { "end with true" } else { "panic: inside" });
    }
}

#[test]
fn a_spin_lock_comes_to_its_end_and_keeps_others_out() {
    let found = explore(|| {
        let (taken, balance) = (AtomicBool::new(false), AtomicI64::new(0));
        let deposit = || {
            while taken.swap(true, SeqCst) {
                std::hint::spin_loop();
            }
            balance.store(balance.load(SeqCst) + 1, SeqCst);
            taken.store(false, SeqCst);
        };
        thread::scope(|scope| {
            scope.spawn(deposit);
            scope.spawn(deposit);
        });
        balance.into_inner()
    });
    assert_eq!(found.ending_with(2), found.count(), "{found}");
}

#[test]
fn two_threads_that_poll_under_a_lock_come_to_their_end() {
    let found = explore(|| {
        let ready = Mutex::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !*ready.lock().unwrap() {
                        thread::yield_now();
                    }
                });
            }
            *ready.lock().unwrap() = true;
        });
        "done"
    });
    assert_eq!(found.ending_with("done"), found.count(), "{found}");
}

#[test]
fn dekkers_lock_keeps_two_threads_apart() {
    let found = explore(|| {
        let flags = [AtomicBool::new(false), AtomicBool::new(false)];
        let (turn, inside) = (AtomicUsize::new(0), AtomicI64::new(0));
        let enter = |me: usize| {
            flags[me].store(true, SeqCst);
            while flags[1 - me].load(SeqCst) {
                if turn.load(SeqCst) != me {
                    flags[me].store(false, SeqCst);
                    while turn.load(SeqCst) != me {
                        thread::yield_now();
                    }
                    flags[me].store(true, SeqCst);
                }
                std::hint::spin_loop();
            }
            inside.store(inside.load(SeqCst) + 1, SeqCst);
            turn.store(1 - me, SeqCst);
            flags[me].store(false, SeqCst);
        };
        thread::scope(|scope| {
            scope.spawn(|| enter(0));
            scope.spawn(|| enter(1));
        });
        inside.into_inner()
    });
    assert_eq!(found.ending_with(2), found.count(), "{found}");
}

#[test]
fn a_thread_that_yields_before_it_writes_loses_no_interleaving() {
    let deposits = |pause: fn()| {
        explore(move || {
            let balance = AtomicI64::new(0);
            thread::scope(|scope| {
                let deposit = || {
                    let before = balance.load(SeqCst);
                    pause();
                    balance.store(before + 1, SeqCst);
                };
                scope.spawn(deposit);
                scope.spawn(deposit);
            });
            balance.into_inner()
        })
    };
    assert_eq!(deposits(thread::yield_now).to_string(), deposits(|| {}).to_string());
}

#[test]
fn a_loop_that_gives_up_comes_to_its_end() {
    let found = explore(|| {
        let ready = AtomicBool::new(false);
        thread::scope(|scope| {
            scope
                .spawn(|| {
                    for round in 0..10 {
                        if ready.load(SeqCst) {
                            return round;
                        }
                        thread::yield_now();
                    }
                    10
                })
                .join()
                .unwrap()
        })
    });
    assert_eq!((found.count(), found.ending_with(10)), (1, 1), "{found}");
}

#[test]
fn a_loop_that_waits_for_ever_is_a_deadlock_that_is_shown_in_a_few_rows() {
    let found = explore(|| {
        let ready = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !ready.load(SeqCst) {
                    thread::sleep(Duration::ZERO);
                }
            });
        });
        "done"
    });
    assert_eq!((found.count(), found.deadlocks()), (1, 1), "{found}");
    let (_, _, sample) = found.endings().next().unwrap();
    let rows: Vec<_> = sample.rows().collect();
    assert!(rows.len() < 10, "{sample}");
    assert_eq!(rows.last(), Some(&("thread 1", "waits for a change of what it has read")));
}

#[test]
fn no_table_is_wider_than_80_columns() {
    let found = explore(|| {
        let lock = Mutex::new(0);
        thread::scope(|scope| {
            for number in 0..7 {
                let thread = thread::Builder::new().name(format!("consumer number {number}"));
                let lock = &lock;
                thread
                    .spawn_scoped(scope, move || {
                        ::std::mem::forget(lock.lock().unwrap());
                        assert_eq!(number, 1, "a text that is so long that it must be broken");
                    })
                    .unwrap();
            }
        });
        "done"
    });
    assert!(found.count() > 1);
    for line in found.to_string().lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn what_is_in_a_ledger_is_part_of_the_state() {
    let found = explore(|| {
        let order = common::interleave::Ledger::new(Vec::new());
        thread::scope(|scope| {
            for number in [1, 2] {
                let order = &order;
                scope.spawn(move || {
                    thread::sleep(Duration::ZERO);
                    order.write(|order| order.push(number));
                });
            }
            // What comes after both of them is the same, but for that.
            scope.spawn(|| [(); 2].map(|()| thread::sleep(Duration::ZERO)));
        });
        format!("{:?}", order.into_inner())
    });
    assert_eq!(found.count(), 12, "{found}"); // 4! / 2!
    assert_eq!((found.ending_with("[1, 2]"), found.ending_with("[2, 1]")), (6, 6), "{found}");
}

#[test]
fn the_cache_needs_few_runs() {
    for (threads, count, most) in [(2, 20, 10), (3, 1680, 130), (4, 369_600, 2000)] {
        let found = explore(move || {
            let balance = AtomicI64::new(0);
            thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| {
                        let before = balance.load(SeqCst);
                        thread::sleep(Duration::ZERO);
                        balance.store(before + 1, SeqCst);
                    });
                }
            });
            balance.into_inner()
        });
        assert_eq!(found.count(), count);
        assert!(found.runs() <= most, "{threads} threads: {} runs", found.runs());
    }
}
