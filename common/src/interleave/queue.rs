//! The queue behind the channels of `std` and of `crossbeam`. Each call is one step, and so is the
//! drop of a sender or a receiver. Items must be `Debug`, so that a step can be told.
//!
//! A queue of capacity 0 has no place for an item: a sender waits until a receiver comes, or a
//! receiver until a sender comes. The one that has waited longest is served first; to go on then is
//! no step.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::mem;
use std::panic::Location;
use std::sync::mpsc::{TryRecvError, TrySendError};
use std::sync::{Arc, Mutex};

use super::mark::{Mark, hash};
use super::rendezvous::Line;
use super::shared::{Shared, hold};

/// An item, and what stands for it: all that its sender had done and noticed.
pub(super) type Item<T> = (T, u64);

pub(super) struct Queue<T> {
    pub(super) shared: Shared,
    pub(super) capacity: usize,
    pub(super) state: Mutex<State<T>>,
}

pub(super) struct State<T> {
    pub(super) items: VecDeque<Item<T>>,
    pub(super) senders: usize,
    pub(super) receivers: usize,
    pub(super) offers: Line<T>,
    pub(super) requests: Line<T>,
}

impl<T> State<T> {
    pub(super) fn mark(&self, seen: u64) -> Mark {
        let items: Vec<u64> = self.items.iter().map(|item| item.1).collect();
        let place =
            |(thread, item): &(usize, Option<Item<T>>)| (*thread, item.as_ref().map(|item| item.1));
        let offers: Vec<_> = self.offers.iter().map(place).collect();
        let requests: Vec<_> = self.requests.iter().map(place).collect();
        let state = hash((items, self.senders, self.receivers, offers, requests));
        Mark { seen, ..Mark::reads(state) }
    }
}

impl<T: Debug + Send + 'static> Queue<T> {
    #[track_caller]
    pub(super) fn new(capacity: usize) -> Arc<Self> {
        let (items, offers, requests) = (VecDeque::new(), Line::new(), Line::new());
        let state = State { items, senders: 1, receivers: 1, offers, requests };
        let shared = Shared::made_at("queue", Location::caller());
        Arc::new(Self { shared, capacity, state: state.into() })
    }

    /// A step that changes the queue, or looks at it.
    fn step<R>(&self, act: impl FnOnce(&mut State<T>, u64) -> (R, String, u64)) -> R {
        self.step_when("its turn", || true, act)
    }

    pub(super) fn step_when<R>(
        &self,
        what: &str,
        may: impl Fn() -> bool + Send + 'static,
        act: impl FnOnce(&mut State<T>, u64) -> (R, String, u64),
    ) -> R {
        self.shared.marked_step(what, may, |past| {
            let mut state = hold(&self.state);
            let (outcome, text, seen) = act(&mut state, past);
            let mark = state.mark(seen);
            (outcome, text, mark)
        })
    }

    /// One sender or receiver more. This is no step: its owner has one already.
    pub(super) fn one_more(&self, end: fn(&mut State<T>) -> &mut usize) {
        let mut state = hold(&self.state);
        *end(&mut state) += 1;
        self.shared.becomes(state.mark(0).state);
    }

    /// One sender or receiver less.
    pub(super) fn one_less(&self, end: fn(&mut State<T>) -> &mut usize, name: &str) {
        let left_over = self.shared.last_step(|_| {
            let mut state = hold(&self.state);
            let left = end(&mut state);
            *left -= 1;
            let text = format!("drops a {name}, {left} left");
            let nobody = state.receivers == 0;
            let items = if nobody { mem::take(&mut state.items) } else { VecDeque::new() };
            (items, text, state.mark(0))
        });
        drop(left_over); // what nobody can receive is dropped with the last receiver
    }

    pub(super) fn len(&self) -> usize {
        self.step(|state, _| {
            let length = state.items.len();
            (length, format!("sees {length} in the queue"), 0)
        })
    }

    pub(super) fn put(
        &self,
        item: T,
        text: &str,
        state: &mut State<T>,
        past: u64,
    ) -> (Result<(), TrySendError<T>>, String, u64) {
        if state.receivers == 0 {
            let text = format!("finds no receiver for {text}");
            return (Err(TrySendError::Disconnected(item)), text, 0);
        }
        let mark = hash((past, text));
        if let Some((_, place)) = state.requests.iter_mut().find(|place| place.1.is_none()) {
            *place = Some((item, mark));
        } else if state.items.len() < self.capacity {
            state.items.push_back((item, mark));
        } else {
            return (Err(TrySendError::Full(item)), format!("finds no room for {text}"), 0);
        }
        (Ok(()), format!("sends {text}"), 0)
    }

    pub(super) fn take(state: &mut State<T>) -> (Result<T, TryRecvError>, String, u64) {
        let offer = || state.offers.iter_mut().find_map(|(_, item)| item.take());
        match state.items.pop_front().or_else(offer) {
            Some((item, mark)) => {
                let text = format!("receives {item:?}");
                (Ok(item), text, mark)
            }
            None if state.senders == 0 => {
                (Err(TryRecvError::Disconnected), "finds the end of the queue".into(), 0)
            }
            None => (Err(TryRecvError::Empty), "finds no item".into(), 0),
        }
    }

    pub(super) fn try_send(&self, item: T) -> Result<(), TrySendError<T>> {
        let text = format!("{item:?}");
        self.step(|state, past| self.put(item, &text, state, past))
    }

    pub(super) fn try_recv(&self) -> Result<T, TryRecvError> {
        self.step(|state, _| Self::take(state))
    }
}
