//! This program again, as a worker process.
//!
//! The first argument of a worker is its role. Its standard input and output are free to be the
//! ends of a queue; what it has to say to people goes to its standard error, and from there to the
//! standard output of the lesson.

use std::process::{Command, ExitStatus};
use std::str::FromStr;
use std::sync::{Arc, mpsc};
use std::time::UNIX_EPOCH;
use std::{env, io, thread};

use anyhow::Context;
use shared_child::SharedChild;
#[cfg(unix)]
use shared_child::unix::SharedChildExt;

use crate::lifeline::{self, LIFELINE};
use crate::{clock, say};

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
    command.arg(role).env(clock::ZERO, zero.as_micros().to_string()).stderr(say::to_people());
    #[cfg(not(unix))]
    command.env(crate::pid::PARENT, crate::pid::own().to_string());
    match lifeline::address() {
        Some(address) => command.env(LIFELINE, address.to_string()),
        None => command.env_remove(LIFELINE), // it runs all the same
    };
    command
}

/// What a worker process does: its lines go to standard error, since its standard output is not for
/// people.
///
/// # Errors
///
/// Those of `work`.
pub fn as_worker(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    say::to_stderr();
    work()
}

/// A running worker. Dropping it kills it and reaps it, so that no zombie is left.
pub struct Worker {
    role: String,
    child: Arc<SharedChild>,
}

impl Worker {
    /// Starts a worker. The `command` keeps its copies of pipe ends until it is dropped.
    ///
    /// # Errors
    ///
    /// When the system starts no further process.
    pub fn start(command: &mut Command) -> anyhow::Result<Self> {
        let role = command.get_args().next().unwrap_or_default().to_string_lossy().into_owned();
        let child = SharedChild::spawn(command);
        let child = child.with_context(|| format!("cannot start a {role} process"))?;
        Ok(Self { child: Arc::new(child), role })
    }

    /// Its PID.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it was started for.
    pub fn role(&self) -> &str {
        &self.role
    }

    /// Has it not ended yet? Once it has, asking also reaps it.
    pub fn is_alive(&self) -> bool {
        self.ended().is_none()
    }

    /// How it ended, if it has.
    fn ended(&self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Ends it at once, by SIGKILL where the system has signals: it can neither refuse nor clean
    /// up. It is gone when [`join`](Self::join) has returned.
    ///
    /// # Errors
    ///
    /// When the system does not let this process end that one.
    pub fn terminate(&self) -> io::Result<()> {
        self.child.kill()
    }

    /// Something that ends it in the same way, for another thread than the one that waits for it.
    pub fn terminator(&self) -> impl Fn() + Send + use<> {
        let child = self.child.clone();
        move || drop(child.kill())
    }

    /// Asks it to end, by SIGTERM: it can still do what has to be done before.
    ///
    /// # Errors
    ///
    /// When the system does not let this process ask that one.
    #[cfg(unix)]
    pub fn ask_to_end(&self) -> io::Result<()> {
        self.child.send_signal(nix::sys::signal::Signal::SIGTERM as i32)
    }

    /// Waits for its end, and reaps it.
    ///
    /// # Errors
    ///
    /// When it failed: the error names its role, its PID, and how it ended.
    pub fn join(self) -> anyhow::Result<()> {
        self.judge(self.wait()?)
    }

    /// Waits for its end, reaps it, and returns its exit status.
    ///
    /// # Errors
    ///
    /// When the system cannot tell.
    pub fn wait(&self) -> anyhow::Result<ExitStatus> {
        self.child.wait().with_context(|| format!("cannot wait for the {}", self.name()))
    }

    /// Waits for its end, and returns its answer: the value that it has written to its standard
    /// output, which must be piped.
    ///
    /// ```no_run
    /// use std::process::Stdio;
    ///
    /// use common::{Worker, worker};
    ///
    /// let buyer = Worker::start(worker("buyer").stdout(Stdio::piped()))?;
    /// let has_ticket: bool = buyer.answer()?; // the buyer does `show!("{has_ticket}")`
    /// # anyhow::Ok(())
    /// ```
    ///
    /// # Errors
    ///
    /// When it failed, or when its answer is no such value.
    pub fn answer<T: FromStr>(self) -> anyhow::Result<T> {
        let text = self.child.take_stdout().map(io::read_to_string).transpose();
        let name = self.name();
        self.join()?;
        let text = text.with_context(|| format!("cannot read the answer of the {name}"))?;
        let text = text.unwrap_or_default();
        let text = text.trim_end();
        text.parse().ok().with_context(|| format!("the {name} gave a wrong answer: {text:?}"))
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

/// Waits for the end of all these workers. When one fails, the others are killed, since they may
/// wait for it in vain.
///
/// # Errors
///
/// That of the worker that failed. If one was killed, it is that one: the others failed because it
/// was missing.
pub fn join_all(workers: Vec<Worker>) -> anyhow::Result<()> {
    let (tell, ended) = mpsc::channel();
    thread::scope(|scope| {
        for worker in &workers {
            let tell = tell.clone();
            scope.spawn(move || tell.send(worker.wait().and_then(|status| worker.judge(status))));
        }
        drop(tell);
        for outcome in ended {
            let Err(fault) = outcome else { continue };
            let was_killed =
                |worker: &&Worker| worker.ended().is_some_and(|it| it.code().is_none());
            let killed = workers.iter().find(was_killed);
            workers.iter().for_each(|worker| drop(worker.terminate()));
            return killed.map_or(Err(fault), |worker| worker.judge(worker.wait()?));
        }
        Ok(())
    })
}
