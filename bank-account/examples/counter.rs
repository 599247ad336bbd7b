//! What protection costs: two threads change one balance, in four ways.

use std::process::ExitCode;
use std::sync::{Mutex, atomic::AtomicI64, atomic::Ordering::SeqCst};
use std::thread;

use clap::Parser;
use common::{readable, show, timed, whole_number};

type Way = fn(&AtomicI64, amounts: &[i64], times: u32);
static LOCK: Mutex<()> = Mutex::new(());

/// What one thread does: it adds all these amounts, so many times.
fn no_lock(balance: &AtomicI64, amounts: &[i64], times: u32) {
    for _ in 0..times {
        for amount in amounts {
            balance.store(balance.load(SeqCst) + amount, SeqCst);
        }
    }
}

/// The same, with the lock held for `batch` times at once.
fn lock(batch: u32, balance: &AtomicI64, amounts: &[i64], times: u32) {
    for done in (0..times).step_by(batch as usize) {
        let _guard = LOCK.lock().unwrap();
        no_lock(balance, amounts, batch.min(times - done));
    }
}

fn atomic(balance: &AtomicI64, amounts: &[i64], times: u32) {
    for _ in 0..times {
        for amount in amounts {
            balance.fetch_add(*amount, SeqCst);
        }
    }
}

fn two_threads(start: i64, ours: &[i64], theirs: &[i64], times: u32) {
    show!("two threads add {ours:?} and {theirs:?}, each {times} times, from {start}:");
    let ways: [(&str, Way); 4] = [
        ("no lock", no_lock),
        ("a lock for each time", |balance, amounts, times| lock(1, balance, amounts, times)),
        ("a lock for 1000 times", |balance, amounts, times| lock(1000, balance, amounts, times)),
        ("atomic, no lock", atomic),
    ];
    for (name, way) in ways {
        let balance = AtomicI64::new(start);
        let ((), time) = timed(|| {
            thread::scope(|scope| {
                scope.spawn(|| way(&balance, ours, times));
                scope.spawn(|| way(&balance, theirs, times));
            });
        });
        show!("  {name:<22} {:>9} {:>9}", balance.into_inner(), readable(time));
    }
}

#[derive(Parser)]
struct Cli {
    /// How often each thread counts (0 to 100000000); the account is changed a hundredth as often
    #[arg(long, default_value_t = 10_000_000, value_parser = whole_number(0_u32..=100_000_000))]
    count: u32,
}

fn main() -> ExitCode {
    common::lesson(|| {
        let count = Cli::parse().count;
        two_threads(0, &[1], &[-1], count);
        two_threads(10_000, &[5, -5], &[8, -8], count / 100);
        Ok(())
    })
}
