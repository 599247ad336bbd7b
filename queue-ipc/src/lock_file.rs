//! A lock file that is never left behind, however this program ends.

use std::path::PathBuf;

use anyhow::Context;

/// Creates a lock file.
pub fn create() -> anyhow::Result<LockFile> {
    LockFile::new().context("cannot create a lock file in the folder for temporary files")
}

/// It has no name. The workers open it through this process, each for itself: had they copies of
/// this process's open file, they would share one lock, which keeps nobody out.
#[cfg(target_os = "linux")]
pub struct LockFile(std::fs::File);

#[cfg(target_os = "linux")]
impl LockFile {
    fn new() -> std::io::Result<Self> {
        tempfile::tempfile().map(Self)
    }

    pub fn path(&self) -> PathBuf {
        use std::os::fd::AsRawFd;
        format!("/proc/{}/fd/{}", common::pid::own(), self.0.as_raw_fd()).into()
    }
}

/// It is removed when this is dropped.
#[cfg(not(target_os = "linux"))]
pub struct LockFile(tempfile::NamedTempFile);

#[cfg(not(target_os = "linux"))]
impl LockFile {
    fn new() -> std::io::Result<Self> {
        tempfile::NamedTempFile::new().map(Self)
    }

    pub fn path(&self) -> PathBuf {
        self.0.path().into()
    }
}
