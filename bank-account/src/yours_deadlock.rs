// Your turn: two opposite transfers can deadlock here. Change this file until both of them are
// done, in every interleaving and whatever their amounts. `run` must keep its name, its arguments
// and what it returns. The command that judges it: cargo test -p bank-account

use std::sync::Mutex;
use std::thread;
use std::time::Duration;

struct Account {
    number: u32,
    balance: Mutex<i64>,
}

fn transfer(from: &Account, to: &Account, amount: i64, busy: Duration) {
    let mut from_balance = from.balance.lock().unwrap();
    thread::sleep(busy); // the bank takes a moment
    let mut to_balance = to.balance.lock().unwrap();
    *from_balance -= amount;
    *to_balance += amount;
}

/// The balances of two accounts that begin with ¥100 each, after one thread has transferred the
/// amount `there` from account 1 to account 2, and another one the amount `back`.
pub fn run(there: i64, back: i64, busy: Duration) -> String {
    let one = Account { number: 1, balance: Mutex::new(100) };
    let two = Account { number: 2, balance: Mutex::new(100) };
    thread::scope(|scope| {
        scope.spawn(|| transfer(&one, &two, there, busy));
        scope.spawn(|| transfer(&two, &one, back, busy));
    }); // waits for both of them
    [one, two]
        .map(|it| format!("account {}: ¥{}", it.number, it.balance.into_inner().unwrap()))
        .join(", ")
}
