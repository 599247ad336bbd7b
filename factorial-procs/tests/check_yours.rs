//! Your turn: is `src/yours.rs` right? It is judged by what it does, in every interleaving. As long as it
//! is untouched, these checks pass.

#[macro_use]
mod stand_in;
mod exercise;

use common::check::Verdict;
use exercise::exercise;
use stand_in::{answer, factorial};

version!(yours, "../src/yours.rs");
version!(serial, "../src/serial.rs");
version!(parallel, "../src/parallel.rs");

#[test]
fn your_turn_all_processes_are_alive_at_the_same_time() {
    exercise::serial_must_be_serial(); // or else `yours.rs` is no longer a copy of it
    let file = "factorial-procs/src/yours.rs";
    exercise("yours", file, include_str!("../src/yours.rs"), yours::run)
        .must_be_untouched_or_right();
}

#[test]
fn an_untouched_copy_of_serial_is_judged_as_still_wrong() {
    let file = "factorial-procs/src/serial.rs";
    let verdict = exercise("serial", file, "changed", serial::run).judge();
    exercise::serial_must_be_serial();
    assert!(matches!(verdict, Verdict::Wrong(_)), "{verdict}");
    let said = verdict.to_string();
    for text in ["it is still serial. ", "waits for process 1", "Which line waits"] {
        assert!(said.contains(text), "{said}");
    }
}

#[test]
fn parallel_is_judged_as_right() {
    exercise::parallel_must_be_right();
}
