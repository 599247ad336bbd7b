//! The lock files: one for the writers, one for the readers.

use std::fs::{self, File};
use std::process;

use anyhow::Context;
use common::record;
use tempfile::TempDir;

/// Creates `put.lock` and `get.lock` in a folder of their own. It goes when it is dropped, and on
/// Ctrl-C.
pub fn create() -> anyhow::Result<TempDir> {
    let folder = tempfile::Builder::new().prefix("queue-ipc-").tempdir();
    let folder = folder.context("cannot create a folder for the lock files")?;
    let path = folder.path().to_owned();
    let remove = move || {
        let _ = fs::remove_dir_all(&path);
        record::end_status();
        process::exit(130); // as a shell shows it: 128 + SIGINT
    };
    ctrlc::set_handler(remove).context("cannot listen for Ctrl-C")?;
    for name in ["put.lock", "get.lock"] {
        File::create(folder.path().join(name)).context("cannot create a lock file")?;
    }
    Ok(folder)
}
