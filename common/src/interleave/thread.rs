//! Stands in for `std::thread`.

use std::io;
use std::marker::PhantomData;
use std::thread as real;
use std::time::Duration;

use super::handle::Packet;
use super::shared::hold;
use super::stage::{self, me};

pub use super::handle::{JoinHandle, ScopedJoinHandle};
pub use super::park::{Thread, ThreadId, current, park, park_timeout};
pub use super::scope::{Scope, scope};
#[doc(no_inline)]
pub use std::thread::{AccessError, LocalKey, available_parallelism, panicking};

/// Pauses for no time at all: a pause is a step, and any other thread may run meanwhile. In a loop
/// that waits for something, it does what [`yield_now`] does.
pub fn sleep(_: Duration) {
    stage::spin();
    stage::step("pauses");
}

/// See [`std::thread::yield_now`]. In a loop that waits for something, the thread goes on when
/// something that it has read in the loop is changed. Anywhere else, this does nothing: other
/// threads may run before any step.
pub fn yield_now() {
    stage::spin();
}

/// See [`std::thread::spawn`].
pub fn spawn<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    Builder::new().spawn(f).expect("failed to spawn thread")
}

/// See [`std::thread::Builder`].
#[derive(Debug, Default)]
pub struct Builder {
    name: Option<String>,
    stack_size: Option<usize>,
}

impl Builder {
    /// See [`std::thread::Builder::new`].
    pub fn new() -> Self {
        Self::default()
    }

    /// See [`std::thread::Builder::name`]. The steps of the thread are told under this name.
    pub fn name(self, name: String) -> Self {
        Self { name: Some(name), ..self }
    }

    /// See [`std::thread::Builder::stack_size`].
    pub fn stack_size(self, size: usize) -> Self {
        Self { stack_size: Some(size), ..self }
    }

    /// See [`std::thread::Builder::spawn`].
    pub fn spawn<T: Send + 'static>(
        self,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<JoinHandle<T>> {
        let real = self.real();
        let (number, packet, role) = role(self.name, None, f);
        let thread = started(number, real.spawn(role))?;
        Ok(JoinHandle { packet, thread, scope: PhantomData })
    }

    /// See [`std::thread::Builder::spawn_scoped`].
    pub fn spawn_scoped<'scope, T: Send + 'scope>(
        self,
        scope: &'scope Scope<'scope, '_>,
        f: impl FnOnce() -> T + Send + 'scope,
    ) -> io::Result<ScopedJoinHandle<'scope, T>> {
        let real = self.real();
        let (number, packet, role) = role(self.name, Some(scope.number), f);
        let thread = started(number, real.spawn_scoped(scope.real, role))?;
        Ok(ScopedJoinHandle { packet, thread, scope: PhantomData })
    }

    fn real(&self) -> real::Builder {
        let real = real::Builder::new();
        self.stack_size.into_iter().fold(real, real::Builder::stack_size)
    }
}

fn role<T>(
    name: Option<String>,
    scope: Option<usize>,
    f: impl FnOnce() -> T,
) -> (usize, Packet<T>, impl FnOnce()) {
    let (stage, _) = me();
    let number = stage.enter(name, scope, stage::past());
    let packet = Packet::default();
    let theirs = packet.clone();
    let leave = move |outcome| {
        *hold(&theirs) = Some(outcome);
        drop(theirs);
    };
    (number, packet, move || stage.act(number, f, leave))
}

/// The new thread runs up to its first step; then this one goes on.
fn started<H>(number: usize, handle: io::Result<H>) -> io::Result<Thread> {
    match handle {
        Ok(_) => stage::wait("the new thread", |_| true),
        Err(fault) => {
            me().0.leave(number);
            return Err(fault);
        }
    }
    Ok(Thread::of(number))
}
