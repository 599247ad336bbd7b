//! Lines on the screen.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use std::process::{self, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use crate::{clock, interleave, pid};

/// Says a line to people: the time since the lesson began, the PID, and the text.
///
/// The line is written by one system call, so that lines of several processes and threads never
/// mix (a pipe keeps writes of up to 4096 bytes whole). When nobody reads any more, as after
/// `| head -1`, the program ends quietly. A lesson that runs in every interleaving says nothing.
///
/// ```
/// common::say!("has {} items", 3); // prints "     0 ms  PID 4711  has 3 items"
/// ```
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => { $crate::say::say(format_args!($($text)*)) };
}

/// Writes a line to standard output as it is, otherwise like [`say!`](crate::say!): a result, a
/// table, the answer of a worker.
///
/// ```
/// common::show!("{:10} {}", "locked", "nothing lost");
/// ```
#[macro_export]
macro_rules! show {
    ($($text:tt)*) => { $crate::say::show(format_args!($($text)*)) };
}

/// The exit status of a worker whose output is closed, as a shell shows it (128 + SIGPIPE).
pub(crate) const OUTPUT_CLOSED: i32 = 141;

static TO_STDERR: AtomicBool = AtomicBool::new(false);
static CLOSED: AtomicBool = AtomicBool::new(false);

/// What [`say!`](crate::say!) does.
pub fn say(text: Arguments<'_>) {
    if interleave::is_on_stage() {
        return;
    }
    let milliseconds = clock::since_zero().as_millis();
    let text = format_args!("{milliseconds:>6} ms  PID {}  {text}", pid::own());
    if TO_STDERR.load(SeqCst) { line(io::stderr(), text) } else { line(io::stdout(), text) }
}

/// What [`show!`](crate::show!) does.
pub fn show(text: Arguments<'_>) {
    if interleave::is_on_stage() {
        return interleave::show(text);
    }
    line(io::stdout(), text);
}

/// From now on, this process is a worker: its standard output is not for people.
pub(crate) fn to_stderr() {
    TO_STDERR.store(true, SeqCst);
}

/// Where this process says its lines, for a worker of its own to say them there, too.
pub(crate) fn to_people() -> Stdio {
    if TO_STDERR.load(SeqCst) { io::stderr().into() } else { io::stdout().into() }
}

/// A worker has found that nobody reads what this lesson says.
pub(crate) fn output_is_closed() {
    CLOSED.store(true, SeqCst);
}

/// Tells in one line on stderr why the program ends, unless it is that nobody reads its output.
pub(crate) fn end_with(fault: &str) -> ExitCode {
    if CLOSED.load(SeqCst) {
        return ExitCode::SUCCESS;
    }
    // Where even stderr is closed, there is nobody left to tell.
    let _ = io::stderr().write_all(format!("error: {fault}\n").as_bytes());
    ExitCode::FAILURE
}

/// Writes text without the end of a line to standard output, at once.
pub fn text(text: Arguments<'_>) {
    write(io::stdout(), &text.to_string());
}

fn line(to: impl Write, text: Arguments<'_>) {
    write(to, &format!("{text}\n"));
}

/// One string and one call, so that it is one write.
fn write(mut to: impl Write, text: &str) {
    let outcome = to.write_all(text.as_bytes()).and_then(|()| to.flush());
    let Err(fault) = outcome else { return };
    if fault.kind() != ErrorKind::BrokenPipe {
        end_with(&format!("cannot write to standard output: {fault}"));
        process::exit(1);
    }
    process::exit(if TO_STDERR.load(SeqCst) { OUTPUT_CLOSED } else { 0 });
}
