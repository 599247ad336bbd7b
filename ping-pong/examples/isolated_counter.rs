//! Two processes count up and down, with a lock and without it. Both ways end with 0 in the parent,
//! so that 0 proves nothing: each process has a number, and a lock, of its own.

use std::process::ExitCode;
use std::sync::{Mutex, atomic::AtomicI64, atomic::Ordering::SeqCst};

use clap::{Parser, Subcommand};
use common::record::{end_status, status};
use common::{Worker, as_worker, lesson, say, show, whole_number, worker};

static NUMBER: AtomicI64 = AtomicI64::new(0);
static LOCK: Mutex<()> = Mutex::new(());

#[derive(Parser)]
struct Cli {
    /// How often each process counts (0 to 100000000)
    #[arg(long, default_value_t = 10_000_000, value_parser = whole_number(0_u32..=100_000_000))]
    count: u32,

    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Subcommand)]
enum Role {
    #[command(hide = true, allow_negative_numbers = true)]
    Counter { step: i64, count: u32, with_lock: String },
}

fn count_by(step: i64, count: u32, with_lock: bool) {
    for _ in 0..count {
        let _guard = with_lock.then(|| LOCK.lock().unwrap());
        NUMBER.store(NUMBER.load(SeqCst) + step, SeqCst);
    }
    say!("has counted to {} in its own memory", NUMBER.load(SeqCst));
}

fn main() -> ExitCode {
    lesson(|| {
        let cli = Cli::parse();
        if let Some(Role::Counter { step, count, with_lock }) = cli.role {
            return as_worker(|| {
                count_by(step, count, with_lock == "with");
                Ok(())
            });
        }
        for with_lock in ["with", "without"] {
            let start = |step: &str| {
                let count = cli.count.to_string();
                let name = format!("counter {step}");
                Worker::start(worker(&name).args([step, &count, with_lock]))
            };
            let (up, down) = (start("+1")?, start("-1")?);
            status(format_args!("two processes count, {with_lock} a lock"));
            up.join()?;
            down.join()?;
            end_status();
            show!("{with_lock} a lock, the parent has {}", NUMBER.load(SeqCst));
        }
        Ok(())
    })
}
