//! What it costs on this machine to start a process or a thread, to send a message, to acquire a lock.

use std::fs::File;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;
use std::sync::{Mutex, mpsc};
use std::{env, thread};

use common::{Worker, as_worker, cli, lesson, readable, show, timed, worker};

fn main() -> ExitCode {
    lesson(|| match env::args().nth(1).as_deref() {
        Some("idle") => as_worker(|| Ok(())),
        Some("echo") => as_worker(|| {
            for line in io::stdin().lines() {
                writeln!(io::stdout(), "{}", line?)?;
            }
            Ok(())
        }),
        None => measure(),
        Some(other) => cli::refuse(&format!("{other}: this example has no arguments")),
    })
}

fn measure() -> anyhow::Result<()> {
    price("start a process, and wait for it", 100, || Worker::start(&mut worker("idle"))?.join())?;
    price("start a thread, and wait for it", 1000, || {
        thread::spawn(|| ()).join().expect("an empty thread does not panic");
        Ok(())
    })?;

    let (there_out, mut there) = io::pipe()?;
    let (back_out, back) = io::pipe()?;
    let echo = Worker::start(worker("echo").stdin(there_out).stdout(back))?;
    let mut answers = io::BufReader::new(back_out).lines();
    price("from a process to another and back", 10_000, || {
        there.write_all(b"1\n")?;
        answers.next().transpose()?;
        Ok(())
    })?;
    drop(there); // end of file is the end of the echo
    echo.join()?;

    let (there, there_out) = mpsc::channel();
    let (back, back_out) = mpsc::channel();
    let echo = thread::spawn(move || there_out.iter().try_for_each(|item: u32| back.send(item)));
    price("from a thread to another and back", 10_000, || {
        there.send(1)?;
        back_out.recv()?;
        Ok(())
    })?;
    drop(there);
    echo.join().expect("the echo does not panic")?;

    let lock = Mutex::new(0);
    price("acquire and release a Mutex", 1_000_000, || {
        *lock.lock().unwrap() += 1;
        Ok(())
    })?;
    let file = File::open(env::current_exe()?)?;
    price("acquire and release a File::lock", 50_000, || {
        file.lock()?;
        file.unlock()?;
        Ok(())
    })
}

/// Does it so many times, and shows how long one time takes.
fn price(what: &str, times: u32, act: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let acts = std::iter::repeat_with(act).take(times as usize);
    let (outcome, time) = timed(|| acts.collect::<anyhow::Result<()>>());
    show!("{what:<36} {:>8}", readable(time / times));
    outcome
}
