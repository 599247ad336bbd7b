//! Which threads a condition variable wakes.

/// The threads that wait for a notification, and those that are notified.
#[derive(Default, Hash)]
pub(super) struct Waiting {
    pub(super) threads: Vec<usize>,
    /// Each call of `notify_one` wakes one of these: those that waited at that time.
    pub(super) calls: Vec<Vec<usize>>,
}

impl Waiting {
    pub(super) fn is_notified(&self, thread: usize) -> bool {
        self.calls.iter().any(|call| call.contains(&thread))
    }

    /// The thread wakes up: because of the first call that can have meant it.
    pub(super) fn wakes(&mut self, thread: usize) {
        self.threads.retain(|waiting| *waiting != thread);
        let call = self.calls.iter().position(|call| call.contains(&thread));
        call.map(|call| self.calls.remove(call));
        self.calls.iter_mut().for_each(|call| call.retain(|waiting| *waiting != thread));
        self.calls.retain(|call| !call.is_empty());
    }
}
