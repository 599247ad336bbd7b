//! Stands in for `crossbeam::channel`, in every order. Each call is one step, and so is the drop of
//! a sender or a receiver. Items must be `Debug`, so that a step can be told.
//!
//! A queue of capacity 0 has no place for an item: a sender waits until a receiver comes, or a
//! receiver until a sender comes. Who has waited longest is served first; to go on then is no step.

#![allow(dead_code, reason = "a lesson uses some of it; `queues.rs` checks all of it")]

use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard};

use common::every_order::Shared;

pub use std::sync::mpsc::{RecvError, SendError, TryRecvError, TrySendError};

/// With capacity 0, those who wait: a number for each, and the place of its item.
type Line<T> = VecDeque<(usize, Option<T>)>;

struct Queue<T> {
    shared: Shared,
    capacity: usize,
    state: Mutex<State<T>>,
}

struct State<T> {
    items: VecDeque<T>,
    senders: usize,
    receivers: usize,
    came: usize,
    offers: Line<T>,
    requests: Line<T>,
}

/// A queue with room for any number of items.
pub fn unbounded<T: Debug + Send + 'static>() -> (Sender<T>, Receiver<T>) {
    bounded(usize::MAX)
}

/// A queue with room for so many items.
pub fn bounded<T: Debug + Send + 'static>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let (items, offers, requests) = (VecDeque::new(), Line::new(), Line::new());
    let state = State { items, senders: 1, receivers: 1, came: 0, offers, requests };
    let queue = Queue { shared: Shared::new("queue"), capacity, state: state.into() };
    let queue = Arc::new(queue);
    (Sender(queue.clone()), Receiver(queue))
}

impl<T: Debug + Send + 'static> Queue<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap()
    }

    fn put(&self, item: T) -> (Result<(), TrySendError<T>>, String) {
        let (state, text) = (&mut *self.state(), format!("{item:?}"));
        if state.receivers == 0 {
            let text = format!("finds no receiver for {text}");
            return (Err(TrySendError::Disconnected(item)), text);
        }
        if let Some((_, place)) = state.requests.front_mut() {
            *place = Some(item);
        } else if state.items.len() < self.capacity {
            state.items.push_back(item);
        } else {
            return (Err(TrySendError::Full(item)), format!("finds no room for {text}"));
        }
        (Ok(()), format!("sends {text}"))
    }

    fn take(&self) -> (Result<T, TryRecvError>, String) {
        let state = &mut *self.state();
        let offer = || state.offers.front_mut().and_then(|(_, item)| item.take());
        match state.items.pop_front().or_else(offer) {
            Some(item) => {
                let text = format!("receives {item:?}");
                (Ok(item), text)
            }
            None if state.senders == 0 => {
                (Err(TryRecvError::Disconnected), "finds the end of the queue".into())
            }
            None => (Err(TryRecvError::Empty), "finds no item".into()),
        }
    }

    /// Stands in line with an item, or for one, until somebody comes or nobody can come any more.
    /// Gives what is in its place then.
    fn wait(
        self: &Arc<Self>,
        item: Option<T>,
        what: &str,
        line: fn(&mut State<T>) -> &mut Line<T>,
        nobody: fn(&State<T>) -> bool,
    ) -> Option<T> {
        let (queue, offers, mut state) = (self.clone(), item.is_some(), self.state());
        state.came += 1;
        let number = state.came;
        line(&mut state).push_back((number, item));
        drop(state);
        let place = move |state: &mut State<T>| {
            line(state).iter().position(|waiting| waiting.0 == number).expect("it waits")
        };
        self.shared.wait(what, move || {
            let state = &mut *queue.state();
            let place = place(state);
            nobody(state) || line(state)[place].1.is_some() != offers
        });
        let state = &mut *self.state();
        let place = place(state);
        line(state).remove(place)?.1
    }
}

macro_rules! end {
    ($name:ident, $count:ident, $text:literal) => {
        #[doc = concat!("One ", $text, " of a queue.")]
        pub struct $name<T: Debug + Send + 'static>(Arc<Queue<T>>);

        impl<T: Debug + Send + 'static> $name<T> {
            /// How many items are in the queue.
            #[allow(clippy::len_without_is_empty, reason = "no lesson asks for it")]
            pub fn len(&self) -> usize {
                self.0.shared.step(|| {
                    let length = self.0.state().items.len();
                    (length, format!("sees {length} in the queue"))
                })
            }

            /// Is there no room in the queue?
            pub fn is_full(&self) -> bool {
                self.len() == self.0.capacity
            }
        }

        impl<T: Debug + Send + 'static> Clone for $name<T> {
            fn clone(&self) -> Self {
                self.0.state().$count += 1;
                Self(self.0.clone())
            }
        }

        impl<T: Debug + Send + 'static> Drop for $name<T> {
            fn drop(&mut self) {
                self.0.shared.step(|| {
                    let mut state = self.0.state();
                    state.$count -= 1;
                    ((), format!("drops a {}, {} left", $text, state.$count))
                });
            }
        }
    };
}

end!(Sender, senders, "sender");
end!(Receiver, receivers, "receiver");

impl<T: Debug + Send + 'static> Sender<T> {
    /// Puts an item into the queue, and waits for room if there is none.
    pub fn send(&self, item: T) -> Result<(), SendError<T>> {
        let queue = self.0.clone();
        let room = move || {
            let state = queue.state();
            state.receivers == 0 || queue.capacity == 0 || state.items.len() < queue.capacity
        };
        let back = match self.0.shared.step_when("room in the queue", room, || self.0.put(item)) {
            Ok(()) => None,
            Err(TrySendError::Disconnected(item)) => Some(item),
            Err(TrySendError::Full(item)) => {
                let nobody = |state: &State<T>| state.receivers == 0;
                self.0.wait(Some(item), "a receiver", |state| &mut state.offers, nobody)
            }
        };
        back.map_or(Ok(()), |item| Err(SendError(item)))
    }

    /// Puts an item into the queue if that needs no waiting.
    pub fn try_send(&self, item: T) -> Result<(), TrySendError<T>> {
        self.0.shared.step(|| self.0.put(item))
    }
}

impl<T: Debug + Send + 'static> Receiver<T> {
    /// Takes an item, and waits for one if there is none. An error is the end of the queue.
    pub fn recv(&self) -> Result<T, RecvError> {
        let queue = self.0.clone();
        let some = move || {
            let state = queue.state();
            state.senders == 0 || queue.capacity == 0 || !state.items.is_empty()
        };
        match self.0.shared.step_when("an item", some, || self.0.take()) {
            Ok(item) => Ok(item),
            Err(TryRecvError::Disconnected) => Err(RecvError),
            Err(TryRecvError::Empty) => {
                let nobody = |state: &State<T>| state.senders == 0;
                let item = self.0.wait(None, "a sender", |state| &mut state.requests, nobody);
                item.ok_or(RecvError)
            }
        }
    }

    /// Takes an item if there is one.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.0.shared.step(|| self.0.take())
    }

    /// Takes items until the end of the queue.
    pub fn iter(&self) -> impl Iterator<Item = T> {
        std::iter::from_fn(|| self.recv().ok())
    }
}
