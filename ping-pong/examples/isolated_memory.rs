//! A thread changes the variable of its process. Another process changes a copy of its own.

use std::env;
use std::process::ExitCode;
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};
use std::thread;

use common::{Worker, as_worker, lesson, say, worker};

static X: AtomicI32 = AtomicI32::new(1000);

fn set_x_to_0() {
    X.store(0, SeqCst);
    say!("sets x, which is now {}", X.load(SeqCst));
}

fn main() -> ExitCode {
    lesson(|| {
        if env::args().nth(1).as_deref() == Some("child") {
            return as_worker(|| {
                set_x_to_0();
                Ok(())
            });
        }
        say!("begins with x = {}", X.load(SeqCst));

        Worker::start(&mut worker("child"))?.join()?;
        say!("after a process has set x: x = {}", X.load(SeqCst));

        thread::spawn(set_x_to_0).join().expect("the thread does not panic");
        say!("after a thread has set x: x = {}", X.load(SeqCst));
        Ok(())
    })
}
