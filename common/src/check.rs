//! For lesson checks: a program under test, which has a deadline and may leave nothing behind.
//!
//! It panics where a check fails, as checks do.

#![allow(clippy::disallowed_methods, reason = "a check starts programs as a user does")]

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, PipeWriter, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{env, fs};

use crate::pid;

/// What takes longer than this has failed.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// The environment variable by which a check tells its own PID to the program that it starts.
pub const CHECK: &str = "LESSON_CHECK_PID";

/// A program that is running. Its standard input is a pipe that stays open until it is closed here:
/// a gate at which its workers can be held. Dropping it kills it and all its processes.
pub struct Run {
    command: String,
    child: Child,
    stdin: Option<PipeWriter>,
    lines: Receiver<String>,
    stderr: Option<JoinHandle<String>>,
    seen: Vec<String>,
}

/// What came of a program.
#[derive(Debug)]
pub struct Outcome {
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

/// The same for a program that is to get Ctrl-C. A check that a shell has started in the background
/// ignores SIGINT, and so would the program.
pub fn interruptible(program: impl AsRef<OsStr>, arguments: &str) -> Command {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    if ignored & 1 << (2 - 1) == 0 {
        return command(program, arguments); // signal 2, SIGINT, is not ignored
    }
    let mut command = Command::new("env");
    command.arg("--default-signal=INT").arg(program).args(arguments.split_whitespace());
    command
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
        let typed = format!("{command:?}");
        let (stdin, gate) = io::pipe().unwrap();
        let (mut errors, stderr) = io::pipe().unwrap();
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.env(CHECK, pid::own().to_string());
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
        }
    }

    /// The PID of the program.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line with this text in it, and gives it.
    #[track_caller]
    pub fn until(&mut self, text: &str) -> String {
        let line = self.find(text, DEADLINE);
        line.unwrap_or_else(|| panic!("no {text:?} came. What came:\n{}", self.came()))
    }

    /// Does a line with this text come within this time? What a right program never says can thus
    /// be looked for without making its check fail by chance.
    pub fn comes(&mut self, text: &str, within: Duration) -> bool {
        self.find(text, within).is_some()
    }

    fn find(&mut self, text: &str, within: Duration) -> Option<String> {
        let end = Instant::now() + within;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).ok()?;
            self.seen.push(line.clone());
            if line.contains(text) {
                return Some(line);
            }
        }
    }

    /// Types Enter.
    pub fn enter(&mut self) {
        self.stdin.as_mut().expect("standard input is still open").write_all(b"\n").unwrap();
    }

    /// Opens the gate: the standard input ends.
    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Presses Ctrl-C: the program and all its workers get SIGINT, as from a terminal.
    pub fn ctrl_c(&mut self) {
        signal_to("INT", &format!("-{}", self.pid()));
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
        wait_until("all its processes have ended", || self.processes().is_empty());
        self.outcome(status)
    }

    /// Both pipes end with the last process that holds them.
    fn outcome(mut self, status: ExitStatus) -> Outcome {
        self.seen.extend(self.lines.iter());
        let stdout = self.seen.iter().map(|line| format!("{line}\n")).collect();
        let stderr = self.stderr.take().expect("taken once").join().unwrap();
        Outcome { status, stdout, stderr }
    }

    /// All lines that have come so far.
    fn came(&mut self) -> String {
        self.seen.extend(self.lines.try_iter());
        self.seen.join("\n")
    }

    #[track_caller]
    fn wait(&mut self) -> ExitStatus {
        let end = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            if Instant::now() > end {
                let came = self.came();
                panic!(
                    "{} does not end. If it waits for the end of a pipe: somebody, perhaps the \
                     parent, keeps the other end. What came:\n{came}",
                    self.command
                );
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// The PIDs of all its processes that have not ended, where the system lists them (Linux).
    ///
    /// While a list is read, a process on it can start one that is not on it, and end. So it takes
    /// several empty lists to say that none is left.
    pub fn processes(&self) -> Vec<u32> {
        let list = || {
            let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
            let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
            pids.filter(|&pid| group_of(pid) == Some(self.child.id())).collect::<Vec<u32>>()
        };
        (0..3).map(|_| list()).find(|pids| !pids.is_empty()).unwrap_or_default()
    }
}

/// The process group of a process that has not ended.
fn group_of(pid: u32) -> Option<u32> {
    let entry = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // PID, (name), state, PID of the parent, process group … number of threads: proc_pid_stat(5).
    let fields: Vec<&str> = entry.rsplit_once(')')?.1.split_whitespace().collect();
    // While other threads are still ending, a zombie still has its files open.
    let has_ended = fields.first()? == &"Z" && ["0", "1"].contains(fields.get(17)?);
    if has_ended { None } else { fields.get(2)?.parse().ok() }
}

/// Sends a signal by its name, such as `KILL`, to a process.
pub fn signal(name: &str, pid: u32) {
    signal_to(name, &pid.to_string());
}

fn signal_to(name: &str, target: &str) {
    let kill = format!("kill -s {name} -- {target}");
    Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status().unwrap();
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
/// ```
#[track_caller]
pub fn pid_in(line: &str) -> u32 {
    let pid = line.split("PID ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok());
    pid.unwrap_or_else(|| panic!("no PID in {line:?}"))
}

impl Drop for Run {
    fn drop(&mut self) {
        for pid in self.processes() {
            signal("KILL", pid);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
