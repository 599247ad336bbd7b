//! How each program begins and ends.

use std::process::ExitCode;

use crate::{clock, say};

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
        Err(fault) => say::end_with(&format!("{fault:#}")),
    }
}
