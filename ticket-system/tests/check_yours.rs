//! Your turn: the verdict on src/yours.rs, and on the pair that it belongs to.

mod exercise;

use exercise::db_json_must_be_replaced_as_a_whole;

/// What all versions rely on.
#[test]
fn a_purchase_replaces_db_json_as_a_whole() {
    db_json_must_be_replaced_as_a_whole();
}

#[test]
fn locked_is_right() {
    db_json_must_be_replaced_as_a_whole();
    exercise::locked().must_be_right();
}

#[test]
fn unlocked_is_still_wrong() {
    db_json_must_be_replaced_as_a_whole();
    exercise::unlocked().must_stay_wrong("ticket-system/src/yours.rs");
}

#[test]
fn your_turn_each_ticket_is_sold_once() {
    db_json_must_be_replaced_as_a_whole();
    exercise::yours().must_be_untouched_or_right();
}
