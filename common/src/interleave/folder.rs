//! Stands in for the functions of `std::fs`, each of which is one step.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::disk::{call_now, name, read_now};
use super::mark::hash;

/// See [`std::fs::read`]. To open the file and to read it are one step.
pub fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    let path = path.as_ref();
    read_now(path, |files| files.find(path).map(|node| files.nodes[node].data.clone()))
}

/// See [`std::fs::read_to_string`]. To open the file and to read it are one step.
pub fn read_to_string(path: impl AsRef<Path>) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|_| ErrorKind::InvalidData.into())
}

/// See [`std::fs::write`]. To empty the file is one step, and to write it is another.
pub fn write(path: impl AsRef<Path>, data: impl AsRef<[u8]>) -> io::Result<()> {
    io::Write::write_all(&mut super::file::File::create(path)?, data.as_ref())
}

/// See [`std::fs::remove_file`].
pub fn remove_file(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref();
    call_now(path, "removes", |files, _| {
        (files.names.remove(path).map(drop).ok_or(ErrorKind::NotFound.into()), 0)
    })
}

/// See [`std::fs::rename`]. What had the new name before is replaced.
pub fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
    let (from, to) = (from.as_ref(), to.as_ref());
    call_now(to, &format!("renames {} to", name(from)), |files, _| {
        let renamed = files.find(from).map(|node| {
            files.names.remove(from);
            files.names.insert(to.into(), node);
        });
        (renamed, 0)
    })
}

/// See [`std::fs::exists`].
pub fn exists(path: impl AsRef<Path>) -> io::Result<bool> {
    let path = path.as_ref();
    call_now(path, "looks for", |files, _| {
        let found = files.find(path).is_ok();
        (Ok(found), hash(found))
    })
}

/// See [`std::fs::Metadata`].
#[derive(Clone, Debug)]
pub struct Metadata {
    is_dir: bool,
    len: u64,
}

impl Metadata {
    /// See [`std::fs::Metadata::is_dir`].
    pub fn is_dir(&self) -> bool {
        self.is_dir
    }

    /// See [`std::fs::Metadata::is_file`].
    pub fn is_file(&self) -> bool {
        !self.is_dir
    }

    /// See [`std::fs::Metadata::len`].
    #[allow(clippy::len_without_is_empty, reason = "std has none, either")]
    pub fn len(&self) -> u64 {
        self.len
    }
}

/// See [`std::fs::metadata`].
pub fn metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    let path = path.as_ref();
    call_now(path, "looks at", |files, _| {
        let found = files.find(path).map(|node| {
            let node = &files.nodes[node];
            Metadata { is_dir: node.is_folder, len: node.data.len() as u64 }
        });
        let seen = hash(found.as_ref().ok().map(|found| (found.is_dir, found.len)));
        (found, seen)
    })
}

/// How what is read or written is told in a table. Quotes that are in it are enough.
pub(super) fn quoted(data: &[u8]) -> String {
    let text = String::from_utf8_lossy(data);
    let quoted = format!("{:?}", text.trim_end());
    if !text.contains('"') {
        return quoted;
    }
    quoted[1..quoted.len() - 1].replace("\\\"", "\"")
}
