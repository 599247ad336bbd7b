//! From start to end: what one can ask of a process, and what it leaves undone when it is terminated.

use std::io::{self, BufRead, BufReader};
use std::process::{self, ExitCode};
use std::time::Duration;
use std::{env, thread};

use common::{Worker, as_worker, cli, lesson, say, show, worker};

/// Cleans up at the end of the process that has it, if that end comes by return.
struct CleanUp;

impl Drop for CleanUp {
    fn drop(&mut self) {
        say!("cleans up");
    }
}

fn main() -> ExitCode {
    lesson(|| match env::args().nth(1).as_deref() {
        Some("tidy") => as_worker(|| {
            let _clean_up = CleanUp;
            say!("works to the end");
            Ok(())
        }),
        Some("failing") => as_worker(|| {
            say!("finds that something is wrong");
            process::exit(3)
        }),
        Some("unlucky") => as_worker(|| {
            let _clean_up = CleanUp;
            show!("half of the work is done"); // to the parent, through the pipe
            thread::sleep(Duration::from_secs(3600));
            say!("does the other half");
            Ok(())
        }),
        None => parent(),
        Some(other) => cli::refuse(&format!("{other}: this example has no arguments")),
    })
}

fn parent() -> anyhow::Result<()> {
    for role in ["tidy", "failing"] {
        let worker = Worker::start(&mut worker(role))?;
        say!("has started {} with PID {}", worker.name(), worker.pid());
        let status = worker.wait()?;
        say!("{role} has ended: alive: {}, exit code: {:?}", worker.is_alive(), status.code());
    }

    let (get, put) = io::pipe()?;
    let unlucky = Worker::start(worker("unlucky").stdout(put))?;
    say!("has started {} with PID {}", unlucky.name(), unlucky.pid());
    let mut news = String::new();
    BufReader::new(get).read_line(&mut news)?;
    say!("hears: {}", news.trim_end());
    say!("alive before it is terminated: {}", unlucky.is_alive());
    unlucky.terminate()?;
    let at_once = unlucky.is_alive(); // often still true: the system needs a moment
    let status = unlucky.wait()?;
    say!("alive right after terminate: {at_once}; after wait: {}", unlucky.is_alive());
    say!("exit code: {:?}; {status}", status.code());
    Ok(())
}
