//! The stand-in agrees with the oracle, and with itself without its cache.

use common::interleave::{Interleavings, explore, explore_plainly};

use crate::oracle::{Counts, DEADLOCK, Op, Sizes, count};
use crate::programs::{self, Dice};

fn counts(found: &Interleavings) -> Counts {
    found.endings().map(|(ending, count, _)| (ending.to_string(), count)).collect()
}

fn run(main: &[Op], sizes: Sizes) -> impl Fn() -> String + Send + Sync + 'static {
    let main = main.to_vec();
    move || programs::run(&main, sizes)
}

const SIZES: Sizes = Sizes { room: 1, meeting: 2 };

/// Threads in a scope.
fn scope(threads: impl IntoIterator<Item = Vec<Op>>) -> Vec<Op> {
    vec![Op::Scope(threads.into_iter().collect(), Vec::new(), true), Op::Out(0), Op::Out(1)]
}

fn oracle(main: &[Op]) -> Counts {
    count(main, SIZES, 100_000).expect("few states")
}

#[track_caller]
fn must_agree(main: &[Op]) -> Counts {
    let expected = oracle(main);
    let found = explore(run(main, SIZES));
    assert_eq!(counts(&found), expected, "{main:?}\n{found}");
    expected
}

#[test]
fn two_hundred_random_programs_have_the_counts_and_endings_of_the_oracle() {
    let (mut tried, mut deadlocks) = (0, 0);
    for seed in 0..2000 {
        let (main, sizes) = Dice(seed).program();
        let Some(expected) = count(&main, sizes, 1000) else { continue };
        if expected.values().sum::<u128>() > 100 {
            continue;
        }
        let found = explore(run(&main, sizes));
        assert_eq!(counts(&found), expected, "{seed}: {main:?} {sizes:?}\n{found}");
        tried += 1;
        deadlocks += u32::from(expected.contains_key(DEADLOCK));
        if tried == 200 {
            break;
        }
    }
    assert!(tried == 200 && deadlocks > 20, "{tried} programs, {deadlocks} can deadlock");
}

#[test]
fn the_cache_changes_neither_counts_nor_samples() {
    let (mut tried, mut runs, mut plain_runs) = (0, 0, 0);
    for seed in 0..1000 {
        let (main, sizes) = Dice(seed).program();
        let Some(expected) = count(&main, sizes, 1000) else { continue };
        if !(2..=60).contains(&expected.values().sum::<u128>()) {
            continue;
        }
        let found = explore(run(&main, sizes));
        let plainly = explore_plainly(run(&main, sizes));
        assert_eq!(found.to_string(), plainly.to_string(), "{seed}: {main:?} {sizes:?}");
        assert_eq!(u128::from(plainly.runs()), plainly.count());
        (tried, runs, plain_runs) = (tried + 1, runs + found.runs(), plain_runs + plainly.runs());
        if tried == 60 {
            break;
        }
    }
    assert!(tried == 60 && runs < plain_runs, "{tried} programs: {runs} of {plain_runs} runs");
}

#[test]
fn deposits_of_two_three_and_four_threads() {
    for (threads, all, right) in [(2, 20, 2), (3, 1680, 6), (4, 369_600, 24)] {
        let deposit = vec![Op::Load(0), Op::Pause, Op::Store(0, 1)];
        let deposits = scope(vec![deposit; threads]);
        // The count of the stand-in for four of them is checked where its runs are counted.
        let found = if threads < 4 { must_agree(&deposits) } else { oracle(&deposits) };
        assert_eq!(found.values().sum::<u128>(), all);
        let rights = found.iter().filter(|(ending, _)| ending.contains(&format!("[{threads}, 0]")));
        assert_eq!(rights.map(|(_, count)| count).sum::<u128>(), right);
    }
}

#[test]
fn a_lock_and_a_try_lock() {
    let locked = vec![Op::Lock(0, vec![Op::Load(0), Op::Pause, Op::Store(0, 1)])];
    let found = must_agree(&scope(vec![locked.clone(); 3]));
    assert_eq!(found.values().sum::<u128>(), 6);
    must_agree(&scope([
        locked.clone(),
        vec![Op::Load(0), Op::Try(0, vec![Op::Add(1, 1)])],
        locked,
    ]));
}

#[test]
fn two_locks_in_opposite_order() {
    let both = |first, second| vec![Op::Lock(first, vec![Op::Lock(second, vec![])])];
    let found = must_agree(&scope([both(0, 1), both(1, 0)]));
    assert_eq!((found[DEADLOCK], found.values().sum::<u128>()), (2, 6));
    let found = must_agree(&scope([both(0, 1), both(0, 1)]));
    assert!(!found.contains_key(DEADLOCK));
}

#[test]
fn retries_with_compare_exchange() {
    for threads in [2, 3] {
        let found = must_agree(&scope(vec![vec![Op::CasLoop(0, 1)]; threads]));
        assert!(found.keys().all(|ending| ending.contains(&format!("[{threads}, 0]"))));
    }
}

#[test]
fn peterson_keeps_two_threads_apart() {
    let inside = vec![Op::Load(1), Op::Store(1, 1)];
    let thread = |me: usize| [vec![Op::Peterson(me)], inside.clone(), vec![Op::Leave(me)]].concat();
    let found = must_agree(&scope([thread(0), thread(1)]));
    assert!(found.keys().all(|ending| ending.ends_with("2]")), "{found:?}");
}

#[test]
fn dekkers_flags_are_never_both_missed() {
    // Each raises its flag, and then looks at that of the other.
    let thread = |me: usize| vec![Op::Swap(me, 1), Op::Load(1 - me)];
    let found = must_agree(&scope([thread(0), thread(1)]));
    // The sum of the main thread is 3 times the first plus the second.
    let seen = |sum: u32| found.get(&format!("end with {sum} [1, 1]")).copied().unwrap_or(0);
    assert_eq!([seen(0), seen(1), seen(3), seen(4)], [0, 1, 1, 4]);
}

#[test]
fn a_panic_while_a_lock_is_held() {
    let panics = vec![Op::Lock(0, vec![Op::Load(0), Op::PanicIf(0)])];
    let other = vec![Op::Add(0, 1), Op::Lock(0, vec![])];
    let found = must_agree(&scope([panics.clone(), other.clone()]));
    assert!(found.len() > 1, "{found:?}");
    let unjoined = vec![Op::Scope(vec![panics, other], Vec::new(), false)];
    let found = must_agree(&unjoined);
    assert!(found.contains_key("panic: p0"), "{found:?}");
}

#[test]
fn scopes_in_scopes() {
    let add = || vec![Op::Add(0, 1)];
    let inner = || vec![Op::Scope(vec![add(), add()], vec![], false), Op::Add(1, 1)];
    must_agree(&[scope([inner(), inner()]), vec![Op::Spawn(inner()), Op::Join]].concat());
}

/// A store under a lock, with one that takes and two that give, or the other way round.
#[test]
fn a_condition_variable_needs_while_and_not_if() {
    let take = |again| vec![Op::Take { again }];
    let give = |all| vec![Op::Give { all }];
    // With two that take and one that gives, one waits for ever. What is taken must have been there:
    // the sum of a thread is what is left.
    for all in [false, true] {
        let right = must_agree(&scope([take(true), take(true), give(all), give(all)]));
        assert!(right.keys().all(|ending| !ending.contains('-')), "{right:?}");
        let wrong = must_agree(&scope([take(false), take(false), give(all), give(all)]));
        assert!(wrong.keys().any(|ending| ending.contains('-')), "{all}: {wrong:?}");
    }
}

#[test]
fn a_wait_in_a_loop_comes_to_its_end() {
    let found =
        must_agree(&scope([vec![Op::Await(0, 2)], vec![Op::Add(0, 1)], vec![Op::Add(0, 1)]]));
    assert!(!found.contains_key(DEADLOCK), "{found:?}");
    let found = must_agree(&scope([vec![Op::Await(0, 2)], vec![Op::Add(0, 1)]]));
    assert_eq!(found.keys().collect::<Vec<_>>(), [DEADLOCK]);
}
