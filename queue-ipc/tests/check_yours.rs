//! Your turn: the verdict on your own files, `yours_ending.rs` and `yours_lock.rs`. `cargo test -p
//! queue-ipc` begins with it.

#[path = "exercise/mod.rs"]
mod exercise;
#[path = "../src/messages.rs"]
mod messages;
#[path = "../src/modelled.rs"]
#[allow(dead_code, reason = "this check explores more than the commands of the program")]
mod modelled;

#[test]
fn your_turn_the_reader_stops_when_the_queue_is_closed_and_not_before() {
    exercise::polling().must_stay_wrong("queue-ipc/src/yours_ending.rs"); // yours is a copy of it
    exercise::yours_ending().must_be_untouched_or_right();
}

#[test]
fn your_turn_each_message_arrives_whole() {
    exercise::unlocked().must_stay_wrong("queue-ipc/src/yours_lock.rs"); // yours is a copy of it
    exercise::yours_lock().must_be_untouched_or_right();
}
