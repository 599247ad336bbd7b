//! How each program begins and ends.

use std::process::ExitCode;

use crate::check::CHECK;
use crate::{clock, pid, say, worker};

/// Sets the lesson's zero of time, runs the program, and turns an error into one line on stderr,
/// which starts with `error: `, and exit status 1. A program that a lesson check has started ends
/// with it, even if the check is killed.
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
    let check = worker::pid_in_environment(CHECK).filter(|&check| pid::parent() == Some(check));
    let watched = check.map_or(Ok(()), worker::end_with_parent);
    match watched.and_then(|()| program()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => say::end_with(&format!("{fault:#}")),
    }
}
