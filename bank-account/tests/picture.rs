//! The picture of a staged run is exact. What is by chance in a picture keeps to what it claims.

#[path = "../src/deadlock.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
mod deadlock;
#[path = "../src/notes.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
mod notes;
#[path = "../src/picture.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
mod picture;
#[path = "../src/watched.rs"]
#[allow(dead_code, unused_imports, unused_macros, reason = "the program uses the rest")]
mod watched;

use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle, ThreadId};
use std::time::Duration;

use common::check::{Run, command, most_at_once, wait_until};
use common::record::Record;

use notes::{Step, Thread};

/// What the deposits below use, each of them a part of it.
#[derive(Default)]
struct Account {
    balance: watched::WatchedAtomicI64,
    lock: watched::WatchedMutex<()>,
    owned: watched::WatchedMutex<i64>,
    held: watched::WatchedAtomicI64,
}

fn unlocked(account: &Account) {
    let balance = account.balance.load(SeqCst);
    wait_at_the_gate();
    account.balance.store(balance + 1, SeqCst);
}

fn locked(account: &Account) {
    let _guard = account.lock.lock().unwrap();
    unlocked(account);
}

fn owned(account: &Account) {
    let mut guard = account.owned.lock().unwrap();
    let balance = *guard;
    wait_at_the_gate();
    *guard = balance + 1;
}

fn owned_in_short(account: &Account) {
    *account.owned.lock().unwrap() += 1;
}

fn atomic(account: &Account) {
    wait_at_the_gate();
    account.balance.fetch_add(1, SeqCst);
}

fn updated(account: &Account) {
    let more = |balance| {
        wait_at_the_gate();
        Some(balance + 1)
    };
    account.balance.fetch_update(SeqCst, SeqCst, more).unwrap();
}

fn locked_with_a_number(account: &Account) {
    account.held.compare_exchange(0, 1, SeqCst, SeqCst).unwrap();
    unlocked(account);
    account.held.store(0, SeqCst);
}

/// Starts threads, each with a deposit into one account.
fn into_one_account(deposit: fn(&Account)) -> impl Fn() -> JoinHandle<()> {
    let account: &Account = Box::leak(Box::default());
    move || thread::spawn(move || deposit(account))
}

fn transfer(first: &watched::WatchedMutex<i64>, second: &watched::WatchedMutex<i64>) {
    let mut first = first.lock().unwrap();
    wait_at_the_gate();
    let mut second = second.lock().unwrap();
    *first -= 10;
    *second += 10;
}

/// Starts two threads, the second one when the first one is `staged`. The second one acquires the
/// locks in this order: 0 stands for lock 1.
fn two_transfers(order: [usize; 2], staged: impl Fn(&JoinHandle<()>)) -> [JoinHandle<()>; 2] {
    let locks: &[watched::WatchedMutex<i64>; 2] = Box::leak(Box::default());
    let one = thread::spawn(|| transfer(&locks[0], &locks[1]));
    staged(&one);
    [one, thread::spawn(move || transfer(&locks[order[0]], &locks[order[1]]))]
}

static AT_THE_GATE: Mutex<Vec<ThreadId>> = Mutex::new(Vec::new());
static LET_THROUGH: Mutex<Vec<ThreadId>> = Mutex::new(Vec::new());

/// Stands for the pause.
fn wait_at_the_gate() {
    watched::watched_sleep(Duration::from_nanos(1));
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
    wait_until("a thread waits for a lock", || notes::threads().iter().any(waits));
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
    notes::watch(staged);
    let mut threads = notes::threads();
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
        let deposit = into_one_account(unlocked);
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
            "            0 ms                       110 ms",
            "  thread 1  ██████████████████                 reads 0, writes 1",
            "  thread 2           █████████████████████     reads 0, writes 1  ← ¥1 lost",
            "  thread 3                       ████████████  reads 1, writes 2",
            "  █ from reading to writing",
        ],
    );
}

#[test]
fn locked_and_owned_show_who_waits_for_the_lock_and_lose_nothing() {
    let owned_lanes = [
        "  thread 1  █████████████████████                            reads 0, writes 1",
        "  thread 2                   ░░░░░░░░░░░░░█████████████████  reads 1, writes 2",
    ];
    let locked_lanes = [
        "  thread 1      █████████████████                            reads 0, writes 1",
        "  thread 2                   ░░░░░░░░░░░░░░░░░█████████████  reads 1, writes 2",
    ];
    for (deposit, lanes) in [(owned as fn(&Account), owned_lanes), (locked, locked_lanes)] {
        let start = into_one_account(deposit);
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
                "            0 ms                                     110 ms",
                lanes[0],
                lanes[1],
                "  ░ waits for the lock   █ from reading to writing",
            ],
        );
    }
}

#[test]
fn atomic_shows_that_threads_pause_at_the_same_time_but_add_one_after_the_other() {
    let picture = drawn(picture::deposits, || {
        let deposit = into_one_account(atomic);
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
            "            0 ms                                    70.0 ms",
            "  thread 2               ··············███████               reads 0, writes 1",
            "  thread 1  ········································███████  reads 1, writes 2",
            "  · pauses   █ from reading to writing",
        ],
    );
}

#[test]
fn a_thread_that_reads_again_before_it_writes_loses_nothing() {
    let picture = drawn(picture::deposits, || {
        let deposit = into_one_account(updated);
        let [one, two] = [(); 2].map(|()| {
            let thread = deposit();
            comes_to_the_gate(&thread);
            thread
        });
        goes_on(one);
        goes_on(two);
    });
    must_be(
        &picture,
        &[
            "            0 ms                                     100 ms",
            "  thread 1  ████████████████████████████                     reads 0, writes 1",
            "  thread 2                █████████████████████████████████  reads 1, writes 2",
            "  █ from reading to writing",
        ],
    );
}

#[test]
fn what_is_added_at_once_has_been_read_as_well() {
    let picture = drawn(picture::deposits, || {
        let deposit = into_one_account(owned_in_short);
        deposit().join().unwrap();
        deposit().join().unwrap();
    });
    assert!(picture.contains("reads 0, writes 1\n") && picture.contains("reads 1, writes 2\n"));
}

#[test]
fn where_it_is_not_known_which_number_is_the_balance_only_pauses_are_shown() {
    let picture = drawn(picture::deposits, || {
        let deposit = into_one_account(locked_with_a_number);
        for _ in 0..2 {
            goes_on(deposit());
        }
    });
    must_be(
        &picture,
        &[
            "            0 ms                                     90.0 ms",
            "  thread 1             ·····",
            "  thread 2                                             ·····",
            "  · pauses",
        ],
    );
}

#[test]
fn crossed_shows_which_lock_each_thread_of_the_deadlock_holds_and_waits_for() {
    let picture = drawn(picture::transfers, || {
        let [one, two] = two_transfers([1, 0], comes_to_the_gate);
        comes_to_the_gate(&two);
        open_the_gate(&one);
        waits_for_a_lock(&one);
        open_the_gate(&two);
        waits_for_a_lock(&two); // for ever
    });
    must_be(
        &picture,
        &[
            "                    0 ms                                   80.0 ms",
            "  thread 1, lock 1  ██████████████████████████████████████████████",
            "  thread 1, lock 2                                     ░░░░░░░░░░░  ← deadlock",
            "  thread 2, lock 1                                          ░░░░░░  ← deadlock",
            "  thread 2, lock 2                   █████████████████████████████",
            "  ░ waits for the lock   █ holds the lock",
        ],
    );
}

#[test]
fn ordered_shows_that_a_thread_waits_for_lock_1_before_it_holds_any() {
    let picture = drawn(picture::transfers, || {
        let [one, two] = two_transfers([0, 1], comes_to_the_gate);
        waits_for_a_lock(&two);
        goes_on(one);
        comes_to_the_gate(&two);
        goes_on(two);
    });
    must_be(
        &picture,
        &[
            "                    0 ms                                      170 ms",
            "  thread 1, lock 1  ███████████████████████",
            "  thread 1, lock 2             ██████",
            "  thread 2, lock 1          ░░░░░░░░░░░░░░░░░████████████████████",
            "  thread 2, lock 2                                    ██████",
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
    for version in ["owned", "atomic"] {
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
    let said = bank_account("crossed --pause-ms 50");
    for lock in ["lock 1", "lock 2"] {
        let lanes = lanes(&said);
        let lanes: Vec<&str> = lanes.lines().filter(|lane| lane.contains(lock)).collect();
        assert_eq!(lanes.len(), 2, "{said}");
        assert_eq!(most_at_once(&lanes.join("\n"), '█'), 1, "{said}");
    }
}

#[test]
fn a_picture_fits_on_the_screen() {
    for (threads, arguments) in [(20, "--pause-ms 1"), (10_000, "unlocked --pause-ms 0")] {
        let arguments = &format!("{arguments} --threads {threads}");
        let said = bank_account(arguments);
        assert!(said.lines().count() <= 40, "{said}");
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
        assert!(!said.contains("… and "), "{said}"); // more than ten lanes
        assert!(said.contains(&format!("  (10 of {threads} threads)\n")), "{said}");
    }
}
