//! The lesson check. Each test's name is a claim of the lesson page.

// The lesson's own files on a pipe that is modelled, as the commands `interleavings` and `play` run them.
#[path = "exercise/mod.rs"]
mod exercise;
#[path = "../src/messages.rs"]
mod messages;
#[path = "../src/modelled.rs"]
mod modelled;

use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use common::check::{DEADLINE, Outcome, Run, command};
use common::interleave::Interleavings;

use exercise::{lock::long, text_of};

const PROGRAM: &str = env!("CARGO_BIN_EXE_queue-ipc");

fn queue_ipc(arguments: &str) -> Run {
    Run::start(command(PROGRAM, arguments)).at_most(Duration::from_secs(3))
}

/// What a run of this version has said when it has ended well.
#[track_caller]
fn end(run: Run, version: &str) -> String {
    let outcome = run.end();
    let ended_well = outcome.status.success() && outcome.stderr.is_empty();
    assert!(
        ended_well,
        "{version}.rs loses items, or tears them: see \"The fix\" in queue-ipc/README.md.{outcome:?}"
    );
    let Outcome { stdout, .. } = outcome;
    stdout
}

/// Does a line with this text come before this is so? The answer is no, too, if neither happens
/// within 2 s: a right version never fails for lack of time.
fn comes_before(run: &mut Run, text: &str, is_so: impl Fn(&Run) -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(2);
    loop {
        if run.comes(text, Duration::from_millis(5)) {
            return true;
        }
        if is_so(run) || Instant::now() > end {
            return false;
        }
    }
}

/// How many workers of this run sleep at such a place in the kernel, where the system tells it
/// (Linux).
fn workers_that_wait_in(run: &Run, places: &[&str]) -> usize {
    let workers = run.processes().into_iter().filter(|pid| *pid != run.pid());
    let place = |pid| std::fs::read_to_string(format!("/proc/{pid}/wchan")).unwrap_or_default();
    workers.filter(|pid| places.iter().any(|name| place(*pid).contains(name))).count()
}

/// How many workers sleep until something comes through a pipe? Before Linux 5.5, `pipe_wait` could
/// also mean to wait for room in it; but none of these runs fills a pipe.
fn wait_for_a_pipe(run: &Run) -> usize {
    workers_that_wait_in(run, &["pipe_read", "pipe_wait"])
}

/// Does any worker sleep until a lock on a file is free?
#[cfg(target_os = "linux")]
fn one_waits_for_a_lock(run: &Run) -> bool {
    workers_that_wait_in(run, &["lock_inode_wait"]) > 0
}

/// The verdict on a file of the lesson. It is judged once, and each check asks for it first: so all of
/// them say the same, and none starts a version in vain that never ends.
#[track_caller]
fn verdict(found: &OnceLock<Option<String>>, judge: fn()) {
    let fault = found.get_or_init(|| {
        let silent = thread::Builder::new().name("claim".into()); // its panic is told below
        let fault = silent.spawn(judge).unwrap().join().err()?;
        Some(text_of(&*fault))
    });
    if let Some(fault) = fault {
        panic!("{fault}");
    }
}

#[track_caller]
fn polling_must_show_the_fault() {
    static VERDICT: OnceLock<Option<String>> = OnceLock::new();
    verdict(&VERDICT, || exercise::polling().must_stay_wrong("queue-ipc/src/yours_ending.rs"));
}

#[track_caller]
fn closing_must_be_right() {
    static VERDICT: OnceLock<Option<String>> = OnceLock::new();
    verdict(&VERDICT, || exercise::closing().must_be_right());
}

#[track_caller]
fn unlocked_must_show_the_fault() {
    static VERDICT: OnceLock<Option<String>> = OnceLock::new();
    verdict(&VERDICT, || exercise::unlocked().must_stay_wrong("queue-ipc/src/yours_lock.rs"));
}

#[track_caller]
fn locked_must_be_right() {
    static VERDICT: OnceLock<Option<String>> = OnceLock::new();
    verdict(&VERDICT, || exercise::locked().must_be_right());
}

/// What comes of a version in every interleaving.
fn explored(version: &'static str) -> Interleavings {
    modelled::kills(0).explore(|| modelled::run(version))
}

#[test]
#[cfg(unix)]
fn polling_stops_before_the_writer_has_put_anything() {
    polling_must_show_the_fault();
    let mut run = queue_ipc("polling --items 3 --step");
    // The writer puts nothing: it waits for Enter until this run is ended.
    assert!(
        run.comes("  stops; items taken: 0", DEADLINE),
        "polling.rs no longer misses items: its reader looks into a queue that is empty, since \
         the writer has not begun, and does not stop. See \"Why\" in queue-ipc/README.md."
    );
    let said = end(run, "polling");
    assert!(said.contains("\npolling    0 of 3 items taken "), "{said}");
}

#[test]
fn closing_waits_at_an_empty_queue_and_takes_everything() {
    closing_must_be_right();
    let mut run = queue_ipc("closing --items 3 --step");
    // The writer puts nothing: it waits for Enter, at a pipe, until this run is ended.
    assert!(
        !comes_before(&mut run, "  stops; ", |run| wait_for_a_pipe(run) == 2),
        "closing.rs loses items: its reader looks into a queue that is empty, since the writer has \
         not begun, and stops. It must ask whether the queue is closed, not whether it is empty: \
         see \"The fix\" in queue-ipc/README.md."
    );
    let said = end(run, "closing");
    assert!(said.contains("\nclosing    3 of 3 items taken "), "{said}");
}

#[test]
fn closing_takes_all_items_in_their_order() {
    closing_must_be_right();
    let said = end(queue_ipc("closing --items 100 --step"), "closing");
    let taken = said.lines().filter(|line| line.contains("(PID "));
    let taken = taken.filter_map(|line| line.split_once("  takes "));
    let taken: Vec<&str> = taken.map(|(_, item)| item).collect();
    let in_order = taken.iter().enumerate().all(|(number, item)| *item == number.to_string());
    assert!(
        in_order && taken.len() == 100,
        "closing.rs takes items in another order than from 0 to 99: {taken:?}"
    );
}

#[test]
fn the_queue_is_closed_when_the_last_writer_is_gone() {
    closing_must_be_right();
    locked_must_be_right();
    let said = end(queue_ipc("closing"), "closing");
    assert!(said.contains("closing    100 of 100 items taken "), "{said}");
    let said = end(queue_ipc("locked --pause-ms 0"), "locked");
    assert!(said.contains("locked     300 of 300 items taken "), "{said}");
}

#[test]
fn unlocked_tears_messages_when_two_writers_put_at_the_same_time() {
    unlocked_must_show_the_fault();
    let mut run = queue_ipc("unlocked --writers 2 --readers 1 --items 1 --step");
    // A writer that waits for Enter has put a length, and not yet the text.
    run.until("waits for Enter");
    assert!(
        run.comes("waits for Enter", DEADLINE),
        "unlocked.rs no longer tears messages: while one writer is in the middle of a message, \
         the other one puts nothing. What keeps it out? See \"Why\" in queue-ipc/README.md."
    );
    // So the queue holds two lengths, and no reader can find its text behind the first one.
    let said = end(run, "unlocked");
    let torn = r"  torn: [6] |[6]";
    assert!(said.contains(torn), "unlocked.rs shows no torn message:\n{said}");
    assert!(said.contains("\nunlocked   0 of 2 items taken, 1 torn "), "{said}");
}

#[test]
#[cfg(target_os = "linux")]
fn locked_lets_no_writer_into_the_message_of_another_one() {
    locked_must_be_right();
    let mut run = queue_ipc("locked --writers 2 --readers 1 --items 1 --step");
    run.until("waits for Enter");
    assert!(
        !comes_before(&mut run, "waits for Enter", one_waits_for_a_lock),
        "locked.rs tears messages: a writer has put the length of a message, not yet its text, and \
         another one puts a length behind it. The lock must be held from the length to the text: \
         see \"The fix\" in queue-ipc/README.md."
    );
    let said = end(run, "locked");
    assert!(said.contains("\nlocked     2 of 2 items taken "), "{said}");
}

#[test]
#[cfg(target_os = "linux")]
fn locked_lets_no_reader_into_the_message_of_another_one() {
    locked_must_be_right();
    let mut run = queue_ipc("locked --writers 1 --readers 2 --items 1 --step");
    run.until("waits for Enter");
    // The writer waits at its standard input, which is a pipe, too; one reader waits for the text.
    let latest = Instant::now() + Duration::from_secs(1);
    while !one_waits_for_a_lock(&run) && Instant::now() < latest {
        assert!(
            wait_for_a_pipe(&run) < 3,
            "locked.rs tears messages: one reader has taken the length of a message, not yet its \
             text, and nothing keeps the other one from taking the text as if it were a length. The \
             lock must be held from the length to the text: see \"The fix\" in queue-ipc/README.md."
        );
        thread::sleep(Duration::from_millis(5));
    }
    let said = end(run, "locked");
    assert!(said.contains("\nlocked     1 of 1 items taken "), "{said}");
}

#[test]
fn locked_delivers_each_message_once_and_whole() {
    locked_must_be_right();
    for (writers, readers, items) in [(3, 2, 100), (5, 4, 40), (1, 1, 7)] {
        let sizes = format!("--writers {writers} --readers {readers} --items {items}");
        let said = end(queue_ipc(&format!("locked --pause-ms 0 {sizes}")), "locked");
        let all = writers * items;
        assert!(said.contains(&format!("\nlocked     {all} of {all} items taken ")), "{said}");
        assert!(!said.contains("torn"), "{said}");
    }
}

/// The reader looks once before the write. Of the 10 ways to merge its two steps, to look and to close
/// its end, with the three of the writer, to pause, to write and to close, this is so in 7. If it
/// looks after the write, it takes four steps, and the writer's close comes before, between or after
/// them: that is 5.
#[test]
fn polling_misses_the_item_in_7_of_12_interleavings() {
    polling_must_show_the_fault();
    let found = explored("polling");
    let counts = (found.ending_with("0 of 1 taken"), found.count());
    assert_eq!(counts, (7, 12), "polling.rs takes other steps than the page shows:\n{found}");
}

#[test]
fn closing_takes_the_item_in_every_interleaving() {
    closing_must_be_right();
}

#[test]
fn unlocked_tears_a_message_in_1568_of_1766_interleavings() {
    unlocked_must_show_the_fault();
    let found = explored("unlocked");
    let counts = (found.ending_with("0 of 2 taken, 1 torn"), found.count());
    assert_eq!(counts, (1568, 1766), "unlocked.rs takes other steps than the page shows:\n{found}");
}

#[test]
fn locked_delivers_both_messages_whole_in_every_interleaving() {
    locked_must_be_right();
}

/// One run for each interleaving, without what is known of states.
#[test]
fn the_counts_are_those_of_the_plain_search() {
    polling_must_show_the_fault();
    unlocked_must_show_the_fault();
    for version in ["polling", "unlocked"] {
        let found = explored(version);
        let plainly = modelled::kills(0).plainly().explore(|| modelled::run(version));
        for (ending, count, _) in plainly.endings() {
            let value = ending.trim_start_matches("end with ");
            assert_eq!(count, found.ending_with(value), "{version}: {ending}");
        }
        assert_eq!(plainly.count(), found.count(), "{version}");
    }
}

/// Half of its message stays in the queue, although its lock is released. The message is long, so that
/// a single write of it would be torn, too. With two writers, `interleavings locked --kill` shows the
/// next message behind it.
#[test]
fn a_killed_writer_leaves_half_a_message_in_spite_of_the_lock() {
    locked_must_be_right();
    let found = modelled::kills(1).explore(|| long::LOCKED.run_with(1, 1, 1));
    assert!(
        found.ending_with("0 of 1 taken, 1 torn") > 0,
        "with locked.rs, a writer that is killed in the middle of a message no longer leaves half of \
         it in the queue:\n{found}See \"The fix\" in queue-ipc/README.md."
    );
    assert_eq!(found.deadlocks(), 0, "locked.rs: the lock of a killed writer is not released");
}
