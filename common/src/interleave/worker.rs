//! Stands in for a worker with an answer, and for its PID.

use std::fmt::Display;
use std::panic::resume_unwind;
use std::str::FromStr;

use anyhow::{anyhow, bail};

use super::handle::JoinHandle;
use super::process::{can_be_killed, is_killed};
use super::stage::me;
use super::thread::Builder;

/// Stands in for [`Worker`](crate::Worker): a process with an answer. Where the lesson starts its own
/// program again, what explores it hands over what that process does.
pub struct Worker(JoinHandle<anyhow::Result<String>>);

impl Worker {
    /// Starts a process of this role, which answers what `f` gives. Its number, which follows the role
    /// in its name, is its PID.
    ///
    /// # Errors
    ///
    /// None: it is what the real one gives.
    pub fn start<T: Display>(
        role: &str,
        f: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<Self> {
        let pid = me().0.state().threads.len();
        let builder = Builder::new().name(format!("{role} {pid}"));
        let handle = builder.spawn(|| Ok(f()?.to_string()))?;
        can_be_killed(handle.thread.number);
        Ok(Self(handle))
    }

    /// See [`Worker::pid`](crate::Worker::pid).
    pub fn pid(&self) -> u32 {
        self.0.thread.number as u32
    }

    /// See [`Worker::join`](crate::Worker::join).
    ///
    /// # Errors
    ///
    /// If the process was killed, or has failed.
    pub fn join(self) -> anyhow::Result<()> {
        self.answer::<String>().map(drop)
    }

    /// See [`Worker::answer`](crate::Worker::answer).
    ///
    /// # Errors
    ///
    /// If the process was killed, or has failed.
    pub fn answer<T: FromStr>(self) -> anyhow::Result<T> {
        let number = self.0.thread.number;
        let text = match self.0.join() {
            Ok(answer) => answer?,
            Err(_) if is_killed(number) => bail!("was killed"),
            Err(panic) => resume_unwind(panic),
        };
        text.parse().map_err(|_| anyhow!("gave an answer that cannot be read: {text:?}"))
    }
}

/// Stands in for [`pid::own`](crate::pid::own): the number of the process.
pub fn own() -> u32 {
    me().1 as u32
}
