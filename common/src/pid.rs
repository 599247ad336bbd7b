//! Which process is this, and who started it?

/// The PID of this process.
///
/// ```
/// assert_eq!(common::pid::own(), std::process::id());
/// ```
pub fn own() -> u32 {
    std::process::id()
}

/// The PID of the process that started this one, where the system tells it (Unix). When that
/// process has ended, it is the PID of the process that has adopted this one.
///
/// ```
/// assert_ne!(common::pid::parent(), Some(common::pid::own()));
/// ```
pub fn parent() -> Option<u32> {
    #[cfg(unix)]
    return Some(std::os::unix::process::parent_id());
    #[cfg(not(unix))]
    return None;
}
