// In Python, two threads simply write to the same variable. Here, `balance` would be lent to two
// writers at once, and the compiler lends it to one at a time.
//
// Way out: an atomic or a lock; see src/atomic.rs and src/owned.rs.

use std::thread;

fn main() {
    let mut balance = 0;
    thread::scope(|scope| {
        scope.spawn(|| balance += 1);
        scope.spawn(|| balance += 1);
    });
    println!("{balance}");
}
