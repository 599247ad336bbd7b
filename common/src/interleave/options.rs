//! Stands in for `std::fs::OpenOptions`.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::disk::{Files, call_now};
use super::file::File;

/// See [`std::fs::OpenOptions`]. What a file is opened for is not modelled: it can always be read and
/// written.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    writes: bool,
    appends: bool,
    truncates: bool,
    creates: bool,
    creates_new: bool,
}

impl OpenOptions {
    /// See [`std::fs::OpenOptions::new`].
    pub fn new() -> Self {
        Self::default()
    }

    /// See [`std::fs::OpenOptions::read`].
    pub fn read(&mut self, _: bool) -> &mut Self {
        self
    }

    /// See [`std::fs::OpenOptions::write`].
    pub fn write(&mut self, writes: bool) -> &mut Self {
        self.writes = writes;
        self
    }

    /// See [`std::fs::OpenOptions::append`].
    pub fn append(&mut self, appends: bool) -> &mut Self {
        self.appends = appends;
        self
    }

    /// See [`std::fs::OpenOptions::truncate`].
    pub fn truncate(&mut self, truncates: bool) -> &mut Self {
        self.truncates = truncates;
        self
    }

    /// See [`std::fs::OpenOptions::create`].
    pub fn create(&mut self, creates: bool) -> &mut Self {
        self.creates = creates;
        self
    }

    /// See [`std::fs::OpenOptions::create_new`].
    pub fn create_new(&mut self, creates_new: bool) -> &mut Self {
        self.creates_new = creates_new;
        self
    }

    /// See [`std::fs::OpenOptions::open`].
    pub fn open(&self, path: impl AsRef<Path>) -> io::Result<File> {
        let path = path.as_ref();
        let what = if self.creates_new || self.creates { "opens or creates" } else { "opens" };
        call_now(path, what, |files, id| match self.node(files, path) {
            Ok(node) => File::opened(path, node, id, self.appends),
            Err(fault) => (Err(fault), 0),
        })
    }

    fn node(&self, files: &mut Files, path: &Path) -> io::Result<usize> {
        let changes = self.creates || self.creates_new || self.truncates;
        if changes && !self.writes && !self.appends {
            return Err(ErrorKind::InvalidInput.into()); // as the real one
        }
        let node = match files.find(path) {
            Ok(_) if self.creates_new => return Err(ErrorKind::AlreadyExists.into()),
            Ok(node) => node,
            Err(_) if self.creates || self.creates_new => files.add(path, false),
            Err(fault) => return Err(fault),
        };
        if self.truncates {
            files.nodes[node].data.clear();
        }
        Ok(node)
    }
}
