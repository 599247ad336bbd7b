//! Which process is this, and which one started it?

/// The environment variable that tells a worker the PID of its parent.
#[cfg(not(unix))]
pub(crate) const PARENT: &str = "LESSON_PARENT_PID";

/// The PID of this process.
///
/// ```
/// assert_eq!(common::pid::own(), std::process::id());
/// ```
pub fn own() -> u32 {
    std::process::id()
}

/// The PID of the process that started this one. On Unix, it is that of the process that has adopted
/// this one when its parent has ended. On other systems, only a worker knows it.
///
/// ```
/// assert_ne!(common::pid::parent(), Some(common::pid::own()));
/// ```
pub fn parent() -> Option<u32> {
    #[cfg(unix)]
    return Some(std::os::unix::process::parent_id());
    #[cfg(not(unix))]
    return std::env::var(PARENT).ok()?.parse().ok();
}
