//! Your turn: the verdict on your own files, `yours_ending.rs` and `yours_lock.rs`. `cargo test -p
//! queue-ipc` begins with it.

#[path = "exercise/mod.rs"]
mod exercise;
#[path = "../src/messages.rs"]
mod messages;
#[path = "../src/modelled.rs"]
#[allow(dead_code, reason = "this check explores more than the commands of the program")]
mod modelled;

use common::check::Verdict;

#[test]
fn your_turn_the_reader_stops_when_the_queue_is_closed_and_not_before() {
    exercise::yours_ending().must_be_untouched_or_right();
}

#[test]
fn your_turn_each_message_arrives_whole() {
    exercise::yours_lock().must_be_untouched_or_right();
}

/// The copies that the two files start as, judged as if they had been edited.
#[test]
fn the_wrong_versions_are_still_wrong() {
    for wrong in [exercise::polling(), exercise::unlocked()] {
        let verdict = wrong.judge();
        assert!(matches!(verdict, Verdict::Wrong(_)), "{verdict}");
    }
}
