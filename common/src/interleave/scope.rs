//! Stands in for `std::thread::scope`.

use std::marker::PhantomData;
use std::panic::{self, AssertUnwindSafe};
use std::thread as real;

use super::handle::ScopedJoinHandle;
use super::stage::{self, Actor, me};
use super::thread::Builder;

/// See [`std::thread::scope`].
pub fn scope<'env, T>(f: impl for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T) -> T {
    let (stage, _) = me();
    stage.state().scopes += 1;
    let number = stage.state().scopes;
    let outcome = real::scope(|real| {
        // A reference that lives as long as the scope: it costs a few bytes each time.
        let scope = Box::leak(Box::new(Scope { real, number, env: PhantomData }));
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| f(scope)));
        stage::wait_firmly("its threads", move |threads| {
            threads.iter().all(|thread| thread.scope != Some(number) || thread.is_done())
        });
        outcome
    });
    let outcome = outcome.unwrap_or_else(|panic| panic::resume_unwind(panic));
    stage::end_if_over();
    let is_in = |thread: &Actor| thread.scope == Some(number);
    let state = stage.state();
    let panicked = state.threads.iter().any(|thread| is_in(thread) && thread.panicked);
    drop(state);
    assert!(!panicked, "a scoped thread panicked");
    outcome
}

/// See [`std::thread::Scope`].
pub struct Scope<'scope, 'env: 'scope> {
    pub(super) real: &'scope real::Scope<'scope, 'env>,
    pub(super) number: usize,
    env: PhantomData<&'env mut &'env ()>,
}

impl<'scope> Scope<'scope, '_> {
    /// See [`std::thread::Scope::spawn`].
    pub fn spawn<T: Send + 'scope>(
        &'scope self,
        f: impl FnOnce() -> T + Send + 'scope,
    ) -> ScopedJoinHandle<'scope, T> {
        Builder::new().spawn_scoped(self, f).expect("failed to spawn thread")
    }
}
