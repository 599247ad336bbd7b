//! Stands in for `std` and `common`, so that a version is played in every interleaving without starting a
//! process. What is started is written down.

use ::common::interleave::Shared;
use ::std::sync::Mutex;

/// What happens to a process, or to a thread that computes.
#[derive(Clone, Copy, PartialEq)]
pub enum Event {
    Starts,
    Ends,
}

/// Each event, with the name of the check that has caused it.
static EVENTS: Mutex<Vec<(String, Event)>> = Mutex::new(Vec::new());

fn note(check: &str, event: Event) {
    EVENTS.lock().unwrap().push((check.to_string(), event));
}

/// Takes the events of this check, and returns how many were alive after each of them.
pub fn alive(check: &str) -> Vec<i32> {
    let mut alive = 0;
    let mut events = EVENTS.lock().unwrap();
    let own = events.extract_if(.., |(of, _)| of == check);
    own.map(|(_, event)| {
        alive += if event == Event::Starts { 1 } else { -1 };
        alive
    })
    .collect()
}

/// The work of a thread. Its end is a step: other threads may come before it.
pub fn compute(check: &str, n: u32) {
    note(check, Event::Starts);
    Shared::new("computation").step(|| (note(check, Event::Ends), format!("has {n}!")));
}

pub mod std {
    pub use ::common::interleave::*;
    pub use ::std::process;
}

pub mod common {
    use ::std::mem;
    use ::std::process::Command;
    use ::std::str::FromStr;

    use anyhow::{Context, ensure};

    use super::{EVENTS, Event, Shared, note};

    pub use ::common::{pid, readable, timed};
    pub(crate) use {quiet as say, quiet as show};

    macro_rules! quiet {
        ($($text:tt)*) => {{ let _ = format_args!($($text)*); }};
    }
    pub(crate) use quiet;

    /// A command for [`Worker::start`] only. The arguments that a check gives its workers are
    /// `check` and its name, and, if one is to fail, `fails` and which one: 0 is the first one.
    pub fn worker(name: &str) -> Command {
        let mut command = Command::new("no program: use Worker::start");
        command.args(name.split(' ').next());
        command
    }

    /// Stands in for a process. To wait for its end is a step: other threads may come before it.
    pub struct Worker {
        role: String,
        n: u32,
        check: String,
        fails: bool,
        shared: Shared,
        has_ended: bool,
    }

    impl Worker {
        pub fn start(command: &mut Command) -> anyhow::Result<Self> {
            let args = command.get_args().map(|it| it.to_string_lossy().into_owned());
            let args: Vec<String> = args.collect();
            let after = |name: &str| args.iter().skip_while(|it| *it != name).nth(1).cloned();
            let check = after("check").context("`args` are not handed on to the process")?;
            let start = (check.clone(), Event::Starts);
            let started = EVENTS.lock().unwrap().iter().filter(|it| **it == start).count();
            note(&check, Event::Starts);
            Ok(Self {
                role: args[0].clone(),
                n: args.iter().find_map(|it| it.parse().ok()).context("no process gets its n")?,
                check,
                fails: after("fails").is_some_and(|it| it == started.to_string()),
                shared: Shared::new("process"),
                has_ended: false,
            })
        }

        pub fn join(mut self) -> anyhow::Result<()> {
            self.end();
            ensure!(!self.fails, "a {} failed", self.role);
            Ok(())
        }

        /// Its n.
        pub fn answer<T: FromStr>(self) -> anyhow::Result<T> {
            let n = self.n.to_string();
            self.join()?;
            n.parse().ok().context("the answer is no number")
        }

        fn end(&mut self) {
            if !mem::replace(&mut self.has_ended, true) {
                self.shared.step(|| (note(&self.check, Event::Ends), format!("has {}!", self.n)));
            }
        }
    }

    /// It is killed and reaped.
    impl Drop for Worker {
        fn drop(&mut self) {
            self.end();
        }
    }
}
