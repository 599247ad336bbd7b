//! To send into a queue and to receive from it: how threads wait for that.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};

use super::queue::{Item, Queue, State};
use super::shared::hold;
use super::stage;

/// Those that wait at a queue of capacity 0: the number of a thread, and the place of its item.
pub(super) type Line<T> = VecDeque<(usize, Option<Item<T>>)>;

impl<T: Debug + Send + 'static> Queue<T> {
    pub(super) fn send(self: &Arc<Self>, item: T) -> Result<(), SendError<T>> {
        let (queue, text) = (self.clone(), format!("{item:?}"));
        let room = move || {
            let state = hold(&queue.state);
            state.receivers == 0 || queue.capacity == 0 || state.items.len() < queue.capacity
        };
        let what = "room in the queue";
        match self.step_when(what, room, |state, past| self.put(item, &text, state, past)) {
            Ok(()) => Ok(()),
            Err(TrySendError::Disconnected(item)) => Err(SendError(item)),
            Err(TrySendError::Full(item)) => {
                let (line, nobody) = (offers as fn(&mut State<T>) -> &mut Line<T>, no_receiver);
                let item = self.wait(Some((item, stage::past())), "a receiver", line, nobody);
                item.map_or(Ok(()), |item| Err(SendError(item)))
            }
        }
    }

    pub(super) fn recv(self: &Arc<Self>) -> Result<T, RecvError> {
        let queue = self.clone();
        let some = move || {
            let state = hold(&queue.state);
            state.senders == 0 || queue.capacity == 0 || !state.items.is_empty()
        };
        match self.step_when("an item", some, |state, _| Self::take(state)) {
            Ok(item) => Ok(item),
            Err(TryRecvError::Disconnected) => Err(RecvError),
            Err(TryRecvError::Empty) => {
                let (line, nobody) = (requests as fn(&mut State<T>) -> &mut Line<T>, no_sender);
                self.wait(None, "a sender", line, nobody).ok_or(RecvError)
            }
        }
    }

    /// The time may be out at any step at which there is no item.
    pub(super) fn recv_timeout(&self) -> Result<T, RecvTimeoutError> {
        stage::spin();
        self.try_recv().map_err(|fault| match fault {
            TryRecvError::Empty => RecvTimeoutError::Timeout,
            TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
        })
    }

    /// Stands in line with an item, or for one, until somebody comes or nobody can come any more.
    /// Gives what is in its place then.
    pub(super) fn wait(
        self: &Arc<Self>,
        item: Option<Item<T>>,
        what: &str,
        line: fn(&mut State<T>) -> &mut Line<T>,
        nobody: fn(&State<T>) -> bool,
    ) -> Option<T> {
        let (queue, offers, (_, me)) = (self.clone(), item.is_some(), stage::me());
        let mut state = hold(&self.state);
        line(&mut state).push_back((me, item));
        self.shared.becomes(state.mark(0).state);
        drop(state);
        let place = move |state: &mut State<T>| {
            line(state).iter().position(|waiting| waiting.0 == me).expect("it waits")
        };
        self.shared.wait(what, move || {
            let state = &mut *hold(&queue.state);
            let place = place(state);
            nobody(state) || line(state)[place].1.is_some() != offers
        });
        let state = &mut *hold(&self.state);
        let place = place(state);
        let item = line(state).remove(place)?.1;
        self.shared.becomes(state.mark(0).state);
        item.map(|item| item.0)
    }
}

pub(super) fn offers<T>(state: &mut State<T>) -> &mut Line<T> {
    &mut state.offers
}

pub(super) fn requests<T>(state: &mut State<T>) -> &mut Line<T> {
    &mut state.requests
}

pub(super) fn no_receiver<T>(state: &State<T>) -> bool {
    state.receivers == 0
}

pub(super) fn no_sender<T>(state: &State<T>) -> bool {
    state.senders == 0
}
