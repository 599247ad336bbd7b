#![doc = include_str!("../README.md")]

mod answer;
mod factorial;
mod parallel;
mod picture;
mod pool;
mod serial;
mod threads;
mod yours;

use std::{process::ExitCode, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};
use common::cli::{self, show_result, wait_for_enter};
use common::{as_worker, clock, record, record::Lines, show, whole_number};

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
    /// Of which number the factorial is computed (0 to 2000000) [default: 1000000; pool: 20000]
    #[arg(long, value_parser = whole_number(0_u32..=2_000_000))]
    n: Option<u32>,

    /// How many processes, or threads, compute it once each; not for pool (1 to 64)
    #[arg(long, default_value_t = 2, value_parser = whole_number(1_u32..=64))]
    procs: u32,

    /// pool: how many tasks there are (1 to 1000)
    #[arg(long, default_value_t = 512, value_parser = whole_number(1_u32..=1000))]
    tasks: u32,

    /// pool: how many processes there are at most at the same time (1 to 64)
    #[arg(long, default_value_t = 8, value_parser = whole_number(1_u32..=64))]
    jobs: u32,

    /// Show every line, not only the first and the last
    #[arg(long)]
    all: bool,

    /// Let each process wait for Enter before it computes; not for threads
    #[arg(long)]
    step: bool,
}

#[derive(Subcommand)]
enum Role {
    /// What a worker process does
    #[command(hide = true, alias = "job")]
    Process {
        n: u32,
        version: Version,
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
    /// Your own: starts as a copy of serial, and is to become parallel
    Yours,
}

fn main() -> ExitCode {
    common::lesson(|| {
        let cli = Cli::parse();
        let ignored: &[&str] = match cli.version {
            Some(Version::Pool) => &["procs"],
            Some(Version::Threads) => &["tasks", "jobs", "step"],
            _ => &["tasks", "jobs"],
        };
        cli::refuse_ignored::<Cli>(ignored);
        match (cli.role, cli.version) {
            (Some(Role::Process { n, version, step }), _) => as_worker(|| {
                step.then(wait_for_enter).transpose()?;
                match version {
                    Version::Serial => serial::work(n),
                    Version::Parallel => parallel::work(n),
                    Version::Threads => {} // has no worker processes
                    Version::Pool => pool::work(n),
                    Version::Yours => yours::work(n),
                }
                Ok(())
            }),
            (None, Some(version)) => cli.options.run(version, Lines::Few, Duration::ZERO).map(drop),
            (None, None) => cli.options.compare(),
        }
    })
}

impl Options {
    /// Runs one version, checks its answers, shows its picture on a scale of time at least so long.
    fn run(&self, version: Version, lines: Lines, scale: Duration) -> anyhow::Result<Duration> {
        let &Self { n, procs, tasks, jobs, all, step } = self;
        let is_pool = version == Version::Pool;
        let n = n.unwrap_or(if is_pool { 20_000 } else { 1_000_000 });
        let numbers = if is_pool { (n..n + tasks).collect() } else { vec![n; procs as usize] };
        let name = cli::name(&version);
        let mut args = vec![name.clone()];
        args.extend(step.then(|| "--step".into()));
        let (answers, run) =
            record(if all || step { Lines::All } else { lines }, || match version {
                Version::Serial => serial::run(procs, n, &args),
                Version::Parallel => parallel::run(procs, n, &args),
                Version::Threads => Ok(threads::run(procs, n)),
                Version::Pool => pool::run(&numbers, jobs, &args),
                Version::Yours => yours::run(procs, n, &args),
            });
        let result = answer::check(&numbers, answers?)?;
        common::picture::show(&picture::draw(&name, &run, scale, is_pool.then_some(jobs)));
        show_result(&version, &result, run.time());
        if version == Version::Yours {
            show!("Is it right? This command judges it: cargo test -p factorial-procs");
        }
        Ok(run.time())
    }

    fn compare(&self) -> anyhow::Result<()> {
        let serial = self.run(Version::Serial, Lines::None, Duration::ZERO)?;
        let parallel = self.run(Version::Parallel, Lines::None, serial)?;
        let times = clock::three_digits(serial.as_secs_f64() / parallel.as_secs_f64());
        let cores = std::thread::available_parallelism()?;
        if self.n.is_some_and(|n| n < 100_000) {
            show!("The work is too small to compare: to start a process takes about as long.");
        } else {
            show!("parallel was {times} times as fast as serial, on {cores} cores.");
        }
        Ok(())
    }
}
