//! A panic of the standard library ends a lesson with one line.

#![cfg(all(target_os = "linux", target_pointer_width = "64"))] // where it can be brought about

use std::process::{self, ExitCode};
use std::{env, thread};

use common::check::{Run, command};

/// With this variable, this program is the lesson whose thread the system refuses.
const AS_LESSON: &str = "REFUSED_THREAD";

/// The system refuses a thread whose stack is larger than all memory that it can address.
#[test]
fn a_thread_that_the_system_refuses_is_one_line_and_exit_status_1() {
    if env::var_os(AS_LESSON).is_some() {
        let outcome = common::lesson(|| {
            thread::scope(|scope| drop(scope.spawn(|| ())));
            Ok(())
        });
        process::exit((outcome != ExitCode::SUCCESS).into());
    }
    // With one thread, the tests of a program run in its main thread.
    let mut lesson = command(env::current_exe().unwrap(), "--test-threads=1 --no-capture");
    lesson.env(AS_LESSON, "yes").env("RUST_MIN_STACK", (1_u64 << 46).to_string());
    let said = Run::start(lesson).end().error();
    assert!(said.starts_with("error: failed to spawn thread: "), "{said}");
}
