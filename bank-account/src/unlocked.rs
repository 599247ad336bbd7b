// The balance is read, then written. Between the two, any other thread may do the same.

use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

#[derive(Default)]
struct Account {
    balance: AtomicI64,
}

impl Account {
    fn deposit(&self, amount: i64, busy: Duration) {
        let balance = self.balance.load(SeqCst);
        thread::sleep(busy); // the bank takes a moment
        self.balance.store(balance + amount, SeqCst);
    }
}

/// The balance, in ¥, after each of `threads` threads has deposited `amount`.
pub fn run(threads: u32, amount: i64, busy: Duration) -> i64 {
    let account = Account::default();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| account.deposit(amount, busy));
        }
    }); // waits for all of them
    account.balance.load(SeqCst)
}
