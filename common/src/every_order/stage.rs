//! The stage on which the threads of a lesson play: one at a time, in an order that is chosen here.
//!
//! A thread stops just before each step that another thread could notice. When all have stopped,
//! one of them is chosen; it takes its step and runs on to its next one. The choices of one run
//! make up its path. The next run repeats the path up to the last choice that has an alternative,
//! and takes that.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Once};
use std::thread;

use super::{Ending, Order};

/// More steps than any lesson takes: one that gets here waits in a loop.
const MOST_STEPS: usize = 300;

/// Where a thread is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum At {
    Running,
    /// Stands before a step that it may take at any time.
    Ready,
    /// Has started that thread, and goes on as soon as that one stands before its first step.
    Starting(usize),
    /// Stands before taking that lock.
    Lock(usize),
    /// Stands before a step that it may take while that gate is open.
    Gate(usize),
    /// Waits for that gate, and then goes on in what it has begun.
    Behind(usize),
    /// Waits for the end of that thread.
    Join(usize),
    /// Waits for the end of all threads of that scope.
    Scope(usize),
    Done,
}

/// What threads share. The number tells one lock, atomic or queue from another.
#[derive(Clone, Copy)]
pub(super) enum Shared {
    Lock(usize),
    Atomic(usize),
    Queue(usize),
}

/// Keeps threads waiting while it is shut.
struct Gate {
    open: bool,
    /// What a thread waits for here, and at which queue.
    wait: (&'static str, usize),
}

struct Actor {
    name: Option<String>,
    at: At,
    scope: Option<usize>,
}

struct Step {
    thread: usize,
    text: String,
    on: Option<Shared>,
}

/// Which one was chosen, among how many.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    taken: usize,
    among: usize,
}

/// Why a run is over. Threads that are not done by then are ended.
enum Over {
    Returned,
    /// Who waits for what.
    Stuck(Vec<(usize, String)>),
    Fault(&'static str),
}

#[derive(Default)]
struct State {
    threads: Vec<Actor>,
    locks: Vec<bool>,
    atomics: usize,
    queues: usize,
    gates: Vec<Gate>,
    scopes: usize,
    path: Vec<Choice>,
    depth: usize,
    steps: Vec<Step>,
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

impl State {
    /// May this thread take a step?
    fn can_step(&self, thread: usize) -> bool {
        match self.threads[thread].at {
            At::Ready => true,
            At::Lock(lock) => !self.locks[lock],
            At::Gate(gate) => self.gates[gate].open,
            _ => false,
        }
    }

    /// May this thread go on without a step? No other thread can notice that, so it is no choice.
    fn can_go_on(&self, thread: usize) -> bool {
        match self.threads[thread].at {
            At::Starting(other) => !matches!(self.threads[other].at, At::Starting(_)),
            At::Behind(gate) => self.gates[gate].open,
            At::Join(other) => self.threads[other].at == At::Done,
            At::Scope(scope) => {
                self.threads.iter().all(|other| other.scope != Some(scope) || other.at == At::Done)
            }
            _ => false,
        }
    }

    /// Chooses who runs next, once nobody is running.
    fn choose(&mut self) {
        if self.over.is_some() || self.threads.iter().any(|thread| thread.at == At::Running) {
            return;
        }
        if self.threads[0].at == At::Done {
            self.over = Some(Over::Returned);
            return;
        }
        let all = 0..self.threads.len();
        if let Some(thread) = all.clone().find(|&thread| self.can_go_on(thread)) {
            self.threads[thread].at = At::Running;
            return;
        }
        let able: Vec<usize> = all.filter(|&thread| self.can_step(thread)).collect();
        if able.is_empty() {
            self.over = Some(Over::Stuck(self.waits()));
            return;
        }
        if self.depth == self.path.len() {
            self.path.push(Choice { taken: 0, among: able.len() });
        }
        let Choice { taken, among } = self.path[self.depth];
        self.depth += 1;
        if among != able.len() {
            self.over = Some(Over::Fault("the same order led elsewhere: is something random?"));
            return;
        }
        if self.depth > MOST_STEPS {
            self.over = Some(Over::Fault("an order has over 300 steps: does it wait in a loop?"));
            return;
        }
        let thread = able[taken];
        if let At::Lock(lock) = self.threads[thread].at {
            self.locks[lock] = true;
        }
        self.threads[thread].at = At::Running;
    }

    /// What each thread waits for, once none can go on.
    fn waits(&self) -> Vec<(usize, String)> {
        let wait = |thread: usize| {
            let (text, on) = match self.threads[thread].at {
                At::Lock(lock) => ("waits for the lock".into(), Some(Shared::Lock(lock))),
                At::Gate(gate) | At::Behind(gate) => {
                    let (what, queue) = self.gates[gate].wait;
                    (format!("waits for {what}"), Some(Shared::Queue(queue)))
                }
                At::Join(other) => (format!("waits for {}", self.title(other)), None),
                At::Scope(_) => ("waits for its threads".into(), None),
                _ => return None,
            };
            Some((thread, self.describe(&Step { thread, text, on })))
        };
        (0..self.threads.len()).filter_map(wait).collect()
    }

    fn title(&self, thread: usize) -> String {
        self.threads[thread].name.clone().unwrap_or_else(|| format!("thread {thread}"))
    }

    /// The number of a lock, an atomic or a queue is said only where there are several.
    fn describe(&self, step: &Step) -> String {
        match step.on {
            Some(Shared::Lock(lock)) if self.locks.len() > 1 => {
                step.text.replace("the lock", &format!("lock {}", lock + 1))
            }
            Some(Shared::Atomic(atomic)) if self.atomics > 1 => {
                format!("{} (atomic {})", step.text, atomic + 1)
            }
            Some(Shared::Queue(queue)) if self.queues > 1 => {
                format!("{} (queue {})", step.text, queue + 1)
            }
            _ => step.text.clone(),
        }
    }

    /// The path of the next run, if there is one.
    fn next_path(&mut self) -> Option<Vec<Choice>> {
        let mut path = std::mem::take(&mut self.path);
        while path.pop_if(|choice| choice.taken + 1 == choice.among).is_some() {}
        path.last_mut()?.taken += 1;
        Some(path)
    }
}

impl Stage {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Plays the lesson once, along `path`. Gives the next path, too, if there is one.
    pub(super) fn play<T>(
        path: Vec<Choice>,
        lesson: impl FnOnce() -> T,
    ) -> (Ending<T>, Order, Option<Vec<Choice>>) {
        hush_panics();
        let stage = Arc::new(Stage::default());
        stage.state().path = path;
        stage.enter(Some("main".into()), None);
        let outcome = stage.act(0, lesson);
        ME.set(None);
        let someone_is_left =
            |state: &mut State| state.threads.iter().any(|thread| thread.at != At::Done);
        let mut state = stage.moved.wait_while(stage.state(), someone_is_left).unwrap();

        let over = state.over.take();
        if let Some(Over::Fault(fault)) = over {
            drop(state);
            panic!("{fault}");
        }
        let ending = match (outcome, &over) {
            (Ok(value), _) => Ending::Value(value),
            (Err(_), Some(Over::Stuck(_))) => Ending::Stuck,
            (Err(_), _) => Ending::Panic(state.panic.take().unwrap_or_default()),
        };
        let order = Order {
            threads: (0..state.threads.len()).map(|thread| state.title(thread)).collect(),
            steps: state.steps.iter().map(|step| (step.thread, state.describe(step))).collect(),
            waits: if let Some(Over::Stuck(waits)) = over { waits } else { Vec::new() },
        };
        (ending, order, state.next_path())
    }

    /// Enters a thread, which counts as running from now on. Gives its number.
    pub(super) fn enter(&self, name: Option<String>, scope: Option<usize>) -> usize {
        let mut state = self.state();
        let number = state.threads.len();
        state.threads.push(Actor { name, at: At::Running, scope });
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
            let text = panic_text(panic.as_ref());
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

    pub(super) fn name_of(&self, thread: usize) -> Option<String> {
        self.state().threads[thread].name.clone()
    }

    pub(super) fn new_scope(&self) -> usize {
        let mut state = self.state();
        state.scopes += 1;
        state.scopes
    }

    pub(super) fn new_lock(&self) -> usize {
        let mut state = self.state();
        state.locks.push(false);
        state.locks.len() - 1
    }

    /// Takes the lock if it is free. Gives whether it was.
    pub(super) fn try_lock(&self, lock: usize) -> bool {
        !std::mem::replace(&mut self.state().locks[lock], true)
    }

    pub(super) fn unlock(&self, lock: usize) {
        self.state().locks[lock] = false;
    }

    pub(super) fn new_atomic(&self) -> usize {
        let mut state = self.state();
        state.atomics += 1;
        state.atomics - 1
    }

    pub(super) fn new_queue(&self) -> usize {
        let mut state = self.state();
        state.queues += 1;
        state.queues - 1
    }

    /// A gate, shut, at which threads wait for something of that queue.
    pub(super) fn new_gate(&self, what: &'static str, queue: usize) -> usize {
        let mut state = self.state();
        state.gates.push(Gate { open: false, wait: (what, queue) });
        state.gates.len() - 1
    }

    pub(super) fn set_gate(&self, gate: usize, open: bool) {
        self.state().gates[gate].open = open;
    }
}

/// The calling thread gives up its turn and waits for its next one.
pub(super) fn turn(at: At) {
    let (stage, number) = me();
    let mut state = stage.state();
    state.threads[number].at = at;
    state.choose();
    stage.moved.notify_all();
    let not_yet =
        |state: &mut State| state.threads[number].at != At::Running && state.over.is_none();
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
pub(super) fn note(text: impl Into<String>, on: Option<Shared>) {
    let (stage, thread) = me();
    let mut state = stage.state();
    let alone = thread == 0 && state.threads[1..].iter().all(|other| other.at == At::Done);
    if state.over.is_none() && !alone {
        state.steps.push(Step { thread, text: text.into(), on });
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| text.to_string());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

/// A panic of a lesson is one of its endings and is told there, not on stderr, order after order.
fn hush_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !ME.try_with(|me| me.borrow().is_some()).unwrap_or(false) {
                usual(panic);
            }
        }));
    });
}
