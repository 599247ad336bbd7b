//! The lesson check. Each test's name is a claim of the lesson page.

use std::fs;
use std::time::{Duration, Instant};

use common::check::{Outcome, Run, command, pid_in};

const PROGRAM: &str = env!("CARGO_BIN_EXE_queue-ipc");

fn queue_ipc(arguments: &str) -> Run {
    Run::start(command(PROGRAM, arguments))
}

/// Long enough for what a version does at once, also on a busy machine.
const AT_ONCE: Duration = Duration::from_secs(10);

/// What a run of this version has said when it has ended well.
#[track_caller]
fn end(mut run: Run, version: &str) -> String {
    run.close_stdin();
    let start = Instant::now();
    let ends = run.comes(&format!("{version:<10} "), AT_ONCE) || start.elapsed() < AT_ONCE;
    assert!(
        ends,
        "{version}.rs never ends. Does a reader wait, with all writers gone? The queue is open as \
         long as anybody holds an end to put, and the parent must not keep one: see \"Why\" in \
         queue-ipc/README.md."
    );
    let Outcome { status, stdout, stderr, .. } = run.end();
    assert!(
        status.success() && stderr.is_empty(),
        "{version}.rs loses items, or tears them: see \"The fix\" in queue-ipc/README.md. \
         {status}, {stderr}What came:\n{stdout}"
    );
    stdout
}

/// Does a line with this text come before something else has happened?
fn comes_before(run: &mut Run, text: &str, has_happened: impl Fn(&Run) -> bool) -> bool {
    let deadline = Instant::now() + AT_ONCE;
    loop {
        if run.comes(text, Duration::from_millis(5)) {
            return true;
        }
        if has_happened(run) || Instant::now() > deadline {
            return false;
        }
    }
}

/// Where in the kernel a process sleeps (Linux).
fn place(pid: u32) -> String {
    fs::read_to_string(format!("/proc/{pid}/wchan")).unwrap_or_default()
}

/// Does the process sleep until something comes through a pipe?
fn waits_for_a_pipe(pid: u32) -> bool {
    // Not while it writes a line: two who write to the same pipe wait for each other for a moment.
    let place = place(pid);
    place.contains("pipe_read") || place.contains("pipe_wait") // the latter before Linux 5.5
}

/// Does any process of this run sleep until a lock on a file is free?
fn one_waits_for_a_lock(run: &Run) -> bool {
    run.processes().into_iter().any(|pid| place(pid).contains("lock_inode_wait"))
}

#[test]
fn polling_stops_before_the_writer_has_put_anything() {
    let mut run = queue_ipc("polling --items 3 --step");
    let reader = pid_in(&run.until("the reader starts"));
    // The writer has not put anything, and waits for Enter until this run is ended.
    assert!(
        comes_before(&mut run, "the reader is done: 0 taken", |_| waits_for_a_pipe(reader)),
        "polling.rs no longer shows the fault: its reader looks into a queue that is empty, since \
         the writer has not begun, and does not stop. See \"Why\" in queue-ipc/README.md."
    );
    let said = end(run, "polling");
    assert!(said.contains(" put, 0 taken, "), "{said}");
}

#[test]
fn closing_waits_at_an_empty_queue_and_takes_everything() {
    let mut run = queue_ipc("closing --items 3 --step");
    let reader = pid_in(&run.until("the reader starts"));
    // The writer has not put anything, and waits for Enter until this run is ended.
    assert!(
        !comes_before(&mut run, "the reader is done", |_| waits_for_a_pipe(reader)),
        "closing.rs loses items: its reader looks into a queue that is empty, since the writer has \
         not begun, and stops. It must ask whether the queue is closed, not whether it is empty: \
         see \"The fix\" in queue-ipc/README.md."
    );
    let said = end(run, "closing");
    assert!(said.contains("the reader has taken 0 1 2\n"), "{said}");
    assert!(said.contains("closing    3 put, 3 taken, "), "{said}");
}

#[test]
fn the_queue_is_closed_when_the_last_writer_is_gone() {
    let said = end(queue_ipc("closing"), "closing");
    assert!(said.contains("closing    100 put, 100 taken, "), "{said}");
    let said = end(queue_ipc("locked"), "locked");
    assert!(said.contains("locked     300 put, 300 taken, 0 torn, "), "{said}");
}

#[test]
fn unlocked_tears_messages_when_two_writers_put_at_the_same_time() {
    let mut run = queue_ipc("unlocked --writers 2 --readers 1 --items 1 --step");
    // A writer that waits for Enter has put a length, and not yet the text.
    run.until("waits for Enter");
    assert!(
        comes_before(&mut run, "waits for Enter", one_waits_for_a_lock),
        "unlocked.rs no longer shows the fault: while one writer is in the middle of a message, \
         the other one puts nothing. What keeps it out? See \"Why\" in queue-ipc/README.md."
    );
    // So the queue holds two lengths, and no reader can find its text behind the first one.
    let said = end(run, "unlocked");
    let torn = r"reader 1 has taken a torn message: \x00\x00\x00\x06";
    assert!(said.contains(torn), "unlocked.rs shows no torn message:\n{said}");
    assert!(said.contains(" put, 0 taken, 2 torn, "), "{said}");
    assert!(said.contains("error: reader 1 stops: the boundary is lost"), "{said}");
}

#[test]
#[cfg(target_os = "linux")]
fn locked_lets_no_writer_into_the_message_of_another_one() {
    let mut run = queue_ipc("locked --writers 2 --readers 1 --items 1 --step");
    run.until("waits for Enter");
    assert!(
        !comes_before(&mut run, "waits for Enter", one_waits_for_a_lock),
        "locked.rs tears messages: a writer has put the length of a message, not yet its text, and \
         another one puts a length behind it. The lock must be held from the length to the text: \
         see \"The fix\" in queue-ipc/README.md."
    );
    let said = end(run, "locked");
    assert!(said.contains("locked     2 put, 2 taken, 0 torn, "), "{said}");
}

#[test]
#[cfg(target_os = "linux")]
fn locked_lets_no_reader_into_the_message_of_another_one() {
    let mut run = queue_ipc("locked --writers 1 --readers 2 --items 1 --step");
    for _ in 0..4 {
        run.until("PID"); // all three start, and the writer waits for Enter: in any order
    }
    // The writer waits at its standard input, which is a pipe, too; one reader waits for the text.
    let all_wait_for_a_pipe =
        |run: &Run| run.processes().into_iter().filter(|&pid| waits_for_a_pipe(pid)).count() == 3;
    let happens = |run: &Run| one_waits_for_a_lock(run) || all_wait_for_a_pipe(run);
    comes_before(&mut run, "what is never said", happens);
    assert!(
        one_waits_for_a_lock(&run),
        "locked.rs tears messages: one reader has taken the length of a message, not yet its text, \
         and nothing keeps the other one from taking the text as if it were a length. The lock \
         must be held from the length to the text: see \"The fix\" in queue-ipc/README.md."
    );
    let said = end(run, "locked");
    assert!(said.contains("locked     1 put, 1 taken, 0 torn, "), "{said}");
}

#[test]
fn closing_keeps_the_order() {
    let said = end(queue_ipc("closing"), "closing");
    let numbers: String = (0..100).map(|number| format!(" {number}")).collect();
    for who in ["the writer has put", "the reader has taken"] {
        assert!(said.contains(&format!("{who}{numbers}\n")), "{said}");
    }
}

#[test]
fn locked_delivers_each_message_once_and_whole() {
    for (writers, readers, items) in [(3, 2, 100), (5, 4, 40), (1, 1, 7)] {
        let sizes = format!("--writers {writers} --readers {readers} --items {items}");
        let said = end(queue_ipc(&format!("locked {sizes}")), "locked");
        let names = |what: &str| {
            let lines = said.lines().filter_map(|line| line.split_once(what));
            let mut names: Vec<&str> = lines.flat_map(|(_, names)| names.split(' ')).collect();
            names.sort_unstable();
            names
        };
        let put = names(" has put ");
        assert_eq!(put.len(), writers * items, "{said}");
        assert_eq!(put, names(" has taken "), "what was put, and what was taken");
        assert!(!said.contains("torn message"), "{said}");
    }
}
