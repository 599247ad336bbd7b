//! Ctrl-C: the first one stops the producers, the second one the program.

use std::io::{self, Write};
use std::process;
use std::sync::OnceLock;
use std::time::Duration;

use common::clock::since_zero;
use common::record::end_status;

/// When Ctrl-C was pressed for the first time. From then on, no more items are made.
pub static STOPPED: OnceLock<Duration> = OnceLock::new();

/// Ctrl-C was pressed.
pub fn stop() {
    if STOPPED.set(since_zero()).is_err() {
        end_status();
        let _ = io::stderr().write_all(b"error: stopped twice: what was queued is lost\n");
        process::exit(1);
    }
}
