//! The ends of a queue, as a worker process finds them: its standard input and output.

use std::fs::File;
use std::io::{self, IsTerminal, StdinLock};
#[cfg(unix)]
use std::os::fd::AsFd;
#[cfg(windows)]
use std::os::windows::io::AsHandle;

use common::{record, say, worker::is_by_hand};

#[allow(dead_code, reason = "only where this is no Unix")]
pub const NEEDS_UNIX: &str =
    "polling needs Unix: elsewhere, a pipe cannot be asked whether it is empty";

/// Standard input or output without a buffer. The buffer of `io::stdin()` would take more than one
/// message, and the other readers would miss what is in it.
#[cfg(unix)]
pub fn unbuffered(end: impl AsFd) -> io::Result<File> {
    Ok(end.as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
pub fn unbuffered(end: impl AsHandle) -> io::Result<File> {
    Ok(end.as_handle().try_clone_to_owned()?.into())
}

/// Is there nothing in the queue at this moment? It does not wait. This is Python's `q.empty()`.
#[cfg(unix)]
pub fn is_empty(queue: &mut StdinLock) -> io::Result<bool> {
    use std::io::{BufRead, ErrorKind::WouldBlock};
    use std::os::unix::net::UnixStream;

    // The standard library can set this for a socket only, but it holds for whatever is open.
    let stdin = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    stdin.set_nonblocking(true)?;
    let found = queue.fill_buf().map(<[u8]>::is_empty);
    stdin.set_nonblocking(false)?;
    match found {
        Err(fault) if fault.kind() == WouldBlock => {
            say!("finds the queue empty");
            Ok(true)
        }
        found => found,
    }
}

#[cfg(not(unix))]
pub fn is_empty(_: &mut StdinLock) -> io::Result<bool> {
    Err(io::Error::new(io::ErrorKind::Unsupported, NEEDS_UNIX))
}

/// Says what is done with an item: with each of the first 1000, then with each tenth, from 10,000 on
/// with each hundredth, and so on. A reader that was started by hand does not say it, but shows on a
/// terminal how far it is.
pub fn tell(what: &str, item: u32) {
    let digits = item.checked_ilog10().unwrap_or_default();
    if !is_by_hand() {
        if item.is_multiple_of(10_u32.pow(digits.saturating_sub(2))) {
            say!("{what} item {item}");
        }
    } else if io::stdout().is_terminal() {
        record::status(format_args!("{what} item {item}"));
    }
}
