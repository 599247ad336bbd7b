//! Reading from a pipe, and writing to it.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Read, Write};

use super::mark::hash;
use super::pipe::{PipeReader, PipeWriter, State};
use super::stage;

/// A write of up to so many bytes stays whole, as on Linux. A longer one is several steps.
const WHOLE: usize = 4096;

/// So many bytes find room in a pipe.
const ROOM: usize = 65_536;

impl PipeReader {
    /// Is there nothing in the pipe at this moment? It does not wait. To look is a step.
    pub fn is_empty(&self) -> bool {
        self.0.step(
            "its turn",
            true,
            |_| true,
            |state| {
                let what = if state.data.is_empty() { "nothing" } else { "something" };
                (state.data.is_empty(), format!("finds {what} in the pipe"), 0)
            },
        )
    }
}

/// What was read or written: the beginning, if it is long.
fn shown(data: &[u8]) -> String {
    let beginning = data[..data.len().min(12)].escape_ascii().to_string();
    let rest = if data.len() > 12 { "…" } else { "" };
    format!("\"{}{rest}\"", beginning.replace("\\x00", "\\0"))
}

impl Read for &PipeReader {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if stage::is_killed() {
            return Err(ErrorKind::Interrupted.into());
        }
        let some = |state: &State| state.writers == 0 || !state.data.is_empty();
        self.0.step("something in the pipe", true, some, |state| {
            let count = to.len().min(state.data.len());
            let data: Vec<u8> = state.data.drain(..count).collect();
            to[..count].copy_from_slice(&data);
            let text = match count {
                0 => "reads end of file".into(),
                _ => format!("reads {}", shown(&data)),
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
        self.0.step("room in the pipe", false, room, |state| {
            if state.readers == 0 {
                let text = "finds a broken pipe".into();
                return (Err(ErrorKind::BrokenPipe.into()), text, 0);
            }
            state.data.extend(data);
            (Ok(length), format!("writes {}", shown(data)), hash(data))
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
