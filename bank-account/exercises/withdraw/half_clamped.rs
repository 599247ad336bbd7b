// Half fixed: the balance never falls below ¥0, but the bank pays more than there is.

use std::sync::Mutex;
use std::thread;
use std::time::Duration;

struct Account {
    balance: Mutex<i64>,
}

impl Account {
    /// Takes `amount` out of the account, if there is enough. Returns whether there was.
    fn withdraw(&self, amount: i64, busy: Duration) -> bool {
        let is_enough = *self.balance.lock().unwrap() >= amount;
        if is_enough {
            thread::sleep(busy); // the bank counts the notes
            let mut balance = self.balance.lock().unwrap();
            *balance = (*balance - amount).max(0);
        }
        is_enough
    }
}

/// Two threads withdraw an amount each, from an account that begins with ¥100. Returns for each of
/// them whether it was paid, and the balance at the end.
pub fn run(amounts: [i64; 2], busy: Duration) -> ([bool; 2], i64) {
    let account = &Account { balance: Mutex::new(100) };
    let is_paid = thread::scope(|scope| {
        let withdrawal = |amount| scope.spawn(move || account.withdraw(amount, busy));
        amounts.map(withdrawal).map(|thread| thread.join().unwrap())
    });
    (is_paid, *account.balance.lock().unwrap())
}
