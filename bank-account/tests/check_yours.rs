//! The verdicts on the files of the student's own. Cargo runs this check first.

mod exercise;

use exercise::{deposits, transfers};

common::explore!(unlocked, "../src/unlocked.rs");
common::explore!(locked, "../src/locked.rs");
common::explore!(yours, "../src/yours.rs");
common::explore!(crossed, "../src/crossed.rs");
common::explore!(ordered, "../src/ordered.rs");
common::explore!(yours_deadlock, "../src/yours_deadlock.rs");

const UNLOCKED: &str = include_str!("../src/unlocked.rs");
const CROSSED: &str = include_str!("../src/crossed.rs");

const YOURS: &str = "bank-account/src/yours.rs";
const YOURS_DEADLOCK: &str = "bank-account/src/yours_deadlock.rs";

#[test]
fn your_turn_no_deposit_is_lost() {
    let text = include_str!("../src/yours.rs");
    deposits(YOURS, text, UNLOCKED, yours::run).must_be_untouched_or_right();
}

#[test]
fn your_turn_two_transfers_are_done_without_a_deadlock() {
    let text = include_str!("../src/yours_deadlock.rs");
    transfers(YOURS_DEADLOCK, text, CROSSED, yours_deadlock::run).must_be_untouched_or_right();
}

#[test]
fn unlocked_and_crossed_are_still_wrong() {
    let file = "bank-account/src/unlocked.rs";
    deposits(file, UNLOCKED, "", unlocked::run).must_stay_wrong(YOURS);
    let file = "bank-account/src/crossed.rs";
    transfers(file, CROSSED, "", crossed::run).must_stay_wrong(YOURS_DEADLOCK);
}

#[test]
fn locked_and_ordered_are_right() {
    let text = include_str!("../src/locked.rs");
    deposits("bank-account/src/locked.rs", text, "", locked::run).must_be_right();
    let text = include_str!("../src/ordered.rs");
    transfers("bank-account/src/ordered.rs", text, "", ordered::run).must_be_right();
}
