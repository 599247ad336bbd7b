//! The stage on which the threads of a lesson play: one at a time, in an order that is chosen here.
//!
//! A thread stops just before each step that another thread could notice. When all have stopped,
//! one of them is chosen; it takes its step and runs on to its next one. The choices of one run
//! make up its path. The next run repeats the path up to the last choice that has an alternative,
//! and takes that.

use std::cell::RefCell;
use std::fmt::Display;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Once};
use std::{mem, thread};

use super::Order;

/// More steps than any lesson takes: one that gets here waits in a loop.
const MOST_STEPS: usize = 300;

/// May a thread go on, as all threads stand now?
type May = Box<dyn Fn(&[Actor]) -> bool + Send>;

enum At {
    Running,
    /// Stands before a step that others could notice: who goes first is a choice.
    Step(May),
    /// Waits, and then goes on without a step. Nobody can notice when, so it is no choice.
    Wait(May),
    Done,
}

pub(super) struct Actor {
    name: Option<String>,
    at: At,
    /// What it waits for, should it never go on.
    wait: (String, Option<Shared>),
    scope: Option<usize>,
}

impl Actor {
    pub(super) fn is_done(&self) -> bool {
        matches!(self.at, At::Done)
    }

    pub(super) fn is_in(&self, scope: usize) -> bool {
        self.scope == Some(scope)
    }
}

/// What threads share: a lock, an atomic, a queue. A stand-in tells the stage with this what is
/// done to it, as [`Mutex`](super::sync::Mutex) does.
#[derive(Clone, Copy)]
pub struct Shared {
    kind: &'static str,
    /// Tells one from another of its kind.
    number: usize,
}

/// Why a run is over. Threads that are not done by then are ended.
enum Over {
    Returned,
    Stuck,
    Fault(&'static str),
}

#[derive(Default)]
struct State {
    threads: Vec<Actor>,
    shared: Vec<Shared>,
    scopes: usize,
    /// Each choice: which one was taken, among how many.
    path: Vec<(usize, usize)>,
    depth: usize,
    steps: Vec<(usize, String, Option<Shared>)>,
    panic: Option<String>,
    over: Option<Over>,
}

#[derive(Default)]
pub(super) struct Stage {
    state: Mutex<State>,
    moved: Condvar,
}

/// The panic that ends a thread whose run is over.
struct Curtain;

thread_local! {
    static ME: RefCell<Option<(Arc<Stage>, usize)>> = const { RefCell::new(None) };
}

/// The stage and the number of the calling thread.
pub(super) fn me() -> (Arc<Stage>, usize) {
    let me = ME.with_borrow(Clone::clone);
    me.expect("the stand-in for std works only inside `every_order`")
}

/// Does the calling thread play in an order?
pub(crate) fn is_on_stage() -> bool {
    ME.try_with(|me| me.borrow().is_some()).unwrap_or(false)
}

impl State {
    /// Chooses who runs next, once nobody is running.
    fn choose(&mut self) {
        let running = |thread: &Actor| matches!(thread.at, At::Running);
        if self.over.is_some() || self.threads.iter().any(running) {
            return;
        }
        if self.threads[0].is_done() {
            self.over = Some(Over::Returned);
            return;
        }
        let (mut waits, mut steps) = (Vec::new(), Vec::new());
        for (number, thread) in self.threads.iter().enumerate() {
            match &thread.at {
                At::Wait(may) if may(&self.threads) => waits.push(number),
                At::Step(may) if may(&self.threads) => steps.push(number),
                _ => {}
            }
        }
        // The newest first: a thread that was just started comes to its first step at once.
        match waits.pop().map_or_else(|| self.next_step(&steps), Ok) {
            Ok(thread) => self.threads[thread].at = At::Running,
            Err(over) => self.over = Some(over),
        }
    }

    /// Which of these threads takes the next step on this path.
    fn next_step(&mut self, able: &[usize]) -> Result<usize, Over> {
        if able.is_empty() {
            let left = self.threads.iter().enumerate().filter(|(_, thread)| !thread.is_done());
            self.steps.extend(left.map(|(number, Actor { wait: (what, on), .. })| {
                (number, format!("waits for {what}"), *on)
            }));
            return Err(Over::Stuck);
        }
        if self.depth == self.path.len() {
            self.path.push((0, able.len()));
        }
        let (taken, among) = self.path[self.depth];
        self.depth += 1;
        if among != able.len() {
            return Err(Over::Fault("the same order led elsewhere: is something random?"));
        }
        if self.depth > MOST_STEPS {
            return Err(Over::Fault("an order has over 300 steps: does it wait in a loop?"));
        }
        Ok(able[taken])
    }

    /// The number of a lock, an atomic or a queue is said only where there are several.
    fn describe(&self, text: &str, on: Option<Shared>) -> String {
        match on {
            Some(Shared { kind, number })
                if self.shared.iter().filter(|one| one.kind == kind).count() > 1 =>
            {
                let (the, one) = (format!("the {kind}"), format!("{kind} {number}"));
                if text.contains(&the) {
                    text.replace(&the, &one)
                } else {
                    format!("{text} ({one})")
                }
            }
            _ => text.to_string(),
        }
    }

    fn title(&self, thread: usize) -> String {
        self.threads[thread].name.clone().unwrap_or_else(|| format!("thread {thread}"))
    }

    /// The path of the next run, if there is one.
    fn next_path(&mut self) -> Option<Vec<(usize, usize)>> {
        let mut path = mem::take(&mut self.path);
        while path.pop_if(|(taken, among)| *taken + 1 == *among).is_some() {}
        path.last_mut()?.0 += 1;
        Some(path)
    }
}

impl Stage {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Plays the lesson once, along `path`. Gives how it ended, the order of its steps, and the
    /// next path, if there is one.
    pub(super) fn play<T: Display>(
        path: Vec<(usize, usize)>,
        lesson: impl FnOnce() -> T,
    ) -> (String, Order, Option<Vec<(usize, usize)>>) {
        hush_panics();
        let stage = Arc::new(Stage::default());
        stage.state().path = path;
        stage.enter(Some("main".into()), None);
        let outcome = stage.act(0, lesson);
        ME.set(None);
        let someone_is_left = |state: &mut State| !state.threads.iter().all(Actor::is_done);
        let mut state = stage.moved.wait_while(stage.state(), someone_is_left).unwrap();

        let ending = match (outcome, state.over.take()) {
            (_, Some(Over::Fault(fault))) => {
                drop(state);
                panic!("{fault}");
            }
            (Ok(value), _) => super::with(value),
            (Err(_), Some(Over::Stuck)) => super::STUCK.to_string(),
            (Err(_), _) => format!("panic: {}", state.panic.take().unwrap_or_default()),
        };
        let lines = state
            .steps
            .iter()
            .map(|(thread, text, on)| (state.title(*thread), state.describe(text, *on)));
        (ending, Order(lines.collect()), state.next_path())
    }

    /// Enters a thread, which counts as running from now on. Gives its number.
    pub(super) fn enter(&self, name: Option<String>, scope: Option<usize>) -> usize {
        let mut state = self.state();
        let number = state.threads.len();
        state.threads.push(Actor { name, at: At::Running, wait: Default::default(), scope });
        number
    }

    /// The calling thread plays `role` as thread `number`, and hands over at its end.
    pub(super) fn act<T>(
        self: &Arc<Self>,
        number: usize,
        role: impl FnOnce() -> T,
    ) -> thread::Result<T> {
        ME.set(Some((self.clone(), number)));
        let outcome = panic::catch_unwind(AssertUnwindSafe(role));
        if let Err(panic) = &outcome
            && !panic.is::<Curtain>()
        {
            let text = panic.downcast_ref::<&str>().map(|text| text.to_string());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            note(format!("panics: {text}"), None);
            self.state().panic.get_or_insert(text);
        }
        self.leave(number);
        outcome
    }

    /// This thread is done, or never began.
    pub(super) fn leave(&self, number: usize) {
        let mut state = self.state();
        state.threads[number].at = At::Done;
        state.choose();
        self.moved.notify_all();
    }

    pub(super) fn name(&self, thread: usize) -> Option<String> {
        self.state().threads[thread].name.clone()
    }

    pub(super) fn title(&self, thread: usize) -> String {
        self.state().title(thread)
    }

    pub(super) fn new_scope(&self) -> usize {
        let mut state = self.state();
        state.scopes += 1;
        state.scopes
    }
}

impl Shared {
    /// One more of this kind, such as a `"queue"`.
    pub fn new(kind: &'static str) -> Self {
        let (stage, _) = me();
        let mut state = stage.state();
        let number = state.shared.iter().filter(|one| one.kind == kind).count() + 1;
        let shared = Self { kind, number };
        state.shared.push(shared);
        shared
    }

    /// A step: stops until it is the calling thread's turn, then does `act`, and notes what it says
    /// about it.
    pub fn step<R>(self, act: impl FnOnce() -> (R, String)) -> R {
        self.step_when("its turn", || true, act)
    }

    /// A step that can be taken only while `may` says so. Until then, the thread waits for `what`.
    pub fn step_when<R>(
        self,
        what: &str,
        may: impl Fn() -> bool + Send + 'static,
        act: impl FnOnce() -> (R, String),
    ) -> R {
        turn(At::Step(Box::new(move |_| may())), what, Some(self));
        let (outcome, text) = act();
        note(text, Some(self));
        outcome
    }

    /// Waits for `what` in the middle of a step that has been noted, and goes on as soon as `may`
    /// says so.
    pub fn wait(self, what: &str, may: impl Fn() -> bool + Send + 'static) {
        turn(At::Wait(Box::new(move |_| may())), what, Some(self));
    }
}

/// A step that concerns nothing that threads share.
pub(super) fn step(text: &str) {
    turn(At::Step(Box::new(|_| true)), "its turn", None);
    note(text.into(), None);
}

/// Waits for other threads.
pub(super) fn wait(what: &str, may: impl Fn(&[Actor]) -> bool + Send + 'static) {
    turn(At::Wait(Box::new(may)), what, None);
}

/// The calling thread gives up its turn and waits for its next one.
fn turn(at: At, what: &str, on: Option<Shared>) {
    let (stage, number) = me();
    let mut state = stage.state();
    state.threads[number].wait = (what.to_string(), on);
    state.threads[number].at = at;
    state.choose();
    stage.moved.notify_all();
    let not_yet = |state: &mut State| {
        !matches!(state.threads[number].at, At::Running) && state.over.is_none()
    };
    let state = stage.moved.wait_while(state, not_yet).unwrap();
    let over = state.over.is_some();
    drop(state);
    // A destructor that comes here while its thread is being ended simply goes on.
    if over && !thread::panicking() {
        panic::resume_unwind(Box::new(Curtain));
    }
}

/// Writes down the step that the calling thread has just taken. What the first thread does before
/// it starts others, and after they have ended, is nothing that an order could change.
fn note(text: String, on: Option<Shared>) {
    let (stage, thread) = me();
    let mut state = stage.state();
    let alone = thread == 0 && state.threads[1..].iter().all(Actor::is_done);
    if state.over.is_none() && !alone {
        state.steps.push((thread, text, on));
    }
}

/// A panic of a lesson is one of its endings and is told there, not on stderr, order after order.
fn hush_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !is_on_stage() {
                usual(panic);
            }
        }));
    });
}
