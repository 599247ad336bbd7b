//! The picture of a run. Real threads run the lesson's own files; what they do comes in the order of a
//! script. By a clock of its own, work takes 50 ms, and any other step 1 ms. So each picture is exact.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anstream::adapter::strip_str;
use common::check::squeezed;
use common::record::{Line, Record};
use picture::{Work, Works, draw};

#[path = "../src/picture.rs"]
mod picture;

/// Stands in for the options of the program.
struct Options {
    producers: u32,
    consumers: u32,
    capacity: usize,
}

mod stuck {
    use super::script as common;
    use ::crossbeam;
    include!("../src/stuck.rs");
}

mod bounded {
    use super::script as common;
    use ::crossbeam;
    include!("../src/bounded.rs");
}

/// Stands in for `common`: each line waits for its turn.
mod script {
    macro_rules! say {
        ($($text:tt)*) => { crate::says(&format!($($text)*)) };
    }
    pub(crate) use say;
}

/// What takes longer than this has failed, also on a busy machine.
const LONGEST: Duration = Duration::from_secs(4);

const MS: Duration = Duration::from_millis(1);

/// The steps that are still to come, and what the picture is drawn from.
#[derive(Default)]
struct Stage {
    script: VecDeque<String>,
    time: Duration,
    lines: Vec<Line>,
    works: Works,
    wrong: Option<String>,
}

static STAGE: Mutex<Option<Stage>> = Mutex::new(None);
static NEXT: Condvar = Condvar::new();

/// Waits until the script has this step, and does it.
fn step(what: &str, act: impl FnOnce(&mut Stage)) {
    let stage = STAGE.lock().unwrap_or_else(PoisonError::into_inner);
    let waits = |stage: &mut Option<Stage>| {
        let stage = stage.as_mut().expect("there is a script");
        if !stage.script.iter().any(|step| step == what) {
            stage.wrong.get_or_insert(format!("{what:?} is not in {:#?}", stage.script));
        }
        stage.wrong.is_none() && stage.script.front().is_some_and(|step| step != what)
    };
    let (mut stage, _) = NEXT.wait_timeout_while(stage, LONGEST, waits).unwrap();
    let stage = stage.as_mut().unwrap();
    if stage.script.front().is_some_and(|step| step == what) {
        stage.script.pop_front();
        stage.time += if what.starts_with("worked") { 50 * MS } else { MS };
        act(stage);
    }
    NEXT.notify_all();
}

fn says(text: &str) {
    step(text, |stage| {
        let line = Line { at: stage.time, pid: 1, name: String::new(), text: text.into() };
        stage.lines.push(line);
    });
}

fn works_on(item: u32) {
    thread_local! {
        static FREE: Cell<Option<Duration>> = const { Cell::new(None) };
    }
    step(&format!("worked on {item}"), |stage| {
        let work = Work { free: FREE.replace(Some(stage.time)), to: stage.time };
        stage.works.insert(item, work);
    });
}

/// Runs a version with five items, one producer, one consumer and room for two, in this order.
macro_rules! play {
    ($version:ident, $script:expr) => {{
        static MADE: AtomicU32 = AtomicU32::new(0);
        let make = || {
            let item = MADE.fetch_add(1, SeqCst) + 1;
            step(&format!("makes {item}"), |_| ());
            Some(item).filter(|item| *item <= 5)
        };
        perform($script, move || $version::run(1, 1, 2, make, works_on))
    }};
}

/// The threads of a version that never ends are left alone.
fn perform(script: &str, run: impl FnOnce() + Send + 'static) -> (Record, Works) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let script = script.lines().map(|line| line.trim().to_string()).collect();
    *STAGE.lock().unwrap() = Some(Stage { script, ..Stage::default() });
    thread::spawn(run);
    let stage = STAGE.lock().unwrap();
    let goes_on = |stage: &mut Option<Stage>| {
        stage.as_ref().is_some_and(|stage| !stage.script.is_empty() && stage.wrong.is_none())
    };
    let (mut stage, _) = NEXT.wait_timeout_while(stage, LONGEST, goes_on).unwrap();
    let Stage { script, time, lines, works, wrong } = stage.take().unwrap();
    assert!(script.is_empty(), "the steps are others: {wrong:?}. Left:\n{script:#?}");
    let to = if lines.last().is_some_and(|line| line.text == "consumer 1 is done") {
        time
    } else {
        time + 100 * MS // it waits for ever
    };
    (Record { to, lines, ..Record::default() }, works)
}

const ONE_OF_EACH: Options = Options { producers: 1, consumers: 1, capacity: 2 };

/// The picture without its scale: the title, the lanes without columns that are the same, the legend.
fn drawn(version: &str, (record, works): &(Record, Works), stop: Option<Duration>) -> String {
    let picture = strip_str(&draw(version, &ONE_OF_EACH, record, works, stop)).to_string();
    let lines: Vec<&str> = picture.lines().collect();
    let [first, lanes @ .., legend] = &*lines else { panic!("no lanes:\n{picture}") };
    let title = first.split("  ").next().unwrap();
    format!("{title}\n{}{legend}\n", squeezed(&lanes.join("\n")))
}

const STUCK: &str = "\
makes 1
producer 1 wants to put 1   0 of 2 queued
consumer 1 takes 1
makes 2
producer 1 wants to put 2   0 of 2 queued
makes 3
producer 1 wants to put 3   1 of 2 queued
makes 4
producer 1 skips 4   2 of 2 queued
makes 5
producer 1 skips 5   2 of 2 queued
makes 6
producer 1 is done
worked on 1
consumer 1 takes 2
worked on 2
consumer 1 takes 3
worked on 3";

const BOUNDED: &str = "\
makes 1
producer 1 wants to put 1   0 of 2 queued
consumer 1 takes 1
makes 2
producer 1 wants to put 2   0 of 2 queued
makes 3
producer 1 wants to put 3   1 of 2 queued
makes 4
producer 1 wants to put 4   2 of 2 queued
worked on 1
consumer 1 takes 2
makes 5
producer 1 wants to put 5   2 of 2 queued
worked on 2
consumer 1 takes 3
makes 6
producer 1 is done
worked on 3
consumer 1 takes 4
worked on 4
consumer 1 takes 5
worked on 5
consumer 1 is done";

#[test]
fn stuck_skips_at_a_full_queue_and_its_consumer_waits_for_a_sender_that_never_sends() {
    let picture = drawn("stuck", &play!(stuck, STUCK), None);
    let expected = "\
stuck
 producer 1 ···×     skips 4, 5
 queue        ▄██▄   room for 2
 consumer 1  ██████░ waits: nobody will send
  · puts an item   × skips one: no room   ░ waits   █ works on an item
";
    assert_eq!(picture, expected, "\n{picture}");
}

#[test]
fn bounded_waits_for_room_until_the_queue_is_empty_and_disconnected() {
    let picture = drawn("bounded", &play!(bounded, BOUNDED), None);
    let expected = "\
bounded
 producer 1 ···░    waits for room
 queue        ▄██▄  room for 2
 consumer 1  ██████ ends: disconnected
  · puts an item   ░ waits   █ works on an item
";
    assert_eq!(picture, expected, "\n{picture}");
}

/// Ctrl-C was pressed in the middle of the work on item 2, the end is as long after it as the
/// beginning of the picture is before it.
#[test]
fn after_ctrl_c_the_end_is_drawn() {
    let picture = drawn("bounded", &play!(bounded, BOUNDED), Some(160 * MS));
    let expected = "\
at the end
 producer 1 ░      waits for room
 queue      ███▄   room for 2
 Ctrl-C       ────
 consumer 1 █████  ends: disconnected
  · puts an item   ░ waits   █ works on an item
";
    assert_eq!(picture, expected, "\n{picture}");
}

/// Lines, one each millisecond.
fn record(lines: impl Iterator<Item = String>) -> Record {
    let line = |(text, at)| Line { at: at * MS, pid: 1, name: String::new(), text };
    let lines: Vec<Line> = lines.zip(1..).map(line).collect();
    Record { to: lines.last().unwrap().at + 100 * MS, lines, ..Record::default() }
}

/// The consumer comes late. Until then, the queue is as full as the producer has seen it.
#[test]
fn the_queue_is_drawn_as_full_as_a_producer_sees_it() {
    let lines = [
        "producer 1 wants to put 1   0 of 2 queued",
        "producer 1 wants to put 2   1 of 2 queued",
        "producer 1 skips 3   2 of 2 queued",
        "producer 1 is done",
        "consumer 1 takes 1",
        "consumer 1 takes 2",
    ];
    let record = record(lines.into_iter().map(String::from));
    let works = [(None, 6 * MS), (Some(6 * MS), 50 * MS)].map(|(free, to)| Work { free, to });
    let picture = drawn("stuck", &(record, (1..).zip(works).collect()), None);
    let expected = "\
stuck
 producer 1 ··×     skips 3
 queue       ▄██▄   room for 2
 consumer 1     ██░ waits: nobody will send
  · puts an item   × skips one: no room   ░ waits   █ works on an item
";
    assert_eq!(picture, expected, "\n{picture}");
}

/// Two producers have both seen the one place. Neither item is taken.
#[test]
fn more_in_the_queue_than_there_is_room_for_is_told() {
    let lines = [
        "1 wants to put 1   0 of 1 queued",
        "2 wants to put 2   0 of 1 queued",
        "1 is done",
        "2 is done",
    ];
    let record = record(lines.iter().map(|line| format!("producer {line}")));
    let options = Options { producers: 2, capacity: 1, ..ONE_OF_EACH };
    let picture = draw("stuck", &options, &record, &Works::new(), None);
    assert!(strip_str(&picture).to_string().contains("█  2 queued: more than 1\n"), "\n{picture}");
}

/// A queue of the student's own may have no limit: that it is full does not make its producer wait.
#[test]
fn of_yours_only_a_producer_that_waits_is_drawn_as_one() {
    let wants = |item: u32| format!("producer 1 wants to put {item}   {} of 2 queued", item - 1);
    let ends = ["producer 1 is done".to_string()];
    for (ends, note) in [(&ends[..], ""), (&[], "  waits for room")] {
        let record = record((1..=6).map(wants).chain(ends.iter().cloned()));
        let picture = draw("yours", &ONE_OF_EACH, &record, &Works::new(), None);
        let picture = strip_str(&picture).to_string();
        let producer = picture.lines().nth(1).unwrap().trim_end();
        assert!(picture.contains("queued: more than 2\n"), "\n{picture}");
        assert_eq!(producer.contains('░'), !note.is_empty(), "\n{picture}");
        assert!(producer.ends_with(if note.is_empty() { "·" } else { note }), "\n{picture}");
    }
}

#[test]
fn of_many_skipped_items_the_first_are_named_and_of_many_threads_four() {
    let skips = |item| format!("producer 1 skips {item}   2 of 2 queued");
    let record = record((1..=6).map(skips));
    let options = Options { producers: 7, consumers: 5, capacity: 2 };
    let picture = draw("stuck", &options, &record, &Works::new(), None);
    assert!(picture.contains("skips 1, 2, 3, …"), "\n{picture}");
    assert!(picture.contains("\n  … and 4 more producers and consumers\n"), "\n{picture}");
    assert_eq!(picture.lines().count(), 1 + 4 + 1 + 4 + 1 + 1, "\n{picture}");
}
