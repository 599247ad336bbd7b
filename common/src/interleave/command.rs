//! Stands in for `std::process::Command` and `common::Worker`: a parent starts processes, and gives
//! them the ends of pipes.

use std::panic;
use std::str::FromStr;

use anyhow::{Context, ensure};

use super::handle::JoinHandle;
use super::output::Output;
use super::pipe::PipeReader;
use super::process::{can_be_killed, is_killed};
use super::shared::hold;
use super::stage::{becomes_a_process, me};
use super::stdio::{Standard, Stdin};
use super::thread::Builder;

type Role = Box<dyn FnOnce() -> anyhow::Result<()> + Send>;

/// See [`std::process::Command`]. It keeps its copies of pipe ends until it is dropped.
pub struct Command {
    name: String,
    role: Option<Role>,
    mortal: bool,
    standard: Standard,
}

/// See [`std::process::Stdio`].
pub struct Stdio;

impl Stdio {
    /// See [`std::process::Stdio::piped`]. Here, it is for an answer only.
    pub fn piped() -> Output {
        Output::Answer(Default::default())
    }
}

impl Command {
    /// Starts, instead of a program, a process that does `role`, once. Its steps are told under this
    /// name.
    pub fn of(name: &str, role: impl FnOnce() -> anyhow::Result<()> + Send + 'static) -> Self {
        let role: Role = Box::new(role);
        Self { name: name.into(), role: Some(role), mortal: false, standard: Standard::default() }
    }

    /// [`Explorer::kills`](super::Explorer::kills) may kill the process.
    pub fn mortal(self) -> Self {
        Self { mortal: true, ..self }
    }

    /// See [`std::process::Command::stdin`].
    pub fn stdin(&mut self, end: PipeReader) -> &mut Self {
        self.standard.stdin = Stdin(Some(end.into()));
        self
    }

    /// See [`std::process::Command::stdout`].
    pub fn stdout(&mut self, end: impl Into<Output>) -> &mut Self {
        self.standard.stdout = end.into();
        self
    }

    /// See [`std::process::Command::stderr`].
    pub fn stderr(&mut self, end: impl Into<Output>) -> &mut Self {
        self.standard.stderr = end.into();
        self
    }
}

/// See [`crate::Worker`]. One that was killed is no error here: what it has left is to be seen.
pub struct Worker {
    name: String,
    process: JoinHandle<anyhow::Result<()>>,
    stdout: Output,
}

impl Worker {
    /// See [`crate::Worker::start`].
    ///
    /// # Errors
    ///
    /// When the command was started before.
    pub fn start(command: &mut Command) -> anyhow::Result<Self> {
        let Command { name, role, mortal, standard } = command;
        let role = role.take().with_context(|| format!("the {name} process was started before"))?;
        // What leads to an answer is no pipe, and no other process notices that it is kept.
        let stdout = match &standard.stdout {
            Output::Pipe(_) => Output::Nowhere,
            answer => answer.clone(),
        };
        let own = standard.clone();
        let process = Builder::new().name(name.clone()).spawn(move || {
            becomes_a_process();
            own.during(role)
        })?;
        if *mortal {
            can_be_killed(process.thread.number);
        }
        Ok(Self { name: name.clone(), process, stdout })
    }

    /// See [`crate::Worker::pid`]. It is the number of the process.
    pub fn pid(&self) -> u32 {
        self.process.thread.number as u32
    }

    /// See [`crate::Worker::join`].
    ///
    /// # Errors
    ///
    /// When it failed.
    pub fn join(self) -> anyhow::Result<()> {
        let number = self.process.thread.number;
        match self.process.join() {
            Ok(outcome) => outcome.with_context(|| format!("the {} process failed", self.name)),
            Err(_) if is_killed(number) => Ok(()),
            Err(panic) => panic::resume_unwind(panic),
        }
    }

    /// See [`crate::Worker::answer`].
    ///
    /// # Errors
    ///
    /// When it failed or was killed, or when its answer is no such value.
    pub fn answer<T: FromStr>(self) -> anyhow::Result<T> {
        let (name, stdout) = (self.name.clone(), self.stdout.clone());
        let number = self.process.thread.number;
        self.join()?;
        ensure!(!is_killed(number), "{name} was killed");
        let text = match stdout {
            Output::Answer(answer) => hold(&answer).trim_end().to_string(),
            _ => String::new(),
        };
        text.parse().ok().with_context(|| format!("the {name} gave a wrong answer: {text:?}"))
    }
}

/// See [`crate::worker::join_all`]. Here, the processes are waited for one after the other.
///
/// # Errors
///
/// That of the first one that failed.
pub fn join_all(workers: Vec<Worker>) -> anyhow::Result<()> {
    workers.into_iter().try_for_each(Worker::join)
}

/// See [`crate::pid::own`]. It is the number of the process.
pub fn own_pid() -> u32 {
    me().1 as u32
}
