// Your turn: withdraw money, but never more than there is in the account.
//
// Two threads withdraw at the same time. `withdraw` checks whether there is enough, and then takes
// the money. It holds the lock for each of these two steps, and still takes more than there is.
//
// Change it until the following is so in every interleaving:
// - The balance is never below ¥0.
// - All is as if one withdrawal came after the other: if there is enough, the amount is taken and
//   `withdraw` returns `true`; if not, nothing is taken and it returns `false`.
//
// `run` must keep its name, its arguments and what it returns. The command that judges it:
// cargo test -p bank-account --test exercises -- --ignored withdraw

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
            *self.balance.lock().unwrap() -= amount;
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
