//! For lesson checks: a program under test, which must end, and may leave nothing behind.
//!
//! It panics where a check fails, as checks do.

#![allow(clippy::disallowed_methods, reason = "a check starts programs as a user does")]

mod exercise;
mod patience;

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, PipeWriter, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{env, fmt, fs};

pub use exercise::{Exercise, Found, Verdict, code};
use patience::{LONGEST_RUN, Patience};

use crate::lifeline::{self, LIFELINE};
use crate::picture;

/// What takes longer than this has failed, also on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// A program that is running. Its standard input is a pipe that stays open until it is closed here:
/// a gate at which its workers can be held. Dropping it kills it and all its processes.
pub struct Run {
    command: String,
    child: Child,
    stdin: Option<PipeWriter>,
    lines: Receiver<String>,
    stderr: Option<JoinHandle<String>>,
    seen: Vec<String>,
    longest: Duration,
}

/// What came of a program. A failing check shows it as `{outcome:?}`, in lines that can be read.
pub struct Outcome {
    /// What was typed.
    pub command: String,
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Outcome {
    /// What the program printed, if it ended well and said nothing on stderr.
    #[track_caller]
    pub fn stdout(self) -> String {
        assert!(self.status.success() && self.stderr.is_empty(), "{self:?}");
        self.stdout
    }

    /// The one line on stderr of a program that ended with exit status 1.
    #[track_caller]
    pub fn error(self) -> String {
        let one_line = self.stderr.starts_with("error: ") && self.stderr.lines().count() == 1;
        assert!(self.status.code() == Some(1) && one_line, "{self:?}");
        self.stderr
    }

    /// What a program that was started wrongly said on stderr. Its exit status is 2.
    #[track_caller]
    pub fn refusal(self) -> String {
        let refused = self.stderr.starts_with("error: ") && self.stdout.is_empty();
        assert!(self.status.code() == Some(2) && refused, "{self:?}");
        self.stderr
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "\n$ {}\n{}({})", self.command, self.stdout, self.status)?;
        if self.stderr.is_empty() { Ok(()) } else { write!(to, "\nstderr:\n{}", self.stderr) }
    }
}

/// The example `name` that cargo has built beside `program`. Note that `cargo test --test NAME` builds
/// no examples.
///
/// ```
/// let example = common::check::example("/course/target/debug/bank-account", "counter");
/// assert!(example.ends_with("debug/examples/counter"));
/// ```
pub fn example(program: &str, name: &str) -> PathBuf {
    PathBuf::from(program)
        .with_file_name("examples")
        .join(name)
        .with_extension(env::consts::EXE_EXTENSION)
}

/// A command, given as a path and arguments that are separated by spaces.
pub fn command(program: impl AsRef<OsStr>, arguments: &str) -> Command {
    let mut command = Command::new(program);
    command.args(arguments.split_whitespace());
    command
}

/// A picture without the columns that are the same as the one before them, in all of its lines: what
/// is left of a timeline when it no longer tells how long things took.
///
/// ```
/// let picture = "  buyer 1  ··████····  sold\n  buyer 2  ·····███··  sold\n";
/// assert_eq!(common::check::squeezed(picture), " buyer 1 ·██·· sold\n buyer 2 ··██· sold\n");
/// ```
pub fn squeezed(picture: &str) -> String {
    let lines: Vec<Vec<char>> = picture.lines().map(|line| line.chars().collect()).collect();
    let longest = lines.iter().map(Vec::len).max().unwrap_or_default();
    let column = |at: usize| -> Vec<char> {
        lines.iter().map(|line| line.get(at).copied().unwrap_or(' ')).collect()
    };
    let is_drawn = |column: &[char]| !column.iter().any(|mark| mark.is_alphanumeric());
    let is_new = |at: &usize| *at == 0 || column(*at) != column(at - 1) || !is_drawn(&column(*at));
    let kept: Vec<Vec<char>> = (0..longest).filter(is_new).map(column).collect();
    let line = |number: usize| kept.iter().map(|column| column[number]).collect::<String>();
    (0..lines.len()).map(|number| format!("{}\n", line(number).trim_end())).collect()
}

/// In how many lines of a picture this mark stands in the same column, at most.
///
/// ```
/// let picture = "  buyer 1  ··████····  sold\n  buyer 2  ·····███··  sold\n";
/// assert_eq!(common::check::most_at_once(picture, '█'), 2);
/// ```
pub fn most_at_once(picture: &str, mark: char) -> usize {
    picture::most_at_once(picture, mark).0
}

/// The same for a program that is to get Ctrl-C. A check that a shell has started in the background
/// ignores SIGINT, and so would the program.
pub fn interruptible(program: impl AsRef<OsStr>, arguments: &str) -> Command {
    if !ignores_ctrl_c() {
        return command(program, arguments);
    }
    let mut command = Command::new("env");
    command.arg("--default-signal=INT").arg(program).args(arguments.split_whitespace());
    command
}

/// Does this process ignore SIGINT, where the system tells it (Linux)?
fn ignores_ctrl_c() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 << (2 - 1) != 0) // SIGINT is signal 2
}

impl Run {
    /// Starts a program.
    ///
    /// ```
    /// # if cfg!(unix) {
    /// use common::check::{Run, command};
    ///
    /// let mut run = Run::start(command("/bin/echo", "one two"));
    /// assert_eq!(run.until("two"), "one two");
    /// assert_eq!(run.end().stdout, "one two\n");
    /// # }
    /// ```
    pub fn start(command: Command) -> Self {
        let (stdout, out) = io::pipe().unwrap();
        let mut command = command;
        if !command.get_envs().any(|(name, _)| name == "LC_ALL") {
            command.env("LC_ALL", "C.UTF-8"); // pictures with block characters
        }
        let (line, lines) = channel();
        thread::spawn(move || {
            for text in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = line.send(text);
            }
        });
        Self::begin(command, out.into(), lines)
    }

    /// Starts a program whose output nobody reads, as after `| head -1`.
    pub fn start_with_closed_output(command: Command) -> Self {
        let (reader, out) = io::pipe().unwrap();
        drop(reader);
        Self::begin(command, out.into(), channel().1)
    }

    /// Starts a program whose output finds the disk full (Linux).
    pub fn start_with_full_output(command: Command) -> Self {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        Self::begin(command, full.into(), channel().1)
    }

    fn begin(mut command: Command, stdout: Stdio, lines: Receiver<String>) -> Self {
        let typed = typed(&command);
        // These two commands compute in thousands of threads, one after the other. How long a thread
        // has waited for a processor is forgotten when it ends.
        let explores = command.get_args().any(|arg| arg == "interleavings" || arg == "play");
        let (stdin, gate) = io::pipe().unwrap();
        let (mut errors, stderr) = io::pipe().unwrap();
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        // However this check ends, the program ends with it.
        command.envs(lifeline::address().map(|address| (LIFELINE, address.to_string())));
        command.stdin(stdin).stdout(stdout).stderr(stderr);
        let child = command.spawn().unwrap_or_else(|fault| panic!("{command:?}: {fault}"));
        let stderr = thread::spawn(move || {
            let mut text = String::new();
            let _ = errors.read_to_string(&mut text);
            text
        });
        Self {
            command: typed,
            child,
            stdin: Some(gate),
            lines,
            stderr: Some(stderr),
            seen: Vec::new(),
            longest: if explores { 5 * LONGEST_RUN } else { LONGEST_RUN },
        }
    }

    /// Lets the program run no longer than this, which a right one never does. The time that it waits
    /// for a processor does not count.
    pub fn at_most(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self
    }

    /// The PID of the program.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line with this text in it, and returns it.
    #[track_caller]
    pub fn until(&mut self, text: &str) -> String {
        let line = self.find(text, DEADLINE);
        line.unwrap_or_else(|why| panic!("no {text:?} came: {why}. What came:\n{}", self.came()))
    }

    /// Does a line with this text come within this time? What a right program never says can thus
    /// be looked for without making its check fail by chance. The answer is no as soon as the
    /// program has come to a standstill.
    pub fn comes(&mut self, text: &str, within: Duration) -> bool {
        self.find(text, within).is_ok()
    }

    /// The next line with this text, or why there will be none.
    fn find(&mut self, text: &str, within: Duration) -> Result<String, String> {
        let end = Instant::now() + within;
        let mut patience = Patience::new(self.longest);
        loop {
            let left = end.saturating_duration_since(Instant::now()).min(patience::LOOK_AGAIN);
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if line.contains(text) {
                        return Ok(line);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Err("its output has ended".into()),
                Err(RecvTimeoutError::Timeout) => {
                    patience.look(|| self.processes())?;
                    if Instant::now() > end {
                        return Err(format!("it took longer than {within:?}"));
                    }
                }
            }
        }
    }

    /// Waits until this is so, for a program that still has something to do.
    #[track_caller]
    pub fn wait_until(&mut self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let mut patience = Patience::new(self.longest);
        while !is_so(self) {
            if let Err(why) = patience.look(|| self.processes()) {
                panic!("it does not come true that {what}: {why}. What came:\n{}", self.came());
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Types Enter.
    pub fn enter(&mut self) {
        self.types("");
    }

    /// Types a line.
    pub fn types(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("standard input is still open");
        stdin.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Opens the gate: the standard input ends.
    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Presses Ctrl-C: the program and all its workers get SIGINT, as from a terminal.
    #[cfg(unix)]
    pub fn ctrl_c(&mut self) {
        let group = Pid::from_raw(self.pid().cast_signed());
        let _ = nix::sys::signal::killpg(group, Signal::SIGINT); // it may have ended by now
    }

    /// Waits for the end. At that moment, none of its processes may be left.
    #[track_caller]
    pub fn end(mut self) -> Outcome {
        self.close_stdin();
        let status = self.wait();
        let left = self.processes();
        assert!(left.is_empty(), "processes {left:?} are left. What came:\n{}", self.came());
        self.outcome(status)
    }

    /// Waits for the end of a program that was sent a signal. Its workers must end soon after,
    /// although the gate stays closed.
    #[track_caller]
    pub fn end_after_signal(mut self) -> Outcome {
        let status = self.wait();
        self.wait_until("all its processes have ended", |run| run.processes().is_empty());
        self.outcome(status)
    }

    /// Both pipes end with the last process that holds them.
    fn outcome(mut self, status: ExitStatus) -> Outcome {
        self.seen.extend(self.lines.iter());
        let stdout = self.seen.iter().map(|line| format!("{line}\n")).collect();
        let stderr = self.stderr.take().expect("taken once").join().unwrap();
        Outcome { command: self.command.clone(), status, stdout, stderr }
    }

    /// All lines that have come so far.
    fn came(&mut self) -> String {
        self.seen.extend(self.lines.try_iter());
        self.seen.join("\n")
    }

    #[track_caller]
    fn wait(&mut self) -> ExitStatus {
        let mut patience = Patience::new(self.longest);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            if let Err(why) = patience.look(|| self.processes()) {
                let (typed, came) = (self.command.clone(), self.came());
                panic!("The program does not end: {why}. What came:\n$ {typed}\n{came}");
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// The PIDs of all its processes that have not ended, where the system lists them (Linux).
    pub fn processes(&self) -> Vec<u32> {
        patience::processes_in_group(self.child.id())
    }
}

/// Sends a signal to a process.
#[cfg(unix)]
pub fn signal(signal: Signal, pid: u32) {
    let _ = nix::sys::signal::kill(Pid::from_raw(pid.cast_signed()), signal); // it may have ended
}

#[cfg(unix)]
use nix::unistd::Pid;

#[cfg(unix)]
pub use nix::sys::signal::Signal;

/// How a command would be typed: its program by name, and its arguments.
fn typed(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let words = [program.file_name().unwrap_or_default()].into_iter().chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// For a check that waits for a program by itself, such as for what comes over a connection. It is
/// called again and again, and returns an error when it is useless to wait any longer.
pub fn patience(pid: u32) -> impl FnMut() -> Result<(), String> {
    let mut patience = Patience::new(LONGEST_RUN);
    move || patience.look(|| patience::processes_in_group(pid))
}

/// Waits until this is so.
#[track_caller]
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < end, "it does not come true that {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// The PID that a line of [`say!`](crate::say!) gives.
///
/// ```
/// assert_eq!(common::check::pid_in("     7 ms  PID 4711  starts"), 4711);
/// assert_eq!(common::check::pid_in("     7 ms  buyer 3 (PID 4711)  starts"), 4711);
/// ```
#[track_caller]
pub fn pid_in(line: &str) -> u32 {
    let pid =
        line.split("PID ").nth(1).and_then(|rest| rest.split([' ', ')']).next()?.parse().ok());
    pid.unwrap_or_else(|| panic!("no PID in {line:?}"))
}

impl Drop for Run {
    fn drop(&mut self) {
        #[cfg(unix)]
        for pid in self.processes() {
            signal(Signal::SIGKILL, pid);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
