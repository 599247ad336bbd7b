//! Stands in for the standard input, output and error of a process: what its parent has connected
//! them with.

use std::cell::RefCell;
use std::fmt::Arguments;
use std::io::{self, BufRead, BufReader, Lines, Read, Write};
use std::sync::Arc;

use super::output::Output;
use super::pipe::PipeReader;

/// What a process reads from and writes to. The ends of pipes are closed when it has ended.
#[derive(Clone, Default)]
pub(super) struct Standard {
    pub(super) stdin: Stdin,
    pub(super) stdout: Output,
    pub(super) stderr: Output,
}

thread_local! {
    static OWN: RefCell<Standard> = RefCell::default();
}

impl Standard {
    /// Does `role` with these.
    pub(super) fn during<T>(self, role: impl FnOnce() -> T) -> T {
        /// Closes them, also if the process is killed.
        struct Close;

        impl Drop for Close {
            fn drop(&mut self) {
                drop(OWN.take());
            }
        }

        OWN.set(self);
        let _close = Close;
        role()
    }
}

/// See [`std::io::Stdin`]. Read through a reference, it has no buffer.
#[derive(Clone, Default)]
pub struct Stdin(pub(super) Option<Arc<PipeReader>>);

/// See [`std::io::stdin`].
pub fn stdin() -> Stdin {
    OWN.with_borrow(|own| own.stdin.clone())
}

impl Stdin {
    /// See [`std::io::Stdin::lock`].
    pub fn lock(self) -> StdinLock {
        StdinLock(BufReader::new(self))
    }

    /// See [`std::io::Stdin::lines`].
    pub fn lines(self) -> Lines<StdinLock> {
        self.lock().lines()
    }
}

impl Read for &Stdin {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.0.as_ref().map_or(Ok(0), |pipe| (&**pipe).read(to))
    }
}

by_reference!(Read for Stdin);

/// See [`std::io::StdinLock`].
pub struct StdinLock(BufReader<Stdin>);

impl StdinLock {
    /// Is there nothing to read at this moment? It does not wait. To look is a step.
    pub fn is_empty(&self) -> bool {
        let pipe = self.0.get_ref().0.as_ref();
        self.0.buffer().is_empty() && pipe.is_none_or(|pipe| pipe.is_empty())
    }
}

impl Read for StdinLock {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.0.read(to)
    }
}

impl BufRead for StdinLock {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.0.consume(amount);
    }
}

/// See [`std::io::stdout`].
pub fn stdout() -> Output {
    OWN.with_borrow(|own| own.stdout.clone())
}

/// See [`std::io::stderr`].
pub fn stderr() -> Output {
    OWN.with_borrow(|own| own.stderr.clone())
}

/// What [`show!`](crate::show!) does in a process.
pub(crate) fn show(text: Arguments<'_>) {
    writeln!(stdout(), "{text}").expect("the parent hears it");
}
