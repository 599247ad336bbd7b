// In Python, every object counts its references, and any thread may change the count. `Rc` counts
// without any protection, so two threads could miscount, and the compiler keeps it in one thread.
//
// Way out: `Arc` counts with an atomic; what is inside still needs a lock.

use std::cell::Cell;
use std::rc::Rc;
use std::thread;

fn main() {
    let balance = Rc::new(Cell::new(0));
    let same_balance = balance.clone();
    let teller = thread::spawn(move || same_balance.set(same_balance.get() + 1));
    teller.join().unwrap();
    println!("{}", balance.get());
}
