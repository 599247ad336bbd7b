//! How all stands in one run, and the choice of the thread that goes on.

use std::collections::BTreeMap;
use std::sync::Condvar;

use super::actor::{Actor, At};
use super::mark::hash;
use super::names::titles;
use super::search::{Choice, Next, Search};
use super::shared::{Key, Slot};
use super::table::{Line, WAITS};

/// More steps than any lesson takes: one that gets here waits in a loop.
pub(super) const MOST_STEPS: usize = 300;

/// So often may threads that wait in loops go round, when nothing changes any more.
const MOST_ROUNDS: usize = 100;

/// What is written down of a process that is killed.
pub(super) const KILLED: &str = "is killed";

/// Why a run is over.
pub(super) enum Over {
    Returned,
    /// A thread has seen enough: the run ends with this value.
    Finished(String),
    /// Every thread waits for another.
    Deadlock,
    /// The run has come to a state that is known.
    Known(u64),
    /// The path ends here: the choice, and what each thread waits for that cannot go on.
    Asked {
        choice: Choice,
        waits: Vec<Line>,
    },
    /// The lesson is none that can be run in every interleaving.
    Fault(String),
}

#[derive(Default)]
pub(super) struct State {
    pub(super) threads: Vec<Actor>,
    pub(super) shared: BTreeMap<Key, Slot>,
    pub(super) scopes: usize,
    /// How many processes may still be killed.
    pub(super) kills: usize,
    pub(super) search: Search,
    pub(super) lines: Vec<Line>,
    /// The message of the first panic.
    pub(super) panic: Option<String>,
    /// What the closure has returned.
    pub(super) value: Option<String>,
    pub(super) over: Option<Over>,
    /// All threads have been ended, but for those that cannot be.
    pub(super) finished: bool,
    /// How often anything has happened: it tells whether a thread is still on its way.
    pub(super) turns: u64,
    /// How often a thread that waits in a loop was let on although nothing had changed, which one
    /// was the last, and how many lines there were before.
    pub(super) rounds: usize,
    pub(super) last_round: usize,
    pub(super) lines_before: usize,
}

impl State {
    /// Chooses who runs next, once nobody is running.
    pub(super) fn choose(&mut self, finished: &Condvar) {
        self.turns += 1;
        if self.threads.iter().any(Actor::is_running) {
            return;
        }
        if self.over.is_none() {
            match self.next() {
                Ok(thread) => return self.wake(thread),
                Err(over) => self.over = Some(over),
            }
        }
        let can_be_ended = |thread: &Actor| match &thread.at {
            At::Step(may) | At::Wait(may) => !thread.firm || may(self),
            At::Spin => true,
            At::Running | At::Done => false,
        };
        match self.threads.iter().position(can_be_ended) {
            Some(thread) => self.wake(thread),
            None => {
                self.finished = true;
                finished.notify_one();
            }
        }
    }

    fn wake(&mut self, thread: usize) {
        self.threads[thread].at = At::Running;
        self.threads[thread].cue.notify_one();
    }

    /// Which thread goes on, or why none does.
    fn next(&mut self) -> Result<usize, Over> {
        if self.threads[0].is_done() {
            return Err(Over::Returned);
        }
        // The newest first: a thread that was just started comes to its first step at once.
        let goes_on = |thread: &Actor| match &thread.at {
            At::Wait(may) => may(self),
            At::Spin => thread.sees_a_change(&self.shared),
            _ => false,
        };
        if let Some(thread) = self.threads.iter().rposition(goes_on) {
            return Ok(thread);
        }
        let able = self.able();
        if able.is_empty() {
            return self.next_round().ok_or_else(|| {
                let waits = self.waits(&[]);
                self.lines.extend(waits);
                Over::Deadlock
            });
        }
        // Rounds in which nothing changes are counted by themselves.
        if self.lines.len() >= MOST_STEPS && self.rounds == 0 {
            return Err(Over::Fault(self.endless()));
        }
        if self.rounds > 0
            && let [only] = able[..]
        {
            return Ok(only); // a round in which nothing may change: nobody chooses it
        }
        let mortal = self.mortal();
        let state = self.mark();
        match self.search.next(state, able.len() + mortal.len()) {
            Next::Take(taken) if taken < able.len() => Ok(able[taken]),
            Next::Take(taken) => Ok(self.kill(mortal[taken - able.len()])),
            Next::Known(state) => Err(Over::Known(state)),
            Next::Ask(choice) => Err(Over::Asked { choice, waits: self.waits_with_holders(&able) }),
            Next::Random => Err(Over::Fault(
                "the same steps led to another state than before: is something random, or \
                 carried over from one interleaving to the next?"
                    .into(),
            )),
        }
    }

    /// Which threads could take a step now.
    fn able(&self) -> Vec<usize> {
        let able = |thread: &usize| match &self.threads[*thread].at {
            At::Step(may) => may(self),
            _ => false,
        };
        (0..self.threads.len()).filter(able).collect()
    }

    /// Which processes could be killed now: those that stand before a step.
    fn mortal(&self) -> Vec<usize> {
        let mortal = |thread: &usize| {
            let Actor { mortal, firm, at, .. } = &self.threads[*thread];
            self.kills > 0 && *mortal && !firm && matches!(at, At::Step(_))
        };
        (0..self.threads.len()).filter(mortal).collect()
    }

    fn kill(&mut self, thread: usize) -> usize {
        self.line(thread, KILLED.into(), None, false);
        self.kills -= 1;
        self.threads[thread].killed = true;
        thread
    }

    /// No thread can take a step. One that waits in a loop may be one that gives up after some
    /// rounds, so they go on in turn, for a while.
    fn next_round(&mut self) -> Option<usize> {
        let spins = |thread: &usize| matches!(self.threads[*thread].at, At::Spin);
        let mut spinning = (0..self.threads.len()).filter(spins);
        let first = spinning.clone().next()?;
        let thread = spinning.find(|thread| *thread > self.last_round).unwrap_or(first);
        if self.rounds == 0 {
            self.lines_before = self.lines.len();
        }
        if self.rounds == MOST_ROUNDS {
            self.lines.truncate(self.lines_before);
            return None;
        }
        (self.rounds, self.last_round) = (self.rounds + 1, thread);
        Some(thread)
    }

    /// One number that stands for all that decides how it goes on from here.
    fn mark(&self) -> u64 {
        let threads: Vec<u64> =
            self.threads.iter().map(|thread| thread.mark(&self.shared)).collect();
        let shared: Vec<_> = self.shared.iter().map(|(key, slot)| (key, slot.state)).collect();
        let spinning = if self.rounds == 0 { 0 } else { self.last_round };
        hash((threads, shared, &self.panic, self.rounds, spinning, self.kills))
    }

    pub(super) fn line(&mut self, thread: usize, text: String, on: Option<Key>, step: bool) {
        let alone = thread == 0 && self.threads[1..].iter().all(Actor::is_done);
        if self.over.is_none() && !self.threads[thread].killed {
            self.lines.push(Line { thread, text, on, step, alone });
        }
    }

    /// What each thread waits for that is not done, and is none of these.
    fn waits(&self, able: &[usize]) -> Vec<Line> {
        let waits = |(thread, actor): (usize, &Actor)| {
            let (what, on) = &actor.wait;
            let text = format!("{WAITS}{what}");
            let waits = !actor.is_done() && !able.contains(&thread);
            waits.then_some(Line { thread, text, on: *on, step: false, alone: false })
        };
        self.threads.iter().enumerate().filter_map(waits).collect()
    }

    /// The same, and which threads hold what they wait for. That the main thread waits for others
    /// to end is left out.
    fn waits_with_holders(&self, able: &[usize]) -> Vec<Line> {
        let mut waits = self.waits(able);
        waits.retain(|line| line.thread > 0 || line.on.is_some());
        for line in &mut waits {
            let holders = line.on.and_then(|key| self.shared.get(&key)).map(|slot| &slot.holders);
            for &holder in holders.into_iter().flatten() {
                line.text += &match holder == line.thread {
                    true => ", which it holds itself".to_string(),
                    false => format!(", which {} holds", self.title(holder)),
                };
            }
        }
        waits
    }

    pub(super) fn title(&self, thread: usize) -> String {
        titles(&self.names()).swap_remove(thread)
    }

    pub(super) fn names(&self) -> Vec<Option<String>> {
        self.threads.iter().map(|thread| thread.name.clone()).collect()
    }
}
