//! Stands in for `crossbeam::channel`: queues. Each call is one step, and so is the drop of a sender
//! or a receiver. Items must be `Debug`, so that a step can be told.
//!
//! A queue of capacity 0 has no place for an item: a sender waits until a receiver comes, or a
//! receiver until a sender comes. Who has waited longest is served first. To go on after that is no
//! further step.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

pub use std::sync::mpsc::{RecvError, SendError, TryRecvError, TrySendError};

use crate::every_order::stage::{At, Shared, me, note, turn};

struct Queue<T> {
    number: usize,
    capacity: usize,
    /// These gates are open while a send, or a receive, need not wait to begin.
    room: usize,
    some: usize,
    state: Mutex<State<T>>,
}

struct State<T> {
    items: VecDeque<T>,
    senders: usize,
    receivers: usize,
    /// With capacity 0: who waits, each behind its own gate, and what was handed to whom.
    offers: VecDeque<(usize, T)>,
    requests: VecDeque<usize>,
    handed: Vec<(usize, T)>,
}

/// See `crossbeam::channel::unbounded`.
pub fn unbounded<T: Debug>() -> (Sender<T>, Receiver<T>) {
    bounded(usize::MAX)
}

/// See `crossbeam::channel::bounded`.
pub fn bounded<T: Debug>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let (stage, _) = me();
    let number = stage.new_queue();
    let [room, some] = ["room in the queue", "an item"].map(|what| stage.new_gate(what, number));
    let state = Mutex::new(State {
        items: VecDeque::new(),
        senders: 1,
        receivers: 1,
        offers: VecDeque::new(),
        requests: VecDeque::new(),
        handed: Vec::new(),
    });
    let queue = Arc::new(Queue { number, capacity, room, some, state });
    queue.change(|_| ());
    (Sender(queue.clone()), Receiver(queue))
}

impl<T: Debug> Queue<T> {
    /// A step: it waits for its turn, changes the state, and notes what it has done.
    fn step<R>(&self, at: At, change: impl FnOnce(&mut State<T>) -> (R, String)) -> R {
        turn(at);
        let (outcome, text) = self.change(change);
        note(text, Some(Shared::Queue(self.number)));
        outcome
    }

    /// Changes the state, and opens and shuts the gates accordingly.
    fn change<R>(&self, change: impl FnOnce(&mut State<T>) -> R) -> R {
        let (stage, state) = (me().0, &mut *self.state.lock().unwrap());
        let outcome = change(state);
        let (no_sender, no_receiver) = (state.senders == 0, state.receivers == 0);
        let never_waits = self.capacity == 0; // to begin; it waits behind a gate of its own
        let room = state.items.len() < self.capacity;
        stage.set_gate(self.room, room || no_receiver || never_waits);
        stage.set_gate(self.some, !state.items.is_empty() || no_sender || never_waits);
        let offers = state.offers.iter().map(|offer| offer.0).filter(|_| no_receiver);
        let requests = state.requests.iter().copied().filter(|_| no_sender);
        offers.chain(requests).for_each(|gate| stage.set_gate(gate, true));
        outcome
    }

    fn put(&self, state: &mut State<T>, item: T) -> Result<(), TrySendError<T>> {
        if state.receivers == 0 {
            return Err(TrySendError::Disconnected(item));
        }
        if let Some(gate) = state.requests.pop_front() {
            me().0.set_gate(gate, true);
            state.handed.push((gate, item));
        } else if state.items.len() < self.capacity {
            state.items.push_back(item);
        } else {
            return Err(TrySendError::Full(item));
        }
        Ok(())
    }

    fn take(&self, state: &mut State<T>) -> Result<T, TryRecvError> {
        if let Some((gate, item)) = state.offers.pop_front() {
            me().0.set_gate(gate, true);
            return Ok(item);
        }
        let nothing =
            if state.senders == 0 { TryRecvError::Disconnected } else { TryRecvError::Empty };
        state.items.pop_front().ok_or(nothing)
    }

    fn look<R: Debug>(&self, look: impl FnOnce(usize) -> R) -> R {
        self.step(At::Ready, |state| {
            let (items, seen) = (state.items.len(), look(state.items.len()));
            (seen, format!("sees {items} in the queue"))
        })
    }
}

macro_rules! end {
    ($name:ident, $count:ident) => {
        #[doc = concat!("See `crossbeam::channel::", stringify!($name), "`.")]
        pub struct $name<T: Debug>(Arc<Queue<T>>);

        impl<T: Debug> $name<T> {
            /// How many items are in the queue.
            pub fn len(&self) -> usize {
                self.0.look(|items| items)
            }

            /// Is nothing in the queue?
            pub fn is_empty(&self) -> bool {
                self.0.look(|items| items == 0)
            }

            /// Is there no room in the queue?
            pub fn is_full(&self) -> bool {
                self.0.look(|items| items == self.0.capacity)
            }
        }

        impl<T: Debug> Clone for $name<T> {
            fn clone(&self) -> Self {
                self.0.change(|state| state.$count += 1);
                Self(self.0.clone())
            }
        }

        impl<T: Debug> Drop for $name<T> {
            fn drop(&mut self) {
                self.0.step(At::Ready, |state| {
                    state.$count -= 1;
                    let left = state.$count;
                    ((), format!("drops a {}, {left} left", stringify!($name).to_lowercase()))
                });
            }
        }
    };
}

end!(Sender, senders);
end!(Receiver, receivers);

impl<T: Debug> Sender<T> {
    /// Puts an item into the queue, and waits for room if there is none.
    pub fn send(&self, item: T) -> Result<(), SendError<T>> {
        let queue = &self.0;
        let text = format!("{item:?}");
        let outcome = queue.step(At::Gate(queue.room), |state| match queue.put(state, item) {
            Ok(()) => (Ok(Ok(())), format!("sends {text}")),
            Err(TrySendError::Disconnected(item)) => {
                (Ok(Err(SendError(item))), format!("finds no receiver for {text}"))
            }
            Err(TrySendError::Full(item)) => {
                let gate = me().0.new_gate("a receiver", queue.number);
                state.offers.push_back((gate, item));
                (Err(gate), format!("offers {text}"))
            }
        });
        outcome.unwrap_or_else(|gate| {
            turn(At::Behind(gate));
            queue.change(|state| {
                let mine = state.offers.iter().position(|offer| offer.0 == gate);
                let mine = mine.and_then(|place| state.offers.remove(place));
                mine.map_or(Ok(()), |(_, item)| Err(SendError(item)))
            })
        })
    }

    /// Puts an item into the queue if that needs no waiting.
    pub fn try_send(&self, item: T) -> Result<(), TrySendError<T>> {
        let text = format!("{item:?}");
        self.0.step(At::Ready, |state| match self.0.put(state, item) {
            Ok(()) => (Ok(()), format!("sends {text}")),
            Err(fault) => (Err(fault), format!("cannot send {text}")),
        })
    }
}

impl<T: Debug> Receiver<T> {
    /// Takes an item, and waits for one if there is none. An error is the end of the queue.
    pub fn recv(&self) -> Result<T, RecvError> {
        let queue = &self.0;
        let outcome = queue.step(At::Gate(queue.some), |state| match queue.take(state) {
            Ok(item) => {
                let text = format!("receives {item:?}");
                (Ok(Ok(item)), text)
            }
            Err(TryRecvError::Disconnected) => {
                (Ok(Err(RecvError)), "finds the end of the queue".into())
            }
            Err(TryRecvError::Empty) => {
                let gate = me().0.new_gate("a sender", queue.number);
                state.requests.push_back(gate);
                (Err(gate), "asks for an item".into())
            }
        });
        outcome.unwrap_or_else(|gate| {
            turn(At::Behind(gate));
            queue.change(|state| {
                let mine = state.handed.iter().position(|handed| handed.0 == gate);
                mine.map(|place| state.handed.remove(place).1).ok_or(RecvError)
            })
        })
    }

    /// Takes an item if there is one.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.0.step(At::Ready, |state| match self.0.take(state) {
            Ok(item) => {
                let text = format!("receives {item:?}");
                (Ok(item), text)
            }
            Err(fault) => (Err(fault), "receives nothing".into()),
        })
    }

    /// Takes items until the end of the queue.
    pub fn iter(&self) -> impl Iterator<Item = T> {
        std::iter::from_fn(|| self.recv().ok())
    }
}
