//! Stands in for the handle of a thread, and for `park`.

use std::time::Duration;

use super::mark::{Mark, hash};
use super::shared::Key;
use super::stage::{self, At, me};
use super::state::State;

/// See [`std::thread::current`].
pub fn current() -> Thread {
    Thread { number: me().1, name: me().0.state().threads[me().1].name.clone() }
}

/// See [`std::thread::park`]. To go on is a step; it never happens without an `unpark`.
pub fn park() {
    let (_, me) = me();
    take_a_token("an unpark", move |state| state.threads[me].unparked);
}

/// See [`std::thread::park_timeout`]. The thread may go on at any time.
pub fn park_timeout(_: Duration) {
    stage::spin();
    take_a_token("its turn", |_| true);
}

fn take_a_token(what: &str, may: impl Fn(&State) -> bool + Send + 'static) {
    let (stage, me) = me();
    let key = stage.state().threads[me].thread.0;
    stage::turn(At::Step(Box::new(may)), what, Some(key), false);
    let was = std::mem::take(&mut stage.state().threads[me].unparked);
    let text = if was { "is unparked" } else { "is parked no longer" };
    stage::note(text.into(), Some((key, Mark::reads(hash(false)))));
}

/// See [`std::thread::Thread`].
#[derive(Clone, Debug)]
pub struct Thread {
    pub(super) number: usize,
    pub(super) name: Option<String>,
}

/// See [`std::thread::ThreadId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThreadId(usize);

impl Thread {
    pub(super) fn of(number: usize) -> Self {
        Self { number, name: me().0.state().threads[number].name.clone() }
    }

    /// See [`std::thread::Thread::name`].
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// See [`std::thread::Thread::id`].
    pub fn id(&self) -> ThreadId {
        ThreadId(self.number)
    }

    /// See [`std::thread::Thread::unpark`].
    pub fn unpark(&self) {
        let (title, key) = self.told();
        stage::turn(At::Step(Box::new(|_| true)), "its turn", Some(key), false);
        let (stage, _) = me();
        let mut state = stage.state();
        state.threads[self.number].unparked = true;
        let done = state.threads[self.number].is_done();
        let now = if done { state.shared[&key].state } else { hash(true) };
        drop(state);
        let mark = Mark::writes(now);
        stage::note(format!("unparks {title}"), Some((key, mark)));
    }

    pub(super) fn is_finished(&self) -> bool {
        let (title, key) = self.told();
        stage::turn(At::Step(Box::new(|_| true)), "its turn", Some(key), false);
        let (stage, _) = me();
        let state = stage.state();
        let done = state.threads[self.number].is_done();
        let now = state.shared[&key].state;
        drop(state);
        let text = format!("finds {title} {}", if done { "ended" } else { "running" });
        stage::note(text, Some((key, Mark::reads(now))));
        done
    }

    /// Waits for the end of the thread.
    pub(super) fn wait_for(&self) {
        let number = self.number;
        stage::wait(&self.told().0, move |threads| threads[number].is_done());
        let (stage, me) = me();
        let mut state = stage.state();
        state.threads[number].panicked = false; // somebody is told
        let past = state.threads[number].past;
        state.threads[me].learn(past);
    }

    fn told(&self) -> (String, Key) {
        let (stage, _) = me();
        let state = stage.state();
        (state.title(self.number), state.threads[self.number].thread.0)
    }
}
