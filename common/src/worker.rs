//! This program again, as a worker process.
//!
//! The first argument of a worker is its role. Its standard input and output are free to be the
//! ends of a queue. What it has to say to people goes to its standard error, a pipe to the parent,
//! which shows it.

use std::env;
use std::io::{self, BufRead, BufReader};
use std::process::{Command, ExitStatus, Stdio};
use std::str::FromStr;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::UNIX_EPOCH;

use anyhow::Context;
use shared_child::SharedChild;
#[cfg(unix)]
use shared_child::unix::SharedChildExt;

use crate::lifeline::{self, LIFELINE};
use crate::{clock, record, say};

/// The command that runs this program once more, as a worker with this name. The first word of the
/// name is its role: that of "buyer 3" is `buyer`.
///
/// The worker counts time from the same zero, and ends when this process has ended.
///
/// ```no_run
/// use common::{Worker, worker};
///
/// let (get, put) = std::io::pipe()?;
/// let writer = Worker::start(worker("writer A").arg("100").stdout(put))?;
/// let reader = Worker::start(worker("reader").stdin(get))?;
/// writer.join()?;
/// reader.join()?;
/// # anyhow::Ok(())
/// ```
pub fn worker(name: &str) -> Command {
    let program = env::current_exe().unwrap_or_else(|_| env::args_os().next().unwrap().into());
    let zero = clock::zero().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut command = Command::new(program);
    command.args(name.split(' ').next()).env(say::NAME, name);
    command.env(clock::ZERO, zero.as_micros().to_string());
    command.env(say::HANDS_ON, "yes").stderr(Stdio::piped());
    #[cfg(not(unix))]
    command.env(crate::pid::PARENT, crate::pid::own().to_string());
    match lifeline::address() {
        Some(address) => command.env(LIFELINE, address.to_string()),
        None => command.env_remove(LIFELINE), // it runs all the same
    };
    command
}

/// Lets a worker show its lines itself, since it may outlive its parent.
pub fn shows_its_lines_itself(command: &mut Command) -> &mut Command {
    command.env_remove(say::HANDS_ON).stderr(say::to_people())
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
    name: String,
    child: Arc<SharedChild>,
    /// Passes on what the worker says, and ends with it.
    ears: Mutex<Option<JoinHandle<()>>>,
}

impl Worker {
    /// Starts a worker. The `command` keeps its copies of pipe ends until it is dropped.
    ///
    /// # Errors
    ///
    /// When the system starts no further process.
    pub fn start(command: &mut Command) -> anyhow::Result<Self> {
        let name = command.get_envs().find(|(variable, _)| *variable == say::NAME);
        let name = name.and_then(|(_, name)| name).unwrap_or(command.get_program());
        let name = name.to_string_lossy().into_owned();
        let child = SharedChild::spawn(command);
        let child = Arc::new(child.with_context(|| format!("cannot start {name}"))?);
        record::has_started(&name, child.id());
        let worker = Self { name, child, ears: Mutex::new(None) };
        if let Some(stderr) = worker.child.take_stderr() {
            let pid = worker.pid();
            let ears = move || {
                let mut lines = BufReader::new(stderr).lines().map_while(Result::ok);
                let heard = lines.try_for_each(|line| say::pass_on(&line));
                if let Err(fault) = heard {
                    say::cannot_write(&fault); // before the pipe of the worker breaks
                }
                record::has_ended(pid);
            };
            let small = thread::Builder::new().stack_size(256 * 1024);
            let ears = small.spawn(ears).context("cannot start a thread")?;
            *worker.ears.lock().unwrap() = Some(ears);
        }
        Ok(worker)
    }

    /// Its PID.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its name, such as "buyer 3".
    pub fn name(&self) -> &str {
        &self.name
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
        let status = self.child.wait().with_context(|| format!("cannot wait for {}", self.who()));
        let ears = self.ears.lock().unwrap().take();
        if let Some(ears) = ears {
            let _ = ears.join(); // what it has said comes first
        }
        record::has_ended(self.pid());
        status
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
        let who = self.who();
        self.join()?;
        let text = text.with_context(|| format!("cannot read the answer of {who}"))?;
        let text = text.unwrap_or_default();
        let text = text.trim_end();
        text.parse().ok().with_context(|| format!("{who} gave a wrong answer: {text:?}"))
    }

    fn judge(&self, status: ExitStatus) -> anyhow::Result<()> {
        if status.code() == Some(say::OUTPUT_CLOSED) {
            say::output_is_closed();
        }
        anyhow::ensure!(status.success(), "{} failed: {status}", self.who());
        Ok(())
    }

    fn who(&self) -> String {
        format!("{} (PID {})", self.name, self.pid())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        if let Ok(status) = self.wait() {
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
