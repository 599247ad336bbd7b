// The balance lives inside its lock. There is no way to it but through `lock()`: a deposit that
// forgets the lock does not compile.

use std::sync::Mutex;
use std::thread;
use std::time::Duration;

#[derive(Default)]
struct Account {
    balance: Mutex<i64>,
}

impl Account {
    fn deposit(&self, amount: i64, busy: Duration) {
        let mut guard = self.balance.lock().unwrap(); // held until the end of `deposit`
        let balance = *guard;
        thread::sleep(busy); // the bank takes a moment
        *guard = balance + amount;
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
    account.balance.into_inner().unwrap()
}
