//! Stands in for `std::sync::mpsc`.

use std::fmt::Debug;
use std::time::Duration;

pub use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};

use super::channel;

/// See [`std::sync::mpsc::channel`].
#[track_caller]
pub fn channel<T: Debug + Send + 'static>() -> (Sender<T>, Receiver<T>) {
    let (put, get) = channel::unbounded();
    (Sender(put), Receiver(get))
}

/// See [`std::sync::mpsc::sync_channel`].
#[track_caller]
pub fn sync_channel<T: Debug + Send + 'static>(capacity: usize) -> (SyncSender<T>, Receiver<T>) {
    let (put, get) = channel::bounded(capacity);
    (SyncSender(put), Receiver(get))
}

/// See [`std::sync::mpsc::Sender`].
#[derive(Debug)]
pub struct Sender<T: Debug + Send + 'static>(channel::Sender<T>);

/// See [`std::sync::mpsc::SyncSender`].
#[derive(Debug)]
pub struct SyncSender<T: Debug + Send + 'static>(channel::Sender<T>);

/// See [`std::sync::mpsc::Receiver`].
#[derive(Debug)]
pub struct Receiver<T: Debug + Send + 'static>(channel::Receiver<T>);

/// What is sent need not be `Clone`.
impl<T: Debug + Send + 'static> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Debug + Send + 'static> Clone for SyncSender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Debug + Send + 'static> Sender<T> {
    /// See [`std::sync::mpsc::Sender::send`].
    pub fn send(&self, item: T) -> Result<(), SendError<T>> {
        self.0.send(item)
    }
}

impl<T: Debug + Send + 'static> SyncSender<T> {
    /// See [`std::sync::mpsc::SyncSender::send`].
    pub fn send(&self, item: T) -> Result<(), SendError<T>> {
        self.0.send(item)
    }

    /// See [`std::sync::mpsc::SyncSender::try_send`].
    pub fn try_send(&self, item: T) -> Result<(), TrySendError<T>> {
        self.0.try_send(item)
    }
}

impl<T: Debug + Send + 'static> Receiver<T> {
    /// See [`std::sync::mpsc::Receiver::recv`].
    pub fn recv(&self) -> Result<T, RecvError> {
        self.0.recv()
    }

    /// See [`std::sync::mpsc::Receiver::try_recv`].
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.0.try_recv()
    }

    /// See [`std::sync::mpsc::Receiver::recv_timeout`]. If there is no item, the time is out at
    /// once, whatever it is.
    pub fn recv_timeout(&self, time: Duration) -> Result<T, RecvTimeoutError> {
        self.0.recv_timeout(time)
    }

    /// See [`std::sync::mpsc::Receiver::iter`].
    pub fn iter(&self) -> impl Iterator<Item = T> {
        self.0.iter()
    }

    /// See [`std::sync::mpsc::Receiver::try_iter`].
    pub fn try_iter(&self) -> impl Iterator<Item = T> {
        self.0.try_iter()
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
        self.0.into_iter()
    }
}
