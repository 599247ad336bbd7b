//! See `main.rs`.

use crate::Edit;
use crate::Verdict::{Half, Red, Right, Wrong};

const YOURS: &str = "src/yours.rs";
const YOURS_DEADLOCK: &str = "src/yours_deadlock.rs";
const LOCKED: &str = "src/locked.rs";
const ORDERED: &str = "src/ordered.rs";

const USE: &str = "use std::sync::atomic::{AtomicI64, Ordering::SeqCst};\n";
const USE_MUTEX: (&str, &str) =
    (USE, "use std::sync::Mutex;\nuse std::sync::atomic::{AtomicI64, Ordering::SeqCst};\n");
const WITH_LOCK: (&str, &str) =
    ("    balance: AtomicI64,\n", "    balance: AtomicI64,\n    lock: Mutex<()>,\n");
const LOCKED_READ: &str = "        let _guard = self.lock.lock().unwrap();
        let balance = self.balance.load(SeqCst);
";
const READ: &str = "        let balance = self.balance.load(SeqCst);\n";
const PAUSE: &str = "        thread::sleep(busy); // the bank takes a moment\n";
const WRITE: &str = "        self.balance.store(balance + amount, SeqCst);\n";
const LOCK: &str =
    "        let _guard = self.lock.lock().unwrap(); // held until the end of `deposit`\n";
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
const SPIN: &str =
    "        while self.held.compare_exchange(false, true, SeqCst, SeqCst).is_err() {
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
    Wrong, YOURS, "a deposit adds 1, whatever the amount":
        WRITE => "        self.balance.store(balance + amount.min(1), SeqCst);
";
    Wrong, YOURS, "a deposit is subtracted":
        WRITE => "        self.balance.store(balance - amount, SeqCst);
";
    Wrong, YOURS, "relaxed":
        USE => "use std::sync::atomic::{AtomicI64, Ordering::Relaxed as SeqCst};
";
    Wrong, YOURS, "a swap for the store":
        WRITE => "        self.balance.swap(balance + amount, SeqCst);
";
    Wrong, YOURS, "reads, then adds what it has read":
        WRITE => "        self.balance.fetch_add(balance + amount, SeqCst);
";
    Wrong, YOURS, "reads again, and writes that":
        WRITE => "        self.balance.store(self.balance.load(SeqCst) + balance - balance + amount, SeqCst);
";
    Wrong, YOURS, "the lock is acquired twice":
        USE => USE_MUTEX.1,
        WITH_LOCK.0 => WITH_LOCK.1,
        READ => "        let _one = self.lock.lock().unwrap();
        let _two = self.lock.lock().unwrap();
        let balance = self.balance.load(SeqCst);
";
    Wrong, YOURS, "the lock is acquired in `run`, too":
        USE => USE_MUTEX.1,
        WITH_LOCK.0 => WITH_LOCK.1,
        READ => LOCKED_READ,
        "    thread::scope(|scope| {
" => "    let _guard = account.lock.lock().unwrap();
    thread::scope(|scope| {
";
    Wrong, YOURS, "one thread after the other":
        "deposit(amount, busy));" => "deposit(amount, busy)).join().unwrap();";
    Wrong, YOURS, "no threads":
        LOOP => "        let _ = scope;
        for _ in 0..threads {
            account.deposit(amount, busy);
        }
    });
";
    Wrong, YOURS, "one thread more": "for _ in 0..threads" => "for _ in 0..=threads";
    Wrong, YOURS, "only the first thread deposits":
        "for _ in 0..threads" => "for _ in 0..threads.min(1)";
    Wrong, YOURS, "`try_lock` that must succeed":
        USE => USE_MUTEX.1,
        WITH_LOCK.0 => WITH_LOCK.1,
        READ => "        let _guard = self.lock.try_lock().unwrap();
        let balance = self.balance.load(SeqCst);
";
    Wrong, YOURS, "waits for a flag that nobody sets":
        READ => "        let set = std::sync::atomic::AtomicBool::new(false);
        while !set.load(SeqCst) {
            std::hint::spin_loop();
        }
        let balance = self.balance.load(SeqCst);
";
    Wrong, YOURS, "an endless loop":
        PAUSE => "        loop {
            thread::yield_now();
        }
        #[allow(unreachable_code)]
        thread::sleep(busy);
";
    Wrong, YOURS, "a loop without a step":
        PAUSE => "        while amount > 0 {}
        thread::sleep(busy);
";

    // yours.rs: half fixed.
    Half, YOURS, "a lock after the read":
        USE => USE_MUTEX.1,
        WITH_LOCK.0 => WITH_LOCK.1,
        WRITE => "        let _guard = self.lock.lock().unwrap();
        self.balance.store(balance + amount, SeqCst);
";
    Half, YOURS, "`let _ =`":
        USE => USE_MUTEX.1,
        WITH_LOCK.0 => WITH_LOCK.1,
        READ => "        let _ = self.lock.lock().unwrap();
        let balance = self.balance.load(SeqCst);
";
    Half, YOURS, "the guard is dropped before the pause":
        USE => USE_MUTEX.1,
        WITH_LOCK.0 => WITH_LOCK.1,
        READ => LOCKED_READ,
        PAUSE => "        drop(_guard);
        thread::sleep(busy);
";
    Half, YOURS, "the guard is dropped before the write":
        USE => USE_MUTEX.1,
        WITH_LOCK.0 => WITH_LOCK.1,
        READ => LOCKED_READ,
        WRITE => "        drop(_guard);
        self.balance.store(balance + amount, SeqCst);
";
    Half, YOURS, "a lock for each thread":
        USE => USE_MUTEX.1,
        READ => "        let lock = Mutex::new(());
        let _guard = lock.lock().unwrap();
        let balance = self.balance.load(SeqCst);
";
    Half, YOURS, "a lock for the read, a lock for the write":
        USE => "use std::sync::Mutex;
",
        "    balance: AtomicI64,
" => "    balance: Mutex<i64>,
",
        READ => "        let balance = *self.balance.lock().unwrap();
",
        WRITE => "        *self.balance.lock().unwrap() = balance + amount;
",
        "account.balance.load(SeqCst)" => "account.balance.into_inner().unwrap()";
    Half, YOURS, "a read lock":
        USE => "use std::sync::RwLock;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
",
        WITH_LOCK.0 => "    balance: AtomicI64,
    lock: RwLock<()>,
",
        READ => "        let _guard = self.lock.read().unwrap();
        let balance = self.balance.load(SeqCst);
";
    Half, YOURS, "a deposit gives up if the lock is held":
        USE => USE_MUTEX.1,
        WITH_LOCK.0 => WITH_LOCK.1,
        READ => "        let Ok(_guard) = self.lock.try_lock() else { return };
        let balance = self.balance.load(SeqCst);
";
    Half, YOURS, "`compare_exchange`, once":
        WRITE => "        let _ = self.balance.compare_exchange(balance, balance + amount, SeqCst, SeqCst);
";
    Half, YOURS, "a spin lock that looks, then acquires":
        "    balance: AtomicI64,
" => "    balance: AtomicI64,
    lock: std::sync::Mutex<bool>,
",
        READ => "        while *self.lock.lock().unwrap() {
            thread::yield_now();
        }
        *self.lock.lock().unwrap() = true;
        let balance = self.balance.load(SeqCst);
",
        WRITE => "        self.balance.store(balance + amount, SeqCst);
        *self.lock.lock().unwrap() = false;
";

    // yours.rs: right.
    Right, YOURS, "as `locked`":
        USE => USE_MUTEX.1,
        WITH_LOCK.0 => WITH_LOCK.1,
        READ => LOCKED_READ;
    Right, YOURS, "as `locked`, with a debug line":
        USE => USE_MUTEX.1,
        WITH_LOCK.0 => WITH_LOCK.1,
        READ => "        let _guard = self.lock.lock().unwrap();
        let balance = self.balance.load(SeqCst);
        eprintln!(\"has read {balance}\");
";
    Right, YOURS, "as `owned`":
        USE => "use std::sync::Mutex;
",
        "    balance: AtomicI64,
" => "    balance: Mutex<i64>,
",
        DEPOSIT => "        let mut balance = self.balance.lock().unwrap();
        thread::sleep(busy);
        *balance += amount;
",
        "account.balance.load(SeqCst)" => "*account.balance.lock().unwrap()";
    Right, YOURS, "`RwLock::write`":
        USE => "use std::sync::RwLock;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
",
        WITH_LOCK.0 => "    balance: AtomicI64,
    lock: RwLock<()>,
",
        READ => "        let _guard = self.lock.write().unwrap();
        let balance = self.balance.load(SeqCst);
";
    Right, YOURS, "`RwLock<i64>`":
        USE => "use std::sync::RwLock;
",
        "    balance: AtomicI64,
" => "    balance: RwLock<i64>,
",
        DEPOSIT => "        let mut balance = self.balance.write().unwrap();
        thread::sleep(busy);
        *balance += amount;
",
        "account.balance.load(SeqCst)" => "account.balance.into_inner().unwrap()";
    Right, YOURS, "`fetch_add`": DEPOSIT => ADD;
    Right, YOURS, "`fetch_add`, without a pause":
        DEPOSIT => "        let _ = busy;
        self.balance.fetch_add(amount, SeqCst);
";
    Right, YOURS, "`fetch_update`": DEPOSIT => UPDATE;
    Right, YOURS, "`compare_exchange` in a loop": DEPOSIT => EXCHANGE;
    Right, YOURS, "a spin lock":
        USE => "use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::SeqCst};
",
        "    balance: AtomicI64,
" => "    balance: AtomicI64,
    held: AtomicBool,
",
        DEPOSIT => SPIN;
    Right, YOURS, "a `static` lock": USE => USE_MUTEX.1, DEPOSIT => STATIC;
    Right, YOURS, "a guard in a block, and a pause after it":
        USE => USE_MUTEX.1,
        WITH_LOCK.0 => WITH_LOCK.1,
        DEPOSIT => BLOCK;
    Right, YOURS, "`Arc` and `thread::spawn`":
        USE => "use std::sync::{Arc, Mutex};
",
        "#[derive(Default)]
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
" => "fn pay_in(account: &Mutex<i64>, amount: i64, busy: Duration) {
    let mut balance = account.lock().unwrap();
    thread::sleep(busy);
    *balance += amount;
}
",
        "    let account = Account::default();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| account.deposit(amount, busy));
        }
    }); // waits for all of them
    account.balance.load(SeqCst)
" => "    let account = Arc::new(Mutex::new(0));
    let threads: Vec<_> = (0..threads)
        .map(|_| {
            let account = Arc::clone(&account);
            thread::spawn(move || pay_in(&account, amount, busy))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    *account.lock().unwrap()
";
    Right, YOURS, "a condition variable":
        USE => "use std::sync::{Condvar, Mutex};
",
        "    balance: AtomicI64,
" => "    balance: Mutex<i64>,
    busy: Mutex<bool>,
    free: Condvar,
",
        DEPOSIT => "        let mut is_busy = self.busy.lock().unwrap();
        while *is_busy {
            is_busy = self.free.wait(is_busy).unwrap();
        }
        *is_busy = true;
        drop(is_busy);
        thread::sleep(busy);
        *self.balance.lock().unwrap() += amount;
        *self.busy.lock().unwrap() = false;
        self.free.notify_one();
",
        "account.balance.load(SeqCst)" => "account.balance.into_inner().unwrap()";

    // yours_deadlock.rs.
    Wrong, YOURS_DEADLOCK, "no pause":
        "    thread::sleep(busy); // the bank takes a moment
" => "";
    Wrong, YOURS_DEADLOCK, "each thread acquires the other lock first":
        CROSSED => "    let mut to_balance = to.balance.lock().unwrap();
    thread::sleep(busy);
    let mut from_balance = from.balance.lock().unwrap();
    *from_balance -= amount;
    *to_balance += amount;
";
    Wrong, YOURS_DEADLOCK, "both threads swap":
        FROM => "    let (from, to, amount) = (to, from, -amount);
    let mut from_balance = from.balance.lock().unwrap();
";
    Wrong, YOURS_DEADLOCK, "nothing is taken":
        TAKE => "    let _ = &mut from_balance;
";
    Wrong, YOURS_DEADLOCK, "one transfer after the other":
        "there, busy));" => "there, busy)).join().unwrap();";
    Wrong, YOURS_DEADLOCK, "`try_lock` that must succeed":
        TO => "    let mut to_balance = to.balance.try_lock().unwrap();
";
    Wrong, YOURS_DEADLOCK, "the same lock twice":
        TO => "    let mut to_balance = from.balance.lock().unwrap();
";
    Wrong, YOURS_DEADLOCK, "a global lock, released at once":
        FROM => "    static BANK: Mutex<()> = Mutex::new(());
    drop(BANK.lock().unwrap());
    let mut from_balance = from.balance.lock().unwrap();
";
    Half, YOURS_DEADLOCK, "gives up if the second lock is held":
        TO => "    let Ok(mut to_balance) = to.balance.try_lock() else { return };
";
    Half, YOURS_DEADLOCK, "the lower amount first":
        FROM => "    if amount > 15 {
        return transfer(to, from, -amount, busy);
    }
    let mut from_balance = from.balance.lock().unwrap();
";
    Half, YOURS_DEADLOCK, "a lock order that loses the sign":
        FROM => "    if from.number > to.number {
        return transfer(to, from, amount, busy);
    }
    let mut from_balance = from.balance.lock().unwrap();
";
    Wrong, YOURS_DEADLOCK, "no transfer back":
        FROM => "    if from.number > to.number {
        return;
    }
    let mut from_balance = from.balance.lock().unwrap();
";
    Wrong, YOURS_DEADLOCK, "the lock is released, and an old balance written":
        CROSSED => "    let from_balance = *from.balance.lock().unwrap();
    thread::sleep(busy);
    *to.balance.lock().unwrap() += amount;
    *from.balance.lock().unwrap() = from_balance - amount;
";
    Right, YOURS_DEADLOCK, "as `ordered`":
        FROM => "    if from.number > to.number {
        return transfer(to, from, -amount, busy);
    }
    let mut from_balance = from.balance.lock().unwrap();
";
    Right, YOURS_DEADLOCK, "the higher number first":
        FROM => "    if from.number < to.number {
        return transfer(to, from, -amount, busy);
    }
    let mut from_balance = from.balance.lock().unwrap();
";
    Right, YOURS_DEADLOCK, "first and second": CROSSED => FIRST_BY_NUMBER;
    Right, YOURS_DEADLOCK, "a global lock": CROSSED => GLOBAL;
    Wrong, YOURS_DEADLOCK, "releases the first lock and tries again, maybe for ever":
        CROSSED => TRY_AGAIN;
    Right, YOURS_DEADLOCK, "one lock at a time":
        CROSSED => "    *from.balance.lock().unwrap() -= amount;
    thread::sleep(busy);
    *to.balance.lock().unwrap() += amount;
";
    Right, YOURS_DEADLOCK, "`RwLock`":
        "use std::sync::Mutex;" => "use std::sync::RwLock;",
        "    balance: Mutex<i64>," => "    balance: RwLock<i64>,",
        CROSSED => "    let (low, high) = if from.number < to.number { (from, to) } else { (to, from) };
    let (mut low, mut high) = (low.balance.write().unwrap(), high.balance.write().unwrap());
    thread::sleep(busy);
    let amount = if from.number < to.number { amount } else { -amount };
    *low -= amount;
    *high += amount;
",
        "number: 1, balance: Mutex::new" => "number: 1, balance: RwLock::new",
        "number: 2, balance: Mutex::new" => "number: 2, balance: RwLock::new";

    // The pairs of the course.
    Red("unlocked.rs is right"), "src/unlocked.rs", "the fix in the wrong file":
        USE => USE_MUTEX.1,
        WITH_LOCK.0 => WITH_LOCK.1,
        READ => LOCKED_READ;
    Red("unlocked.rs is half fixed"), "src/unlocked.rs", "half a fix in the wrong file":
        USE => USE_MUTEX.1,
        WITH_LOCK.0 => WITH_LOCK.1,
        WRITE => "        let _guard = self.lock.lock().unwrap();
        self.balance.store(balance + amount, SeqCst);
";
    Red("of 20 interleavings"), "src/unlocked.rs", "no pause": PAUSE => "";
    Red("crossed.rs is right"), "src/crossed.rs", "the fix in the wrong file":
        FROM => "    if from.number > to.number {
        return transfer(to, from, -amount, busy);
    }
    let mut from_balance = from.balance.lock().unwrap();
";
    Red("locked.rs is half fixed"), LOCKED, "`let _ =`":
        LOCK => "        let _ = self.lock.lock().unwrap();
";
    Red("locked.rs is half fixed"), LOCKED, "the lock after the read":
        LOCKED_DEPOSIT => "        let balance = self.balance.load(SeqCst);
        let _guard = self.lock.lock().unwrap();
        thread::sleep(busy);
        self.balance.store(balance + amount, SeqCst);
";
    Red("locked.rs is half fixed"), LOCKED, "the guard is dropped before the pause":
        PAUSE => "        drop(_guard);
        thread::sleep(busy);
";
    Red("locked.rs is still wrong"), LOCKED, "no lock": LOCK => "";
    Red("locked.rs is still wrong"), LOCKED, "the lock twice":
        LOCK => "        let _guard = self.lock.lock().unwrap();
        let _again = self.lock.lock().unwrap();
";
    Red("ordered.rs is still wrong"), ORDERED, "no order": SWAPPED => "";
    Red("ordered.rs is half fixed"), ORDERED, "an order that loses the sign": "-amount" => "amount";
    Red("owned.rs is still wrong"), "src/owned.rs", "a deposit adds 1":
        "balance + amount" => "balance + 1";
    Red("owned.rs is half fixed"), "src/owned.rs", "a lock for the read, a lock for the write":
        "        let mut guard = self.balance.lock().unwrap(); // held until the end of `deposit`
        let balance = *guard;
" => "        let balance = *self.balance.lock().unwrap();
",
        "*guard = " => "*self.balance.lock().unwrap() = ";
    Red("atomic.rs is still wrong"), "src/atomic.rs", "a load and a store":
        "        self.balance.fetch_add(amount, SeqCst);
" => "        self.balance.store(self.balance.load(SeqCst) + amount, SeqCst);
";
    Red("atomic.rs is still wrong"), "src/atomic.rs", "adds 1": "fetch_add(amount" => "fetch_add(1";
    Right, LOCKED, "`fetch_add`": LOCKED_DEPOSIT => ADD;
    Right, LOCKED, "`fetch_update`": LOCKED_DEPOSIT => UPDATE;
    Right, LOCKED, "`compare_exchange` in a loop": LOCKED_DEPOSIT => EXCHANGE;
    Right, LOCKED, "a spin lock":
        "use std::sync::Mutex;
" => "use std::sync::atomic::AtomicBool;
",
        "    lock: Mutex<()>,
" => "    held: AtomicBool,
",
        LOCKED_DEPOSIT => SPIN;
    Right, LOCKED, "a `static` lock":
        "    lock: Mutex<()>,
" => "",
        LOCKED_DEPOSIT => STATIC;
    Right, LOCKED, "a guard in a block, and a pause after it": LOCKED_DEPOSIT => BLOCK;
    Right, LOCKED, "another name":
        "    lock: Mutex<()>,
" => "    till: Mutex<u8>,
",
        "self.lock.lock()" => "self.till.lock()";
    Right, ORDERED, "first and second": SWAPPED => "", CROSSED => FIRST_BY_NUMBER;
    Right, ORDERED, "a global lock": SWAPPED => "", CROSSED => GLOBAL;
    Red("ordered.rs is still wrong"), ORDERED, "releases the first lock and tries again, maybe for ever":
        SWAPPED => "",
        CROSSED => TRY_AGAIN;
};
