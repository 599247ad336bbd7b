//! The disk on which the files of one interleaving are. Each call to the system is one step.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::folder::quoted;
use super::mark::{Mark, hash};
use super::shared::{Shared, hold};
use super::stage::{self, me};

#[derive(Default)]
pub(super) struct Disk(Mutex<Files>);

/// Names, and what they lead to: a file stays as long as it is open, also without a name.
#[derive(Default)]
pub(super) struct Files {
    shared: Option<Shared>,
    pub(super) names: BTreeMap<PathBuf, usize>,
    pub(super) nodes: Vec<Node>,
}

#[derive(Default, Hash)]
pub(super) struct Node {
    pub(super) data: Vec<u8>,
    pub(super) is_folder: bool,
    /// Which open file holds the lock.
    pub(super) lock: Option<u64>,
}

impl Files {
    pub(super) fn find(&self, path: &Path) -> io::Result<usize> {
        self.names.get(path).copied().ok_or(ErrorKind::NotFound.into())
    }

    pub(super) fn add(&mut self, path: &Path, is_folder: bool) -> usize {
        self.nodes.push(Node { is_folder, ..Node::default() });
        self.names.insert(path.into(), self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    fn mark(&self, seen: u64) -> Mark {
        Mark { seen, ..Mark::reads(hash((&self.names, &self.nodes))) }
    }
}

/// A call to the system: a step that waits until `may` says so. `act` is given what stands for all
/// that the thread has done, and gives what stands for what it has noticed beyond the text.
pub(super) fn call<R>(
    what: &str,
    may: impl Fn(&Files) -> bool + Send + 'static,
    act: impl FnOnce(&mut Files, u64) -> (R, String, u64),
) -> R {
    let (stage, _) = me();
    let known = hold(&stage.disk.0).shared;
    let shared = known.unwrap_or_else(|| {
        let shared = Shared::made_at("disk", Location::caller());
        *hold(&stage.disk.0).shared.insert(shared)
    });
    let theirs = stage.clone();
    shared.marked_step(
        what,
        move || may(&hold(&theirs.disk.0)),
        |past| {
            let mut files = hold(&stage.disk.0);
            let (outcome, text, seen) = act(&mut files, past);
            let mark = files.mark(seen);
            (outcome, text, mark)
        },
    )
}

/// A call that needs no waiting, and fails in a process that has been killed: what its destructors
/// do is not done.
pub(super) fn call_now<R>(
    path: &Path,
    what: &str,
    act: impl FnOnce(&mut Files, u64) -> (io::Result<R>, u64),
) -> io::Result<R> {
    if stage::is_killed() {
        return Err(ErrorKind::Interrupted.into());
    }
    call(
        "its turn",
        |_| true,
        |files, past| {
            let (outcome, seen) = act(files, past);
            let text = match &outcome {
                Ok(_) => format!("{what} {}", name(path)),
                Err(fault) => format!("{what} {}: {}", name(path), fault.kind()),
            };
            (outcome, text, seen)
        },
    )
}

/// A call that reads. What it has read is told.
pub(super) fn read_now(
    path: &Path,
    act: impl FnOnce(&mut Files) -> io::Result<Vec<u8>>,
) -> io::Result<Vec<u8>> {
    if stage::is_killed() {
        return Err(ErrorKind::Interrupted.into());
    }
    call(
        "its turn",
        |_| true,
        |files, _| {
            let data = act(files);
            let (told, seen) = match &data {
                Ok(data) => (quoted(data), hash(data)),
                Err(fault) => (fault.kind().to_string(), 0),
            };
            (data, format!("reads {}: {told}", name(path)), seen)
        },
    )
}

/// An open file is closed. Only that its lock is released can be noticed: that is a step.
pub(super) fn close(path: &Path, node: usize, id: u64) {
    let (stage, _) = me();
    let known = hold(&stage.disk.0).shared;
    if hold(&stage.disk.0).nodes[node].lock == Some(id)
        && let Some(shared) = known
    {
        shared.last_step(|_| {
            let mut files = hold(&stage.disk.0);
            files.nodes[node].lock = None;
            ((), format!("closes {}", name(path)), files.mark(0))
        });
    }
}

/// How a file is named in a table.
pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into()
}

/// Puts a file on the disk of this interleaving, and its folder. This is no step.
pub fn prepare(path: impl AsRef<Path>, data: impl AsRef<[u8]>) {
    let (stage, _) = me();
    let mut files = hold(&stage.disk.0);
    for folder in path.as_ref().ancestors().skip(1) {
        if files.find(folder).is_err() {
            files.add(folder, true);
        }
    }
    let file = files.add(path.as_ref(), false);
    files.nodes[file].data = data.as_ref().into();
}

/// What is on the disk of this interleaving: the name and the text of each file. This is no step, and
/// for the end only, when no other thread runs.
pub fn files() -> BTreeMap<PathBuf, String> {
    let (stage, _) = me();
    let files = hold(&stage.disk.0);
    let names = files.names.iter().filter(|(_, node)| !files.nodes[**node].is_folder);
    let text = |node: usize| String::from_utf8_lossy(&files.nodes[node].data).into_owned();
    names.map(|(path, node)| (path.clone(), text(*node))).collect()
}
