//! Stands in for `crossbeam::channel`: queues. Each call is one step, and so is the drop of a sender
//! or a receiver. Items must be `Debug`, so that a step can be told.
//!
//! A queue of capacity 0 has no place for an item: a sender waits until a receiver comes, or a
//! receiver until a sender comes. Who has waited longest is served first; to go on then is no step.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

pub use std::sync::mpsc::{RecvError, SendError, TryRecvError, TrySendError};

use crate::every_order::stage::{At, Shared, me, note, turn};

/// With capacity 0, those who wait, each behind a gate of its own, and their items.
type Line<T> = VecDeque<(usize, Option<T>)>;

struct Queue<T> {
    number: usize,
    capacity: usize,
    /// These gates are open while a send, or a receive, may begin.
    room: usize,
    some: usize,
    state: Mutex<State<T>>,
}

struct State<T> {
    items: VecDeque<T>,
    senders: usize,
    receivers: usize,
    offers: Line<T>,
    requests: Line<T>,
}

/// A queue with room for any number of items.
pub fn unbounded<T: Debug>() -> (Sender<T>, Receiver<T>) {
    bounded(usize::MAX)
}

/// A queue with room for so many items.
pub fn bounded<T: Debug>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let (stage, items, offers, requests) = (me().0, VecDeque::new(), Line::new(), Line::new());
    let number = stage.new_queue();
    let [room, some] = ["room in the queue", "an item"].map(|what| stage.new_gate(what, number));
    let state = Mutex::new(State { items, senders: 1, receivers: 1, offers, requests });
    let queue = Arc::new(Queue { number, capacity, room, some, state });
    queue.change(|_| ());
    (Sender(queue.clone()), Receiver(queue))
}

impl<T: Debug> Queue<T> {
    /// Waits for its turn, takes a step, and notes what that was.
    fn step<R>(&self, at: At, step: impl FnOnce(&mut State<T>) -> (R, String)) -> R {
        turn(at);
        let (outcome, text) = self.change(step);
        note(text, Some(Shared::Queue(self.number)));
        outcome
    }

    /// Changes the state, and opens and shuts the gates accordingly.
    fn change<R>(&self, change: impl FnOnce(&mut State<T>) -> R) -> R {
        let (stage, state) = (me().0, &mut *self.state.lock().unwrap());
        let outcome = change(state);
        let (no_sender, no_receiver) = (state.senders == 0, state.receivers == 0);
        let room = state.items.len() < self.capacity || self.capacity == 0;
        let some = !state.items.is_empty() || self.capacity == 0;
        stage.set_gate(self.room, room || no_receiver);
        stage.set_gate(self.some, some || no_sender);
        let in_vain = state.offers.iter().filter(|_| no_receiver);
        let in_vain = in_vain.chain(state.requests.iter().filter(|_| no_sender));
        in_vain.for_each(|(gate, _)| stage.set_gate(*gate, true));
        outcome
    }

    fn put(&self, at: At, item: T) -> Result<(), TrySendError<T>> {
        let text = format!("{item:?}");
        self.step(at, |state| {
            if state.receivers == 0 {
                let text = format!("finds no receiver for {text}");
                return (Err(TrySendError::Disconnected(item)), text);
            }
            if let Some((gate, place)) = state.requests.front_mut() {
                *place = Some(item);
                me().0.set_gate(*gate, true);
            } else if state.items.len() < self.capacity {
                state.items.push_back(item);
            } else {
                return (Err(TrySendError::Full(item)), format!("finds no room for {text}"));
            }
            (Ok(()), format!("sends {text}"))
        })
    }

    fn take(&self, at: At) -> Result<T, TryRecvError> {
        self.step(at, |state| {
            let item = state.items.pop_front().or_else(|| {
                let (gate, item) = state.offers.front_mut()?;
                me().0.set_gate(*gate, true);
                item.take()
            });
            match item {
                Some(item) => {
                    let text = format!("receives {item:?}");
                    (Ok(item), text)
                }
                None if state.senders == 0 => {
                    (Err(TryRecvError::Disconnected), "finds the end of the queue".into())
                }
                None => (Err(TryRecvError::Empty), "finds no item".into()),
            }
        })
    }

    /// Stands in line until somebody comes, with or for an item, or until nobody can come any more.
    fn wait(
        &self,
        item: Option<T>,
        what: &'static str,
        line: fn(&mut State<T>) -> &mut Line<T>,
    ) -> Option<T> {
        let gate = me().0.new_gate(what, self.number);
        self.change(|state| line(state).push_back((gate, item)));
        turn(At::Behind(gate));
        self.change(|state| {
            let place = line(state).iter().position(|waiting| waiting.0 == gate)?;
            line(state).remove(place)?.1
        })
    }
}

macro_rules! end {
    ($name:ident, $count:ident, $text:literal) => {
        #[doc = concat!("One ", $text, " of a queue.")]
        pub struct $name<T: Debug>(Arc<Queue<T>>);

        impl<T: Debug> $name<T> {
            /// How many items are in the queue.
            #[allow(clippy::len_without_is_empty, reason = "no lesson asks for it")]
            pub fn len(&self) -> usize {
                self.0.step(At::Ready, |State { items, .. }| {
                    (items.len(), format!("sees {} in the queue", items.len()))
                })
            }

            /// Is there no room in the queue?
            pub fn is_full(&self) -> bool {
                self.len() == self.0.capacity
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
                    ((), format!("drops a {}, {} left", $text, state.$count))
                });
            }
        }
    };
}

end!(Sender, senders, "sender");
end!(Receiver, receivers, "receiver");

impl<T: Debug> Sender<T> {
    /// Puts an item into the queue, and waits for room if there is none.
    pub fn send(&self, item: T) -> Result<(), SendError<T>> {
        let back = match self.0.put(At::Gate(self.0.room), item) {
            Ok(()) => None,
            Err(TrySendError::Disconnected(item)) => Some(item),
            Err(TrySendError::Full(item)) => {
                self.0.wait(Some(item), "a receiver", |state| &mut state.offers)
            }
        };
        back.map_or(Ok(()), |item| Err(SendError(item)))
    }

    /// Puts an item into the queue if that needs no waiting.
    pub fn try_send(&self, item: T) -> Result<(), TrySendError<T>> {
        self.0.put(At::Ready, item)
    }
}

impl<T: Debug> Receiver<T> {
    /// Takes an item, and waits for one if there is none. An error is the end of the queue.
    pub fn recv(&self) -> Result<T, RecvError> {
        match self.0.take(At::Gate(self.0.some)) {
            Ok(item) => Ok(item),
            Err(TryRecvError::Disconnected) => Err(RecvError),
            Err(TryRecvError::Empty) => {
                let item = self.0.wait(None, "a sender", |state| &mut state.requests);
                item.ok_or(RecvError)
            }
        }
    }

    /// Takes an item if there is one.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.0.take(At::Ready)
    }

    /// Takes items until the end of the queue.
    pub fn iter(&self) -> impl Iterator<Item = T> {
        std::iter::from_fn(|| self.recv().ok())
    }
}
