//! What protection costs: two threads change one balance, in four ways.

use std::process::ExitCode;
use std::sync::{Barrier, Mutex, atomic::AtomicI64, atomic::Ordering::SeqCst};
use std::thread;

use clap::Parser;
use common::{readable, record, show, timed, whole_number};

type Way = fn(&AtomicI64, amounts: &[i64], times: u32);
static LOCK: Mutex<()> = Mutex::new(());

/// Adds all these amounts, so many times. The other thread may get its turn at any moment. Now and
/// then, this one gives it away, so that the loss is not left to luck.
fn no_lock(balance: &AtomicI64, amounts: &[i64], times: u32) {
    for time in 0..times {
        for amount in amounts {
            let before = balance.load(SeqCst);
            (*amount < 0 && time % 1000 == 0).then(thread::yield_now); // in the middle of a change …
            balance.store(before + amount, SeqCst);
        }
        (time % 1000 == 500).then(thread::yield_now); // … and after one
    }
}

/// The same, with the lock held for `batch` times at once.
fn lock(batch: u32, balance: &AtomicI64, amounts: &[i64], times: u32) {
    for done in (0..times).step_by(batch as usize) {
        let _guard = LOCK.lock().unwrap();
        for amount in (done..times.min(done + batch)).flat_map(|_| amounts) {
            balance.store(balance.load(SeqCst) + amount, SeqCst);
        }
    }
}

fn atomic(balance: &AtomicI64, amounts: &[i64], times: u32) {
    for amount in (0..times).flat_map(|_| amounts) {
        balance.fetch_add(*amount, SeqCst);
    }
}

fn two_threads(what: &str, start: i64, ours: &[i64], theirs: &[i64], times: u32) {
    show!("from ¥{start}, {what}, {times} times each:");
    let ways: [(&str, Way); 4] = [
        ("no lock", no_lock),
        ("a lock for each time", |balance, amounts, times| lock(1, balance, amounts, times)),
        ("a lock for 1000 times", |balance, amounts, times| lock(1000, balance, amounts, times)),
        ("atomic, no lock", atomic),
    ];
    for (name, way) in ways {
        let (balance, both) = (AtomicI64::new(start), Barrier::new(2));
        record::status(format_args!("counts: {name}"));
        let thread = |amounts| (both.wait(), way(&balance, amounts, times));
        let ((), time) = timed(|| {
            thread::scope(|scope| {
                scope.spawn(|| thread(ours));
                scope.spawn(|| thread(theirs));
            });
        });
        let is_luck = name == "no lock" && times > 0 && balance.load(SeqCst) == start;
        let luck = if is_luck { "  (that was luck)" } else { "" };
        show!("  {name:<22} {:>9} {:>9}{luck}", balance.into_inner(), readable(time));
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
        two_threads("one thread adds 1, the other takes 1", 0, &[1], &[-1], count);
        two_threads("one adds and takes 5, the other 8", 10_000, &[5, -5], &[8, -8], count / 100);
        Ok(())
    })
}
