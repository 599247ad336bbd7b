//! The queue of capacity 0, where senders and receivers wait for each other.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::Arc;

use super::queue::{Item, Queue, State};
use super::shared::hold;
use super::stage;

/// Those that wait: the number of a thread, and the place of its item.
pub(super) type Line<T> = VecDeque<(usize, Option<Item<T>>)>;

impl<T: Debug + Send + 'static> Queue<T> {
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
