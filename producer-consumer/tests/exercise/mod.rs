//! What a version of this lesson is judged by: what it does in every interleaving, and not how it is
//! written. No version is waited for that may never end: each interleaving ends when enough is seen.

use common::check::{Exercise, Found};
use common::interleave::sync::Barrier;
use common::interleave::{Explorer, Interleavings, Ledger, Shared, explore, finish, thread};

type Make<'a> = &'a (dyn Fn() -> Option<u32> + Sync);
type Work<'a> = &'a (dyn Fn(u32) + Sync);

/// The function `run` of a version: so many producers, so many consumers, room for so many items.
pub type Run = fn(u32, u32, usize, Make<'_>, Work<'_>);

/// A version, with its text: what it must keep of `stuck.rs`, and what it is to reach.
pub fn exercise(file: &'static str, text: &str, run: Run) -> Exercise {
    Exercise::new(file, text, include_str!("../../src/stuck.rs"))
        .keeps(
            move || starts_as_many_as_asked_for(run),
            "How many threads does `run` start? (This was right in `stuck.rs`.)",
        )
        .keeps(
            move || receives_all_in_order_if_there_is_room(run),
            "What becomes of an item, from `make` to `work`? (This was right in `stuck.rs`.)",
        )
        .keeps(
            move || goes_on_while_there_is_room(run),
            "How many items does the queue have room for? (This was right in `stuck.rs`.)",
        )
        .goal(
            move || ends(run),
            "Which thread waits, and for what? What must happen so that its wait ends, and in which \
             line?",
        )
        .goal(
            move || loses_nothing(run),
            "Which item is made, and never received? What should its producer do, when it finds no \
             room?",
        )
        .goal(
            move || waits_for_room(run),
            "Which kind of channel lets `send` itself wait until there is room, without a check? And how \
             many items should it have room for, at most?",
        )
}

/// A source of so many items.
fn source(items: u32) -> impl Fn() -> Option<u32> + Sync {
    let made = Ledger::new(0);
    move || made.with(|made| (*made < items).then(|| *made += 1).map(|()| *made))
}

/// So many producers and consumers work at the same time, and no more.
fn starts_as_many_as_asked_for(run: Run) -> Found {
    let at_work = "both at work";
    // That two are there is known as soon as one interleaving shows both.
    let few = Explorer::default().at_most(100);
    let must_show_both = |found: Interleavings, wrong| match found.ending_with(at_work) {
        0 => found.judge(|_| false, "", wrong),
        _ => Ok(String::new()),
    };
    let found = few.explore(move || {
        let barrier = Barrier::new(2);
        let make = || {
            barrier.wait();
            finish(at_work)
        };
        run(2, 1, 2, &make, &|_| ());
        "all threads done"
    });
    must_show_both(found, "two producers were asked for, and they never work at the same time")?;
    let found = few.explore(move || {
        let barrier = Barrier::new(2);
        let work = |_| {
            barrier.wait();
            finish(at_work)
        };
        run(1, 2, 2, &source(2), &work);
        "all threads done"
    });
    must_show_both(found, "two consumers were asked for, and they never work at the same time")?;
    for (role, pauses) in [("producer", [true, false]), ("consumer", [false, true])] {
        let found = explore(move || {
            let at_work = [Ledger::new(0), Ledger::new(0)];
            let works = |role: usize| {
                if pauses[role] {
                    at_work[role].with(|at_work| {
                        *at_work += 1;
                        *at_work > 1 && finish("two at work")
                    });
                    thread::sleep(std::time::Duration::ZERO);
                    at_work[role].write(|at_work| *at_work -= 1);
                }
            };
            let source = source(2);
            let make = || {
                works(0);
                source()
            };
            run(1, 1, 2, &make, &|_| works(1));
            "one at work"
        });
        let one = |ending: &str| ending != "end with two at work";
        found.judge(one, "", &format!("one {role} was asked for, and two are at work"))?;
    }
    Ok("as many producers and consumers work as asked for".into())
}

/// Makes so many items. Each interleaving ends when all are received, or when `run` ends.
fn items(run: Run, items: usize, (producers, consumers, capacity): Size) -> Interleavings {
    explore(move || {
        let received = Ledger::new(Vec::new());
        let in_words = |received: &mut Vec<u32>| {
            if producers > 1 {
                received.sort(); // any of them may come first
            }
            format!("{received:?} received")
        };
        let work = |item| {
            received.with(|received| {
                received.push(item);
                if received.len() == items {
                    finish(in_words(received));
                }
            })
        };
        run(producers, consumers, capacity, &source(items as u32), &work);
        received.with(in_words)
    })
}

fn all(items: usize) -> impl Fn(&str) -> bool {
    let all = format!("end with {:?} received", Vec::from_iter(1..=items));
    move |ending| ending == all
}

fn receives_all_in_order_if_there_is_room(run: Run) -> Found {
    let wrong = "two items are made, there is room for both, and yet they are not received, each \
                 once and in order";
    items(run, 2, (1, 1, 2)).judge(all(2), "the items come in order", wrong)
}

/// So many producers and consumers, and room for so many items.
type Size = (u32, u32, usize);

fn with((producers, consumers, capacity): Size) -> String {
    let of = |count, role| match count {
        1 => format!("one {role}"),
        _ => format!("two {role}s"),
    };
    let (producers, consumers) = (of(producers, "producer"), of(consumers, "consumer"));
    format!("with {producers}, {consumers}, and room for {capacity} in the queue")
}

/// Makes so many items. Each interleaving ends when `run` ends.
fn until_the_end(run: Run, items: u32, (producers, consumers, capacity): Size) -> Interleavings {
    explore(move || {
        run(producers, consumers, capacity, &source(items), &|_| ());
        "all threads done"
    })
}

fn all_threads_end(found: &Interleavings, size: Size) -> Found {
    let wrong = if found.deadlocks() > 0 { "a thread waits for ever" } else { "a thread fails" };
    let ends = |ending: &str| ending == "end with all threads done";
    found.judge(ends, "", &format!("{}, {wrong}", with(size)))
}

/// Whatever is lost, all threads come to their end.
fn ends(run: Run) -> Found {
    let mut count = 0;
    for (items, size) in [(2, (1, 1, 1)), (0, (1, 2, 1)), (1, (2, 1, 1))] {
        let found = until_the_end(run, items, size);
        all_threads_end(&found, size)?;
        count += found.count();
    }
    Ok(format!("it ends, with one or two producers or consumers, in every interleaving ({count})"))
}

fn loses_nothing(run: Run) -> Found {
    let mut count = 0;
    for (made, size) in [(2, (1, 1, 1)), (1, (1, 2, 1)), (1, (2, 1, 1)), (3, (1, 1, 1))] {
        let found = items(run, made, size);
        found.judge(all(made), "", &format!("{}, an item is lost", with(size)))?;
        count += found.count();
    }
    Ok(format!("no item is lost in any interleaving ({count})"))
}

/// Makes items without end, while the consumer works on its first item. Each interleaving ends when so
/// many are made, or when all threads wait.
fn makes(
    explorer: Explorer,
    run: Run,
    producers: u32,
    capacity: usize,
    most: u32,
) -> Interleavings {
    explorer.explore(move || {
        let made = Ledger::new(0);
        let make = || {
            made.with(|made| {
                *made += 1;
                if *made == most {
                    finish(format!("{most} items made"));
                }
                Some(*made)
            })
        };
        let work = |_| Shared::new("work").wait("the end of its work", || false);
        run(producers, 1, capacity, &make, &work);
        "all threads done"
    })
}

/// One item is worked on, two are queued, and a producer has made one more.
fn goes_on_while_there_is_room(run: Run) -> Found {
    let wrong =
        "there is room for two items in the queue, and the producer waits before it is full";
    let four = |ending: &str| ending == "end with 4 items made";
    makes(Explorer::default(), run, 1, 2, 4).judge(
        four,
        "a producer goes on while there is room",
        wrong,
    )
}

/// One item is worked on, one is queued, and each producer has made one more, and waits.
fn waits_for_room(run: Run) -> Found {
    for producers in [1, 2] {
        let most = 1 + 1 + producers;
        let found = makes(Explorer::default(), run, producers, 1, most + 1);
        sleeps(run, producers, &found)?;
        let (none, each) = match producers {
            1 => ("the producer does not wait", "the producer"),
            _ => ("the producers do not wait", "each producer"),
        };
        let wrong = format!(
            "{}, {none} for room. The consumer works on item 1, one item is queued, \
             and {each} has one more: so {most} items are made, and then {each} should wait. But item \
             {} is made",
            with((producers, 1, 1)),
            most + 1
        );
        found.judge(|ending| ending == "deadlock", "", &wrong)?;
    }
    // A rendezvous channel: an item goes from hand to hand.
    let size = (1, 1, 0);
    all_threads_end(&until_the_end(run, 2, size), size)?;
    items(run, 2, size).judge(all(2), "", &format!("{}, an item is lost", with(size)))?;
    Ok("a producer waits while the queue is full".into())
}

/// A producer that waits, as it does in `found`, does not ask in a loop.
fn sleeps(run: Run, producers: u32, found: &Interleavings) -> Found {
    let is_busy = |(_, text): (&str, &str)| text.contains("a change of what it has read");
    let mut samples = found.endings().map(|(_, _, sample)| sample);
    let Some(sample) = samples.find(|sample| sample.rows().any(is_busy)) else {
        return Ok("a producer sleeps while it waits".into());
    };
    let few = Explorer::default().at_most(300); // of many more
    let check_then_act = match makes(few, run, 2, 1, 5).ending_with("5 items made") {
        0 => "",
        _ => {
            " It is also check-then-act: between the check and `send`, another producer can fill the \
              place."
        }
    };
    Err(format!(
        "{}, a producer is busy-waiting: it asks in a loop whether there is room, and keeps a processor \
         busy.{check_then_act} Here it asks again and again while the consumer works: in the last lines, \
         it waits for what it has read to change.\n\n{sample}",
        with((producers, 1, 1))
    ))
}

/// `stuck.rs` shows both faults, as the page says: nothing ends, and an item is lost if it finds no room.
/// An interleaving that deadlocks has received both of two items or not: it ends with the second one.
pub fn stuck_must_show_both_faults(exercise: Exercise, run: Run) {
    exercise.must_stay_wrong("producer-consumer/src/yours.rs");
    for (capacity, is_lost, is_received) in [(0, true, false), (1, true, true), (2, false, true)] {
        let found = items(run, 2, (1, 1, capacity));
        let lost = found.deadlocks();
        let shows = found.ending_with("[1, 2] received") + lost == found.count()
            && (lost > 0, found.count() > lost) == (is_lost, is_received);
        assert!(
            shows,
            "stuck.rs no longer shows the fault: an item that finds no room should be lost, and no \
             other. With room for {capacity}, item 2 is lost in {lost} of these interleavings:\n{found}\
             `git checkout producer-consumer/src/stuck.rs` brings it back."
        );
    }
}

/// The `run` of a version.
#[macro_export]
macro_rules! run {
    ($version:ident) => {
        |producers, consumers, capacity, make, work| {
            $version::run(producers, consumers, capacity, make, work)
        }
    };
}

/// What a version is judged by.
#[macro_export]
macro_rules! version {
    ($version:ident) => {
        $crate::exercise::exercise(
            concat!("producer-consumer/src/", stringify!($version), ".rs"),
            include_str!(concat!("../src/", stringify!($version), ".rs")),
            $crate::run!($version),
        )
    };
}
