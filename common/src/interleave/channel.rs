//! Stands in for `crossbeam::channel`.

use std::fmt::{self, Debug, Formatter};
use std::iter;
use std::sync::Arc;
use std::time::Duration;

pub use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};

use super::queue::{Queue, State};

/// A queue with room for any number of items.
#[track_caller]
pub fn unbounded<T: Debug + Send + 'static>() -> (Sender<T>, Receiver<T>) {
    bounded(usize::MAX)
}

/// A queue with room for so many items. Without room, it is a rendezvous channel: a sender waits
/// for a receiver.
#[track_caller]
pub fn bounded<T: Debug + Send + 'static>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let queue = Queue::new(capacity);
    (Sender(queue.clone()), Receiver(queue))
}

/// What senders and receivers have in common.
macro_rules! end {
    ($name:ident, $count:ident, $text:literal) => {
        #[doc = concat!("A ", $text, " of a queue.")]
        pub struct $name<T: Debug + Send + 'static>(Arc<Queue<T>>);

        impl<T: Debug + Send + 'static> $name<T> {
            /// How many items are in the queue. To look is a step.
            pub fn len(&self) -> usize {
                self.0.len()
            }

            /// Is there no item in the queue? To look is a step.
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Is there no room in the queue? To look is a step.
            pub fn is_full(&self) -> bool {
                self.len() == self.0.capacity
            }

            /// How many items the queue has room for, if there is a limit.
            pub fn capacity(&self) -> Option<usize> {
                Some(self.0.capacity).filter(|capacity| *capacity < usize::MAX)
            }
        }

        impl<T: Debug + Send + 'static> Clone for $name<T> {
            fn clone(&self) -> Self {
                self.0.one_more(|state: &mut State<T>| &mut state.$count);
                Self(self.0.clone())
            }
        }

        impl<T: Debug + Send + 'static> Drop for $name<T> {
            fn drop(&mut self) {
                self.0.one_less(|state: &mut State<T>| &mut state.$count, $text);
            }
        }

        impl<T: Debug + Send + 'static> Debug for $name<T> {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), " { .. }"))
            }
        }
    };
}

end!(Sender, senders, "sender");
end!(Receiver, receivers, "receiver");

impl<T: Debug + Send + 'static> Sender<T> {
    /// Puts an item into the queue, and waits for room if there is none.
    pub fn send(&self, item: T) -> Result<(), SendError<T>> {
        self.0.send(item)
    }

    /// Puts an item into the queue if that needs no waiting.
    pub fn try_send(&self, item: T) -> Result<(), TrySendError<T>> {
        self.0.try_send(item)
    }
}

impl<T: Debug + Send + 'static> Receiver<T> {
    /// Takes an item, and waits for one if there is none. An error is the end of the queue.
    pub fn recv(&self) -> Result<T, RecvError> {
        self.0.recv()
    }

    /// Takes an item if there is one.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.0.try_recv()
    }

    /// Takes an item if there is one. If not, the time is out at once, whatever it is.
    pub fn recv_timeout(&self, _: Duration) -> Result<T, RecvTimeoutError> {
        self.0.recv_timeout()
    }

    /// Takes items until the end of the queue.
    pub fn iter(&self) -> impl Iterator<Item = T> {
        iter::from_fn(|| self.recv().ok())
    }

    /// Takes items until there is none.
    pub fn try_iter(&self) -> impl Iterator<Item = T> {
        iter::from_fn(|| self.try_recv().ok())
    }
}

impl<'a, T: Debug + Send + 'static> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Box<dyn Iterator<Item = T> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

impl<T: Debug + Send + 'static> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = Box<dyn Iterator<Item = T>>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(iter::from_fn(move || self.recv().ok()))
    }
}
