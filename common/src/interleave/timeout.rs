//! Stands in for the waits on a condition variable that may time out.

use std::sync::{LockResult, PoisonError};
use std::time::Duration;

use super::condvar::Condvar;
use super::mutex::MutexGuard;
use super::stage;

/// See [`std::sync::WaitTimeoutResult`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// See [`std::sync::WaitTimeoutResult::timed_out`].
    pub fn timed_out(&self) -> bool {
        self.0
    }
}

impl Condvar {
    /// See [`std::sync::Condvar::wait_timeout`]. The time may be out at any step.
    pub fn wait_timeout<'a, T: ?Sized>(
        &self,
        guard: MutexGuard<'a, T>,
        _: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        stage::spin();
        let (guard, notified) = self.wait_for(guard, true);
        let result = WaitTimeoutResult(!notified);
        match guard {
            Ok(guard) => Ok((guard, result)),
            Err(poison) => Err(PoisonError::new((poison.into_inner(), result))),
        }
    }

    /// See [`std::sync::Condvar::wait_timeout_while`]. The time may be out at any step.
    pub fn wait_timeout_while<'a, T: ?Sized>(
        &self,
        mut guard: MutexGuard<'a, T>,
        time: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        while condition(&mut guard) {
            let result;
            (guard, result) = self.wait_timeout(guard, time)?;
            if result.timed_out() {
                let holds = condition(&mut guard);
                return Ok((guard, WaitTimeoutResult(holds)));
            }
        }
        Ok((guard, WaitTimeoutResult(false)))
    }
}
