//! Stands in for the standard output and error of a process.

use std::fmt::Arguments;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use super::pipe::PipeWriter;
use super::shared::hold;

/// See [`std::io::Stdout`]. It leads to a pipe, or to the parent as an answer, or nowhere.
#[derive(Clone, Default)]
pub enum Output {
    #[doc(hidden)]
    #[default]
    Nowhere,
    #[doc(hidden)]
    Pipe(Arc<PipeWriter>),
    #[doc(hidden)]
    Answer(Arc<Mutex<String>>),
}

impl Output {
    /// See [`std::io::Stdout::lock`].
    pub fn lock(self) -> Self {
        self
    }
}

impl From<PipeWriter> for Output {
    fn from(end: PipeWriter) -> Self {
        Self::Pipe(end.into())
    }
}

impl Write for &Output {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        match self {
            Output::Nowhere => {}
            Output::Pipe(pipe) => return (&**pipe).write(data),
            Output::Answer(answer) => *hold(answer) += &String::from_utf8_lossy(data),
        }
        Ok(data.len())
    }

    fn write_fmt(&mut self, text: Arguments<'_>) -> io::Result<()> {
        self.write_all(text.to_string().as_bytes())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

by_reference!(Write for Output);
