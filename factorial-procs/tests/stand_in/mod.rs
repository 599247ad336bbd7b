//! Stands in for `std` and `common`, so that a version is played in every interleaving without starting a
//! process: each process is a thread of the stand-in, and its end is a step of its own.

#![allow(dead_code, reason = "not every check needs all of it")]

use ::std::collections::BTreeMap;
use ::std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use ::std::sync::{Arc, Mutex};

use ::common::interleave::{Explorer, Interleavings, Shared};

/// A lesson's own file, in which `std` and `common` mean the stand-ins.
macro_rules! version {
    ($name:ident, $file:literal) => {
        #[allow(dead_code, reason = "no process does its work here")]
        mod $name {
            use super::stand_in::{common, std};
            include!($file);

            const _: () = ::common::interleave::source::must_stay_inside(include_str!($file));
        }
    };
}

/// How processes behave while a version is explored.
#[derive(Clone, Copy)]
pub struct Processes {
    /// Each process runs on until so many have been started.
    pub until_started: usize,
    /// The process that fails, counted from 1.
    pub fails: Option<usize>,
    /// What a process answers, from its own number and its n.
    pub answer: fn(usize, u64) -> u64,
    /// So many runs are enough.
    pub most_runs: u64,
}

/// Each process ends whenever it likes, and answers with its number.
pub const PROCESSES: Processes = Processes {
    until_started: 0,
    fails: None,
    answer: |number, _| number as u64,
    most_runs: 4_000,
};

/// What came of one interleaving.
pub struct Came {
    /// The answers, the smallest first; or the error.
    pub outcome: Result<Vec<u64>, String>,
    pub started: usize,
    /// How many processes were alive at the same time, at most.
    pub most: usize,
    /// The processes that nobody has waited for.
    pub left: Vec<usize>,
}

#[derive(Default)]
struct Counts {
    alive: usize,
    most: usize,
    killed: Vec<usize>,
    reaped: Vec<bool>,
}

impl Counts {
    fn start(&mut self) -> usize {
        self.reaped.push(false);
        self.alive += 1;
        self.most = self.most.max(self.alive);
        self.reaped.len()
    }
}

/// All processes of one interleaving.
struct World {
    shared: Shared,
    processes: Processes,
    counts: Arc<Mutex<Counts>>,
}

/// Each world has a name, which its processes are given as an argument.
static WORLDS: Mutex<BTreeMap<String, Arc<World>>> = Mutex::new(BTreeMap::new());

fn world(name: &str) -> Option<Arc<World>> {
    WORLDS.lock().unwrap().get(name).cloned()
}

/// Plays a version in every interleaving. Each one ends with what `tell` says of it.
pub fn explore<R>(processes: Processes, run: R, tell: fn(&Came) -> String) -> Interleavings
where
    R: Fn(&[String]) -> anyhow::Result<Vec<u64>> + Send + Sync + 'static,
{
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    explore_as(format!("world-{}", NUMBER.fetch_add(1, SeqCst)), processes, run, tell)
}

/// The same in a world of this name.
pub fn explore_as<R>(
    name: String,
    processes: Processes,
    run: R,
    tell: fn(&Came) -> String,
) -> Interleavings
where
    R: Fn(&[String]) -> anyhow::Result<Vec<u64>> + Send + Sync + 'static,
{
    let args = ["version".to_string(), name.clone()];
    Explorer::default().at_most(processes.most_runs).explore(move || {
        let counts = Arc::new(Mutex::new(Counts::default()));
        let shared = Shared::new("processes");
        let world = Arc::new(World { shared, processes, counts: counts.clone() });
        WORLDS.lock().unwrap().insert(name.clone(), world);
        let mut outcome = run(&args).map_err(|fault| fault.to_string());
        let _ = outcome.as_mut().map(|answers| answers.sort());
        let counts = counts.lock().unwrap();
        let unreaped = counts.reaped.iter().zip(1..).filter(|(reaped, _)| !**reaped);
        let left = unreaped.map(|(_, number)| number).collect();
        tell(&Came { outcome, started: counts.reaped.len(), most: counts.most, left })
    })
}

/// The name of the world in which threads compute.
pub const THREADS: &str = "threads";

/// What a version that computes in threads uses. The end of the computation is a step.
pub mod factorial {
    use super::{THREADS, world};

    pub fn factorial(n: u32) -> num_bigint::BigUint {
        let world = world(THREADS).expect("only the check of the threads computes");
        let counts = world.counts.clone();
        world.shared.step(|| (counts.lock().unwrap().start(), format!("computes {n}!")));
        world.shared.step(|| (counts.lock().unwrap().alive -= 1, format!("has {n}!")));
        n.into()
    }
}

pub mod answer {
    pub fn answer(n: &num_bigint::BigUint) -> u64 {
        n.try_into().unwrap()
    }
}

#[allow(unused_imports, reason = "not every version needs all of it")]
pub mod std {
    pub use ::common::interleave::*;
    pub use ::std::process;
}

pub mod common {
    use ::std::fmt;
    use ::std::process::Command;
    use ::std::str::FromStr;
    use ::std::sync::{Arc, Mutex};

    use ::common::interleave::thread::{self, JoinHandle};
    use anyhow::{Context, ensure};

    use super::World;

    pub use ::common::{pid, readable, timed};
    pub(crate) use {quiet as say, quiet as show};

    macro_rules! quiet {
        ($($text:tt)*) => {{ let _ = format_args!($($text)*); }};
    }
    pub(crate) use quiet;

    /// A command for [`Worker::start`] only.
    pub fn worker(name: &str) -> Command {
        let mut command = Command::new("no program: use Worker::start");
        command.args(name.split(' ').next());
        command
    }

    pub mod worker {
        pub fn join_all(workers: Vec<super::Worker>) -> anyhow::Result<()> {
            workers.into_iter().try_for_each(super::Worker::join)
        }
    }

    /// Stands in for a process.
    pub struct Worker {
        name: String,
        number: usize,
        n: u64,
        world: Arc<World>,
        process: Mutex<Option<JoinHandle<()>>>,
    }

    impl Worker {
        pub fn start(command: &mut Command) -> anyhow::Result<Self> {
            let args = command.get_args().map(|it| it.to_string_lossy().into_owned());
            let args: Vec<String> = args.collect();
            let world = args.iter().find_map(|name| super::world(name));
            let world = world.context("`args` are not handed on to the process")?;
            let n = args.iter().find_map(|it| it.parse().ok()).context("no process gets its n")?;
            let number = world.shared.step(|| {
                let number = world.counts.lock().unwrap().start();
                (number, format!("starts process {number}"))
            });
            let theirs = world.clone();
            let role = move || theirs.live(number);
            let process = thread::Builder::new().name(format!("process {number}")).spawn(role)?;
            let process = Mutex::new(Some(process));
            Ok(Self { name: format!("{} {number}", args[0]), number, n, world, process })
        }

        pub fn pid(&self) -> u32 {
            self.number as u32
        }

        pub fn name(&self) -> &str {
            &self.name
        }

        pub fn is_alive(&self) -> bool {
            let process = self.process.lock().unwrap().take();
            let is_alive = process.as_ref().is_some_and(|process| !process.is_finished());
            if is_alive {
                *self.process.lock().unwrap() = process;
            } else {
                self.reap();
            }
            is_alive
        }

        pub fn terminate(&self) -> ::std::io::Result<()> {
            let Self { number, world, .. } = self;
            let kill = || world.counts.lock().unwrap().killed.push(*number);
            world.shared.step(|| (kill(), format!("kills process {number}")));
            Ok(())
        }

        pub fn wait(&self) -> anyhow::Result<ExitStatus> {
            let process = self.process.lock().unwrap().take();
            process.map(JoinHandle::join).transpose().ok().context("cannot wait")?;
            self.reap();
            let is_killed = self.world.counts.lock().unwrap().killed.contains(&self.number);
            Ok(match () {
                () if is_killed => ExitStatus(None),
                () if self.world.processes.fails == Some(self.number) => ExitStatus(Some(1)),
                () => ExitStatus(Some(0)),
            })
        }

        fn reap(&self) {
            self.world.counts.lock().unwrap().reaped[self.number - 1] = true;
        }

        pub fn join(self) -> anyhow::Result<()> {
            let status = self.wait()?;
            ensure!(status.success(), "{} failed: {status}", self.name);
            Ok(())
        }

        pub fn answer<T: FromStr>(self) -> anyhow::Result<T> {
            let answer = (self.world.processes.answer)(self.number, self.n).to_string();
            self.join()?;
            answer.parse().ok().context("the answer is no such value")
        }
    }

    /// It is killed and reaped.
    impl Drop for Worker {
        fn drop(&mut self) {
            if !self.world.counts.lock().unwrap().reaped[self.number - 1] {
                let _ = self.terminate();
                let _ = self.wait();
            }
        }
    }

    impl World {
        /// What a process does: it ends.
        fn live(&self, number: usize) {
            let (counts, until) = (self.counts.clone(), self.processes.until_started);
            let may_end = move || {
                let counts = counts.lock().unwrap();
                counts.reaped.len() >= until || counts.killed.contains(&number)
            };
            let end = || {
                let mut counts = self.counts.lock().unwrap();
                counts.alive -= 1;
                let is_killed = counts.killed.contains(&number);
                let fails = self.processes.fails == Some(number);
                (
                    (),
                    ["ends", "fails", "is killed"][if is_killed { 2 } else { fails.into() }].into(),
                )
            };
            if until > 0 {
                // Only whether it ends is of interest, so in which order is no choice.
                self.shared.wait(&format!("the start of process {until}"), may_end);
                end();
            } else {
                self.shared.step(end);
            }
        }
    }

    /// See [`std::process::ExitStatus`](::std::process::ExitStatus).
    #[derive(Clone, Copy, Debug)]
    pub struct ExitStatus(Option<i32>);

    impl ExitStatus {
        pub fn success(self) -> bool {
            self.0 == Some(0)
        }

        pub fn code(self) -> Option<i32> {
            self.0
        }
    }

    impl fmt::Display for ExitStatus {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match self.0 {
                Some(code) => write!(f, "exit status: {code}"),
                None => f.write_str("signal: 9 (SIGKILL)"),
            }
        }
    }
}
