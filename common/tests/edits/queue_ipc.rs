//! See `main.rs`.

use crate::Edit;
use crate::Verdict::{Half, Red, Right, Wrong};

const ENDING: &str = "src/yours_ending.rs";
const LOCK: &str = "src/yours_lock.rs";
const CLOSING: &str = "src/closing.rs";
const LOCKED: &str = "src/locked.rs";

type Change = (&'static str, &'static str);

/// What stands in `yours_ending.rs`.
const POLL: &str =
    "    while !super::ends::is_empty(&mut queue)? {\n        queue.read_line(&mut line)?;\n";
const CLOSED: &str = "    while queue.read_line(&mut line)? > 0 {\n";
const FIXED: Change = (POLL, CLOSED);

/// What stands in `yours_lock.rs`.
const PUTS: &str = "    say!(\"puts the length {}\", text.len());\n";
const GETS: &str = "    let (mut length, mut text) = (Vec::new(), Vec::new());\n";
const USE: Change = ("use std::io::{self, Read", "use std::fs::File;\nuse std::io::{self, Read");
const PUT: Change = (
    PUTS,
    "    let lock = File::open(\"put.lock\")?;\n    lock.lock()?;\n    say!(\"puts the length {}\", text.len());\n",
);
const GET: Change = (
    GETS,
    "    let lock = File::open(\"get.lock\")?;\n    lock.lock()?;\n    let (mut length, mut text) = (Vec::new(), Vec::new());\n",
);
const LENGTH: &str = "    queue.write_all(&u32::try_from(text.len())?.to_be_bytes())?;\n";
const TEXT: &str = "    queue.write_all(text.as_bytes())?;\n";
const NO_LENGTH: Change = (LENGTH, "");
const ONE_WRITE: Change = (
    TEXT,
    "    let length = u32::try_from(text.len())?.to_be_bytes();\n    queue.write_all(&[&length, text.as_bytes()].concat())?;\n",
);

/// What stands in `locked.rs`.
const PUT_LOCKED: &str = "    let lock = File::open(\"put.lock\")?;\n    say!(\"waits for the lock\");\n    lock.lock()?; // until `lock` is dropped, which closes the file\n";
const GET_LOCKED: &str = "    let lock = File::open(\"get.lock\")?;\n    lock.lock()?; // until `lock` is dropped, which closes the file\n";

const fn edit(
    file: &'static str,
    what: &'static str,
    changes: &'static [Change],
    verdict: crate::Verdict,
) -> Edit {
    Edit { what, file, changes, verdict }
}

pub const EDITS: &[Edit] = &[
    // When may the reader stop?
    edit(
        ENDING,
        "polls twice",
        &[(
            "!super::ends::is_empty(&mut queue)?",
            "!(super::ends::is_empty(&mut queue)? && super::ends::is_empty(&mut queue)?)",
        )],
        Wrong,
    ),
    edit(
        ENDING,
        "sleeps before it polls",
        &[("    while !super", "    thread::sleep(Duration::from_millis(50));\n    while !super")],
        Wrong,
    ),
    edit(
        ENDING,
        "takes 100 lines",
        &[(POLL, "    for _ in 0..100 {\n        queue.read_line(&mut line)?;\n")],
        Wrong,
    ),
    edit(
        ENDING,
        "computes for ever",
        &[(
            POLL,
            "    while std::hint::black_box(true) {}\n    while queue.read_line(&mut line)? > 0 {\n",
        )],
        Wrong,
    ),
    edit(
        ENDING,
        "a number that cannot be read counts as 0",
        &[
            FIXED,
            (".parse().with_context(|| format!(\"no item: {line:?}\"))?", ".parse().unwrap_or(0)"),
        ],
        Wrong,
    ),
    edit(
        ENDING,
        "the writer is not joined",
        &[FIXED, ("    writer.join()?;\n", "    drop(writer);\n")],
        Wrong,
    ),
    edit(
        ENDING,
        "the parent keeps a write end",
        &[FIXED, (".stdout(put)", ".stdout(put.try_clone()?)")],
        Half,
    ),
    edit(
        ENDING,
        "0 bytes count as nothing",
        &[(
            POLL,
            "    loop {\n        if queue.read_line(&mut line)? == 0 {\n            continue;\n        }\n",
        )],
        Half,
    ),
    edit(
        ENDING,
        "reads first, then polls",
        &[(
            POLL,
            "    while taken == 0 || !super::ends::is_empty(&mut queue)? {\n        queue.read_line(&mut line)?;\n",
        )],
        Half,
    ),
    edit(
        ENDING,
        "waits for the first item, then polls",
        &[(
            "    while !super",
            "    while super::ends::is_empty(&mut queue)? {\n        thread::sleep(Duration::from_millis(1));\n    }\n    while !super",
        )],
        Half,
    ),
    edit(
        ENDING,
        "polls for ever",
        &[(
            POLL,
            "    loop {\n        while super::ends::is_empty(&mut queue)? {\n            thread::sleep(Duration::from_millis(1));\n        }\n        queue.read_line(&mut line)?;\n        if line.is_empty() {\n            break;\n        }\n",
        )],
        Half,
    ),
    edit(
        ENDING,
        "a last word from the writer, and no end of file",
        &[
            (
                POLL,
                "    loop {\n        if queue.read_line(&mut line)? == 0 {\n            continue;\n        }\n        if line == \"end\\n\" {\n            break;\n        }\n",
            ),
            (
                "format!(\"item {item}\"))?;\n    }\n",
                "format!(\"item {item}\"))?;\n    }\n    writeln!(queue, \"end\")?;\n",
            ),
        ],
        Half,
    ),
    edit(ENDING, "as on the page", &[FIXED], Right),
    edit(
        ENDING,
        "a loop with a break",
        &[(
            POLL,
            "    loop {\n        if queue.read_line(&mut line)? == 0 {\n            break;\n        }\n",
        )],
        Right,
    ),
    edit(
        ENDING,
        "lines()",
        &[
            (POLL, "    for next in queue.lines() {\n        line += &next?;\n"),
            ("let mut queue = io::stdin().lock();", "let queue = io::stdin().lock();"),
        ],
        Right,
    ),
    edit(
        ENDING,
        "a last word from the writer, and end of file is an error",
        &[
            (
                POLL,
                "    loop {\n        queue.read_line(&mut line)?;\n        if line == \"end\\n\" {\n            break;\n        }\n",
            ),
            (
                "format!(\"item {item}\"))?;\n    }\n",
                "format!(\"item {item}\"))?;\n    }\n    writeln!(queue, \"end\")?;\n",
            ),
        ],
        Right,
    ),
    edit(
        ENDING,
        "a debug line",
        &[(
            POLL,
            "    while queue.read_line(&mut line)? > 0 {\n        eprintln!(\"got {line:?}\");\n",
        )],
        Right,
    ),
    edit(
        ENDING,
        "joins the writer first",
        &[
            FIXED,
            (
                "    let taken = reader.answer();\n    writer.join()?;\n    taken\n",
                "    writer.join()?;\n    reader.answer()\n",
            ),
        ],
        Right,
    ),
    edit(
        CLOSING,
        "lines()",
        &[
            (CLOSED, "    for next in queue.lines() {\n        line += &next?;\n"),
            ("let mut queue = io::stdin().lock();", "let queue = io::stdin().lock();"),
        ],
        Right,
    ),
    edit(
        CLOSING,
        "a debug line",
        &[(
            CLOSED,
            "    while queue.read_line(&mut line)? > 0 {\n        eprintln!(\"got {line:?}\");\n",
        )],
        Right,
    ),
    edit(
        CLOSING,
        "the parent keeps a write end",
        &[(".stdout(put)", ".stdout(put.try_clone()?)")],
        Red("closing.rs is half fixed"),
    ),
    edit(
        CLOSING,
        "polls",
        &[(CLOSED, POLL)],
        Red("closing.rs is still wrong: the reader finds the queue empty"),
    ),
    edit(
        CLOSING,
        "a number that cannot be read counts as 0",
        &[(".parse().with_context(|| format!(\"no item: {line:?}\"))?", ".parse().unwrap_or(0)")],
        Red("the writer puts a line that is no number, and the reader counts it"),
    ),
    edit(
        CLOSING,
        "the writer is not joined",
        &[("    writer.join()?;\n", "    drop(writer);\n")],
        Red("the writer fails, and the parent does not say so"),
    ),
    edit("src/polling.rs", "the fix", &[FIXED], Red("polling.rs is right")),
    // Which process keeps the messages apart?
    edit(
        LOCK,
        "each lock is released at once",
        &[
            USE,
            (
                PUTS,
                "    File::open(\"put.lock\")?.lock()?;\n    say!(\"puts the length {}\", text.len());\n",
            ),
            (
                GETS,
                "    File::open(\"get.lock\")?.lock()?;\n    let (mut length, mut text) = (Vec::new(), Vec::new());\n",
            ),
        ],
        Wrong,
    ),
    edit(
        LOCK,
        "a lock in a static",
        &[
            (
                PUTS,
                "    let _lock = LOCK.lock().unwrap();\n    say!(\"puts the length {}\", text.len());\n",
            ),
            (
                GETS,
                "    let _lock = LOCK.lock().unwrap();\n    let (mut length, mut text) = (Vec::new(), Vec::new());\n",
            ),
            (
                "fn put(mut",
                "static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());\n\nfn put(mut",
            ),
        ],
        Wrong,
    ),
    edit(
        LOCK,
        "the parent keeps a write end",
        &[USE, PUT, GET, ("drop((get, put));", "drop(get);")],
        Wrong,
    ),
    edit(
        LOCK,
        "the parent keeps a read end",
        &[USE, PUT, GET, ("drop((get, put));", "drop(put);")],
        Wrong,
    ),
    edit(
        LOCK,
        "the parent locks, too",
        &[
            USE,
            PUT,
            GET,
            (
                "    let (get, put) = io::pipe()?;\n",
                "    let lock = File::open(\"put.lock\")?;\n    lock.lock()?;\n    let (get, put) = io::pipe()?;\n",
            ),
        ],
        Wrong,
    ),
    edit(
        LOCK,
        "locks twice",
        &[
            USE,
            PUT,
            GET,
            (
                LENGTH,
                "    let other = File::open(\"put.lock\")?;\n    other.lock()?;\n    queue.write_all(&u32::try_from(text.len())?.to_be_bytes())?;\n",
            ),
        ],
        Wrong,
    ),
    edit(
        LOCK,
        "a torn message counts",
        &[
            USE,
            PUT,
            GET,
            (
                "if let Some(place) = messages::tear(&message) {",
                "if let Some(place) = messages::tear(&message).filter(|_| false) {",
            ),
        ],
        Wrong,
    ),
    edit(
        LOCK,
        "the writers are not joined",
        &[USE, PUT, GET, ("    join_all(writing)?;\n", "    let _ = join_all(writing);\n")],
        Wrong,
    ),
    edit(
        LOCK,
        "the writers come one after the other",
        &[(
            "        writing.push(Worker::start(worker(&format!(\"writer {letter}\")).stdout(put.try_clone()?))?);\n",
            "        Worker::start(worker(&format!(\"writer {letter}\")).stdout(put.try_clone()?))?.join()?;\n        writing.truncate(0);\n",
        )],
        Wrong,
    ),
    edit(
        LOCK,
        "only one reader",
        &[USE, PUT, ("for number in 1..=readers {", "for number in 1..=readers.min(1) {")],
        Half,
    ),
    edit(
        LOCK,
        "no such lock file",
        &[
            USE,
            PUT,
            GET,
            (
                "fn put(mut queue: impl Write, text: &str, pause: Duration, step: bool) -> Result<()> {\n",
                "fn put(mut queue: impl Write, text: &str, pause: Duration, step: bool) -> Result<()> {\n    let other = File::open(\"queue.lock\")?;\n    other.lock()?;\n",
            ),
        ],
        Wrong,
    ),
    edit(LOCK, "no pause between length and text", &[("    thread::sleep(pause);\n", "")], Wrong),
    edit(LOCK, "only in put", &[USE, PUT], Half),
    edit(LOCK, "only in get", &[USE, GET], Half),
    edit(
        LOCK,
        "released before the text",
        &[USE, PUT, GET, (TEXT, "    drop(lock);\n    queue.write_all(text.as_bytes())?;\n")],
        Half,
    ),
    edit(
        LOCK,
        "unlocked before the text",
        &[
            USE,
            PUT,
            GET,
            ("    thread::sleep(pause);\n", "    thread::sleep(pause);\n    lock.unlock()?;\n"),
        ],
        Half,
    ),
    edit(
        LOCK,
        "released at once in put",
        &[
            USE,
            GET,
            (
                PUTS,
                "    File::open(\"put.lock\")?.lock()?;\n    say!(\"puts the length {}\", text.len());\n",
            ),
        ],
        Half,
    ),
    edit(
        LOCK,
        "locked after the length was read",
        &[
            USE,
            PUT,
            (
                "    let Some(bytes) =",
                "    let lock = File::open(\"get.lock\")?;\n    lock.lock()?;\n    let Some(bytes) =",
            ),
        ],
        Half,
    ),
    edit(
        LOCK,
        "one lock for both ends",
        &[
            USE,
            PUT,
            (
                GETS,
                "    let lock = File::open(\"put.lock\")?;\n    lock.lock()?;\n    let (mut length, mut text) = (Vec::new(), Vec::new());\n",
            ),
        ],
        Half,
    ),
    edit(LOCK, "one write, and no lock in put", &[USE, GET, NO_LENGTH, ONE_WRITE], Half),
    edit(
        LOCK,
        "a short write",
        &[USE, PUT, GET, (TEXT, "    let _ = queue.write(text.as_bytes())?;\n")],
        Half,
    ),
    edit(
        LOCK,
        "a reader with a buffer",
        &[
            USE,
            PUT,
            GET,
            (
                "    let queue = unbuffered(io::stdin())?;\n",
                "    let mut queue = io::stdin().lock();\n",
            ),
            ("get(&queue)?", "get(&mut queue)?"),
        ],
        Half,
    ),
    edit(
        LOCK,
        "a static in put",
        &[
            USE,
            GET,
            (
                PUTS,
                "    let _lock = LOCK.lock().unwrap();\n    say!(\"puts the length {}\", text.len());\n",
            ),
            (
                "fn put(mut",
                "static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());\n\nfn put(mut",
            ),
        ],
        Half,
    ),
    edit(LOCK, "as on the page", &[USE, PUT, GET], Right),
    edit(LOCK, "one write, with the lock", &[USE, PUT, GET, NO_LENGTH, ONE_WRITE], Right),
    edit(
        LOCK,
        "lock files of other names",
        &[
            USE,
            (
                PUTS,
                "    let writing = File::create(\"writers\")?;\n    writing.lock()?;\n    say!(\"puts the length {}\", text.len());\n",
            ),
            (
                GETS,
                "    let reading = File::create(\"readers\")?;\n    reading.lock()?;\n    let (mut length, mut text) = (Vec::new(), Vec::new());\n",
            ),
        ],
        Right,
    ),
    edit(
        LOCK,
        "unlocked at the end",
        &[USE, PUT, GET, (TEXT, "    queue.write_all(text.as_bytes())?;\n    lock.unlock()?;\n")],
        Right,
    ),
    edit(
        LOCK,
        "a spin lock",
        &[
            USE,
            (
                PUTS,
                "    let lock = File::open(\"put.lock\")?;\n    while lock.try_lock().is_err() {\n        thread::yield_now();\n    }\n    say!(\"puts the length {}\", text.len());\n",
            ),
            (
                GETS,
                "    let lock = File::open(\"get.lock\")?;\n    while lock.try_lock().is_err() {\n        thread::sleep(Duration::from_millis(1));\n    }\n    let (mut length, mut text) = (Vec::new(), Vec::new());\n",
            ),
        ],
        Right,
    ),
    edit(
        LOCK,
        "a debug line",
        &[
            USE,
            PUT,
            GET,
            (
                TEXT,
                "    eprintln!(\"puts {}\", &text[..2]);\n    queue.write_all(text.as_bytes())?;\n",
            ),
        ],
        Right,
    ),
    edit(
        LOCK,
        "a guard in a block",
        &[
            USE,
            GET,
            (
                PUTS,
                "    {\n    let lock = File::open(\"put.lock\")?;\n    lock.lock()?;\n    say!(\"puts the length {}\", text.len());\n",
            ),
            (TEXT, "    queue.write_all(text.as_bytes())?;\n    }\n"),
        ],
        Right,
    ),
    edit(
        LOCKED,
        "lock files of other names",
        &[
            (
                PUT_LOCKED,
                "    let writing = File::create(\"writers\")?;\n    say!(\"waits for the lock\");\n    writing.lock()?;\n",
            ),
            (GET_LOCKED, "    let reading = File::create(\"readers\")?;\n    reading.lock()?;\n"),
        ],
        Right,
    ),
    edit(LOCKED, "one write", &[NO_LENGTH, ONE_WRITE], Right),
    edit(
        LOCKED,
        "a debug line",
        &[(
            TEXT,
            "    eprintln!(\"puts {}\", &text[..2]);\n    queue.write_all(text.as_bytes())?;\n",
        )],
        Right,
    ),
    edit(
        LOCKED,
        "a spin lock",
        &[
            (
                PUT_LOCKED,
                "    let lock = File::open(\"put.lock\")?;\n    say!(\"waits for the lock\");\n    while lock.try_lock().is_err() {\n        thread::sleep(Duration::from_millis(1));\n    }\n",
            ),
            (
                GET_LOCKED,
                "    let lock = File::open(\"get.lock\")?;\n    while lock.try_lock().is_err() {\n        thread::sleep(Duration::from_millis(1));\n    }\n",
            ),
        ],
        Right,
    ),
    edit(
        LOCKED,
        "no lock in put",
        &[(PUT_LOCKED, "    let _ = File::open(\"put.lock\")?;\n")],
        Red("locked.rs is half fixed"),
    ),
    edit(LOCKED, "no lock in get", &[(GET_LOCKED, "")], Red("locked.rs is half fixed")),
    edit(
        LOCKED,
        "released before the text",
        &[(TEXT, "    drop(lock);\n    queue.write_all(text.as_bytes())?;\n")],
        Red("locked.rs is half fixed"),
    ),
    edit(
        LOCKED,
        "the parent keeps a write end",
        &[("drop((get, put));", "drop(get);")],
        Red("locked.rs is still wrong: one writer puts one message"),
    ),
    edit(LOCKED, "one lock for both ends", &[("\"get.lock\"", "\"put.lock\"")], Red("deadlock")),
    edit(
        LOCKED,
        "a short write",
        &[(TEXT, "    let _ = queue.write(text.as_bytes())?;\n")],
        Red("5,001 bytes"),
    ),
    edit("src/unlocked.rs", "the fix", &[USE, PUT, GET], Red("unlocked.rs is right")),
    edit("src/unlocked.rs", "a lock only in put", &[USE, PUT], Red("unlocked.rs is half fixed")),
    edit(
        "src/messages.rs",
        "a torn message is not told",
        &[(
            "pub fn tear(message: &[u8]) -> Option<String> {\n",
            "pub fn tear(message: &[u8]) -> Option<String> {\n    if message.len() > 1 {\n        return None;\n    }\n",
        )],
        Red("torn"),
    ),
    edit(
        "src/roles.rs",
        "a writer that fails says nothing",
        &[(
            "if fault.downcast_ref().map(io::Error::kind) == Some(ErrorKind::BrokenPipe) {",
            "if fault.downcast_ref().map(io::Error::kind) != Some(ErrorKind::NotFound) {",
        )],
        Red("/dev/full"),
    ),
    edit(
        "src/lock_files.rs",
        "no lock file for the readers",
        &[("[\"put.lock\", \"get.lock\"]", "[\"put.lock\"]")],
        Red("does not say"),
    ),
];
