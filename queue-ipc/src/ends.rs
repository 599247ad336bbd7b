//! The two ends of a queue, as a worker process finds them: its standard input and output.

use std::fs::File;
use std::io::{self, BufRead, ErrorKind, StdinLock};
use std::path::PathBuf;

pub use system::{get_end, put_end};

use crate::pace::Pace;

/// The end of a queue for messages.
pub struct End {
    /// It has no buffer, unlike `io::stdin()`, which would read more than one message.
    pub queue: File,
    /// The lock file of all who use such an end.
    pub lock: PathBuf,
    pub pace: Pace,
}

/// Is there nothing in the queue at this moment? It does not wait. This is Python's `q.empty()`.
pub fn is_empty(queue: &mut StdinLock) -> io::Result<bool> {
    system::let_stdin_wait(false)?;
    let found = queue.fill_buf().map(<[u8]>::is_empty);
    system::let_stdin_wait(true)?;
    match found {
        Err(fault) if fault.kind() == ErrorKind::WouldBlock => Ok(true),
        found => found,
    }
}

#[cfg(unix)]
mod system {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    pub fn get_end() -> io::Result<File> {
        Ok(io::stdin().as_fd().try_clone_to_owned()?.into())
    }

    pub fn put_end() -> io::Result<File> {
        Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
    }

    pub fn let_stdin_wait(wait: bool) -> io::Result<()> {
        // The standard library can set this for a socket only, but it holds for whatever is open.
        let stdin = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
        stdin.set_nonblocking(!wait)
    }
}

#[cfg(not(unix))]
mod system {
    use std::fs::File;
    use std::io::{self, ErrorKind};

    fn unsupported<T>() -> io::Result<T> {
        Err(io::Error::new(ErrorKind::Unsupported, "of the versions, only `closing` runs here"))
    }

    pub fn get_end() -> io::Result<File> {
        unsupported()
    }

    pub fn put_end() -> io::Result<File> {
        unsupported()
    }

    pub fn let_stdin_wait(_: bool) -> io::Result<()> {
        unsupported()
    }
}
