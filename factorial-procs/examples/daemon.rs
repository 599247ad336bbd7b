//! A daemon process, in Python's sense: it ends with its parent, whatever it is doing.

use std::io::{self, BufRead, BufReader};
use std::process::ExitCode;
use std::time::Duration;
use std::{env, thread};

use common::{Worker, as_worker, cli, lesson, say, show, worker};

fn main() -> ExitCode {
    lesson(|| match env::args().nth(1).as_deref() {
        Some("daemon") => as_worker(|| {
            say!("starts");
            show!("started"); // to the parent, through the pipe
            thread::sleep(Duration::from_secs(3600));
            say!("says its last line, which nobody ever reads");
            Ok(())
        }),
        None => {
            let (get, put) = io::pipe()?;
            let _daemon = Worker::start(worker("daemon").stdout(put))?;
            BufReader::new(get).read_line(&mut String::new())?;
            say!("main ends");
            Ok(()) // here `_daemon` is dropped, which terminates it
        }
        Some(other) => cli::refuse(&format!("{other}: this example has no arguments")),
    })
}
