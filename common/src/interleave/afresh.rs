//! What a stand-in is made of, afresh in each interleaving.

use std::sync::OnceLock;

use super::stage;

/// What a stand-in is made of, afresh in each interleaving, even if it is a `static`.
pub(super) struct Afresh<S>(OnceLock<Box<Node<S>>>);

struct Node<S> {
    run: u64,
    here: S,
    next: Afresh<S>,
}

impl<S> Afresh<S> {
    pub(super) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// That of the current interleaving.
    pub(super) fn get(&self, make: impl Fn() -> S) -> &S {
        let run = stage::me().0.run;
        let mut place = self;
        loop {
            let new = || Box::new(Node { run, here: make(), next: Self::new() });
            let node = place.0.get_or_init(new);
            if node.run == run {
                return &node.here;
            }
            place = &node.next;
        }
    }

    /// Was it used in another interleaving than this one?
    pub(super) fn is_left_over(&self) -> bool {
        self.0.get().is_some_and(|first| first.run != stage::me().0.run)
    }

    /// That of the last interleaving in which it was used, if there was one.
    pub(super) fn last(self) -> Option<S> {
        let mut node = self.0.into_inner()?;
        while let Some(next) = node.next.0.take() {
            node = next;
        }
        Some(node.here)
    }

    /// The same, to be changed.
    pub(super) fn last_mut(&mut self) -> Option<&mut S> {
        let mut node = self.0.get_mut()?;
        while node.next.0.get().is_some() {
            node = node.next.0.get_mut()?;
        }
        Some(&mut node.here)
    }
}
