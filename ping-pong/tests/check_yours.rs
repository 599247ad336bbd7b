//! The check of your own file, `src/yours.rs`. Cargo runs it first.

mod exercise;

use exercise::{YOURS, exercise, isolated_must_show_the_fault, shared, turns};

/// It passes where nothing was changed, too.
#[test]
fn your_turn_two_players_share_one_counter() {
    exercise("yours", YOURS, include_str!("../src/yours.rs")).must_be_untouched_or_right();
}

// The same verdict on the versions of the lesson.

#[test]
fn isolated_shows_the_fault() {
    isolated_must_show_the_fault();
}

#[test]
fn shared_is_right() {
    shared().must_be_right();
}

#[test]
fn turns_is_right() {
    turns().must_be_right();
}
