// Reading, adding and writing are one step of the processor, so no other thread comes between.
// That step cannot be held open while the bank is busy: the pause stands before it, not inside.

use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use anyhow::Context;

#[derive(Default)]
struct Account {
    balance: AtomicI64,
}

impl Account {
    fn deposit(&self, amount: i64, busy: Duration) {
        thread::sleep(busy); // the bank takes a moment
        self.balance.fetch_add(amount, SeqCst);
    }
}

/// The balance, in ¥, after each of `threads` threads has deposited `amount` once.
pub fn run(threads: u32, amount: i64, busy: Duration) -> anyhow::Result<i64> {
    let account = Account::default();
    thread::scope(|scope| {
        for started in 0..threads {
            thread::Builder::new()
                .spawn_scoped(scope, || account.deposit(amount, busy))
                .with_context(|| format!("started {started} of {threads} threads, then no more"))?;
        }
        anyhow::Ok(())
    })?; // all threads have ended here
    Ok(account.balance.load(SeqCst))
}
