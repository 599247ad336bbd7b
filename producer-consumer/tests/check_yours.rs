//! Your turn: the verdict on `src/yours.rs`. Cargo runs this check before the others.

mod exercise;

common::explore!(stuck, "../src/stuck.rs", use common::interleave::crossbeam);
common::explore!(yours, "../src/yours.rs", use common::interleave::crossbeam);

#[test]
fn your_turn_no_item_is_lost_and_every_thread_ends() {
    exercise::stuck_must_show_both_faults(version!(stuck), run!(stuck)); // yours is a copy of it
    version!(yours).must_be_untouched_or_right();
}
