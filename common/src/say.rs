//! Lines on the screen.

use std::io::{self, ErrorKind, Write};
use std::process;

use crate::{clock, pid};

/// Says a line: the time since the lesson began, the PID, and the text.
///
/// The line is written by one system call, so that lines of several processes and threads never
/// mix (a pipe keeps writes of up to 4096 bytes whole). When nobody reads any more, as after
/// `| head -1`, the program ends quietly.
///
/// ```
/// common::say!("has {} items", 3); // prints "     0 ms  PID 4711  has 3 items"
/// ```
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => { $crate::say::say(format_args!($($text)*)) };
}

/// Shows a line as it is, otherwise like [`say!`](crate::say!): a result, a table.
///
/// ```
/// common::show!("{:10} {}", "locked", "nothing lost");
/// ```
#[macro_export]
macro_rules! show {
    ($($text:tt)*) => { $crate::say::show(format_args!($($text)*)) };
}

/// What [`say!`](crate::say!) does.
pub fn say(text: std::fmt::Arguments<'_>) {
    let milliseconds = clock::since_zero().as_millis();
    show(format_args!(
        "{milliseconds:>6} ms  PID {}  {text}",
        pid::own()
    ));
}

/// What [`show!`](crate::show!) does.
pub fn show(text: std::fmt::Arguments<'_>) {
    // One string, so that it is one write.
    let line = format!("{text}\n");
    if let Err(fault) = io::stdout().write_all(line.as_bytes()) {
        stop(fault);
    }
}

/// Nobody can be told anything any more.
fn stop(fault: io::Error) -> ! {
    if fault.kind() == ErrorKind::BrokenPipe {
        process::exit(0);
    }
    let _ = writeln!(
        io::stderr(),
        "error: cannot write to standard output: {fault}"
    );
    process::exit(1);
}
