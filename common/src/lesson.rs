//! How each program begins and ends.

use std::io::Write;
use std::process::ExitCode;

use crate::clock;

/// Sets the lesson's zero of time, runs the program, and turns an error into one line on stderr,
/// which starts with `error: `, and exit status 1.
///
/// ```
/// use std::process::ExitCode;
///
/// use anyhow::bail;
///
/// assert_eq!(common::lesson(|| Ok(())), ExitCode::SUCCESS);
/// assert_eq!(common::lesson(|| bail!("db.json: no such file")), ExitCode::FAILURE);
/// ```
pub fn lesson(program: impl FnOnce() -> anyhow::Result<()>) -> ExitCode {
    clock::zero();
    match program() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            // Where even stderr is closed, there is nobody left to tell.
            let _ = writeln!(std::io::stderr(), "error: {fault:#}");
            ExitCode::FAILURE
        }
    }
}
