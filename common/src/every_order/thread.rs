//! Stands in for `std::thread`.

use std::marker::PhantomData;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::thread as real;
use std::time::Duration;
use std::{io, thread::Result};

use super::stage::{self, Stage, me};

/// Pauses for no time at all: a pause is a step, and any other thread may run meanwhile.
pub fn sleep(_: Duration) {
    stage::step("pauses");
}

/// See [`std::thread::spawn`].
pub fn spawn<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    Builder::new().spawn(f).expect("failed to spawn thread")
}

/// See [`std::thread::scope`]. The [`Scope`] is handed over by value; calls look the same.
pub fn scope<'env, T>(f: impl for<'scope> FnOnce(Scope<'scope, 'env>) -> T) -> T {
    real::scope(|real| {
        let number = me().0.new_scope();
        let scope = Scope { real, number, env: PhantomData };
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| f(scope)));
        stage::wait("its threads", move |threads| {
            threads.iter().all(|thread| !thread.is_in(number) || thread.is_done())
        });
        outcome.unwrap_or_else(|panic| panic::resume_unwind(panic))
    })
}

/// See [`std::thread::Scope`].
#[derive(Clone, Copy)]
pub struct Scope<'scope, 'env: 'scope> {
    real: &'scope real::Scope<'scope, 'env>,
    number: usize,
    env: PhantomData<&'env mut &'env ()>,
}

impl<'scope> Scope<'scope, '_> {
    /// See [`std::thread::Scope::spawn`].
    pub fn spawn<T: Send + 'scope>(
        self,
        f: impl FnOnce() -> T + Send + 'scope,
    ) -> ScopedJoinHandle<'scope, T> {
        Builder::new().spawn_scoped(self, f).expect("failed to spawn thread")
    }
}

/// See [`std::thread::Builder`].
#[derive(Default)]
pub struct Builder {
    name: Option<String>,
}

impl Builder {
    /// See [`std::thread::Builder::new`].
    pub fn new() -> Self {
        Self::default()
    }

    /// See [`std::thread::Builder::name`]. The steps of the thread are told under this name.
    pub fn name(self, name: String) -> Self {
        Self { name: Some(name) }
    }

    /// See [`std::thread::Builder::spawn`].
    pub fn spawn<T: Send + 'static>(
        self,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<JoinHandle<T>> {
        let (stage, number) = enter(self.name, None);
        let real = started(number, real::Builder::new().spawn(role(stage, number, f)))?;
        Ok(JoinHandle { number, real })
    }

    /// See [`std::thread::Builder::spawn_scoped`].
    pub fn spawn_scoped<'scope, T: Send + 'scope>(
        self,
        scope: Scope<'scope, '_>,
        f: impl FnOnce() -> T + Send + 'scope,
    ) -> io::Result<ScopedJoinHandle<'scope, T>> {
        let (stage, number) = enter(self.name, Some(scope.number));
        let handle = real::Builder::new().spawn_scoped(scope.real, role(stage, number, f));
        Ok(ScopedJoinHandle { number, real: started(number, handle)? })
    }
}

fn enter(name: Option<String>, scope: Option<usize>) -> (Arc<Stage>, usize) {
    let (stage, _) = me();
    let number = stage.enter(name, scope);
    (stage, number)
}

fn role<T>(stage: Arc<Stage>, number: usize, f: impl FnOnce() -> T) -> impl FnOnce() -> T {
    move || stage.act(number, f).unwrap_or_else(|panic| panic::resume_unwind(panic))
}

/// The new thread runs up to its first step; then this one goes on.
fn started<H>(number: usize, handle: io::Result<H>) -> io::Result<H> {
    match handle {
        Ok(_) => stage::wait("the new thread", |_| true),
        Err(_) => me().0.leave(number),
    }
    handle
}

fn wait_for(number: usize) {
    stage::wait(&me().0.title(number), move |threads| threads[number].is_done());
}

macro_rules! handle {
    ($name:ident $(<$scope:lifetime>)?) => {
        #[doc = concat!("See [`std::thread::", stringify!($name), "`].")]
        pub struct $name<$($scope,)? T> {
            number: usize,
            real: real::$name<$($scope,)? T>,
        }

        impl<$($scope,)? T> $name<$($scope,)? T> {
            /// Waits for the end of the thread.
            pub fn join(self) -> Result<T> {
                wait_for(self.number);
                self.real.join()
            }
        }
    };
}

handle!(JoinHandle);
handle!(ScopedJoinHandle<'scope>);

/// See [`std::thread::current`].
pub fn current() -> Thread {
    let (stage, number) = me();
    Thread { name: stage.name(number) }
}

/// See [`std::thread::Thread`].
pub struct Thread {
    name: Option<String>,
}

impl Thread {
    /// See [`std::thread::Thread::name`].
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}
