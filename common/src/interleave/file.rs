//! Stands in for `std::fs`. Each call is one step; so is `writeln!`.

use std::fmt::Arguments;
use std::fs::TryLockError;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::disk::{Files, call, call_now, close, name, read_now};
use super::folder::quoted;
use super::mark::hash;
use super::options::OpenOptions;
use super::shared::hold;
use super::stage;

pub use super::disk::{files, prepare};

/// See [`std::fs::File`]. Its lock is that of the open file: it is released when the last handle is
/// dropped.
#[derive(Clone)]
pub struct File(Arc<Open>);

struct Open {
    path: PathBuf,
    node: usize,
    /// Tells this open file from all others.
    id: u64,
    /// Where the next read or write begins.
    at: Mutex<usize>,
    /// Each write goes to the end of the file.
    appends: bool,
}

impl File {
    /// Of two files that had this name one after the other, it is known which one was opened.
    pub(super) fn opened(
        path: &Path,
        node: usize,
        id: u64,
        appends: bool,
    ) -> (io::Result<Self>, u64) {
        let open = Open { path: path.into(), node, id, at: Mutex::new(0), appends };
        (Ok(Self(Arc::new(open))), hash(node))
    }

    /// See [`std::fs::File::open`].
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        call_now(path, "opens", |files, id| match files.find(path) {
            Ok(node) => Self::opened(path, node, id, false),
            Err(fault) => (Err(fault), 0),
        })
    }

    /// See [`std::fs::File::create`].
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        call_now(path, "creates or empties", |files, id| {
            let node = files.find(path).unwrap_or_else(|_| files.add(path, false));
            files.nodes[node].data.clear();
            Self::opened(path, node, id, false)
        })
    }

    /// See [`std::fs::File::create_new`].
    pub fn create_new(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        call_now(path, "creates", |files, id| match files.find(path) {
            Ok(_) => (Err(ErrorKind::AlreadyExists.into()), 0),
            Err(_) => Self::opened(path, files.add(path, false), id, false),
        })
    }

    /// See [`std::fs::File::options`].
    pub fn options() -> OpenOptions {
        OpenOptions::new()
    }

    /// See [`std::fs::File::lock`].
    pub fn lock(&self) -> io::Result<()> {
        let Open { ref path, node, id, .. } = *self.0;
        let free = move |files: &Files| files.nodes[node].lock.is_none_or(|by| by == id);
        if stage::is_killed() {
            return Err(ErrorKind::Interrupted.into());
        }
        call(&format!("the lock of {}", name(path)), free, |files, _| {
            files.nodes[node].lock = Some(id);
            (Ok(()), format!("locks {}", name(path)), 0)
        })
    }

    /// See [`std::fs::File::try_lock`].
    pub fn try_lock(&self) -> Result<(), TryLockError> {
        let Open { ref path, node, id, .. } = *self.0;
        let locked = call_now(path, "tries to lock", |files, _| {
            let free = files.nodes[node].lock.is_none_or(|by| by == id);
            if free {
                files.nodes[node].lock = Some(id);
            }
            (Ok(free), hash(free))
        });
        match locked {
            Ok(true) => Ok(()),
            Ok(false) => Err(TryLockError::WouldBlock),
            Err(fault) => Err(TryLockError::Error(fault)),
        }
    }

    /// See [`std::fs::File::unlock`].
    pub fn unlock(&self) -> io::Result<()> {
        call_now(&self.0.path, "unlocks", |files, _| {
            files.nodes[self.0.node].lock.take_if(|by| *by == self.0.id);
            (Ok(()), 0)
        })
    }

    /// See [`std::fs::File::sync_all`]. Power loss is not modelled.
    pub fn sync_all(&self) -> io::Result<()> {
        call_now(&self.0.path, "syncs", |_, _| (Ok(()), 0))
    }

    /// See [`std::fs::File::sync_data`]. Power loss is not modelled.
    pub fn sync_data(&self) -> io::Result<()> {
        self.sync_all()
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        close(&self.path, self.node, self.id);
    }
}

impl Write for &File {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        call_now(&self.0.path, &format!("writes {} to", quoted(data)), |files, _| {
            let (mut at, old) = (hold(&self.0.at), &mut files.nodes[self.0.node].data);
            if self.0.appends {
                *at = old.len();
            }
            let end = *at + data.len();
            old.resize(old.len().max(end), 0);
            old[*at..end].copy_from_slice(data);
            *at = end;
            (Ok(data.len()), hash((data, end))) // so a loop that writes is not one that waits
        })
    }

    fn write_fmt(&mut self, text: Arguments<'_>) -> io::Result<()> {
        self.write_all(text.to_string().as_bytes())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for &File {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let data = read_now(&self.0.path, |files| {
            let mut at = hold(&self.0.at);
            let rest = files.nodes[self.0.node].data.iter().skip(*at);
            let data: Vec<u8> = rest.take(to.len()).copied().collect();
            *at += data.len();
            Ok(data)
        })?;
        to[..data.len()].copy_from_slice(&data);
        Ok(data.len())
    }
}

by_reference!(Read for File);
by_reference!(Write for File);
