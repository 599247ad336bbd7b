//! Three processes print a block of three lines each, then ten print one line each. A line that is
//! one write stays whole without a lock.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{self, ExitCode};
use std::time::Duration;
use std::{env, thread};

use anyhow::Context;
use clap::{Parser, Subcommand};
use common::{Worker, as_worker, cli::wait_for_enter, pid, say, show, worker, worker::join_all};

#[derive(Parser)]
struct Cli {
    /// Without the lock or with it; both, if neither is given
    #[arg(value_parser = ["unlocked", "locked"], default_values = ["unlocked", "locked"])]
    versions: Vec<String>,
    /// Let each process wait for Enter after each line
    #[arg(long, global = true)]
    step: bool,
    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Subcommand)]
enum Role {
    /// What each process does
    #[command(hide = true)]
    Printer { lines: String, lock: Option<PathBuf> },
}

const PEOPLE: [&str; 3] =
    ["Ann/Ann is female/Ann is 18", "Ben/Ben is male/Ben is 78", "Cem/Cem is male/Cem is 30"];

fn print(lines: &str, lock: Option<PathBuf>, step: bool) -> anyhow::Result<()> {
    let lock = lock.map(File::open).transpose().context("cannot open the lock file")?;
    if let Some(lock) = &lock {
        say!("waits for the lock");
        lock.lock()?; // held until the end of `print`
    }
    for line in lines.split('/') {
        say!("{line}");
        step.then(wait_for_enter).transpose()?;
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

fn main() -> ExitCode {
    common::lesson(|| {
        let Cli { versions, step, role } = Cli::parse();
        if let Some(Role::Printer { lines, lock }) = role {
            return as_worker(|| print(&lines, lock, step));
        }
        let lock = env::temp_dir().join(format!("one_at_a_time-{}.lock", pid::own()));
        let at_ctrl_c = lock.clone();
        ctrlc::set_handler(move || {
            let _ = fs::remove_file(&at_ctrl_c);
            process::exit(1) // the printers end with this process
        })?;
        let runs = versions.iter().map(|version| (version, &PEOPLE[..]));
        for (version, blocks) in runs.chain([(&versions[0], &["hello"; 10][..])]) {
            show!("{version}, {} processes:", blocks.len());
            let start = |lines: &&str| {
                let mut printer = worker("printer");
                printer.arg(lines).args((version == "locked").then_some(&lock));
                worker::shows_its_lines_itself(&mut printer);
                Worker::start(printer.args(step.then_some("--step")))
            };
            // It may be there: a killed process of this PID, long ago, has left it.
            let created = File::options().append(true).create(true).open(&lock);
            created.with_context(|| format!("cannot create {}", lock.display()))?;
            let outcome = blocks.iter().map(start).collect::<Result<_, _>>().and_then(join_all);
            let _ = fs::remove_file(&lock); // all that could wait for it have ended
            outcome?;
        }
        Ok(())
    })
}
