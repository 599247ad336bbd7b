//! Stands in for the pipes of `std::io`. Each read and each write is one step, and so is the drop of
//! an end.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Read, Write};
use std::panic::Location;
use std::sync::{Arc, Mutex};

use super::mark::{Mark, hash};
use super::shared::{Shared, hold};
use super::stage;

/// A write of up to so many bytes stays whole, as on Linux. A longer one is several steps.
const WHOLE: usize = 4096;

/// So many bytes find room in a pipe.
const ROOM: usize = 65_536;

struct Pipe {
    shared: Shared,
    state: Arc<Mutex<State>>,
}

#[derive(Hash)]
struct State {
    data: Vec<u8>,
    readers: usize,
    writers: usize,
}

/// See [`std::io::pipe`].
#[track_caller]
pub fn pipe() -> io::Result<(PipeReader, PipeWriter)> {
    let state = State { data: Vec::new(), readers: 1, writers: 1 };
    let shared = Shared::made_at("pipe", Location::caller());
    let pipe = Arc::new(Pipe { shared, state: Arc::new(state.into()) });
    Ok((PipeReader(pipe.clone()), PipeWriter(pipe)))
}

impl Pipe {
    fn step<R>(
        &self,
        what: &str,
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
                (outcome, text, Mark { seen, ..Mark::reads(hash(&*state)) })
            },
        )
    }
}

macro_rules! end {
    ($name:ident, $count:ident, $text:literal) => {
        #[doc = concat!("See [`std::io::", stringify!($name), "`].")]
        pub struct $name(Arc<Pipe>);

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
                self.0.shared.last_step(|_| {
                    let mut state = hold(&self.0.state);
                    state.$count -= 1;
                    let text = format!("closes a {} end of the pipe, {} left", $text, state.$count);
                    ((), text, Mark::reads(hash(&*state)))
                });
            }
        }
    };
}

end!(PipeReader, readers, "read");
end!(PipeWriter, writers, "write");

impl Read for &PipeReader {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if stage::is_killed() {
            return Err(ErrorKind::Interrupted.into());
        }
        let some = |state: &State| state.writers == 0 || !state.data.is_empty();
        self.0.step("something in the pipe", some, |state| {
            let count = to.len().min(state.data.len());
            let data: Vec<u8> = state.data.drain(..count).collect();
            to[..count].copy_from_slice(&data);
            let text = match count {
                0 => "finds the end of the pipe".into(),
                _ => format!("reads {:?}", String::from_utf8_lossy(&data)),
            };
            (Ok(count), text, hash(&data))
        })
    }
}

impl Write for &PipeWriter {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if stage::is_killed() {
            return Err(ErrorKind::Interrupted.into());
        }
        let data = &data[..data.len().min(WHOLE)];
        let length = data.len();
        let room = move |state: &State| state.readers == 0 || state.data.len() + length <= ROOM;
        self.0.step("room in the pipe", room, |state| {
            if state.readers == 0 {
                let text = "finds no reader at the pipe".into();
                return (Err(ErrorKind::BrokenPipe.into()), text, 0);
            }
            state.data.extend(data);
            (Ok(length), format!("writes {:?}", String::from_utf8_lossy(data)), hash(data))
        })
    }

    fn write_fmt(&mut self, text: Arguments<'_>) -> io::Result<()> {
        self.write_all(text.to_string().as_bytes())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

by_reference!(Read for PipeReader);
by_reference!(Write for PipeWriter);
