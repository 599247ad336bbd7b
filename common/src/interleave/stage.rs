//! The stage on which the threads of a lesson play: one at a time, in an order that is chosen here.
//!
//! A thread stops just before each step that another thread could notice. When all have stopped,
//! one of them is chosen (see the search); it takes its step and runs on to its next one. It is
//! woken through a condition variable of its own, so that no other thread wakes.
//!
//! When a run is over, the threads that are left are ended, one after the other: each panics where
//! it stands, so that its destructors run. A destructor that takes a step then takes it at once; if
//! it must wait, its thread is ended after the others. If that is never, it stays where it is.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, Location, PanicHookInfo};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Once};
use std::time::Duration;
use std::{any::Any, mem, thread};

pub(super) use super::actor::{Actor, At};
use super::disk::Disk;
use super::mark::{Mark, hash};
use super::report::{DEADLOCK, end_with};
use super::search::{Choice, Search, Tally};
use super::shared::{Key, Shared, THREAD, hold};
use super::state::Over;
pub(super) use super::state::State;
use super::table::{Line, Record};

/// A lesson whose value is a text.
pub(super) type Lesson = Arc<dyn Fn() -> String + Send + Sync>;

/// A thread that does not come to its next step within so many slices of time waits for something
/// that is not modelled. When the whole machine stands still for a while, that is one slice.
const SLICES: usize = 8;
const SLICE: Duration = Duration::from_millis(500);

/// What came of a run.
pub(super) enum Came {
    Ending(String, Record),
    /// The run has come to a known state, and this is what comes of it.
    Known(Tally),
    /// The run has come to the end of its path: the steps so far, the choice, and what each thread
    /// waits for that cannot take the next step.
    Asked {
        record: Record,
        choice: Choice,
        waits: Vec<Line>,
    },
}

impl Came {
    pub(super) fn tally(self) -> Tally {
        match self {
            Self::Ending(ending, record) => Tally::from([(ending, (1, Arc::new(record)))]),
            Self::Known(tally) => tally,
            Self::Asked { .. } => Tally::new(),
        }
    }

    pub(super) fn record(self) -> Record {
        match self {
            Self::Ending(_, record) | Self::Asked { record, .. } => record,
            Self::Known(_) => Record::default(),
        }
    }
}

pub(super) struct Stage {
    /// Tells one run from all others.
    pub(super) run: u64,
    state: Mutex<State>,
    finished: Condvar,
    pub(super) disk: Disk,
}

/// The panic that ends a thread whose run is over.
struct Curtain;

thread_local! {
    static ME: RefCell<Option<(Arc<Stage>, usize)>> = const { RefCell::new(None) };
}

/// Is the calling thread one of a lesson?
pub(crate) fn is_on_stage() -> bool {
    ME.try_with(|me| me.borrow().is_some()).unwrap_or(false)
}

/// Which memory: that of one interleaving and one process in it.
pub(super) type Memory = (u64, usize);

/// The memory that the calling thread shares with all threads of its process.
pub(super) fn own_memory() -> Memory {
    let (stage, thread) = me();
    let memory = stage.state().threads[thread].memory;
    (stage.run, memory)
}

/// The calling thread is the first one of a process: it shares no memory with the others.
pub(super) fn becomes_a_process() {
    let (stage, thread) = me();
    stage.state().threads[thread].memory = thread;
}

/// The stage and the number of the calling thread.
pub(super) fn me() -> (Arc<Stage>, usize) {
    let me = ME.with_borrow(Clone::clone);
    me.expect("the stand-in for std works only inside of `interleave::explore`")
}

/// Plays the lesson once, along the path of the search. The main thread of the lesson is a new one
/// each time, so that a `thread_local!` starts afresh.
#[track_caller]
pub(super) fn play(lesson: &Lesson, mut search: Search) -> (Search, Came) {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    hush_panics();
    search.begin();
    let state = Mutex::new(State { kills: search.kills, search, ..State::default() });
    let (run, finished) = (RUNS.fetch_add(1, Relaxed), Condvar::new());
    let stage = Stage { run, state, finished, disk: Disk::default() };
    let (stage, lesson) = (Arc::new(stage), lesson.clone());
    stage.enter(Some("main".into()), None, 0);
    let theirs = stage.clone();
    let keep = |value: thread::Result<String>| me().0.state().value = value.ok();
    let started = thread::Builder::new().spawn(move || theirs.act(0, || lesson(), keep));
    started.expect("cannot start a thread");
    stage.wait_for_the_end();

    let state = &mut *stage.state();
    state.search.shared.extend(state.shared.keys());
    let search = mem::take(&mut state.search);
    let record = Record { names: state.names(), lines: mem::take(&mut state.lines) };
    let panic = || format!("panic: {}", state.panic.take().unwrap_or_default());
    let came = match state.over.take() {
        Some(Over::Known(known)) => Came::Known(search.known(known)),
        Some(Over::Asked { choice, waits }) => Came::Asked { record, choice, waits },
        Some(Over::Fault(fault)) => panic!("{fault}"),
        Some(Over::Deadlock) => Came::Ending(DEADLOCK.into(), record),
        Some(Over::Finished(value)) => Came::Ending(end_with(value), record),
        _ => Came::Ending(state.value.take().map_or_else(panic, end_with), record),
    };
    (search, came)
}

impl Stage {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        hold(&self.state)
    }

    /// Waits until the run is over and its threads are done.
    #[track_caller]
    fn wait_for_the_end(&self) {
        let (mut state, mut turns, mut slices) = (self.state(), 0, 0);
        while !state.finished {
            let (now, wait) = self.finished.wait_timeout(state, SLICE).expect("nobody panics");
            state = now;
            slices = if state.turns == turns && wait.timed_out() { slices + 1 } else { 0 };
            turns = state.turns;
            if slices == SLICES {
                // Should the thread come back after all, it ends.
                state.over = Some(Over::Returned);
                let fault = state.blocked();
                drop(state);
                panic!("{fault}");
            }
        }
    }

    /// Enters a thread, which counts as running from now on. Gives its number.
    pub(super) fn enter(&self, name: Option<String>, scope: Option<usize>, parent: u64) -> usize {
        let mut state = self.state();
        let shared = Shared::register(&mut state, THREAD, Location::caller());
        let number = state.threads.len();
        let starter = ME.with_borrow(|me| me.as_ref().map(|(_, starter)| *starter));
        let memory = starter.map_or(0, |starter| state.threads[starter].memory);
        let mut actor = Actor::new(name, scope, hash((parent, number)), shared);
        actor.memory = memory;
        state.threads.push(actor);
        number
    }

    /// The calling thread plays `role` as thread `number`, and hands over at its end. What came of
    /// it is kept, or dropped, before that.
    pub(super) fn act<T>(
        self: &Arc<Self>,
        number: usize,
        role: impl FnOnce() -> T,
        keep: impl FnOnce(thread::Result<T>),
    ) {
        ME.set(Some((self.clone(), number)));
        let outcome = panic::catch_unwind(AssertUnwindSafe(role));
        self.note_panic(number, outcome.as_ref().err());
        let kept = panic::catch_unwind(AssertUnwindSafe(|| keep(outcome)));
        self.note_panic(number, kept.as_ref().err());
        self.leave(number);
    }

    fn note_panic(&self, number: usize, panic: Option<&Box<dyn Any + Send>>) {
        if let Some(panic) = panic
            && !panic.is::<Curtain>()
        {
            let mut state = self.state();
            // It was told when it began, unless it is a value that was thrown on.
            state.panic.get_or_insert_with(|| message(&**panic));
            state.threads[number].panicked = true;
        }
    }

    /// This thread is done, or never began.
    pub(super) fn leave(&self, number: usize) {
        let mut state = self.state();
        let (key, past) = (state.threads[number].thread.0, state.threads[number].past);
        state.threads[number].at = At::Done;
        let done = hash(("done", past));
        state.becomes(key, done, done);
        state.choose(&self.finished);
    }
}

/// A step that concerns nothing that threads share.
pub(super) fn step(text: &str) {
    turn(At::Step(Box::new(|_| true)), "its turn", None, false);
    note(text.into(), None);
}

/// Waits for other threads.
pub(super) fn wait(what: &str, may: impl Fn(&[Actor]) -> bool + Send + 'static) {
    turn(At::Wait(Box::new(move |state| may(&state.threads))), what, None, false);
}

/// Waits for other threads, also when the run is over.
pub(super) fn wait_firmly(what: &str, may: impl Fn(&[Actor]) -> bool + Send + 'static) {
    turn(At::Wait(Box::new(move |state| may(&state.threads))), what, None, true);
}

/// The calling thread is in a loop that waits for others. If it has done the same as before, it
/// goes on when something that it has read is changed. This is no step.
pub(super) fn spin() {
    let (stage, number) = me();
    let state = stage.state();
    let repeats = state.threads[number].repeats(&state.shared);
    drop(state);
    if repeats {
        turn(At::Spin, "a change of what it has read", None, false);
    }
    stage.state().threads[number].next_round();
}

/// The calling thread gives up its turn and waits for its next one. If the run is over by then, or
/// its process has been killed, it is ended, unless it is `firm`.
pub(super) fn turn(at: At, what: &str, on: Option<Key>, firm: bool) {
    if wait_for_turn(at, what, on, firm) {
        end();
    }
}

/// Does the same, but only says whether the thread is to be ended.
pub(super) fn wait_for_turn(at: At, what: &str, on: Option<Key>, firm: bool) -> bool {
    let (stage, number) = me();
    let mut state = stage.state();
    let actor = &mut state.threads[number];
    if actor.is_done() || actor.killed {
        return false; // a destructor, of a thread-local variable or of what a killed process has left
    }
    let firm = firm || thread::panicking();
    (actor.wait, actor.firm, actor.at) = ((what.to_string(), on), firm, at);
    let cue = actor.cue.clone();
    state.choose(&stage.finished);
    while !state.threads[number].is_running() {
        state = cue.wait(state).expect("nobody panics");
    }
    (state.over.is_some() || state.threads[number].killed) && !firm
}

/// Ends the calling thread.
pub(super) fn end() {
    panic::resume_unwind(Box::new(Curtain));
}

/// Ends the calling thread if the run is over.
pub(super) fn end_if_over() {
    if is_over() {
        end();
    }
}

/// Is the run over?
pub(super) fn is_over() -> bool {
    me().0.state().over.is_some()
}

/// The lesson cannot be run in every interleaving: the run is over.
pub(super) fn fault(text: &str) {
    me().0.state().over.get_or_insert(Over::Fault(text.into()));
    if !thread::panicking() {
        end_if_over();
    }
}

/// The run is over, and ends with this value.
pub(super) fn finish(value: String) -> ! {
    me().0.state().over.get_or_insert(Over::Finished(value));
    panic::resume_unwind(Box::new(Curtain));
}

/// Has the process of the calling thread been killed? Then it does nothing any more.
pub(super) fn is_killed() -> bool {
    let (stage, thread) = me();
    stage.state().threads[thread].killed
}

/// Stands for all that the calling thread has done and noticed so far.
pub(super) fn past() -> u64 {
    let (stage, thread) = me();
    stage.state().threads[thread].past
}

/// Writes down the step that the calling thread has just taken.
pub(super) fn note(text: String, on: Option<(Key, Mark)>) {
    let (stage, thread) = me();
    let mut state = stage.state();
    state.turns += 1;
    let seen = on.as_ref().map(|(_, mark)| mark.seen);
    // Whether a thread does the same again is told by what a thread in a loop could notice.
    let what = hash((&text, on.as_ref().map(|(_, mark)| mark.in_a_loop())));
    let key = on.as_ref().map(|(key, _)| *key);
    let look = on.map(|(key, mark)| {
        state.becomes(key, mark.state, mark.look);
        (mark.look, mark.reads)
    });
    let actor = &mut state.threads[thread];
    actor.learn(hash((&text, &key, seen)));
    actor.does(what, key, look);
    state.line(thread, text, key, true);
}

/// The text of a panic.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| text.to_string());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "with a value that is no text".into())
}

/// A panic of a lesson is one of its endings. It is told there, as of the moment at which it begins,
/// and not on stderr, interleaving after interleaving.
fn hush_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic: &PanicHookInfo<'_>| {
            if !is_on_stage() {
                return usual(panic);
            }
            let text = message(panic.payload());
            let (stage, thread) = me();
            let mut state = stage.state();
            state.line(thread, format!("panics: {text}"), None, false);
            state.panic.get_or_insert(text);
        }));
    });
}
