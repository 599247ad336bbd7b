//! A zombie has ended, but its parent has not asked how. An orphan runs on, but its parent has ended.

use std::io::{self, BufRead, BufReader, Read};
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs, thread};

use anyhow::Context;
use common::worker::shows_its_lines_itself;
use common::{Worker, as_worker, cli, lesson, lifeline::LIFELINE, pid, say, show, worker};

fn main() -> ExitCode {
    lesson(|| match env::args().nth(1).as_deref() {
        Some("child") => as_worker(|| {
            say!("ends at once");
            Ok(())
        }),
        // A grandchild without LIFELINE outlives its parent, so both show their lines themselves.
        Some("parent") => as_worker(|| {
            Worker::start(shows_its_lines_itself(worker("grandchild").env_remove(LIFELINE)))?.join()
        }),
        Some("grandchild") => as_worker(be_orphaned),
        None if cfg!(not(target_os = "linux")) => {
            show!("This example shows zombies and orphans in /proc, which only Linux has.");
            Ok(())
        }
        None => show_zombie().and_then(|()| show_orphan()),
        Some(other) => cli::refuse(&format!("{other}: this example has no arguments")),
    })
}

fn show_zombie() -> anyhow::Result<()> {
    let child = Worker::start(&mut worker("child"))?;
    let (pid, mut state) = (child.pid(), String::new());
    while !state.contains("zombie") {
        thread::sleep(Duration::from_millis(1));
        state = state_of(pid)?;
    }
    say!("the process table still has PID {pid}: {state}");
    child.join()?; // asks how it ended, which removes the entry
    say!("after join, PID {pid} is in the table: {}", state_of(pid).is_ok());
    Ok(())
}

/// A process in the process table of Linux.
fn state_of(pid: u32) -> anyhow::Result<String> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("cannot read /proc")?;
    Ok(status.lines().find(|line| line.starts_with("State")).unwrap_or_default().replace('\t', " "))
}

fn show_orphan() -> anyhow::Result<()> {
    let (stay, gate) = io::pipe()?;
    let (news, tell) = io::pipe()?;
    let parent = Worker::start(shows_its_lines_itself(worker("parent").stdin(stay).stdout(tell)))?;
    let mut news = BufReader::new(news).lines();
    let orphan: u32 = news.next().context("no grandchild has started")??.parse()?;
    say!("kills PID {}, the parent of PID {orphan}", parent.pid());
    parent.terminate()?;
    parent.wait()?;
    news.next().context("the orphan was not adopted")??;
    drop(gate); // the orphan may end
    while state_of(orphan).is_ok_and(|state| !state.contains("zombie")) {
        thread::sleep(Duration::from_millis(1));
    }
    say!("the orphan has ended; the process that has adopted it reaps it");
    Ok(())
}

fn be_orphaned() -> anyhow::Result<()> {
    let parent = pid::parent();
    say!("has the parent {}", parent.unwrap_or_default());
    show!("{}", pid::own());
    while pid::parent() == parent {
        thread::sleep(Duration::from_millis(1));
    }
    say!("is an orphan, adopted by {}", pid::parent().unwrap_or_default());
    show!("adopted");
    io::stdin().read_to_string(&mut String::new())?;
    Ok(())
}
