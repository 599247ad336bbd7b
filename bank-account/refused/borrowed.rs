// In Python, a thread may use the variables of the function that started it. Here, that function
// could return while the thread runs, and take `balance` with it.
//
// Way out: `thread::scope`, which waits for its threads; see src/unlocked.rs. Or `move` an `Arc`.

use std::sync::Mutex;
use std::thread;

fn main() {
    let balance = Mutex::new(0);
    let teller = thread::spawn(|| *balance.lock().unwrap() += 1);
    teller.join().unwrap();
    println!("{}", balance.lock().unwrap());
}
