//! Stands in for the pipes of `std::io`: what is in them, and their ends. Each read and each write is
//! one step, and so is the drop of the last end of its kind: that of another one, nobody can notice.

use std::io;
use std::panic::Location;
use std::sync::{Arc, Mutex};

use super::mark::{Mark, hash};
use super::shared::{Shared, hold};

pub(super) struct Pipe {
    shared: Shared,
    state: Arc<Mutex<State>>,
}

#[derive(Hash)]
pub(super) struct State {
    pub(super) data: Vec<u8>,
    pub(super) readers: usize,
    pub(super) writers: usize,
}

/// See [`std::io::pipe`].
#[track_caller]
pub fn pipe() -> io::Result<(PipeReader, PipeWriter)> {
    named_pipe("pipe")
}

/// A pipe that a check uses beside those of the lesson, which are numbered without it.
#[track_caller]
pub fn named_pipe(kind: &'static str) -> io::Result<(PipeReader, PipeWriter)> {
    let state = State { data: Vec::new(), readers: 1, writers: 1 };
    let shared = Shared::made_at(kind, Location::caller());
    let pipe = Arc::new(Pipe { shared, state: Arc::new(state.into()) });
    Ok((PipeReader(pipe.clone()), PipeWriter(pipe)))
}

impl Pipe {
    pub(super) fn step<R>(
        &self,
        what: &str,
        reads: bool,
        may: impl Fn(&State) -> bool + Send + 'static,
        act: impl FnOnce(&mut State) -> (R, String, u64),
    ) -> R {
        let theirs = self.state.clone();
        self.shared.marked_step(
            what,
            move || may(&hold(&theirs)),
            |_| {
                let mut state = hold(&self.state);
                let (outcome, text, seen) = act(&mut state);
                (outcome, text, Mark { seen, reads, ..Mark::reads(hash(&*state)) })
            },
        )
    }
}

macro_rules! end {
    ($name:ident, $count:ident, $text:literal) => {
        #[doc = concat!("See [`std::io::", stringify!($name), "`].")]
        pub struct $name(pub(super) Arc<Pipe>);

        impl $name {
            #[doc = concat!("See [`std::io::", stringify!($name), "::try_clone`].")]
            pub fn try_clone(&self) -> io::Result<Self> {
                let mut state = hold(&self.0.state);
                state.$count += 1;
                self.0.shared.becomes(hash(&*state));
                Ok(Self(self.0.clone()))
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                let close = || {
                    let mut state = hold(&self.0.state);
                    state.$count -= 1;
                    hash(&*state)
                };
                let is_last = hold(&self.0.state).$count == 1;
                let text = concat!("closes the ", $text, " end");
                match is_last {
                    true => self.0.shared.last_step(|_| ((), text.into(), Mark::reads(close()))),
                    false => self.0.shared.becomes(close()),
                }
            }
        }
    };
}

end!(PipeReader, readers, "read");
end!(PipeWriter, writers, "write");
