//! One name, and a variable for each thread behind it: nothing is shared, so nothing needs a lock.

use std::cell::Cell;
use std::process::ExitCode;
use std::sync::Barrier;
use std::thread;

use common::say;

thread_local! {
    /// Every thread has its own, and each of them begins at ¥0.
    static POCKET: Cell<i64> = const { Cell::new(0) };
}

fn main() -> ExitCode {
    common::lesson(|| {
        let all_have_saved = Barrier::new(2);
        thread::scope(|scope| {
            for amount in [5, 8] {
                let all_have_saved = &all_have_saved;
                scope.spawn(move || {
                    POCKET.set(POCKET.get() + amount);
                    all_have_saved.wait(); // now the other thread has written, too
                    say!("a thread that saved ¥{amount} has ¥{}", POCKET.get());
                });
            }
        });
        say!("the main thread has ¥{}", POCKET.get());
        Ok(())
    })
}
