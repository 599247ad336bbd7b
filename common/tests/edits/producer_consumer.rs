//! See `main.rs`.

use crate::Edit;
use crate::Verdict::{Half, Red, Right, Wrong};

const YOURS: &str = "src/yours.rs";
const STUCK: &str = "src/stuck.rs";
const BOUNDED: &str = "src/bounded.rs";

/// What a producer does in the wrong version: check-then-act.
const CHECK: &str = "        if queued >= capacity {
            say!(\"producer {number} skips {item}   {queued} of {capacity} queued\");
            continue; // nobody ever sends it
        }
";
const SKIPS: &str = "            continue; // nobody ever sends it
";
const CHANNEL: &str =
    "    let (put, get) = channel::unbounded(); // `put` is kept here to the end of `run`";
const BOUNDED_CHANNEL: &str = "    let (put, get) = channel::bounded(capacity);";
const CONSUMERS: &str = "        for number in 1..=consumers {";
const DROP: &str = "        drop(put);
        for number in 1..=consumers {";
const SEND: &str = "        put.send(item).unwrap();";
const RECEIVES: &str = "    for item in get.iter() {";

/// In a right version, as the page shows it.
const SAYS_WHEN_IT_ENDS: &str = "        drop(put); // each producer has its own: after the last one, the channel is disconnected
";
const WAITS_FOR_ROOM: &str =
    "    let (put, get) = channel::bounded(capacity); // `send` waits until there is room";

pub const EDITS: &[Edit] = &[
    // Of the student's own file: wrong.
    Edit {
        what: "one consumer too many",
        file: YOURS,
        changes: &[("1..=consumers", "0..=consumers")],
        verdict: Wrong,
    },
    Edit {
        what: "one producer too many, and the rest is right",
        file: YOURS,
        changes: &[
            (CHECK, ""),
            (CHANNEL, BOUNDED_CHANNEL),
            ("1..=producers", "0..=producers"),
            (CONSUMERS, DROP),
        ],
        verdict: Wrong,
    },
    Edit {
        what: "one consumer only, whatever was asked for",
        file: YOURS,
        changes: &[("1..=consumers", "1..=1"), (CHECK, ""), (CHANNEL, BOUNDED_CHANNEL)],
        verdict: Wrong,
    },
    Edit {
        what: "skips one item later",
        file: YOURS,
        changes: &[("queued >= capacity", "queued > capacity")],
        verdict: Wrong,
    },
    Edit {
        what: "a producer that finds no room ends",
        file: YOURS,
        changes: &[(SKIPS, "            break;\n")],
        verdict: Wrong,
    },
    Edit {
        what: "the channel is bounded, but the check is still there",
        file: YOURS,
        changes: &[(CHANNEL, BOUNDED_CHANNEL)],
        verdict: Wrong,
    },
    Edit {
        what: "a bounded channel with less room than asked for",
        file: YOURS,
        changes: &[
            (CHECK, ""),
            (CHANNEL, "    let (put, get) = channel::bounded(0);"),
            (CONSUMERS, DROP),
        ],
        verdict: Wrong,
    },
    Edit {
        what: "a consumer ends after one item",
        file: YOURS,
        changes: &[("        work(item);", "        work(item);\n        break;")],
        verdict: Wrong,
    },
    Edit {
        what: "a consumer works on each item twice",
        file: YOURS,
        changes: &[("        work(item);", "        work(item);\n        work(item);")],
        verdict: Wrong,
    },
    Edit {
        what: "a consumer gives up when no item comes for a while",
        file: YOURS,
        changes: &[(
            RECEIVES,
            "    while let Ok(item) = get.recv_timeout(std::time::Duration::from_millis(100)) {",
        )],
        verdict: Wrong,
    },
    Edit {
        what: "a consumer ends when the queue is empty",
        file: YOURS,
        changes: &[(RECEIVES, "    for item in get.try_iter() {")],
        verdict: Wrong,
    },
    Edit {
        what: "a consumer keeps the others from working at the same time",
        file: YOURS,
        changes: &[
            ("use std::thread;", "use std::sync::Mutex;\nuse std::thread;"),
            (
                "        work(item);",
                "        static ONE: Mutex<()> = Mutex::new(());\n        let _one = ONE.lock().unwrap();\n        work(item);",
            ),
        ],
        verdict: Wrong,
    },
    Edit {
        what: "the producer waits for room in a loop without an end, and keeps a sender",
        file: YOURS,
        changes: &[(SKIPS, "            loop {}\n")],
        verdict: Wrong,
    },
    Edit {
        what: "the consumers are joined before the senders are dropped",
        file: YOURS,
        changes: &[
            (
                "            scope.spawn(move || consume(number, get, work));",
                "            scope.spawn(move || consume(number, get, work)).join().unwrap();",
            ),
            ("        drop(get); // each consumer has its own: after the last one, `send` fails", "        drop(get);\n        drop(put);"),
        ],
        verdict: Wrong,
    },
    // Half fixes.
    Edit {
        what: "only the sender of `run` is dropped: it ends, and loses items",
        file: YOURS,
        changes: &[(CONSUMERS, DROP)],
        verdict: Half,
    },
    Edit {
        what: "a send waits for room, and `run` keeps a sender: it loses nothing, and never ends",
        file: YOURS,
        changes: &[(CHECK, ""), (CHANNEL, BOUNDED_CHANNEL)],
        verdict: Half,
    },
    Edit {
        what: "only the check is gone: a queue without a limit, and `run` keeps a sender",
        file: YOURS,
        changes: &[(CHECK, "")],
        verdict: Half,
    },
    Edit {
        what: "a queue without a limit, and its end",
        file: YOURS,
        changes: &[(CHECK, ""), (CONSUMERS, DROP)],
        verdict: Half,
    },
    Edit {
        what: "check-then-act in a loop: several producers fill one place",
        file: YOURS,
        changes: &[
            (CHECK, "        while put.len() >= capacity.max(1) {\n            thread::yield_now();\n        }\n"),
            (CONSUMERS, DROP),
        ],
        verdict: Half,
    },
    Edit {
        what: "sends in a busy loop",
        file: YOURS,
        changes: &[
            (CHECK, ""),
            (CHANNEL, BOUNDED_CHANNEL),
            (SEND, "        while put.try_send(item).is_err() {\n            thread::yield_now();\n        }"),
            (CONSUMERS, DROP),
        ],
        verdict: Half,
    },
    Edit {
        what: "sends in a busy loop that does not even yield",
        file: YOURS,
        changes: &[
            (CHECK, ""),
            (CHANNEL, BOUNDED_CHANNEL),
            (SEND, "        while put.try_send(item).is_err() {}"),
            (CONSUMERS, DROP),
        ],
        verdict: Wrong,
    },
    Edit {
        what: "tries to send, and forgets the item if there is no room",
        file: YOURS,
        changes: &[
            (CHECK, ""),
            (CHANNEL, BOUNDED_CHANNEL),
            (SEND, "        let _ = put.try_send(item);"),
            (CONSUMERS, DROP),
        ],
        verdict: Half,
    },
    Edit {
        what: "a sentinel for one consumer only: the others wait",
        file: YOURS,
        changes: &[
            (CHECK, ""),
            ("put: Sender<u32>", "put: Sender<Option<u32>>"),
            ("get: Receiver<u32>", "get: Receiver<Option<u32>>"),
            (SEND, "        put.send(Some(item)).unwrap();"),
            (RECEIVES, "    while let Ok(Some(item)) = get.recv() {"),
            (CHANNEL, "    let (put, get) = channel::bounded(capacity);\n    let sentinel = put.clone();"),
            ("        for number in 1..=producers {", "        let mut threads = Vec::new();\n        for number in 1..=producers {"),
            (
                "            scope.spawn(move || produce(number, make, put, capacity));",
                "            threads.push(scope.spawn(move || produce(number, make, put, capacity)));",
            ),
            (
                "        drop(get); // each consumer has its own: after the last one, `send` fails",
                "        drop(get);\n        for thread in threads {\n            thread.join().unwrap();\n        }\n        sentinel.send(None).unwrap();",
            ),
        ],
        verdict: Half,
    },
    Edit {
        what: "the first producer that is done ends the consumers",
        file: YOURS,
        changes: &[
            (CHECK, ""),
            ("put: Sender<u32>", "put: Sender<Option<u32>>"),
            ("get: Receiver<u32>", "get: Receiver<Option<u32>>"),
            (SEND, "        let _ = put.send(Some(item));"),
            (
                "    say!(\"producer {number} is done\");",
                "    say!(\"producer {number} is done\");\n    let _ = put.send(None);",
            ),
            (RECEIVES, "    while let Ok(Some(item)) = get.recv() {"),
            (CHANNEL, BOUNDED_CHANNEL),
            (CONSUMERS, DROP),
        ],
        verdict: Half,
    },
    // Right, in whatever style.
    Edit {
        what: "the fix of the page",
        file: YOURS,
        changes: &[(CHECK, ""), (CHANNEL, BOUNDED_CHANNEL), (CONSUMERS, DROP)],
        verdict: Right,
    },
    Edit {
        what: "the sender is dropped at the end of a block",
        file: YOURS,
        changes: &[
            (CHECK, ""),
            (CHANNEL, BOUNDED_CHANNEL),
            ("        for number in 1..=producers {", "        let all = put;\n        for number in 1..=producers {"),
            ("(put.clone(), &make)", "(all.clone(), &make)"),
            ("        drop(get); // each consumer has its own: after the last one, `send` fails", "        drop((all, get));"),
        ],
        verdict: Right,
    },
    Edit {
        what: "other names, other loops, and a debug line on stderr",
        file: YOURS,
        changes: &[
            (CHECK, ""),
            (SEND, "        eprintln!(\"sends {item}\");\n        if put.send(item).is_err() {\n            return;\n        }"),
            (RECEIVES, "    while let Ok(item) = get.recv() {"),
            (CHANNEL, "    let (sender, get) = channel::bounded(capacity);"),
            ("(put.clone(), &make)", "(sender.clone(), &make)"),
            (CONSUMERS, "        std::mem::drop(sender);\n        for number in 1..=consumers {"),
        ],
        verdict: Right,
    },
    Edit {
        what: "a sentinel for each consumer",
        file: YOURS,
        changes: &[
            (CHECK, ""),
            ("put: Sender<u32>", "put: Sender<Option<u32>>"),
            ("get: Receiver<u32>", "get: Receiver<Option<u32>>"),
            (SEND, "        put.send(Some(item)).unwrap();"),
            (RECEIVES, "    while let Ok(Some(item)) = get.recv() {"),
            (CHANNEL, "    let (put, get) = channel::bounded(capacity);\n    let sentinel = put.clone();"),
            ("        for number in 1..=producers {", "        let mut threads = Vec::new();\n        for number in 1..=producers {"),
            (
                "            scope.spawn(move || produce(number, make, put, capacity));",
                "            threads.push(scope.spawn(move || produce(number, make, put, capacity)));",
            ),
            (
                "        drop(get); // each consumer has its own: after the last one, `send` fails",
                "        drop(get);\n        for thread in threads {\n            thread.join().unwrap();\n        }\n        for _ in 0..consumers {\n            sentinel.send(None).unwrap();\n        }",
            ),
        ],
        verdict: Right,
    },
    Edit {
        what: "the channel of std, with its one receiver in a lock",
        file: YOURS,
        changes: &[
            (CHECK, ""),
            ("        let queued = put.len();\n", ""),
            ("wants to put {item}   {queued} of {capacity} queued", "wants to put {item}   room for {capacity}"),
            ("use std::thread;", "use std::sync::Mutex;\nuse std::sync::mpsc::{self, Receiver, SyncSender};\nuse std::thread;"),
            ("use crossbeam::channel::{self, Receiver, Sender};\n", ""),
            ("put: Sender<u32>", "put: SyncSender<u32>"),
            ("get: Receiver<u32>", "get: &Mutex<Receiver<u32>>"),
            (RECEIVES, "    loop {\n        let item = get.lock().unwrap().recv();\n        let Ok(item) = item else { break };"),
            (CHANNEL, "    let (put, get) = mpsc::sync_channel(capacity);\n    let get = Mutex::new(get);"),
            ("(get.clone(), &work)", "(&get, &work)"),
            ("        drop(get); // each consumer has its own: after the last one, `send` fails", "        drop(put);"),
        ],
        verdict: Right,
    },
    Edit {
        what: "a buffer of its own, from a lock and a condition variable",
        file: YOURS,
        changes: &[
            (CHECK, ""),
            ("        let queued = put.len();\n", "        let queued = 0;\n"),
            ("use std::thread;", "use std::collections::VecDeque;\nuse std::sync::{Condvar, Mutex};\nuse std::thread;

/// The items, how many producers are not done, and the calls.
struct Buffer(Mutex<(VecDeque<u32>, u32)>, Condvar);

impl Buffer {
    fn put(&self, item: u32, capacity: usize) {
        let state = self.0.lock().unwrap();
        let mut state = self.1.wait_while(state, |state| state.0.len() >= capacity.max(1)).unwrap();
        state.0.push_back(item);
        self.1.notify_all();
    }

    fn get(&self) -> Option<u32> {
        let state = self.0.lock().unwrap();
        let is_empty = |state: &mut (VecDeque<u32>, u32)| state.0.is_empty() && state.1 > 0;
        let item = self.1.wait_while(state, is_empty).unwrap().0.pop_front();
        self.1.notify_all();
        item
    }

    fn is_done(&self) {
        self.0.lock().unwrap().1 -= 1;
        self.1.notify_all();
    }
}"),
            ("use crossbeam::channel::{self, Receiver, Sender};\n", ""),
            ("put: Sender<u32>", "put: &Buffer"),
            ("get: Receiver<u32>", "get: &Buffer"),
            (SEND, "        put.put(item, capacity);"),
            (
                "    say!(\"producer {number} is done\");",
                "    put.is_done();\n    say!(\"producer {number} is done\");",
            ),
            (RECEIVES, "    while let Some(item) = get.get() {"),
            (CHANNEL, "    let buffer = Buffer(Mutex::new((VecDeque::new(), producers)), Condvar::new());"),
            ("(put.clone(), &make)", "(&buffer, &make)"),
            ("(get.clone(), &work)", "(&buffer, &work)"),
            ("        drop(get); // each consumer has its own: after the last one, `send` fails\n", ""),
        ],
        verdict: Right,
    },
    // The pair.
    Edit {
        what: "the fix is typed into the wrong version",
        file: STUCK,
        changes: &[(CHECK, ""), (CHANNEL, BOUNDED_CHANNEL), (CONSUMERS, DROP)],
        verdict: Red("producer-consumer/src/stuck.rs is right: "),
    },
    Edit {
        what: "half of the fix is typed into the wrong version",
        file: STUCK,
        changes: &[(CONSUMERS, DROP)],
        verdict: Red("Your own file is producer-consumer/src/yours.rs"),
    },
    Edit {
        what: "the wrong version loses one item less",
        file: STUCK,
        changes: &[("queued >= capacity", "queued > capacity")],
        verdict: Red("an item that finds no room should be lost"),
    },
    Edit {
        what: "the parent keeps a sender",
        file: BOUNDED,
        changes: &[(SAYS_WHEN_IT_ENDS, "")],
        verdict: Red("a thread waits for ever"),
    },
    Edit {
        what: "one consumer too many in the right version",
        file: BOUNDED,
        changes: &[("1..=consumers", "0..=consumers")],
        verdict: Red("one consumer was asked for, and two are at work"),
    },
    Edit {
        what: "no limit in the right version",
        file: BOUNDED,
        changes: &[(WAITS_FOR_ROOM, "    let (put, get) = channel::unbounded();")],
        verdict: Red("the producer does not wait for room"),
    },
    Edit {
        what: "no room in the right version",
        file: BOUNDED,
        changes: &[(WAITS_FOR_ROOM, "    let (put, get) = channel::bounded(0);")],
        verdict: Red("the producer waits before it is full"),
    },
    Edit {
        what: "an item is tried and forgotten in the right version",
        file: BOUNDED,
        changes: &[(SEND, "        let _ = put.try_send(item);")],
        verdict: Red("an item is lost"),
    },
    Edit {
        what: "the receiver of the parent is kept: producers wait for ever if all consumers fail",
        file: BOUNDED,
        changes: &[("        drop(get); // each consumer has its own: after the last one, `send` fails\n", "")],
        verdict: Red("the only consumer fails, and the producer waits for ever"),
    },
    Edit {
        what: "the second Ctrl-C does nothing",
        file: "src/stop.rs",
        changes: &[("        process::exit(1);", "")],
        verdict: Red("a second Ctrl-C ends the program"),
    },
    Edit {
        what: "the program waits for a version that never ends",
        file: "src/count.rs",
        changes: &[("                return false;", "                continue;")],
        verdict: Red("the program waits for a version that never ends"),
    },
    Edit {
        what: "a panic counts as the end",
        file: "src/count.rs",
        changes: &[(
            "        thread.join().unwrap_or_else(|panic| resume_unwind(panic));",
            "        let _ = thread.join();",
        )],
        verdict: Red("catch_unwind"),
    },
    Edit {
        what: "after Ctrl-C, items are still made",
        file: "src/main.rs",
        changes: &[(" && stop::STOPPED.get().is_none()", "")],
        verdict: Red("The program does not end"),
    },
    // The right version in another style.
    Edit {
        what: "a loop with `recv`, and a debug line on stderr",
        file: BOUNDED,
        changes: &[
            (RECEIVES, "    while let Ok(item) = get.recv() {"),
            ("        work(item);", "        eprintln!(\"works on {item}\");\n        work(item);"),
        ],
        verdict: Right,
    },
    Edit {
        what: "the senders are dropped after the receivers",
        file: BOUNDED,
        changes: &[
            (SAYS_WHEN_IT_ENDS, ""),
            ("        drop(get); // each consumer has its own: after the last one, `send` fails", "        drop(get);\n        drop(put);"),
        ],
        verdict: Right,
    },
    Edit {
        what: "an item that is not sent ends the producer",
        file: BOUNDED,
        changes: &[(SEND, "        if put.send(item).is_err() {\n            break;\n        }")],
        verdict: Right,
    },
    Edit {
        what: "a sentinel for each consumer in the right version",
        file: BOUNDED,
        changes: &[
            ("put: Sender<u32>", "put: Sender<Option<u32>>"),
            ("get: Receiver<u32>", "get: Receiver<Option<u32>>"),
            (SEND, "        put.send(Some(item)).unwrap();"),
            (RECEIVES, "    while let Ok(Some(item)) = get.recv() {"),
            ("        for number in 1..=producers {", "        let mut threads = Vec::new();\n        for number in 1..=producers {"),
            (
                "            scope.spawn(move || produce(number, make, put, capacity));",
                "            threads.push(scope.spawn(move || produce(number, make, put, capacity)));",
            ),
            (SAYS_WHEN_IT_ENDS, ""),
            (
                "        drop(get); // each consumer has its own: after the last one, `send` fails",
                "        drop(get);\n        for thread in threads {\n            thread.join().unwrap();\n        }\n        for _ in 0..consumers {\n            put.send(None).unwrap();\n        }",
            ),
        ],
        verdict: Right,
    },
];
