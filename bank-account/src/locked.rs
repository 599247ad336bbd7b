// A thread holds the lock from the read to the write. It stands beside an atomic so that this file
// differs from `unlocked.rs` by nothing else; `owned.rs` is how one writes it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

#[derive(Default)]
struct Account {
    balance: AtomicI64,
    lock: Mutex<()>,
}

impl Account {
    fn deposit(&self, amount: i64, busy: Duration) {
        let _guard = self.lock.lock().unwrap(); // held until the end of `deposit`
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
