//! The pictures of this lesson, drawn from what was noted while real threads ran.

use std::collections::HashSet;
use std::time::Duration;

use common::picture::{self, Lane, bad, good, timeline};
use common::record::Record;

use crate::deadlock::circle;
use crate::notes::{Step, Thread};

/// So many threads are drawn.
const SHOWN: usize = 10;

/// Shows a picture, unless nothing was noted: not all that a student may write is watched.
pub fn show(picture: &str) {
    if !picture.is_empty() {
        picture::show(picture);
    }
}

/// A lane with a new mark wherever `mark` gives one for a step, instead of the one before.
fn lane(name: String, thread: &Thread, to: Duration, mark: impl Fn(Step, char) -> char) -> Lane {
    let mut lane = Lane::new(name);
    let (mut since, mut now) = (to, ' ');
    let changes = thread.notes.iter().map(|(at, step)| (*at, Some(*step))).chain([(to, None)]);
    for (at, step) in changes {
        let next = step.map_or(' ', |step| mark(step, now));
        if next != now {
            if now != ' ' {
                lane.span(since, at, now);
            }
            (since, now) = (at, next);
        }
    }
    lane
}

/// What a thread has read and written. If the balance was no longer what it had read, the difference
/// is lost.
fn outcome(thread: &Thread) -> (String, i64) {
    let (mut read, mut outcome) = (None, (String::new(), 0));
    for (_, step) in &thread.notes {
        match *step {
            Step::Reads { amount, .. } => read = Some(amount),
            Step::Writes { amount, over, .. } => {
                let read = read.unwrap_or(over); // `+=` reads what it writes over
                outcome = (format!("reads {read}, writes {amount}"), over - read);
            }
            _ => {}
        }
    }
    outcome
}

/// If threads read and write several variables, it is not known which one is the balance. What they
/// read and write is left out then.
fn without_riddles(threads: &[Thread]) -> Vec<Thread> {
    let at = |step: &Step| match *step {
        Step::Reads { at, .. } | Step::Writes { at, .. } => Some(at),
        _ => None,
    };
    let notes = threads.iter().flat_map(|thread| &thread.notes);
    let places: HashSet<usize> = notes.filter_map(|(_, step)| at(step)).collect();
    let mut threads = threads.to_vec();
    if places.len() > 1 {
        for thread in &mut threads {
            thread.notes.retain(|(_, step)| at(step).is_none());
        }
    }
    threads
}

/// Threads that begin to wait so soon after a deposit begins do so in the same column as that.
fn begin_to_wait_together(lanes: &mut [Lane], so_soon: Duration) {
    let spans = lanes.iter().flat_map(|lane| &lane.spans);
    let begins: Vec<_> = spans.filter(|it| it.mark == '█').map(|it| it.from).collect();
    for span in lanes.iter_mut().flat_map(|lane| &mut lane.spans).filter(|it| it.mark == '░') {
        let near = |time: &&Duration| (**time..**time + so_soon).contains(&span.from);
        span.from = begins.iter().filter(near).max().copied().unwrap_or(span.from);
    }
}

/// A lane for each of some threads, in the order in which they read: if money is lost, from the
/// thread before that on.
pub fn deposits(version: &str, run: &Record, threads: &[Thread]) -> String {
    if threads.is_empty() {
        return String::new();
    }
    let threads = without_riddles(threads);
    let mut numbered: Vec<_> = threads.iter().zip(1..).collect();
    numbered.sort_by_key(|(thread, _)| {
        let reads = |(_, step): &&_| {
            matches!(step, Step::Reads { .. } | Step::Acquires { has_money: true, .. })
        };
        thread.notes.iter().find(reads).map(|(at, _)| *at)
    });
    let first_loss = numbered.iter().position(|(thread, _)| outcome(thread).1 > 0);
    let first = first_loss.unwrap_or_default().saturating_sub(1);
    numbered.drain(..first.min(threads.len().saturating_sub(SHOWN)));
    numbered.truncate(SHOWN);
    let mark = |step, now| match step {
        Step::Reads { .. } | Step::Acquires { has_money: true, .. } => '█',
        Step::Writes { .. } => ' ',
        Step::Releases { .. } if now == '░' => ' ',
        Step::Waits { .. } if now != '█' => '░',
        Step::Pauses if now != '█' => '·',
        _ => now,
    };
    let mut lanes = Vec::new();
    for (thread, number) in numbered {
        let end = match thread.notes.last() {
            Some((at, step)) if !matches!(step, Step::Waits { .. }) => *at,
            _ => run.to, // it waits to this day
        };
        let mut lane = lane(format!("thread {number}"), thread, end, mark);
        let (said, lost) = outcome(thread);
        let loss = if lost > 0 { bad(&format!("  ← ¥{lost} lost")) } else { String::new() };
        lane.note = said + &loss;
        lanes.push(lane);
    }
    let to = lanes.iter().flat_map(|lane| &lane.spans).map(|span| span.to).max();
    let to = to.unwrap_or(run.to);
    begin_to_wait_together(&mut lanes, (to - run.from) / 40);
    let spans = || lanes.iter().flat_map(|lane| &lane.spans);
    let picture = timeline(version, &Record { from: run.from, to, ..Record::default() }, &lanes);
    let marks = [('·', "pauses"), ('░', "waits for the lock"), ('█', "from reading to writing")];
    let marks = marks.iter().filter(|(mark, _)| spans().any(|span| span.mark == *mark));
    let marks: Vec<String> = marks.map(|(mark, what)| format!("{mark} {what}")).collect();
    let mut legend = format!("  {}", marks.join("   "));
    if threads.len() > SHOWN {
        let what = if marks.len() < 3 { " threads" } else { "" }; // for more, there is no room
        legend += &format!("   ({SHOWN} of {}{what})", threads.len());
    }
    picture + legend.trim_end()
}

/// How much is in the account, unless there is a deadlock.
pub fn result(balance: Option<i64>, sum: i64) -> String {
    let Some(balance) = balance else { return bad(&format!("{:<30}", "deadlock")) };
    match sum - balance {
        0 => good(&format!("{:<30}", format!("¥{sum} of ¥{sum}: nothing lost"))),
        lost @ 1.. => bad(&format!("{:<30}", format!("¥{balance} of ¥{sum}: ¥{lost} lost"))),
        more => bad(&format!("{:<30}", format!("¥{balance} of ¥{sum}: ¥{} too much", -more))),
    }
}

/// A lane for each thread and each of its locks.
pub fn transfers(version: &str, run: &Record, threads: &[Thread]) -> String {
    // The locks have numbers in the order in which the thread that was started first needs them.
    let mut locks = Vec::new();
    for (_, step) in threads.iter().flat_map(|thread| &thread.notes) {
        if let Step::Waits { lock } | Step::Acquires { lock, .. } = step
            && !locks.contains(lock)
        {
            locks.push(*lock);
        }
    }
    if locks.is_empty() {
        return String::new();
    }
    let stuck = circle(threads);
    let mut lanes = Vec::new();
    for (thread, number) in threads.iter().zip(1..) {
        for (lock, lock_number) in locks.iter().zip(1..) {
            let name = format!("thread {number}, lock {lock_number}");
            let mut lane = lane(name, thread, run.to, |step, now| match step {
                Step::Waits { lock: this } if this == *lock => '░',
                Step::Acquires { lock: this, .. } if this == *lock => '█',
                Step::Releases { lock: this } if this == *lock => ' ',
                _ => now,
            });
            let waits = lane.spans.last().is_some_and(|span| span.mark == '░');
            if waits && stuck.contains(&thread.id) {
                lane.note = bad("← deadlock");
            }
            lanes.push(lane);
        }
    }
    format!("{}  ░ waits for the lock   █ holds the lock", timeline(version, run, &lanes))
}
