//! What a stand-in is made of, afresh in each interleaving, and in each process.

use std::iter;
use std::sync::OnceLock;

use super::stage::{Memory, own_memory};

/// What a stand-in is made of, afresh in each interleaving, even if it is a `static`. Each process that
/// a `Worker` stands for has one of its own, since processes share no memory.
pub(super) struct Afresh<S>(OnceLock<Box<Node<S>>>);

struct Node<S> {
    memory: Memory,
    here: S,
    next: Afresh<S>,
}

impl<S> Afresh<S> {
    pub(super) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// That of the current interleaving and process.
    pub(super) fn get(&self, make: impl Fn() -> S) -> &S {
        let memory = own_memory();
        let mut place = self;
        loop {
            let new = || Box::new(Node { memory, here: make(), next: Self::new() });
            let node = place.0.get_or_init(new);
            if node.memory == memory {
                return &node.here;
            }
            place = &node.next;
        }
    }

    /// Was it used in another interleaving than this one?
    pub(super) fn is_left_over(&self) -> bool {
        self.0.get().is_some_and(|first| first.memory.0 != own_memory().0)
    }

    /// Has another process used it in this interleaving?
    pub(super) fn is_of_another_process(&self) -> bool {
        let (run, process) = own_memory();
        let mut nodes = iter::successors(self.0.get(), |node| node.next.0.get());
        nodes.any(|node| node.memory.0 == run && node.memory.1 != process)
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
