//! How each program begins and ends.

use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::process::ExitCode;
use std::sync::Once;

use crate::{clock, lifeline, record, say};

/// Sets the lesson's zero of time, runs the program, and turns an error into one line on stderr,
/// which starts with `error: `, and exit status 1. The first panic of any thread, such as that of
/// [`std::thread::spawn`] when the system starts no further thread, becomes such a line, too.
///
/// A program that was started by [`worker`](crate::worker()) ends when its parent ends.
///
/// ```
/// use std::process::ExitCode;
///
/// use anyhow::bail;
///
/// assert_eq!(common::lesson(|| Ok(())), ExitCode::SUCCESS);
/// assert_eq!(common::lesson(|| bail!("db.json: no such file")), ExitCode::FAILURE);
/// assert_eq!(common::lesson(|| panic!("no thread")), ExitCode::FAILURE);
/// ```
pub fn lesson(program: impl FnOnce() -> anyhow::Result<()>) -> ExitCode {
    clock::zero();
    panic::set_hook(Box::new(|panic| {
        static FIRST: Once = Once::new();
        FIRST.call_once(|| {
            say::end_with(&in_one_line(panic)); // those of other threads follow from it
        });
    }));
    let program = || lifeline::end_with_parent().and_then(|()| program());
    let outcome = panic::catch_unwind(AssertUnwindSafe(program));
    record::end_status(); // no line that would be overwritten stays behind
    match outcome {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(fault)) => say::end_with(&format!("{fault:#}")),
        Err(_) if say::is_closed() => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE, // has been told
    }
}

/// What went wrong, and in which line of the course, if it was there and not in the standard library.
fn in_one_line(panic: &PanicHookInfo<'_>) -> String {
    let formatted = panic.payload().downcast_ref::<String>().map(String::as_str);
    let text = formatted.or_else(|| panic.payload().downcast_ref::<&str>().copied());
    let text = text.unwrap_or("a thread has panicked").replace('\n', " ");
    match panic.location().filter(|place| !place.file().starts_with('/')) {
        Some(place) => format!("{text} ({}, line {})", place.file(), place.line()),
        None => text,
    }
}
