//! Stands in for the standard input, output and error of a process: what its parent has connected
//! them with.

use std::cell::RefCell;
use std::fmt::Arguments;
use std::io::{self, BufRead, BufReader, Cursor, Lines, Read, Write};
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
    /// What was read from the pipe, and not yet from standard input.
    static REST: RefCell<Vec<u8>> = RefCell::default();
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
        StdinLock(Cursor::new(REST.take()), BufReader::new(self))
    }

    /// See [`std::io::Stdin::read_line`].
    pub fn read_line(&self, line: &mut String) -> io::Result<usize> {
        self.clone().lock().read_line(line)
    }

    /// See [`std::io::Stdin::lines`].
    pub fn lines(self) -> Lines<StdinLock> {
        self.lock().lines()
    }
}

impl Read for &Stdin {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let rest = REST.take();
        if !rest.is_empty() {
            let count = (&*rest).read(to)?;
            REST.set(rest[count..].to_vec());
            return Ok(count);
        }
        self.0.as_ref().map_or(Ok(0), |pipe| (&**pipe).read(to))
    }
}

by_reference!(Read for Stdin);

/// See [`std::io::StdinLock`]. What another one has left in its buffer comes first.
pub struct StdinLock(Cursor<Vec<u8>>, BufReader<Stdin>);

impl StdinLock {
    /// Is there nothing to read at this moment? It does not wait. To look is a step.
    pub fn is_empty(&self) -> bool {
        let pipe = self.1.get_ref().0.as_ref();
        self.buffered().next().is_none() && pipe.is_none_or(|pipe| pipe.is_empty())
    }

    fn buffered(&self) -> impl Iterator<Item = u8> {
        let before = &self.0.get_ref()[self.0.position() as usize..];
        before.iter().chain(self.1.buffer()).copied()
    }
}

impl Read for StdinLock {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self.0.read(to)? {
            0 => self.1.read(to),
            count => Ok(count),
        }
    }
}

impl BufRead for StdinLock {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.0.fill_buf()? {
            [] => self.1.fill_buf(),
            _ => self.0.fill_buf(),
        }
    }

    fn consume(&mut self, amount: usize) {
        match self.0.fill_buf() {
            Ok([]) | Err(_) => self.1.consume(amount),
            Ok(_) => self.0.consume(amount),
        }
    }
}

impl Drop for StdinLock {
    fn drop(&mut self) {
        let rest = self.buffered().collect();
        let _ = REST.try_with(|own| own.replace(rest)); // a thread that ends has none
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

/// What `print!` does in a process. Where its output goes nowhere, nothing is printed: a line that is
/// left over from a search for a fault would come in every interleaving.
#[doc(hidden)]
pub fn print(text: Arguments<'_>) {
    write!(stdout(), "{text}").expect("failed printing to stdout");
}

/// What `eprint!` does in a process, as `print`.
#[doc(hidden)]
pub fn eprint(text: Arguments<'_>) {
    write!(stderr(), "{text}").expect("failed printing to stderr");
}

/// Defines what stands in for a macro that prints.
macro_rules! prints {
    ($dollar:tt $($name:ident $real:ident $to:ident $end:literal),*) => {
        $(
            #[doc = concat!("See [`std::", stringify!($real), "`]. In a process, it is a step.")]
            #[macro_export]
            #[doc(hidden)]
            macro_rules! $name {
                () => { $crate::interleave::io::$to(format_args!($end)) };
                ($dollar($dollar text:tt)*) => {
                    $crate::interleave::io::$to(format_args!(
                        "{}{}", format_args!($dollar($dollar text)*), $end
                    ))
                };
            }
        )*
    };
}

prints!($ explored_print print print "", explored_println println print "\n",
    explored_eprint eprint eprint "", explored_eprintln eprintln eprint "\n");
