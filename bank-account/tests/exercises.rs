//! The further exercises. Those of a student are judged only when asked for; the stubs, the solutions
//! and some half-solutions always are.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use common::check::{Exercise, Found, Verdict};
use common::interleave::{Interleavings, explore};

common::explore!(withdraw, "../exercises/withdraw.rs");
common::explore!(withdraw_solution, "../exercises/withdraw/solution.rs");
common::explore!(withdraw_clamped, "../exercises/withdraw/half_clamped.rs");
common::explore!(withdraw_checked_again, "../exercises/withdraw/half_checked_again.rs");
common::explore!(three_accounts, "../exercises/three_accounts.rs");
common::explore!(three_accounts_solution, "../exercises/three_accounts/solution.rs");
common::explore!(three_accounts_one_circle, "../exercises/three_accounts/half_one_circle.rs");
common::explore!(three_accounts_not_to_itself, "../exercises/three_accounts/half_not_to_itself.rs");

type Withdraw = fn(amounts: [i64; 2], busy: Duration) -> ([bool; 2], i64);
type Transfers = &'static [(usize, usize, i64)];
type ThreeAccounts = fn(transfers: &[(usize, usize, i64)], busy: Duration) -> [i64; 3];

#[test]
#[ignore = "your turn: cargo test -p bank-account --test exercises -- --ignored withdraw"]
fn withdraw_never_takes_more_than_there_is() {
    judge_withdraw("bank-account/exercises/withdraw.rs", withdraw::run).must_be_right();
}

#[test]
#[ignore = "your turn: cargo test -p bank-account --test exercises -- --ignored three_accounts"]
fn three_accounts_never_deadlock() {
    let file = "bank-account/exercises/three_accounts.rs";
    judge_three_accounts(file, three_accounts::run).must_be_right();
}

/// An ending such as "¥70 paid, ¥50 refused, ¥30 left".
fn told(amounts: [i64; 2], is_paid: [bool; 2], left: i64) -> String {
    let [one, two] = is_paid.map(|is_paid| if is_paid { "paid" } else { "refused" });
    format!("¥{} {one}, ¥{} {two}, ¥{left} left", amounts[0], amounts[1])
}

/// What comes of two withdrawals, one after the other, in this order.
fn one_after_the_other(amounts: [i64; 2], order: [usize; 2]) -> String {
    let (mut left, mut is_paid) = (100, [false; 2]);
    for number in order {
        is_paid[number] = left >= amounts[number];
        left -= if is_paid[number] { amounts[number] } else { 0 };
    }
    format!("end with {}", told(amounts, is_paid, left))
}

/// Two withdrawals at a time: what comes of them in every interleaving is explored once.
struct Withdrawals(LazyLock<[Interleavings; 5], Box<dyn FnOnce() -> [Interleavings; 5] + Send>>);

impl Withdrawals {
    const AMOUNTS: [[i64; 2]; 5] = [[70, 70], [30, 30], [100, 100], [30, 80], [120, 30]];

    fn of(run: Withdraw) -> Arc<Self> {
        let explored = move |amounts| {
            explore(move || {
                let (is_paid, left) = run(amounts, Duration::ZERO);
                told(amounts, is_paid, left)
            })
        };
        Arc::new(Self(LazyLock::new(Box::new(move || Self::AMOUNTS.map(explored)))))
    }

    fn each(&self, is_right: fn([i64; 2], &str) -> bool, right: &str, wrong: &str) -> Found {
        let found = Self::AMOUNTS.iter().zip(&*self.0).map(|(amounts, found)| {
            let [one, two] = amounts;
            let wrong = format!("two threads withdraw ¥{one} and ¥{two} from ¥100, {wrong}");
            found.judge(|ending| is_right(*amounts, ending), right, &wrong)
        });
        found.reduce(and).expect("some amounts")
    }

    /// In some interleavings, one withdrawal comes after the other.
    fn each_can_be_right(&self) -> Found {
        let found = Self::AMOUNTS.iter().zip(&*self.0).map(|(amounts, found)| {
            let can_be_right = found.endings().any(|(it, ..)| is_in_turn(*amounts, it));
            let [one, two] = amounts;
            let wrong = format!("¥{one} and ¥{two} never come out right. {found}");
            can_be_right.then(String::new).ok_or(wrong)
        });
        found.reduce(and).expect("some amounts")
    }
}

fn is_in_turn(amounts: [i64; 2], ending: &str) -> bool {
    [[0, 1], [1, 0]].iter().any(|order| one_after_the_other(amounts, *order) == ending)
}

fn judge_withdraw(file: &'static str, run: Withdraw) -> Exercise {
    let explored = Withdrawals::of(run);
    let [ends, can_be_right, starts, not_below, in_turn] = [(); 5].map(|()| explored.clone());
    Exercise::new(file, "the stub is never untouched", "")
        .keeps(
            move || ends.each(|_, it| it.starts_with("end with "), "", "and this never ends"),
            "Which step does each thread come to last? If it waits for a lock, which thread holds it?",
        )
        .keeps(
            move || can_be_right.each_can_be_right(),
            "What is paid, and what is left, when one withdrawal comes after the other?",
        )
        .keeps(move || run_at_the_same_time(&starts.0[0]), STARTS)
        .goal(
            move || {
                let wrong = "and the balance can be below ¥0";
                not_below.each(
                    |_, it| !it.contains("¥-"),
                    "the balance stays at ¥0 or above",
                    wrong,
                )
            },
            "How often does a thread hold the lock? When does it check the balance, and when does it \
             take the money?",
        )
        .goal(
            move || {
                let wrong = "and this is not always as if one came after the other";
                in_turn.each(is_in_turn, "all is as if one came after the other", wrong)
            },
            "Is what `withdraw` returns still true when it takes the money?",
        )
}

fn judge_three_accounts(file: &'static str, run: ThreeAccounts) -> Exercise {
    let judged = move |all: &[Transfers], right: &str| {
        let found = all.iter().map(|transfers| {
            let (mut balances, mut what) = ([100; 3], Vec::new());
            for (from, to, amount) in *transfers {
                balances[from - 1] -= amount;
                balances[to - 1] += amount;
                what.push(format!("¥{amount} from {from} to {to}"));
            }
            let wrong = format!("{} should end with {balances:?}", what.join(", "));
            let ending = format!("end with {balances:?}");
            explored(run, transfers).judge(|it| it == ending, right, &wrong)
        });
        found.reduce(and).expect("some transfers")
    };
    Exercise::new(file, "the stub is never untouched", "")
        .keeps(
            move || judged(&[&[(1, 3, 30)]], ""),
            "Which account does the amount leave, and which one does it come to?",
        )
        .keeps(move || run_at_the_same_time(&explored(run, &[(1, 2, 10), (2, 3, 20)])), STARTS)
        .goal(
            move || judged(&[CIRCLE], "the transfers from 1 to 2 to 3 to 1 are done"),
            "Which lock does each thread wait for in the end, and which thread holds that lock?",
        )
        .goal(
            move || judged(&OTHERS, "so are others"),
            "In which order does each thread acquire its locks? Is there one order for all three?",
        )
        .goal(
            move || judged(&TO_ITSELF, "and those from an account to itself"),
            "Which thread holds the lock that the thread waits for?",
        )
}

const CIRCLE: Transfers = &[(1, 2, 10), (2, 3, 20), (3, 1, 30)];
const OTHERS: [Transfers; 5] = [
    &[(1, 2, 10), (2, 1, 10)],
    &[(2, 3, 20), (3, 2, 10)],
    &[(3, 1, 10), (1, 3, 10)],
    &[(1, 3, 10), (3, 2, 10), (2, 1, 10)],
    &[(1, 2, 30), (2, 3, 10), (1, 3, 20)],
];
const TO_ITSELF: [Transfers; 2] = [&[(2, 2, 10)], &[(2, 2, 10), (2, 3, 10)]];

fn explored(run: ThreeAccounts, transfers: Transfers) -> Interleavings {
    explore(move || format!("{:?}", run(transfers, Duration::ZERO)))
}

/// Does the second thread start before the first one has ended?
const STARTS: &str = "When does the second thread start, and when has the first one ended?";

/// What the first one finds, if both are right.
fn and(one: Found, other: Found) -> Found {
    one.and_then(|one| other.map(|_| one))
}

fn run_at_the_same_time(found: &Interleavings) -> Found {
    match found.count() {
        1 => Err(format!("the threads do not run at the same time. {found}")),
        _ => Ok("the threads run at the same time".into()),
    }
}

/// Unless a student has changed it by now.
#[test]
fn each_stub_is_still_wrong() {
    let stub = "*self.balance.lock().unwrap() >= amount;\n        if is_enough {\n            thread::sleep";
    if include_str!("../exercises/withdraw.rs").contains(stub) {
        let verdict = judge_withdraw("withdraw.rs", withdraw::run).judge();
        assert!(matches!(verdict, Verdict::Wrong(_)), "{verdict}");
    }
    let stub =
        "Duration) {\n    let mut from_balance = from.balance.lock().unwrap();\n    thread::sleep";
    if include_str!("../exercises/three_accounts.rs").contains(stub) {
        let verdict = judge_three_accounts("three_accounts.rs", three_accounts::run).judge();
        assert!(matches!(verdict, Verdict::Wrong(_)), "{verdict}");
    }
}

#[test]
fn both_solutions_are_right() {
    judge_withdraw("solution.rs", withdraw_solution::run).must_be_right();
    judge_three_accounts("solution.rs", three_accounts_solution::run).must_be_right();
}

#[test]
fn each_half_solution_is_half_fixed() {
    for verdict in [
        judge_withdraw("half_clamped.rs", withdraw_clamped::run).judge(),
        judge_withdraw("half_checked_again.rs", withdraw_checked_again::run).judge(),
        judge_three_accounts("half_one_circle.rs", three_accounts_one_circle::run).judge(),
        judge_three_accounts("half_not_to_itself.rs", three_accounts_not_to_itself::run).judge(),
    ] {
        assert!(matches!(verdict, Verdict::Half(_)), "{verdict}");
    }
}
