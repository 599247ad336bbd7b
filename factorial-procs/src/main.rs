#![doc = include_str!("../README.md")]

mod answer;
mod factorial;
mod parallel;
mod pool;
mod serial;
mod threads;

use std::process::{Command, ExitCode};
use std::thread;
use std::time::Duration;

use anyhow::ensure;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use common::cli::{self, show_result, wait_for_enter};
use common::clock::three_digits;
use common::{as_worker, show, timed, whole_number, worker};

/// Several processes compute n! each: one after the other, or at the same time.
///
/// Without a version, `serial` and `parallel` run one after the other and are compared.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true, allow_negative_numbers = true)]
struct Cli {
    version: Option<Version>,

    #[command(flatten)]
    options: Options,

    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Args)]
struct Options {
    /// Of which number the factorial is computed (0 to 10000000); for all at once, the sum is at most
    /// 100000000 [default: 1000000; pool: 20000]
    #[arg(long, value_parser = whole_number(0_u32..=10_000_000))]
    n: Option<u32>,

    /// How many processes, or threads, compute it once each (1 to 64)
    #[arg(long, default_value_t = 2, value_parser = whole_number(1_u32..=64))]
    procs: u32,

    /// pool: how many tasks there are (1 to 10000)
    #[arg(long, default_value_t = 512, value_parser = whole_number(1_u32..=10_000))]
    tasks: u32,

    /// pool: how many processes there are at most at the same time (1 to 64)
    #[arg(long, default_value_t = 8, value_parser = whole_number(1_u32..=64))]
    jobs: u32,

    /// Let each process wait for Enter before it computes (not: threads)
    #[arg(long)]
    step: bool,
}

#[derive(Subcommand)]
enum Role {
    /// What a worker process does
    #[command(hide = true)]
    Worker {
        version: Version,
        n: u32,
        #[arg(long, default_value_t = 0)]
        task: u32,
        #[arg(long)]
        step: bool,
    },
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Version {
    /// Starts a process and waits for it, then starts the next one: one core works
    Serial,
    /// Starts all processes, then waits for all: all cores work
    Parallel,
    /// The same in threads of one process: just as fast, since Rust has no GIL
    Threads,
    /// Many tasks, but never more than `--jobs` processes at the same time
    Pool,
}

fn main() -> ExitCode {
    common::lesson(|| {
        let cli = Cli::parse();
        match (cli.role, cli.version) {
            (Some(Role::Worker { version, n, task, step }), _) => as_worker(|| {
                if step {
                    wait_for_enter()?;
                }
                match version {
                    Version::Serial => serial::work(n),
                    Version::Parallel => parallel::work(n),
                    Version::Threads => {} // has no worker processes
                    Version::Pool => pool::work(task, n),
                }
                Ok(())
            }),
            (None, Some(version)) => cli.options.run(version).map(drop),
            (None, None) => {
                cli.options.refuse_what_does_not_fit(Version::Parallel);
                let serial = cli.options.run(Version::Serial)?;
                let parallel = cli.options.run(Version::Parallel)?;
                let times = three_digits(serial.as_secs_f64() / parallel.as_secs_f64());
                let cores = thread::available_parallelism()?;
                show!("parallel was {times} times as fast as serial, on {cores} cores.");
                Ok(())
            }
        }
    })
}

impl Options {
    /// Runs one version and shows its result. Gives the time.
    fn run(&self, version: Version) -> anyhow::Result<Duration> {
        self.refuse_what_does_not_fit(version);
        let &Self { procs, tasks, jobs, step, .. } = self;
        let n = self.n(version);
        let command = |task: u32| -> Command {
            let mut command = worker("worker");
            command.args([cli::name(&version), n.to_string(), format!("--task={task}")]);
            command.args(step.then_some("--step"));
            command
        };
        let (answers, time) = timed(|| match version {
            Version::Serial => serial::run(procs, || command(0)),
            Version::Parallel => parallel::run(procs, || command(0)),
            Version::Threads => threads::run(procs, n),
            Version::Pool => pool::run(tasks, jobs, command),
        });
        let answers = answers?;
        let (count, of_what) = match version {
            Version::Serial | Version::Parallel => (procs, "processes"),
            Version::Threads => (procs, "threads"),
            Version::Pool => (tasks, "tasks"),
        };
        ensure!(answers.len() == count as usize, "{} answers came, not {count}", answers.len());
        answer::check(n, &answers)?;
        show_result(&version, &format!("{count} {of_what}, each {n}!"), time);
        Ok(time)
    }

    fn n(&self, version: Version) -> u32 {
        self.n.unwrap_or(if version == Version::Pool { 20_000 } else { 1_000_000 })
    }

    /// A computation needs about 15 bytes for each number up to n. More than 1.5 GB in all is
    /// refused before anything starts.
    fn refuse_what_does_not_fit(&self, version: Version) {
        const MOST: u32 = 100_000_000;
        let n = self.n(version);
        let at_once = match version {
            Version::Serial => 1,
            Version::Parallel | Version::Threads => self.procs,
            Version::Pool => self.jobs,
        };
        if n > MOST / at_once {
            let allowed = MOST / at_once;
            let text =
                format!("--n {n} is too much for {at_once} at once, at most {allowed} is allowed");
            Cli::command().error(ErrorKind::ValueValidation, text).exit();
        }
    }
}
