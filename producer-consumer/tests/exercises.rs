//! The verdict on the second exercise: `exercises/bounded_buffer.rs`, the solution, and half of it.

use std::panic::catch_unwind;

use common::check::{Exercise, Found, Verdict};
use common::interleave::{Explorer, Interleavings, Ledger, explore, thread};

common::explore!(stub, "../exercises/bounded_buffer.rs");
common::explore!(solution, "../exercises/bounded_buffer/solution.rs");
common::explore!(half_get, "../exercises/bounded_buffer/half_get.rs");
common::explore!(half_if, "../exercises/bounded_buffer/half_if.rs");
common::explore!(half_notify_one, "../exercises/bounded_buffer/half_notify_one.rs");

/// What a buffer is judged by.
trait Buffer: Sync + 'static {
    fn new(capacity: usize) -> Self;
    fn put(&self, item: u32);
    fn get(&self) -> u32;
}

/// The buffer of this module.
macro_rules! buffer {
    ($version:ident) => {
        impl Buffer for $version::BoundedBuffer {
            fn new(capacity: usize) -> Self {
                Self::new(capacity)
            }
            fn put(&self, item: u32) {
                self.put(item);
            }
            fn get(&self) -> u32 {
                self.get()
            }
        }
    };
}

buffer!(stub);
buffer!(solution);
buffer!(half_get);
buffer!(half_if);
buffer!(half_notify_one);

#[test]
#[ignore = "your turn: cargo test -p producer-consumer --test exercises -- --ignored"]
fn a_bounded_buffer_loses_no_item_and_wakes_every_thread() {
    exercise::<stub::BoundedBuffer>("producer-consumer/exercises/bounded_buffer.rs")
        .must_be_right();
}

fn exercise<B: Buffer>(file: &'static str) -> Exercise {
    Exercise::new(file, file, "") // it is never untouched
        .keeps(first_in_first_out::<B>, "Which end of the queue does `get` take from?")
        .goal(
            get_waits::<B>,
            "What can a thread do until another one tells it that something has changed? See \
             `std::sync::Condvar`. Which thread tells it, and when?",
        )
        .goal(
            put_waits::<B>,
            "`get` waits for an item. What does `put` wait for, and which thread tells it?",
        )
        .goal(
            looks_again::<B>,
            "A thread has been notified. Before it holds the lock again, what may another thread do? \
             So what must it do first, when it holds the lock?",
        )
        .goal(
            wakes_the_right_one::<B>,
            "Which threads sleep at the condition variable that is notified, and what does each of \
             them wait for? Which one does `notify_one` wake?",
        )
}

fn first_in_first_out<B: Buffer>() -> Found {
    let found = explore(|| {
        let buffer = B::new(2);
        buffer.put(1);
        buffer.put(2);
        format!("{:?} taken out", [buffer.get(), buffer.get()])
    });
    let wrong =
        "1 and 2 are put into a buffer with room for two, and they do not come out in order";
    found.judge(|ending| ending == "end with [1, 2] taken out", "", wrong)
}

/// Nothing can go on here: so the thread must wait, and asleep.
fn must_wait(what: &str, act: fn() -> u32) -> Found {
    let busy = "it is busy-waiting: it asks in a loop, and keeps a processor busy";
    // A loop that does not say that it waits has no end, and `explore` panics.
    let explored = catch_unwind(|| explore(act));
    let found = explored.map_err(|_| format!("{what}, and {busy}."))?;
    let is_busy = found.mentions("a change of what it has read");
    match found.endings().next() {
        Some((_, _, sample)) if is_busy => Err(format!(
            "{what}, and {busy}. No other thread is there, so it asks again and again: in the last line, it \
             waits for what it has read to change.\n\n{sample}"
        )),
        Some(("deadlock", ..)) => Ok(String::new()),
        Some((ending, ..)) if ending.starts_with("panic") => Err(format!("{what}. A {ending}")),
        _ => Err(format!("{what}, and it does not wait.")),
    }
}

/// One thread puts so many items in, and one takes them out.
fn one_to_one<B: Buffer>(items: u32, capacity: usize) -> Found {
    let found = explore(move || {
        let buffer = B::new(capacity);
        let taken: Vec<u32> = thread::scope(|scope| {
            scope.spawn(|| (1..=items).for_each(|item| buffer.put(item)));
            (1..=items).map(|_| buffer.get()).collect()
        });
        format!("{taken:?} taken out")
    });
    let all = format!("end with {:?} taken out", Vec::from_iter(1..=items));
    let goes_wrong = if found.deadlocks() > 0 {
        "and a thread waits for ever"
    } else {
        "and not all arrive, each once and in order"
    };
    let wrong = format!(
        "thread 1 puts {items} items into a buffer with room for {capacity}, `main` takes them out, \
         {goes_wrong}"
    );
    found.judge(|ending| ending == all, "", &wrong)
}

fn get_waits<B: Buffer>() -> Found {
    must_wait("`get` is called on an empty buffer", || B::new(1).get())?;
    one_to_one::<B>(2, 2)?;
    Ok("`get` waits for an item".into())
}

fn put_waits<B: Buffer>() -> Found {
    must_wait("`put` is called on a full buffer", || {
        let buffer = B::new(1);
        buffer.put(1);
        buffer.put(2);
        2
    })?;
    one_to_one::<B>(3, 1)?;
    Ok("`put` waits for room".into())
}

/// Threads put the items 1 and 2 in, and as many threads take them out.
fn two_items<B: Buffer>(producers: u32, consumers: u32, capacity: usize) -> Interleavings {
    // A right buffer needs about 200 runs; one that is busy-waiting may need more than can be tried.
    Explorer::default().at_most(1000).explore(move || {
        let (buffer, taken) = (B::new(capacity), Ledger::new(Vec::new()));
        thread::scope(|scope| {
            for first in 1..=producers {
                let buffer = &buffer;
                let items = (first..=2).step_by(producers as usize);
                scope.spawn(move || items.for_each(|item| buffer.put(item)));
            }
            for _ in 0..consumers {
                scope.spawn(|| {
                    for _ in 0..2 / consumers {
                        let item = buffer.get();
                        taken.write(|taken| {
                            taken.push(item);
                            taken.sort();
                        });
                    }
                });
            }
        });
        format!("{:?} taken out", taken.into_inner())
    })
}

fn both(ending: &str) -> bool {
    ending == "end with [1, 2] taken out"
}

/// There is room for all, so only the consumers wait: two of them, and one is notified too late. Or
/// there is no room, so only the producers wait.
fn looks_again<B: Buffer>() -> Found {
    let wrong = "thread 1 puts two items into an empty buffer, and threads 2 and 3 take out one each. \
                 One of them is notified, and then finds the buffer empty, or waits for ever";
    two_items::<B>(1, 2, 2).judge(both, "", wrong)?;
    let found = explore(|| {
        let buffer = B::new(1);
        buffer.put(0);
        thread::scope(|scope| {
            scope.spawn(|| buffer.put(1));
            scope.spawn(|| buffer.put(2));
            buffer.get();
        });
        "3 items put in, and 1 taken out"
    });
    let wrong = "the buffer is full, with room for one item. `main` takes it out, and threads 1 and 2 \
                 put one in each: one of them must wait, and does not";
    found.judge(|ending| ending == "deadlock", "", wrong)?;
    Ok("a thread that is notified looks again".into())
}

fn wakes_the_right_one<B: Buffer>() -> Found {
    let wrong = "thread 1 puts two items into a buffer with room for one, and threads 2 and 3 take out \
                 one each. They do not all come to their end";
    two_items::<B>(1, 2, 1).judge(both, "", wrong)?;
    let wrong = "threads 1 and 2 put one item each into a buffer with room for one, and thread 3 takes \
                 out both. They do not all come to their end";
    two_items::<B>(2, 1, 1).judge(both, "every thread comes to its end", wrong)
}

/// As long as it is the stub: a student who works on it sees the verdict with `--ignored` only.
#[test]
fn the_stub_is_still_wrong() {
    let text = include_str!("../exercises/bounded_buffer.rs");
    let is_stub = ["// busy-waiting", "// or else it is lost"].iter().all(|it| text.contains(it));
    let verdict =
        exercise::<stub::BoundedBuffer>("producer-consumer/exercises/bounded_buffer.rs").judge();
    assert!(!is_stub || matches!(verdict, Verdict::Wrong(_)), "{verdict}");
}

#[test]
fn the_solution_is_right() {
    exercise::<solution::BoundedBuffer>("producer-consumer/exercises/bounded_buffer/solution.rs")
        .must_be_right();
}

#[test]
fn each_half_is_half_fixed() {
    for verdict in [
        exercise::<half_get::BoundedBuffer>(
            "producer-consumer/exercises/bounded_buffer/half_get.rs",
        )
        .judge(),
        exercise::<half_if::BoundedBuffer>("producer-consumer/exercises/bounded_buffer/half_if.rs")
            .judge(),
        exercise::<half_notify_one::BoundedBuffer>(
            "producer-consumer/exercises/bounded_buffer/half_notify_one.rs",
        )
        .judge(),
    ] {
        assert!(matches!(verdict, Verdict::Half(_)), "{verdict}");
    }
}
