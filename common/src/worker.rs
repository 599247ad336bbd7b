//! This program again, as a worker process.
//!
//! The first argument of a worker is its role. Its standard input and output are free to be the
//! ends of a queue; what it has to say to people goes to its standard error, and from there to the
//! standard output of the lesson.

use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, UNIX_EPOCH};
use std::{env, io, process, thread};

use anyhow::Context;

use crate::{clock, pid, say};

/// The environment variable that tells a worker the PID of the process that started it. A worker
/// without it does not notice when that process ends.
pub const PARENT: &str = "LESSON_PARENT_PID";

/// The command that runs this program once more, in this role.
///
/// The worker counts time from the same zero, and ends when this process has ended.
///
/// ```no_run
/// use common::{Worker, worker};
///
/// let (get, put) = std::io::pipe()?;
/// let writer = Worker::start(worker("writer").arg("100").stdout(put))?;
/// let reader = Worker::start(worker("reader").stdin(get))?;
/// writer.join()?;
/// reader.join()?;
/// # anyhow::Ok(())
/// ```
pub fn worker(role: &str) -> Command {
    let program = env::current_exe().unwrap_or_else(|_| env::args_os().next().unwrap().into());
    let zero = clock::zero().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut command = Command::new(program);
    command
        .arg(role)
        .env(clock::ZERO, zero.as_micros().to_string())
        .env(PARENT, pid::own().to_string())
        .stderr(say::to_people());
    command
}

/// What a worker process does: its lines go to standard error, and it ends soon after the process
/// that started it.
///
/// # Errors
///
/// Those of `work`, and when no thread can be started to watch for the end of that process.
pub fn as_worker(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    say::to_stderr();
    if let Some(parent) = pid_in_environment(PARENT) {
        end_with_parent(parent)?;
    }
    work()
}

pub(crate) fn pid_in_environment(name: &str) -> Option<u32> {
    env::var(name).ok()?.parse().ok()
}

/// From now on, this process ends as soon as its parent is no longer this one.
pub(crate) fn end_with_parent(parent: u32) -> anyhow::Result<()> {
    if pid::parent().is_some() {
        let watch = move || {
            while pid::parent() == Some(parent) {
                thread::sleep(Duration::from_millis(100));
            }
            process::exit(1);
        };
        let thread = thread::Builder::new().stack_size(64 * 1024); // it needs next to nothing
        thread.spawn(watch).context("cannot watch for the end of the parent")?;
    }
    Ok(())
}

/// A running worker. Dropping it terminates it, and leaves no zombie.
pub struct Worker {
    role: String,
    child: Child,
}

impl Worker {
    /// Starts a worker. The `command` keeps its copies of pipe ends until it is dropped.
    ///
    /// # Errors
    ///
    /// When the system starts no further process.
    pub fn start(command: &mut Command) -> anyhow::Result<Self> {
        let role = command.get_args().next().unwrap_or_default().to_string_lossy().into_owned();
        #[expect(clippy::disallowed_methods, reason = "this is where workers are started")]
        let child = command.spawn().with_context(|| format!("cannot start a {role} process"))?;
        Ok(Self { role, child })
    }

    /// Its PID.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it was started for.
    pub fn role(&self) -> &str {
        &self.role
    }

    /// Has it not ended yet? Once it has, asking also removes it from the process table.
    pub fn is_alive(&mut self) -> bool {
        self.ended().is_none()
    }

    /// How it ended, if it has.
    fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Ends it at once, by SIGKILL where the system has signals: it can neither refuse nor clean
    /// up. It is gone when [`join`](Self::join) has returned.
    ///
    /// # Errors
    ///
    /// When the system does not let this process end that one.
    pub fn terminate(&mut self) -> io::Result<()> {
        self.child.kill()
    }

    /// Waits for its end, and removes it from the process table.
    ///
    /// # Errors
    ///
    /// When it failed: the error names its role, its PID, and how it ended.
    pub fn join(mut self) -> anyhow::Result<()> {
        let status = self.wait()?;
        self.judge(status)
    }

    /// Waits for its end, and tells how it ended.
    ///
    /// # Errors
    ///
    /// When the system cannot tell.
    pub fn wait(&mut self) -> anyhow::Result<ExitStatus> {
        let name = self.name();
        self.child.wait().with_context(|| format!("cannot wait for the {name}"))
    }

    /// Reads what it writes to its standard output, which must be piped, and waits for its end.
    ///
    /// # Errors
    ///
    /// When it failed, or what it wrote is no UTF-8.
    pub fn answer(mut self) -> anyhow::Result<String> {
        let name = self.name();
        let text = self.child.stdout.take().map(io::read_to_string).transpose();
        self.join()?;
        Ok(text.with_context(|| format!("cannot read what the {name} wrote"))?.unwrap_or_default())
    }

    fn judge(&self, status: ExitStatus) -> anyhow::Result<()> {
        if status.code() == Some(say::OUTPUT_CLOSED) {
            say::output_is_closed();
        }
        anyhow::ensure!(status.success(), "the {} failed: {status}", self.name());
        Ok(())
    }

    fn name(&self) -> String {
        format!("{} process (PID {})", self.role, self.pid())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        if let Ok(status) = self.child.wait() {
            let _ = self.judge(status);
        }
    }
}

/// Waits for the end of all these workers. When one fails, the others are terminated, since they
/// may wait for it in vain.
///
/// # Errors
///
/// That of a worker that failed. If one was killed, it is that one: the others failed for its lack.
pub fn join_all(mut workers: Vec<Worker>) -> anyhow::Result<()> {
    let failed = |status: ExitStatus| !status.success();
    let killed = |status: ExitStatus| status.code().is_none();
    loop {
        let ended: Vec<_> = workers.iter_mut().map(Worker::ended).collect();
        if ended.iter().flatten().any(|&status| failed(status)) {
            // Look again: one that was killed just now may be why the other one failed.
            let mut find = |how: fn(ExitStatus) -> bool| {
                workers.iter_mut().position(|worker| worker.ended().is_some_and(how))
            };
            let index = find(killed).or_else(|| find(failed)).expect("one has failed");
            return workers.swap_remove(index).join();
        }
        if ended.iter().all(Option::is_some) {
            return Ok(());
        }
        // The standard library cannot wait for whichever ends first.
        thread::sleep(Duration::from_millis(5));
    }
}
