//! Stands in for `std::process`, and for processes: threads that can be killed before any of their
//! steps.

use std::panic::resume_unwind;

use super::handle::ScopedJoinHandle;
use super::scope::Scope;
use super::stage::{becomes_a_process, me};
use super::thread::Builder;

pub use super::command::{Command, Stdio};

#[cfg(any())] // Not modelled: let the lesson return an error.
pub fn exit() {}
#[cfg(any())] // Not modelled: steps are told under the names of threads and processes.
pub fn id() {}

/// What stands for a process: see [`process`].
pub struct Process<'scope, T>(ScopedJoinHandle<'scope, T>);

/// Starts a thread that stands for a process. It shares nothing with others but files and pipes, and
/// [`Explorer::kills`](super::Explorer::kills) may kill it before any of its steps. Then it does
/// nothing more: its locks are released, its ends of pipes are closed, its files stay.
pub fn process<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    name: &str,
    f: impl FnOnce() -> T + Send + 'scope,
) -> Process<'scope, T> {
    let role = || {
        becomes_a_process();
        f()
    };
    let started = Builder::new().name(name.into()).spawn_scoped(scope, role);
    let handle = started.expect("failed to spawn thread");
    can_be_killed(handle.thread.number);
    Process(handle)
}

impl<T> Process<'_, T> {
    /// Waits for the end of the process. Gives nothing if it was killed.
    pub fn wait(self) -> Option<T> {
        let number = self.0.thread.number;
        match self.0.join() {
            Ok(value) => Some(value),
            Err(_) if is_killed(number) => None,
            Err(panic) => resume_unwind(panic),
        }
    }
}

pub(super) fn can_be_killed(thread: usize) {
    me().0.state().threads[thread].mortal = true; // it stands before its first step
}

pub(super) fn is_killed(thread: usize) -> bool {
    me().0.state().threads[thread].killed
}
