//! What the stage knows of one thread.

use std::mem;
use std::sync::{Arc, Condvar};

use super::mark::hash;
use super::shared::{Key, Shared, Slots};
use super::stage::State;

/// May a thread go on, as all stands now?
pub(super) type May = Box<dyn Fn(&State) -> bool + Send>;

/// Where a thread is.
pub(super) enum At {
    Running,
    /// It stands before a step that others could notice: which thread goes first is a choice.
    Step(May),
    /// It waits, and then goes on without a step. Nobody can notice when, so it is no choice.
    Wait(May),
    /// It is in a loop, and waits until something that it has read is changed.
    Spin,
    Done,
}

/// What a thread has done in a step, for the search of loops.
pub(super) struct Deed {
    /// Stands for what was done, and with what result.
    what: u64,
    on: Option<Key>,
    /// What there was to notice after the last step with the same thing, if this one has read it.
    read: Option<u64>,
}

/// One thread.
pub(super) struct Actor {
    pub(super) name: Option<String>,
    pub(super) at: At,
    /// What it waits for, should it never go on.
    pub(super) wait: (String, Option<Key>),
    /// It cannot be ended where it is: it is being unwound, or its threads come first.
    pub(super) firm: bool,
    pub(super) scope: Option<usize>,
    /// In whose memory it is: that of the lesson, which is 0, or of a process of its own.
    pub(super) memory: usize,
    /// It stands for a process, which may be killed.
    pub(super) mortal: bool,
    pub(super) killed: bool,
    /// It has panicked, and nobody has been told.
    pub(super) panicked: bool,
    /// Is told when the thread may go on.
    pub(super) cue: Arc<Condvar>,
    /// Stands for all that it has done and noticed so far.
    pub(super) past: u64,
    /// What others can notice of it: that it has ended.
    pub(super) thread: Shared,
    /// It may go on after a `park`.
    pub(super) unparked: bool,
    /// What it has done since it last said that it is in a loop, and before that.
    round: Vec<Deed>,
    last_round: Option<Vec<Deed>>,
}

impl Actor {
    pub(super) fn new(
        name: Option<String>,
        scope: Option<usize>,
        past: u64,
        thread: Shared,
    ) -> Self {
        Self {
            name,
            at: At::Running,
            wait: (String::new(), None),
            firm: false,
            scope,
            memory: 0,
            mortal: false,
            killed: false,
            panicked: false,
            cue: Arc::default(),
            past,
            thread,
            unparked: false,
            round: Vec::new(),
            last_round: None,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self.at, At::Done)
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(self.at, At::Running)
    }

    /// It has noticed something.
    pub(super) fn learn(&mut self, seen: u64) {
        self.past = hash((self.past, seen));
    }

    /// It has done this, and there is this to notice now; did it?
    pub(super) fn does(&mut self, what: u64, on: Option<Key>, look: Option<(u64, bool)>) {
        self.round.push(Deed { what, on, read: look.filter(|look| look.1).map(|look| look.0) });
        for deed in self.round.iter_mut().filter(|deed| deed.on == on && deed.read.is_some()) {
            deed.read = look.map(|look| look.0); // its own change is none that it waits for
        }
    }

    /// It says that it is in a loop. Has it done the same as in its last round, and is that a wait?
    pub(super) fn repeats(&self, shared: &Slots) -> bool {
        let ends_alike = |last: &Vec<Deed>| {
            let same = last.iter().rev().zip(self.round.iter().rev());
            last.len() >= self.round.len()
                && same.into_iter().all(|(a, b)| (a.what, a.on) == (b.what, b.on))
        };
        let reads = self.round.iter().any(|deed| deed.read.is_some());
        reads && self.last_round.as_ref().is_some_and(ends_alike) && !self.sees_a_change(shared)
    }

    /// A new round of its loop begins.
    pub(super) fn next_round(&mut self) {
        self.last_round = Some(mem::take(&mut self.round));
    }

    /// Has something changed since it was read in this round?
    pub(super) fn sees_a_change(&self, shared: &Slots) -> bool {
        self.changes(shared).any(|change| change)
    }

    fn changes(&self, shared: &Slots) -> impl Iterator<Item = bool> {
        let of = |deed: &Deed| Some((deed.on?, deed.read?));
        let reads = self.round.iter().filter_map(of);
        reads.map(|(key, look)| shared.get(&key).is_some_and(|slot| slot.look != look))
    }

    /// Stands for all that decides what it will do.
    pub(super) fn mark(&self, shared: &Slots) -> u64 {
        let in_a_loop = self.last_round.is_some();
        let changes: Vec<bool> = self.changes(shared).filter(|_| in_a_loop).collect();
        hash((self.past, self.is_done(), &self.wait, changes))
    }
}
