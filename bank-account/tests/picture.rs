//! The picture of a staged run is exact. What is by chance in a picture keeps to what it claims.

#[path = "../src/deadlock.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
mod deadlock;
#[path = "../src/picture.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
mod picture;
#[path = "../src/watched.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
mod watched;

use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle, ThreadId};
use std::time::Duration;

use common::check::{Run, command, most_at_once, wait_until};
use common::record::Record;

use watched::{Step, Thread};

/// A lesson file as the program runs it, but for the pause: there, each thread waits at a gate.
macro_rules! staged {
    (@ $name:ident, $file:literal, $($threads:item)*) => {
        #[allow(dead_code, unused_imports, reason = "not every version needs all of it")]
        mod $name {
            mod std {
                pub use ::std::*;

                pub mod sync {
                    pub use crate::watched::{Mutex, MutexGuard};
                    pub use ::std::sync::*;

                    pub mod atomic {
                        pub use crate::watched::AtomicI64;
                        pub use ::std::sync::atomic::*;
                    }
                }

                pub mod thread {
                    pub use crate::wait_at_the_gate as sleep;
                    pub use ::std::thread::*;
                }
            }

            include!($file);

            $($threads)*
        }
    };
    ($name:ident, $file:literal) => {
        staged!(
            @ $name,
            $file,
            /// Starts a thread that deposits ¥1.
            pub fn deposits() -> impl Fn() -> thread::JoinHandle<()> {
                let account: &Account = Box::leak(Box::default());
                move || thread::spawn(|| account.deposit(1, Duration::ZERO))
            }
        );
    };
    ($name:ident, $file:literal, two accounts) => {
        staged!(
            @ $name,
            $file,
            /// Starts two threads with opposite transfers, the first one before the second one.
            pub fn transfers(staged: impl Fn(&thread::JoinHandle<()>)) -> [thread::JoinHandle<()>; 2] {
                let [one, two]: [&Account; 2] = [1, 2]
                    .map(|number| &*Box::leak(Box::new(Account { number, balance: Mutex::new(100) })));
                let first = thread::spawn(|| transfer(one, two, 10, Duration::ZERO));
                staged(&first);
                [first, thread::spawn(|| transfer(two, one, 20, Duration::ZERO))]
            }
        );
    };
}

staged!(unlocked, "../src/unlocked.rs");
staged!(locked, "../src/locked.rs");
staged!(owned, "../src/owned.rs");
staged!(atomic, "../src/atomic.rs");
staged!(crossed, "../src/crossed.rs", two accounts);
staged!(ordered, "../src/ordered.rs", two accounts);

static AT_THE_GATE: Mutex<Vec<ThreadId>> = Mutex::new(Vec::new());
static LET_THROUGH: Mutex<Vec<ThreadId>> = Mutex::new(Vec::new());

pub fn wait_at_the_gate(_: Duration) {
    watched::sleep(Duration::from_nanos(1));
    let me = thread::current().id();
    AT_THE_GATE.lock().unwrap().push(me);
    wait_until("the gate opens", || LET_THROUGH.lock().unwrap().contains(&me));
}

fn comes_to_the_gate(thread: &JoinHandle<()>) {
    let id = thread.thread().id();
    wait_until("a thread comes to the gate", || AT_THE_GATE.lock().unwrap().contains(&id));
}

fn waits_for_a_lock(thread: &JoinHandle<()>) {
    let id = thread.thread().id();
    let waits =
        |it: &Thread| it.id == id && matches!(it.notes.last(), Some((_, Step::Waits { .. })));
    wait_until("a thread waits for a lock", || watched::threads().iter().any(waits));
}

fn open_the_gate(thread: &JoinHandle<()>) {
    LET_THROUGH.lock().unwrap().push(thread.thread().id());
}

fn goes_on(thread: JoinHandle<()>) {
    open_the_gate(&thread);
    thread.join().unwrap();
}

type Draw = fn(&str, &Record, &[Thread]) -> String;

/// The picture of a staged run in which from each note to the next one takes 10 ms, so only their
/// order is left.
fn drawn(draw: Draw, staged: impl FnOnce()) -> String {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let ((), mut threads) = watched::watch(staged);
    let notes = || threads.iter().flat_map(|thread| &thread.notes);
    let mut times: Vec<Duration> = notes().map(|(at, _)| *at).collect();
    times.sort();
    let ms = |place: usize| Duration::from_millis(10 * place as u64);
    for (at, _) in threads.iter_mut().flat_map(|thread| &mut thread.notes) {
        *at = ms(times.iter().position(|time| time == at).unwrap());
    }
    let run = Record { to: ms(times.len()), ..Record::default() };
    let picture = draw("", &run, &threads);
    let mut parts = picture.split('\u{1b}'); // colours
    let first = parts.next().unwrap_or_default().to_string();
    first + &parts.filter_map(|part| Some(part.split_once('m')?.1)).collect::<String>()
}

/// Lanes end with spaces where a colour ends.
#[track_caller]
fn must_be(picture: &str, expected: &[&str]) {
    let lines: Vec<&str> = picture.lines().map(str::trim_end).collect();
    assert_eq!(lines, expected, "\n{picture}");
}

#[test]
fn unlocked_shows_which_thread_writes_over_a_deposit_that_it_has_not_read() {
    let picture = drawn(picture::deposits, || {
        let deposit = unlocked::deposits();
        let [one, two] = [(); 2].map(|()| {
            let thread = deposit();
            comes_to_the_gate(&thread);
            thread
        });
        goes_on(one);
        let three = deposit();
        comes_to_the_gate(&three);
        goes_on(two);
        goes_on(three);
    });
    must_be(
        &picture,
        &[
            "            0 ms                      80.0 ms",
            "  thread 1  █████████████████                  reads 0, writes 1",
            "  thread 2          █████████████████████      reads 0, writes 1  ← ¥1 lost",
            "  thread 3                       ████████████  reads 1, writes 2",
            "  █ from reading to writing",
        ],
    );
}

#[test]
fn locked_and_owned_show_who_waits_for_the_lock_and_lose_nothing() {
    for start in [&locked::deposits() as &dyn Fn() -> JoinHandle<()>, &owned::deposits()] {
        let picture = drawn(picture::deposits, || {
            let one = start();
            comes_to_the_gate(&one);
            let two = start();
            waits_for_a_lock(&two);
            goes_on(one);
            comes_to_the_gate(&two);
            goes_on(two);
        });
        must_be(
            &picture,
            &[
                "            0 ms                                    90.0 ms",
                "  thread 1  █████████████████████                            reads 0, writes 1",
                "  thread 2                  ░░░░░░░░░░░░░░░████████████████  reads 1, writes 2",
                "  ░ waits for the lock   █ from reading to writing",
            ],
        );
    }
}

#[test]
fn atomic_shows_that_threads_pause_at_the_same_time_but_add_one_after_the_other() {
    let picture = drawn(picture::deposits, || {
        let deposit = atomic::deposits();
        let [one, two] = [(); 2].map(|()| {
            let thread = deposit();
            comes_to_the_gate(&thread);
            thread
        });
        goes_on(two);
        goes_on(one);
    });
    must_be(
        &picture,
        &[
            "            0 ms                                    50.0 ms",
            "  thread 2           ··········█████████                     reads 0, writes 1",
            "  thread 1  ······································█████████  reads 1, writes 2",
            "  · pauses   █ from reading to writing",
        ],
    );
}

#[test]
fn crossed_shows_which_lock_each_thread_of_the_deadlock_holds_and_waits_for() {
    let picture = drawn(picture::transfers, || {
        let [one, two] = crossed::transfers(comes_to_the_gate);
        comes_to_the_gate(&two);
        open_the_gate(&one);
        waits_for_a_lock(&one);
        open_the_gate(&two);
        waits_for_a_lock(&two); // for ever
    });
    must_be(
        &picture,
        &[
            "                    0 ms                             60.0 ms",
            "  thread 1, lock 1  ████████████████████████████████████████",
            "  thread 1, lock 2                             ░░░░░░░░░░░░░  ← waits for ever",
            "  thread 2, lock 1                                   ░░░░░░░  ← waits for ever",
            "  thread 2, lock 2               ███████████████████████████",
            "  ░ waits for the lock   █ holds the lock",
        ],
    );
}

#[test]
fn ordered_shows_that_a_thread_waits_for_lock_1_before_it_holds_any() {
    let picture = drawn(picture::transfers, || {
        let [one, two] = ordered::transfers(comes_to_the_gate);
        waits_for_a_lock(&two);
        goes_on(one);
        comes_to_the_gate(&two);
        goes_on(two);
    });
    must_be(
        &picture,
        &[
            "                    0 ms                                      150 ms",
            "  thread 1, lock 1  ██████████████████████",
            "  thread 1, lock 2            ██████",
            "  thread 2, lock 1        ░░░░░░░░░░░░░░░░░░░░███████████████████",
            "  thread 2, lock 2                                  ██████",
            "  ░ waits for the lock   █ holds the lock",
        ],
    );
}

fn bank_account(arguments: &str) -> String {
    Run::start(command(env!("CARGO_BIN_EXE_bank-account"), arguments)).end().stdout()
}

/// Without the legend.
fn lanes(said: &str) -> String {
    said.lines().filter(|line| line.starts_with("  thread ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn with_a_lock_no_two_threads_are_between_reading_and_writing() {
    for version in ["locked", "owned", "atomic"] {
        let said = bank_account(&format!("{version} --threads 30 --pause-ms 5"));
        assert_eq!(most_at_once(&lanes(&said), '█'), 1, "{said}");
        assert!(!said.contains("← ¥"), "{said}");
    }
}

#[test]
fn without_a_lock_ten_threads_are_between_reading_and_writing() {
    let said = bank_account("unlocked --threads 10 --pause-ms 500");
    assert_eq!(most_at_once(&lanes(&said), '█'), 10, "{said}");
    assert_eq!(said.matches("reads 0, writes 1").count(), 10, "{said}");
    assert_eq!(said.matches("  ← ¥1 lost\n").count(), 9, "{said}");
    assert!(said.contains("unlocked   ¥1 of ¥10: ¥9 lost "), "{said}");
}

#[test]
fn no_lock_is_held_by_two_threads_at_the_same_time() {
    for version in ["crossed", "ordered"] {
        let said = bank_account(&format!("{version} --pause-ms 50"));
        for lock in ["lock 1", "lock 2"] {
            let lanes = lanes(&said);
            let lanes: Vec<&str> = lanes.lines().filter(|lane| lane.contains(lock)).collect();
            assert_eq!(lanes.len(), 2, "{said}");
            assert_eq!(most_at_once(&lanes.join("\n"), '█'), 1, "{said}");
        }
    }
}

#[test]
fn a_picture_fits_on_the_screen() {
    for arguments in ["--pause-ms 1", "unlocked --threads 10000 --pause-ms 0"] {
        let said = bank_account(arguments);
        assert!(said.lines().count() <= 40, "{said}");
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
        assert!(!said.contains("… and "), "{said}"); // more than ten lanes
        let threads = if arguments.contains("10000") { 10_000 } else { 100 };
        assert!(said.contains(&format!("  (10 of {threads} threads)\n")), "{said}");
    }
}
