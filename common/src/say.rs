//! Lines on the screen.

use std::env;
use std::fmt::Arguments;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::{self, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;
use std::{panic, thread};

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};

use crate::record::{Line, screen};
use crate::{clock, interleave, pid};

/// Says a line to people: the time since the lesson began, who says it, and the text.
///
/// A worker hands its lines to its parent, and the lesson writes each of them in one piece, so lines
/// of several processes and threads never mix. When nobody reads any more, as after `| head -1`, the
/// program ends quietly. A lesson that runs in every interleaving says nothing.
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

/// The environment variable that carries the name of a worker, such as "buyer 3".
pub(crate) const NAME: &str = "LESSON_NAME";

/// With this environment variable, a worker hands its lines to its parent, which shows them.
pub(crate) const HANDS_ON: &str = "LESSON_HANDS_ON";

/// The exit status of a worker whose output is closed, as a shell shows it (128 + SIGPIPE).
pub(crate) const OUTPUT_CLOSED: i32 = 141;

static TO_STDERR: AtomicBool = AtomicBool::new(false);
static CLOSED: AtomicBool = AtomicBool::new(false);
static CANNOT_WRITE: AtomicBool = AtomicBool::new(false);

/// What [`say!`](crate::say!) does.
pub fn say(text: Arguments<'_>) {
    if interleave::is_on_stage() {
        return;
    }
    let name = env::var(NAME).unwrap_or_default();
    or_end(take(Line { at: clock::since_zero(), pid: pid::own(), name, text: text.to_string() }));
}

/// What [`show!`](crate::show!) does.
pub fn show(text: Arguments<'_>) {
    if interleave::is_on_stage() {
        return interleave::show(text);
    }
    or_end(screen().show(text));
}

/// Shows a line that was said, or hands it to the parent.
fn take(said: Line) -> io::Result<()> {
    if !TO_STDERR.load(SeqCst) {
        return screen().take(said);
    }
    if env::var_os(HANDS_ON).is_none() {
        let text = format_args!("{}  PID {}  {}", clock::at(said.at), said.pid, said.text);
        return line(io::stderr(), text);
    }
    let (at, text) = (said.at.as_micros(), said.text.replace('\n', "\\n"));
    // As it is: the parent knows whether its output shows colours.
    let handed_on = format!("\u{1}{at}\t{}\t{}\t{text}\n", said.pid, said.name);
    io::stderr().write_all(handed_on.as_bytes())
}

/// Takes a line that a worker has written to its standard error: one that it says, or anything else,
/// such as an error.
///
/// # Errors
///
/// When nobody reads what this lesson shows.
pub(crate) fn pass_on(text: &str) -> io::Result<()> {
    let said = || {
        let mut parts = text.strip_prefix('\u{1}')?.splitn(4, '\t');
        let at = Duration::from_micros(parts.next()?.parse().ok()?);
        let pid = parts.next()?.parse().ok()?;
        let name = parts.next()?.to_string();
        Some(Line { at, pid, name, text: parts.next()?.to_string() })
    };
    match said() {
        Some(said) => take(said),
        None if TO_STDERR.load(SeqCst) => line(io::stderr(), format_args!("{text}")),
        None => screen().show(format_args!("{text}")),
    }
}

/// From now on, this process is a worker: its standard output is not for people.
pub(crate) fn to_stderr() {
    TO_STDERR.store(true, SeqCst);
}

/// Where this process shows its lines.
pub(crate) fn to_people() -> Stdio {
    if TO_STDERR.load(SeqCst) { io::stderr().into() } else { io::stdout().into() }
}

pub(crate) fn people() -> Box<dyn Write> {
    if TO_STDERR.load(SeqCst) { Box::new(io::stderr()) } else { Box::new(io::stdout()) }
}

pub(crate) fn to_terminal() -> bool {
    if TO_STDERR.load(SeqCst) { io::stderr().is_terminal() } else { io::stdout().is_terminal() }
}

/// A worker has found that nobody reads what this lesson says.
pub(crate) fn output_is_closed() {
    CLOSED.store(true, SeqCst);
}

/// Has anything found that nobody reads what this lesson says?
pub(crate) fn is_closed() -> bool {
    CLOSED.load(SeqCst)
}

/// What is shown cannot be written: remembers that nobody reads it, or tells once why.
pub(crate) fn cannot_write(fault: &io::Error) {
    if fault.kind() == ErrorKind::BrokenPipe {
        output_is_closed();
    } else if !CANNOT_WRITE.swap(true, SeqCst) {
        let why = format!("error: cannot write to standard output: {fault}\n");
        let _ = io::stderr().write_all(why.as_bytes());
    }
}

/// Tells in one line on stderr why the program ends, unless it is that nobody reads its output.
pub(crate) fn end_with(fault: &str) -> ExitCode {
    if CANNOT_WRITE.load(SeqCst) {
        return ExitCode::FAILURE; // has been told
    }
    if CLOSED.load(SeqCst) {
        return ExitCode::SUCCESS;
    }
    // Where even stderr is closed, there is nobody left to tell.
    let _ = io::stderr().write_all(format!("error: {fault}\n").as_bytes());
    ExitCode::FAILURE
}

/// Writes text without the end of a line to standard output, at once.
pub fn text(text: Arguments<'_>) {
    or_end(write(io::stdout(), &text.to_string()));
}

pub(crate) fn line(to: impl Write, text: Arguments<'_>) -> io::Result<()> {
    write(to, &format!("{text}\n"))
}

/// One string and one call, so that it is one write. Colours are only for a terminal.
pub(crate) fn write(mut to: impl Write, text: &str) -> io::Result<()> {
    let colours = AutoStream::choice(&io::stdout());
    match colours {
        ColorChoice::Never => to.write_all(strip_str(text).to_string().as_bytes())?,
        _ if cfg!(windows) => AutoStream::new(io::stdout(), colours).write_all(text.as_bytes())?,
        _ => to.write_all(text.as_bytes())?,
    }
    to.flush()
}

/// Where nobody reads any more, the program ends quietly.
fn or_end(outcome: io::Result<()>) {
    let Err(fault) = outcome else { return };
    cannot_write(&fault);
    if fault.kind() != ErrorKind::BrokenPipe {
        process::exit(1);
    }
    match thread::current().name() {
        _ if TO_STDERR.load(SeqCst) => process::exit(OUTPUT_CLOSED),
        _ if thread::panicking() => {} // it ends by now
        Some("main") => panic::resume_unwind(Box::new("output closed")), // tidies up, see `lesson`
        _ => process::exit(0),
    }
}
