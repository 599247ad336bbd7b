//! A thread can have a name. It is known inside the thread, and in its panic message.

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::say;

fn main() -> ExitCode {
    common::lesson(|| {
        say!("{} starts", name());
        let builder = thread::Builder::new().name("LoopThread".into());
        let loop_thread = builder.spawn(count_to_five)?;
        loop_thread.join().expect("LoopThread does not panic");
        say!("{} ends: same process, same PID", name());
        Ok(())
    })
}

fn count_to_five() {
    say!("{} starts", name());
    for number in 1..=5 {
        say!("{} counts {number}", name());
        thread::sleep(Duration::from_millis(100));
    }
    say!("{} ends", name());
}

/// The name of the thread that asks.
fn name() -> String {
    thread::current().name().unwrap_or("a thread without a name").to_string()
}
