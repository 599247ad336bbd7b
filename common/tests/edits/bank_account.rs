//! See `main.rs`.

use crate::Edit;
use crate::Verdict::{Half, Red, Right, Wrong};

const YOURS: &str = "src/yours.rs";
const YOURS_DEADLOCK: &str = "src/yours_deadlock.rs";
const LOCKED: &str = "src/locked.rs";
const ORDERED: &str = "src/ordered.rs";

const USE: &str = "use std::sync::atomic::{AtomicI64, Ordering::SeqCst};\n";
const USE_MUTEX: (&str, &str) = (
    USE,
    "use std::sync::Mutex;\nuse std::sync::atomic::{AtomicI64, Ordering::SeqCst};\n",
);
const WITH_LOCK: (&str, &str) =
    ("    balance: AtomicI64,\n", "    balance: AtomicI64,\n    lock: Mutex<()>,\n");
const LOCKED_READ: &str =
    "        let _guard = self.lock.lock().unwrap();\n        let balance = self.balance.load(SeqCst);\n";
const READ: &str = "        let balance = self.balance.load(SeqCst);\n";
const PAUSE: &str = "        thread::sleep(busy); // the bank takes a moment\n";
const WRITE: &str = "        self.balance.store(balance + amount, SeqCst);\n";
const LOCK: &str = "        let _guard = self.lock.lock().unwrap(); // held until the end of `deposit`\n";
const DEPOSIT: &str = "        let balance = self.balance.load(SeqCst);
        thread::sleep(busy); // the bank takes a moment
        self.balance.store(balance + amount, SeqCst);
";
const LOCKED_DEPOSIT: &str =
    "        let _guard = self.lock.lock().unwrap(); // held until the end of `deposit`
        let balance = self.balance.load(SeqCst);
        thread::sleep(busy); // the bank takes a moment
        self.balance.store(balance + amount, SeqCst);
";
const ADD: &str = "        thread::sleep(busy);
        self.balance.fetch_add(amount, SeqCst);
";
const UPDATE: &str = "        let more = |balance| {
            thread::sleep(busy);
            Some(balance + amount)
        };
        self.balance.fetch_update(SeqCst, SeqCst, more).unwrap();
";
const EXCHANGE: &str = "        let mut balance = self.balance.load(SeqCst);
        loop {
            thread::sleep(busy);
            match self.balance.compare_exchange(balance, balance + amount, SeqCst, SeqCst) {
                Ok(_) => return,
                Err(found) => balance = found,
            }
        }
";
const SPIN: &str = "        while self.held.compare_exchange(false, true, SeqCst, SeqCst).is_err() {
            std::hint::spin_loop();
        }
        let balance = self.balance.load(SeqCst);
        thread::sleep(busy);
        self.balance.store(balance + amount, SeqCst);
        self.held.store(false, SeqCst);
";
const STATIC: &str = "        static LOCK: Mutex<()> = Mutex::new(());
        let _guard = LOCK.lock().unwrap();
        let balance = self.balance.load(SeqCst);
        thread::sleep(busy);
        self.balance.store(balance + amount, SeqCst);
";
const BLOCK: &str = "        {
            let _ours = self.lock.lock().unwrap();
            let sum = self.balance.load(SeqCst) + amount;
            thread::sleep(busy);
            self.balance.store(sum, SeqCst);
        }
        thread::sleep(busy);
";
const LOOP: &str = "        for _ in 0..threads {
            scope.spawn(|| account.deposit(amount, busy));
        }
    }); // waits for all of them
";

const FROM: &str = "    let mut from_balance = from.balance.lock().unwrap();\n";
const TO: &str = "    let mut to_balance = to.balance.lock().unwrap();\n";
const TAKE: &str = "    *from_balance -= amount;\n";
const CROSSED: &str = "    let mut from_balance = from.balance.lock().unwrap();
    thread::sleep(busy); // the bank takes a moment
    let mut to_balance = to.balance.lock().unwrap();
    *from_balance -= amount;
    *to_balance += amount;
";
const FIRST_BY_NUMBER: &str = "    let (first, second) =
        if from.number < to.number { (from, to) } else { (to, from) };
    let mut first_balance = first.balance.lock().unwrap();
    thread::sleep(busy);
    let mut second_balance = second.balance.lock().unwrap();
    let sign = if first.number == from.number { -1 } else { 1 };
    *first_balance += sign * amount;
    *second_balance -= sign * amount;
";
const GLOBAL: &str = "    static BANK: Mutex<()> = Mutex::new(());
    let _bank = BANK.lock().unwrap();
    let mut from_balance = from.balance.lock().unwrap();
    thread::sleep(busy);
    *from_balance -= amount;
    *to.balance.lock().unwrap() += amount;
";
const TRY_AGAIN: &str = "    loop {
        let mut from_balance = from.balance.lock().unwrap();
        thread::sleep(busy);
        if let Ok(mut to_balance) = to.balance.try_lock() {
            *from_balance -= amount;
            *to_balance += amount;
            return;
        }
    }
";
const SWAPPED: &str = "    if from.number > to.number {
        return transfer(to, from, -amount, busy); // the same transfer, seen from the other side
    }
";

macro_rules! edits {
    ($($verdict:expr, $file:expr, $what:literal: $($from:expr => $to:expr),+;)*) => {
        &[$(Edit {
            what: $what,
            file: $file,
            changes: &[$(($from, $to)),+],
            verdict: $verdict,
        }),*]
    };
}

pub const EDITS: &[Edit] = edits! {
    // yours.rs: plainly wrong.
    Wrong, YOURS, "no pause": PAUSE => "";
    Wrong, YOURS, "a deposit adds 1, whatever the amount": WRITE => "        self.balance.store(balance + amount.min(1), SeqCst);\n";
    Wrong, YOURS, "a deposit is subtracted": WRITE => "        self.balance.store(balance - amount, SeqCst);\n";
    Wrong, YOURS, "relaxed": USE => "use std::sync::atomic::{AtomicI64, Ordering::Relaxed as SeqCst};\n";
    Wrong, YOURS, "a swap for the store": WRITE => "        self.balance.swap(balance + amount, SeqCst);\n";
    Wrong, YOURS, "reads, then adds what it has read": WRITE => "        self.balance.fetch_add(balance + amount, SeqCst);\n";
    Wrong, YOURS, "reads again, and writes that": WRITE => "        self.balance.store(self.balance.load(SeqCst) + balance - balance + amount, SeqCst);\n";
    Wrong, YOURS, "the lock is acquired twice": USE => USE_MUTEX.1, WITH_LOCK.0 => WITH_LOCK.1, READ => "        let _one = self.lock.lock().unwrap();\n        let _two = self.lock.lock().unwrap();\n        let balance = self.balance.load(SeqCst);\n";
    Wrong, YOURS, "the lock is acquired in `run`, too": USE => USE_MUTEX.1, WITH_LOCK.0 => WITH_LOCK.1, READ => LOCKED_READ, "    thread::scope(|scope| {\n" => "    let _guard = account.lock.lock().unwrap();\n    thread::scope(|scope| {\n";
    Wrong, YOURS, "one thread after the other": "deposit(amount, busy));" => "deposit(amount, busy)).join().unwrap();";
    Wrong, YOURS, "no threads": LOOP => "        let _ = scope;\n        for _ in 0..threads {\n            account.deposit(amount, busy);\n        }\n    });\n";
    Wrong, YOURS, "one thread more": "for _ in 0..threads" => "for _ in 0..=threads";
    Wrong, YOURS, "only the first thread deposits": "for _ in 0..threads" => "for _ in 0..threads.min(1)";
    Wrong, YOURS, "`try_lock` that must succeed": USE => USE_MUTEX.1, WITH_LOCK.0 => WITH_LOCK.1, READ => "        let _guard = self.lock.try_lock().unwrap();\n        let balance = self.balance.load(SeqCst);\n";
    Wrong, YOURS, "waits for a flag that nobody sets": READ => "        let set = std::sync::atomic::AtomicBool::new(false);\n        while !set.load(SeqCst) {\n            std::hint::spin_loop();\n        }\n        let balance = self.balance.load(SeqCst);\n";
    Wrong, YOURS, "an endless loop": PAUSE => "        loop {\n            thread::yield_now();\n        }\n        #[allow(unreachable_code)]\n        thread::sleep(busy);\n";
    Wrong, YOURS, "a loop without a step": PAUSE => "        while amount > 0 {}\n        thread::sleep(busy);\n";

    // yours.rs: half fixed.
    Half, YOURS, "a lock after the read": USE => USE_MUTEX.1, WITH_LOCK.0 => WITH_LOCK.1, WRITE => "        let _guard = self.lock.lock().unwrap();\n        self.balance.store(balance + amount, SeqCst);\n";
    Half, YOURS, "`let _ =`": USE => USE_MUTEX.1, WITH_LOCK.0 => WITH_LOCK.1, READ => "        let _ = self.lock.lock().unwrap();\n        let balance = self.balance.load(SeqCst);\n";
    Half, YOURS, "the guard is dropped before the pause": USE => USE_MUTEX.1, WITH_LOCK.0 => WITH_LOCK.1, READ => LOCKED_READ, PAUSE => "        drop(_guard);\n        thread::sleep(busy);\n";
    Half, YOURS, "the guard is dropped before the write": USE => USE_MUTEX.1, WITH_LOCK.0 => WITH_LOCK.1, READ => LOCKED_READ, WRITE => "        drop(_guard);\n        self.balance.store(balance + amount, SeqCst);\n";
    Half, YOURS, "a lock for each thread": USE => USE_MUTEX.1, READ => "        let lock = Mutex::new(());\n        let _guard = lock.lock().unwrap();\n        let balance = self.balance.load(SeqCst);\n";
    Half, YOURS, "a lock for the read, a lock for the write": USE => "use std::sync::Mutex;\n", "    balance: AtomicI64,\n" => "    balance: Mutex<i64>,\n", READ => "        let balance = *self.balance.lock().unwrap();\n", WRITE => "        *self.balance.lock().unwrap() = balance + amount;\n", "account.balance.load(SeqCst)" => "account.balance.into_inner().unwrap()";
    Half, YOURS, "a read lock": USE => "use std::sync::RwLock;\nuse std::sync::atomic::{AtomicI64, Ordering::SeqCst};\n", WITH_LOCK.0 => "    balance: AtomicI64,\n    lock: RwLock<()>,\n", READ => "        let _guard = self.lock.read().unwrap();\n        let balance = self.balance.load(SeqCst);\n";
    Half, YOURS, "a deposit gives up if the lock is held": USE => USE_MUTEX.1, WITH_LOCK.0 => WITH_LOCK.1, READ => "        let Ok(_guard) = self.lock.try_lock() else { return };\n        let balance = self.balance.load(SeqCst);\n";
    Half, YOURS, "`compare_exchange`, once": WRITE => "        let _ = self.balance.compare_exchange(balance, balance + amount, SeqCst, SeqCst);\n";
    Half, YOURS, "a spin lock that looks, then acquires": "    balance: AtomicI64,\n" => "    balance: AtomicI64,\n    lock: std::sync::Mutex<bool>,\n", READ => "        while *self.lock.lock().unwrap() {\n            thread::yield_now();\n        }\n        *self.lock.lock().unwrap() = true;\n        let balance = self.balance.load(SeqCst);\n", WRITE => "        self.balance.store(balance + amount, SeqCst);\n        *self.lock.lock().unwrap() = false;\n";

    // yours.rs: right.
    Right, YOURS, "as `locked`": USE => USE_MUTEX.1, WITH_LOCK.0 => WITH_LOCK.1, READ => LOCKED_READ;
    Right, YOURS, "as `owned`": USE => "use std::sync::Mutex;\n", "    balance: AtomicI64,\n" => "    balance: Mutex<i64>,\n", DEPOSIT => "        let mut balance = self.balance.lock().unwrap();\n        thread::sleep(busy);\n        *balance += amount;\n", "account.balance.load(SeqCst)" => "*account.balance.lock().unwrap()";
    Right, YOURS, "`RwLock::write`": USE => "use std::sync::RwLock;\nuse std::sync::atomic::{AtomicI64, Ordering::SeqCst};\n", WITH_LOCK.0 => "    balance: AtomicI64,\n    lock: RwLock<()>,\n", READ => "        let _guard = self.lock.write().unwrap();\n        let balance = self.balance.load(SeqCst);\n";
    Right, YOURS, "`RwLock<i64>`": USE => "use std::sync::RwLock;\n", "    balance: AtomicI64,\n" => "    balance: RwLock<i64>,\n", DEPOSIT => "        let mut balance = self.balance.write().unwrap();\n        thread::sleep(busy);\n        *balance += amount;\n", "account.balance.load(SeqCst)" => "account.balance.into_inner().unwrap()";
    Right, YOURS, "`fetch_add`": DEPOSIT => ADD;
    Right, YOURS, "`fetch_add`, without a pause": DEPOSIT => "        let _ = busy;\n        self.balance.fetch_add(amount, SeqCst);\n";
    Right, YOURS, "`fetch_update`": DEPOSIT => UPDATE;
    Right, YOURS, "`compare_exchange` in a loop": DEPOSIT => EXCHANGE;
    Right, YOURS, "a spin lock": USE => "use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::SeqCst};\n", "    balance: AtomicI64,\n" => "    balance: AtomicI64,\n    held: AtomicBool,\n", DEPOSIT => SPIN;
    Right, YOURS, "a `static` lock": USE => USE_MUTEX.1, DEPOSIT => STATIC;
    Right, YOURS, "a guard in a block, and a pause after it": USE => USE_MUTEX.1, WITH_LOCK.0 => WITH_LOCK.1, DEPOSIT => BLOCK;
    Right, YOURS, "`Arc` and `thread::spawn`": USE => "use std::sync::{Arc, Mutex};\n", "#[derive(Default)]\nstruct Account {\n    balance: AtomicI64,\n}\n\nimpl Account {\n    fn deposit(&self, amount: i64, busy: Duration) {\n        let balance = self.balance.load(SeqCst);\n        thread::sleep(busy); // the bank takes a moment\n        self.balance.store(balance + amount, SeqCst);\n    }\n}\n" => "fn pay_in(account: &Mutex<i64>, amount: i64, busy: Duration) {\n    let mut balance = account.lock().unwrap();\n    thread::sleep(busy);\n    *balance += amount;\n}\n", "    let account = Account::default();\n    thread::scope(|scope| {\n        for _ in 0..threads {\n            scope.spawn(|| account.deposit(amount, busy));\n        }\n    }); // waits for all of them\n    account.balance.load(SeqCst)\n" => "    let account = Arc::new(Mutex::new(0));\n    let threads: Vec<_> = (0..threads)\n        .map(|_| {\n            let account = Arc::clone(&account);\n            thread::spawn(move || pay_in(&account, amount, busy))\n        })\n        .collect();\n    for thread in threads {\n        thread.join().unwrap();\n    }\n    *account.lock().unwrap()\n";
    Right, YOURS, "a condition variable": USE => "use std::sync::{Condvar, Mutex};\n", "    balance: AtomicI64,\n" => "    balance: Mutex<i64>,\n    busy: Mutex<bool>,\n    free: Condvar,\n", DEPOSIT => "        let mut is_busy = self.busy.lock().unwrap();\n        while *is_busy {\n            is_busy = self.free.wait(is_busy).unwrap();\n        }\n        *is_busy = true;\n        drop(is_busy);\n        thread::sleep(busy);\n        *self.balance.lock().unwrap() += amount;\n        *self.busy.lock().unwrap() = false;\n        self.free.notify_one();\n", "account.balance.load(SeqCst)" => "account.balance.into_inner().unwrap()";

    // yours_deadlock.rs.
    Wrong, YOURS_DEADLOCK, "no pause": "    thread::sleep(busy); // the bank takes a moment\n" => "";
    Wrong, YOURS_DEADLOCK, "each thread acquires the other lock first": CROSSED => "    let mut to_balance = to.balance.lock().unwrap();\n    thread::sleep(busy);\n    let mut from_balance = from.balance.lock().unwrap();\n    *from_balance -= amount;\n    *to_balance += amount;\n";
    Wrong, YOURS_DEADLOCK, "both threads swap": FROM => "    let (from, to, amount) = (to, from, -amount);\n    let mut from_balance = from.balance.lock().unwrap();\n";
    Wrong, YOURS_DEADLOCK, "nothing is taken": TAKE => "    let _ = &mut from_balance;\n";
    Wrong, YOURS_DEADLOCK, "one transfer after the other": "there, busy));" => "there, busy)).join().unwrap();";
    Wrong, YOURS_DEADLOCK, "`try_lock` that must succeed": TO => "    let mut to_balance = to.balance.try_lock().unwrap();\n";
    Wrong, YOURS_DEADLOCK, "the same lock twice": TO => "    let mut to_balance = from.balance.lock().unwrap();\n";
    Wrong, YOURS_DEADLOCK, "a global lock, released at once": FROM => "    static BANK: Mutex<()> = Mutex::new(());\n    drop(BANK.lock().unwrap());\n    let mut from_balance = from.balance.lock().unwrap();\n";
    Half, YOURS_DEADLOCK, "gives up if the second lock is held": TO => "    let Ok(mut to_balance) = to.balance.try_lock() else { return };\n";
    Half, YOURS_DEADLOCK, "the lower amount first": FROM => "    if amount > 15 {\n        return transfer(to, from, -amount, busy);\n    }\n    let mut from_balance = from.balance.lock().unwrap();\n";
    Half, YOURS_DEADLOCK, "a lock order that loses the sign": FROM => "    if from.number > to.number {\n        return transfer(to, from, amount, busy);\n    }\n    let mut from_balance = from.balance.lock().unwrap();\n";
    Wrong, YOURS_DEADLOCK, "no transfer back": FROM => "    if from.number > to.number {\n        return;\n    }\n    let mut from_balance = from.balance.lock().unwrap();\n";
    Wrong, YOURS_DEADLOCK, "the lock is released, and an old balance written": CROSSED => "    let from_balance = *from.balance.lock().unwrap();\n    thread::sleep(busy);\n    *to.balance.lock().unwrap() += amount;\n    *from.balance.lock().unwrap() = from_balance - amount;\n";
    Right, YOURS_DEADLOCK, "as `ordered`": FROM => "    if from.number > to.number {\n        return transfer(to, from, -amount, busy);\n    }\n    let mut from_balance = from.balance.lock().unwrap();\n";
    Right, YOURS_DEADLOCK, "the higher number first": FROM => "    if from.number < to.number {\n        return transfer(to, from, -amount, busy);\n    }\n    let mut from_balance = from.balance.lock().unwrap();\n";
    Right, YOURS_DEADLOCK, "first and second": CROSSED => FIRST_BY_NUMBER;
    Right, YOURS_DEADLOCK, "a global lock": CROSSED => GLOBAL;
    Wrong, YOURS_DEADLOCK, "releases the first lock and tries again, maybe for ever": CROSSED => TRY_AGAIN;
    Right, YOURS_DEADLOCK, "one lock at a time": CROSSED => "    *from.balance.lock().unwrap() -= amount;\n    thread::sleep(busy);\n    *to.balance.lock().unwrap() += amount;\n";
    Right, YOURS_DEADLOCK, "`RwLock`": "use std::sync::Mutex;" => "use std::sync::RwLock;", "    balance: Mutex<i64>," => "    balance: RwLock<i64>,", CROSSED => "    let (low, high) = if from.number < to.number { (from, to) } else { (to, from) };\n    let (mut low, mut high) = (low.balance.write().unwrap(), high.balance.write().unwrap());\n    thread::sleep(busy);\n    let amount = if from.number < to.number { amount } else { -amount };\n    *low -= amount;\n    *high += amount;\n", "number: 1, balance: Mutex::new" => "number: 1, balance: RwLock::new", "number: 2, balance: Mutex::new" => "number: 2, balance: RwLock::new";

    // The pairs of the course.
    Red("unlocked.rs is right"), "src/unlocked.rs", "the fix in the wrong file": USE => USE_MUTEX.1, WITH_LOCK.0 => WITH_LOCK.1, READ => LOCKED_READ;
    Red("unlocked.rs is half fixed"), "src/unlocked.rs", "half a fix in the wrong file": USE => USE_MUTEX.1, WITH_LOCK.0 => WITH_LOCK.1, WRITE => "        let _guard = self.lock.lock().unwrap();\n        self.balance.store(balance + amount, SeqCst);\n";
    Red("of 20 interleavings"), "src/unlocked.rs", "no pause": PAUSE => "";
    Red("crossed.rs is right"), "src/crossed.rs", "the fix in the wrong file": FROM => "    if from.number > to.number {\n        return transfer(to, from, -amount, busy);\n    }\n    let mut from_balance = from.balance.lock().unwrap();\n";
    Red("locked.rs is half fixed"), LOCKED, "`let _ =`": LOCK => "        let _ = self.lock.lock().unwrap();\n";
    Red("locked.rs is half fixed"), LOCKED, "the lock after the read": LOCKED_DEPOSIT => "        let balance = self.balance.load(SeqCst);\n        let _guard = self.lock.lock().unwrap();\n        thread::sleep(busy);\n        self.balance.store(balance + amount, SeqCst);\n";
    Red("locked.rs is half fixed"), LOCKED, "the guard is dropped before the pause": PAUSE => "        drop(_guard);\n        thread::sleep(busy);\n";
    Red("locked.rs is still wrong"), LOCKED, "no lock": LOCK => "";
    Red("locked.rs is still wrong"), LOCKED, "the lock twice": LOCK => "        let _guard = self.lock.lock().unwrap();\n        let _again = self.lock.lock().unwrap();\n";
    Red("ordered.rs is still wrong"), ORDERED, "no order": SWAPPED => "";
    Red("ordered.rs is half fixed"), ORDERED, "an order that loses the sign": "-amount" => "amount";
    Red("owned.rs is still wrong"), "src/owned.rs", "a deposit adds 1": "balance + amount" => "balance + 1";
    Red("owned.rs is half fixed"), "src/owned.rs", "a lock for the read, a lock for the write": "        let mut guard = self.balance.lock().unwrap(); // held until the end of `deposit`\n        let balance = *guard;\n" => "        let balance = *self.balance.lock().unwrap();\n", "*guard = " => "*self.balance.lock().unwrap() = ";
    Red("atomic.rs is still wrong"), "src/atomic.rs", "a load and a store": "        self.balance.fetch_add(amount, SeqCst);\n" => "        self.balance.store(self.balance.load(SeqCst) + amount, SeqCst);\n";
    Red("atomic.rs is still wrong"), "src/atomic.rs", "adds 1": "fetch_add(amount" => "fetch_add(1";
    Right, LOCKED, "`fetch_add`": LOCKED_DEPOSIT => ADD;
    Right, LOCKED, "`fetch_update`": LOCKED_DEPOSIT => UPDATE;
    Right, LOCKED, "`compare_exchange` in a loop": LOCKED_DEPOSIT => EXCHANGE;
    Right, LOCKED, "a spin lock": "use std::sync::Mutex;\n" => "use std::sync::atomic::AtomicBool;\n", "    lock: Mutex<()>,\n" => "    held: AtomicBool,\n", LOCKED_DEPOSIT => SPIN;
    Right, LOCKED, "a `static` lock": "    lock: Mutex<()>,\n" => "", LOCKED_DEPOSIT => STATIC;
    Right, LOCKED, "a guard in a block, and a pause after it": LOCKED_DEPOSIT => BLOCK;
    Right, LOCKED, "another name": "    lock: Mutex<()>,\n" => "    till: Mutex<u8>,\n", "self.lock.lock()" => "self.till.lock()";
    Right, ORDERED, "first and second": SWAPPED => "", CROSSED => FIRST_BY_NUMBER;
    Right, ORDERED, "a global lock": SWAPPED => "", CROSSED => GLOBAL;
    Red("ordered.rs is still wrong"), ORDERED, "releases the first lock and tries again, maybe for ever": SWAPPED => "", CROSSED => TRY_AGAIN;
};
