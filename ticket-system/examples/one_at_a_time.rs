//! Three processes print a block of three lines each, then ten print one line each.

use std::fs::File;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, thread};

use anyhow::Context;
use clap::{Parser, Subcommand};
use common::{Worker, as_worker, cli::wait_for_enter, say, show, whole_number, worker::join_all};

#[derive(Parser)]
struct Cli {
    /// Without the lock or with it; both, if neither is given
    #[arg(value_parser = ["unlocked", "locked"])]
    version: Option<String>,
    /// How long a process pauses after each line, in milliseconds (0 to 60000)
    #[arg(long, global = true, default_value_t = 10, value_parser = whole_number(0_u64..=60_000))]
    #[arg(allow_negative_numbers = true)]
    pause_ms: u64,
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
    Printer { version: String, lines: String },
}

fn print(version: &str, lines: &str, pause: Duration, step: bool) -> anyhow::Result<()> {
    // Any file that all of them can open, and that stays, can be the lock. Here it is this program.
    let lock = env::current_exe().and_then(File::open).context("cannot open this program")?;
    if version == "locked" {
        lock.lock().context("cannot lock this program")?; // held until the end of `print`
    }
    for line in lines.split('/') {
        say!("{line}"); // one write, so a single line stays whole without a lock, too
        if step {
            wait_for_enter()?;
        }
        thread::sleep(pause);
    }
    Ok(())
}

fn main() -> ExitCode {
    common::lesson(|| {
        let Cli { version: wanted, pause_ms, step, role } = Cli::parse();
        if let Some(Role::Printer { version, lines }) = role {
            return as_worker(|| print(&version, &lines, Duration::from_millis(pause_ms), step));
        }
        let people = [
            "Ann/Ann is female/Ann is 18",
            "Ben/Ben is male/Ben is 78",
            "Cem/Cem is male/Cem is 30",
        ];
        for blocks in [&people[..], &["hello"; 10]] {
            for version in ["unlocked", "locked"] {
                if wanted.as_deref().is_some_and(|wanted| wanted != version) {
                    continue;
                }
                show!("{version}, {} processes:", blocks.len());
                let start = |lines: &&str| {
                    let mut printer = common::worker("printer");
                    printer.args([version, *lines, &format!("--pause-ms={pause_ms}")]);
                    Worker::start(printer.args(step.then_some("--step")))
                };
                join_all(blocks.iter().map(start).collect::<Result<_, _>>()?)?;
            }
        }
        Ok(())
    })
}
