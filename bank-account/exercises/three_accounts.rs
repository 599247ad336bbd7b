// Your turn: transfer money among three accounts, without a deadlock.
//
// Each transfer has a thread of its own. `transfer` acquires the locks of two accounts, as in
// `crossed`. Now there are three accounts, so three threads can deadlock as well; and somebody may
// transfer money from an account to itself.
//
// Change it until the following is so in every interleaving, whatever is transferred:
// - There is no deadlock: all threads come to an end.
// - All transfers are done. One from an account to itself changes nothing.
//
// `run` must keep its name, its arguments and what it returns. The command that judges it:
// cargo test -p bank-account --test exercises -- --ignored three_accounts

use std::sync::Mutex;
use std::thread;
use std::time::Duration;

struct Account {
    number: usize,
    balance: Mutex<i64>,
}

fn transfer(from: &Account, to: &Account, amount: i64, busy: Duration) {
    let mut from_balance = from.balance.lock().unwrap();
    thread::sleep(busy); // the bank takes a moment
    let mut to_balance = to.balance.lock().unwrap();
    *from_balance -= amount;
    *to_balance += amount;
}

/// The accounts 1, 2 and 3 begin with ¥100 each. For each `(from, to, amount)`, a thread transfers
/// that amount. Returns the balances at the end.
pub fn run(transfers: &[(usize, usize, i64)], busy: Duration) -> [i64; 3] {
    let accounts = [1, 2, 3].map(|number| Account { number, balance: Mutex::new(100) });
    let account = |number| accounts.iter().find(|account| account.number == number).unwrap();
    thread::scope(|scope| {
        for &(from, to, amount) in transfers {
            let (from, to) = (account(from), account(to));
            scope.spawn(move || transfer(from, to, amount, busy));
        }
    }); // waits for all of them
    accounts.map(|account| account.balance.into_inner().unwrap())
}
