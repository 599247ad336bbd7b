//! See `main.rs`.

use crate::Edit;
use crate::Verdict::{Half, Red, Right, Wrong};

const YOURS: &str = "src/yours.rs";
const LOCKED: &str = "src/locked.rs";

/// Where the lock belongs, in `yours.rs`.
const READ: &str = "    let left = shop.read()?;\n";
const WRITE: &str = "    shop.write(left - 1)?;\n";
const GET: &str = "fn get(shop: &Shop) -> anyhow::Result<bool> {\n    let left = shop.read()?;\n";
const JOIN: &str = "started.into_iter().map(Worker::answer).collect()";

/// The lock of `locked.rs`.
const LOCK: &str = "    lock.lock()?; // held until the end of `get`\n";
const OPEN: &str = "File::open(shop.lock_file())?";

const fn edit(
    what: &'static str,
    file: &'static str,
    changes: &'static [(&'static str, &'static str)],
    verdict: crate::Verdict,
) -> Edit {
    Edit { what, file, changes, verdict }
}

pub const EDITS: &[Edit] = &[
    // Wrong ones in the file of the student's own.
    edit(
        "each buyer locks a file of its own",
        YOURS,
        &[
            ("use common::{Worker, say};", "use common::{Worker, pid, say};"),
            (
                READ,
                "    let own = shop.file.with_extension(format!(\"{}.lock\", pid::own()));\n    \
                 let lock = std::fs::File::create(own)?;\n    lock.lock()?;\n    let left = shop.read()?;\n",
            ),
        ],
        Wrong,
    ),
    edit(
        "the lock is taken twice",
        YOURS,
        &[(
            READ,
            "    let lock = std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    let again = \
             std::fs::File::open(shop.lock_file())?;\n    again.lock()?;\n    let left = shop.read()?;\n",
        )],
        Wrong,
    ),
    edit(
        "the lock is taken in `run` as well",
        YOURS,
        &[
            (
                "    let mut started = Vec::new();\n",
                "    let held = std::fs::File::open(\"db.json.lock\")?;\n    held.lock()?;\n    let mut \
                 started = Vec::new();\n",
            ),
            (
                READ,
                "    let lock = std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    let left = \
                 shop.read()?;\n",
            ),
        ],
        Wrong,
    ),
    edit(
        "the lock is in the memory of each process",
        YOURS,
        &[(
            READ,
            "    static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());\n    let _lock = \
             LOCK.lock().unwrap();\n    let left = shop.read()?;\n",
        )],
        Wrong,
    ),
    edit(
        "a spin lock in the memory of each process",
        YOURS,
        &[(
            READ,
            "    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};\n    static LOCK: AtomicBool = \
             AtomicBool::new(false);\n    while LOCK.swap(true, SeqCst) {\n        \
             std::thread::yield_now();\n    }\n    let left = shop.read()?;\n",
        )],
        Wrong,
    ),
    edit(
        "the search is locked, the purchase is not",
        YOURS,
        &[(
            "    shop.pause_at(Moment::Searching)?;\n",
            "    let lock = std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    \
             shop.pause_at(Moment::Searching)?;\n",
        )],
        Half,
    ),
    edit(
        "whether it has the lock is not looked at",
        YOURS,
        &[(
            READ,
            "    let lock = std::fs::File::open(shop.lock_file())?;\n    let _ = lock.try_lock();\n    let \
             left = shop.read()?;\n",
        )],
        Wrong,
    ),
    edit(
        "with a lock, but it buys where none is left",
        YOURS,
        &[
            (
                READ,
                "    let lock = std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    let left = \
                 shop.read()?;\n",
            ),
            ("        return Ok(false);\n", ""),
            ("left - 1)?;", "left.saturating_sub(1))?;"),
            ("wrote {}\", left - 1", "wrote {}\", left.saturating_sub(1)"),
        ],
        Wrong,
    ),
    edit(
        "with a lock, but nothing is written",
        YOURS,
        &[
            (
                READ,
                "    let lock = std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    let left = \
                 shop.read()?;\n",
            ),
            (WRITE, ""),
        ],
        Wrong,
    ),
    edit(
        "with a lock, but it always answers no",
        YOURS,
        &[
            (
                READ,
                "    let lock = std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    let left = \
                 shop.read()?;\n",
            ),
            ("    Ok(true)\n", "    Ok(false)\n"),
        ],
        Wrong,
    ),
    edit(
        "with a lock, but db.json is written to instead of replaced",
        YOURS,
        &[
            (
                READ,
                "    let lock = std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    let left = \
                 shop.read()?;\n",
            ),
            (
                WRITE,
                "    std::fs::write(&shop.file, format!(\"{{\\\"count\\\":{}}}\", left - 1))?;\n",
            ),
        ],
        Wrong,
    ),
    edit(
        "with a lock, but a buyer that fails counts as one without a ticket",
        YOURS,
        &[
            (
                READ,
                "    let lock = std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    let left = \
                 shop.read()?;\n",
            ),
            (JOIN, "started.into_iter().map(|it| Ok(it.answer().unwrap_or(false))).collect()"),
        ],
        Wrong,
    ),
    edit(
        "with a lock, but the last buyer is not joined",
        YOURS,
        &[
            (
                READ,
                "    let lock = std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    let left = \
                 shop.read()?;\n",
            ),
            (JOIN, "started.into_iter().skip(1).map(Worker::answer).collect()"),
        ],
        Wrong,
    ),
    edit(
        "with a lock, but the first failure hides all answers",
        YOURS,
        &[
            (
                READ,
                "    let lock = std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    let left = \
                 shop.read()?;\n",
            ),
            (JOIN, "started.into_iter().map(|it| it.answer().map(Ok)).collect::<Result<_, _>>()?"),
        ],
        Wrong,
    ),
    // Half fixes.
    edit(
        "the lock is on db.json, which is replaced",
        YOURS,
        &[(
            READ,
            "    let lock = std::fs::File::open(&shop.file)?;\n    lock.lock()?;\n    let left = \
             shop.read()?;\n",
        )],
        Half,
    ),
    edit(
        "the lock is taken after the read",
        YOURS,
        &[(
            READ,
            "    let left = shop.read()?;\n    let lock = std::fs::File::open(shop.lock_file())?;\n    \
             lock.lock()?;\n",
        )],
        Half,
    ),
    edit(
        "only the write is locked",
        YOURS,
        &[(
            WRITE,
            "    let lock = std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    \
             shop.write(left - 1)?;\n",
        )],
        Half,
    ),
    edit(
        "the lock is dropped before the write",
        YOURS,
        &[
            (
                READ,
                "    let lock = std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    let left = \
                 shop.read()?;\n",
            ),
            (WRITE, "    drop(lock);\n    shop.write(left - 1)?;\n"),
        ],
        Half,
    ),
    edit(
        "the lock is released with its temporary file",
        YOURS,
        &[(
            READ,
            "    std::fs::File::open(shop.lock_file())?.lock()?;\n    let left = shop.read()?;\n",
        )],
        Half,
    ),
    edit(
        "the lock is released after the read, and acquired again for the write",
        YOURS,
        &[
            (
                READ,
                "    let lock = std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    let left = \
                 shop.read()?;\n    lock.unlock()?;\n",
            ),
            (WRITE, "    lock.lock()?;\n    shop.write(left - 1)?;\n"),
        ],
        Half,
    ),
    edit(
        "the lock file is removed after use",
        YOURS,
        &[
            (
                READ,
                "    let file = shop.lock_file();\n    let lock = \
                 std::fs::File::options().append(true).create(true).open(file)?;\n    lock.lock()?;\n    let left = shop.read()?;\n",
            ),
            (
                WRITE,
                "    shop.write(left - 1)?;\n    let _ = std::fs::remove_file(shop.lock_file());\n",
            ),
        ],
        Half,
    ),
    edit(
        "a helper function drops the lock at its end",
        YOURS,
        &[
            (
                GET,
                "fn get(shop: &Shop) -> anyhow::Result<bool> {\n    lock(shop)?;\n    let left = \
             shop.read()?;\n",
            ),
            (
                "/// Takes a ticket, if there is one.\n",
                "fn lock(shop: &Shop) -> anyhow::Result<()> {\n    let lock = \
             std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    Ok(())\n}\n\n/// Takes a \
             ticket, if there is one.\n",
            ),
        ],
        Half,
    ),
    edit(
        "the parent waits for each buyer, without a lock",
        YOURS,
        &[
            ("        started.push(start()?);\n", "        started.push(start()?.answer());\n"),
            (JOIN, "started"),
        ],
        Half,
    ),
    // Right ones, in whatever style.
    edit(
        "the fix of the page",
        YOURS,
        &[(
            READ,
            "    let lock = std::fs::File::open(shop.lock_file())?;\n    say!(\"waits for the lock\");\n    \
             lock.lock()?;\n    let left = shop.read()?;\n",
        )],
        Right,
    ),
    edit(
        "a lock file of another name",
        YOURS,
        &[(
            READ,
            "    let name = shop.file.with_extension(\"shop-is-busy\");\n    let lock = \
             std::fs::File::options().append(true).create(true).open(name)?;\n    lock.lock()?;\n    let \
             left = shop.read()?;\n",
        )],
        Right,
    ),
    edit(
        "a helper function returns the guard",
        YOURS,
        &[
            (
                GET,
                "fn get(shop: &Shop) -> anyhow::Result<bool> {\n    let _guard = lock(shop)?;\n    let left = \
             shop.read()?;\n",
            ),
            (
                "/// Takes a ticket, if there is one.\n",
                "fn lock(shop: &Shop) -> anyhow::Result<std::fs::File> {\n    let lock = \
             std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    Ok(lock)\n}\n\n/// Takes a \
             ticket, if there is one.\n",
            ),
        ],
        Right,
    ),
    edit(
        "the lock covers the search as well",
        YOURS,
        &[(
            "    search(shop)?;\n    get(shop)\n",
            "    let lock = std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    \
             search(shop)?;\n    get(shop)\n",
        )],
        Right,
    ),
    edit(
        "the lock is released by its name, after the write",
        YOURS,
        &[
            (
                READ,
                "    let lock = std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    let left = \
                 shop.read()?;\n",
            ),
            (WRITE, "    shop.write(left - 1)?;\n    lock.unlock()?;\n"),
        ],
        Right,
    ),
    edit(
        "the file is read again under the lock",
        YOURS,
        &[(
            WRITE,
            "    let lock = std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    let left = \
             shop.read()?;\n    if left == 0 {\n        return Ok(false);\n    }\n    \
             shop.write(left - 1)?;\n",
        )],
        Right,
    ),
    edit(
        "it asks for the lock again and again",
        YOURS,
        &[(
            READ,
            "    let lock = std::fs::File::open(shop.lock_file())?;\n    while lock.try_lock().is_err() {\n        \
             std::thread::sleep(std::time::Duration::from_millis(1));\n    }\n    let left = \
             shop.read()?;\n",
        )],
        Right,
    ),
    edit(
        "one more line for people",
        YOURS,
        &[(
            READ,
            "    let lock = std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    say!(\"has the \
             lock\");\n    let left = shop.read()?;\n",
        )],
        Right,
    ),
    edit(
        "a lock file of another name",
        LOCKED,
        &[(
            OPEN,
            "File::options().append(true).create(true).open(shop.file.with_extension(\"busy\"))?",
        )],
        Right,
    ),
    edit(
        "the lock file is opened with options",
        LOCKED,
        &[(OPEN, "File::options().read(true).write(true).open(shop.lock_file())?")],
        Right,
    ),
    edit(
        "a helper function returns the guard",
        LOCKED,
        &[
            (
                "    let lock = File::open(shop.lock_file())?; // not db.json: `write` puts another file \
                 in its place\n    say!(\"waits for the lock\");\n",
                "    let _guard = lock(shop)?;\n",
            ),
            (LOCK, ""),
            (
                "/// Takes a ticket, if there is one.\n",
                "fn lock(shop: &Shop) -> anyhow::Result<File> {\n    let lock = \
                 File::open(shop.lock_file())?;\n    say!(\"waits for the lock\");\n    lock.lock()?;\n    \
                 Ok(lock)\n}\n\n/// Takes a ticket, if there is one.\n",
            ),
        ],
        Right,
    ),
    edit(
        "the lock is released by its name, at the end",
        LOCKED,
        &[("    Ok(true)\n", "    lock.unlock()?;\n    Ok(true)\n")],
        Right,
    ),
    edit(
        "one more line for people",
        LOCKED,
        &[(LOCK, "    lock.lock()?;\n    say!(\"has the lock\");\n")],
        Right,
    ),
    // What is no longer so in the other files.
    edit(
        "there is no lock",
        LOCKED,
        &[(LOCK, "")],
        Red("locked.rs is still wrong: it sells 2 tickets where there was 1. 12"),
    ),
    edit(
        "the lock is dropped before the write",
        LOCKED,
        &[(WRITE, "    drop(lock);\n    shop.write(left - 1)?;\n")],
        Red("But it sells 2 tickets where there was 1."),
    ),
    edit("the lock is on db.json", LOCKED, &[(OPEN, "File::open(&shop.file)?")], Half),
    edit(
        "the lock covers the search as well",
        LOCKED,
        &[
            ("    search(shop)?;\n    get(shop)\n", "    get(shop)\n"),
            (LOCK, "    lock.lock()?;\n    search(shop)?;\n"),
        ],
        Red("locked.rs keeps others from searching while one buys"),
    ),
    edit(
        "it is fixed",
        "src/unlocked.rs",
        &[(
            READ,
            "    let lock = std::fs::File::open(shop.lock_file())?;\n    lock.lock()?;\n    let left = \
             shop.read()?;\n",
        )],
        Red("unlocked.rs is right"),
    ),
    edit(
        "all buyers run at once",
        "src/serial.rs",
        &[
            (
                "answers.push(buyer.answer()); // waits for its end, before the next one starts",
                "answers.push(buyer);",
            ),
            ("    Ok(answers)\n", "    Ok(answers.into_iter().map(Worker::answer).collect())\n"),
        ],
        Red("serial.rs sells wrongly to two buyers"),
    ),
    edit(
        "a buyer that fails counts as one without a ticket",
        "src/serial.rs",
        &[("answers.push(buyer.answer());", "answers.push(Ok(buyer.answer().unwrap_or(false)));")],
        Red("serial.rs sells wrongly when a buyer is killed"),
    ),
    edit(
        "the new file is not synced",
        "src/database.rs",
        &[(
            "        file.write_all(text.as_bytes())?;\n        file.sync_all()\n",
            "        file.write_all(text.as_bytes())\n",
        )],
        Red("after a power loss, db.json could be empty"),
    ),
    edit(
        "a short write is not noticed",
        "src/database.rs",
        &[("file.write_all(text.as_bytes())?;", "let _ = file.write(text.as_bytes())?;")],
        Red("the disk may take less than it is given"),
    ),
    edit(
        "a count that is none counts as 0",
        "src/database.rs",
        &[("        _ => bail!", "        (None, Some(_)) => Ok(0),\n        _ => bail!")],
        Red("counts as 0"),
    ),
    edit(
        "a file that is no JSON counts as 0",
        "src/database.rs",
        &[(
            "serde_json::from_str(&text).with_context(|| format!(\"{name} is not JSON\"))?",
            "serde_json::from_str(&text).unwrap_or(json!({ \"count\": 0 }))",
        )],
        Red("counts as 0"),
    ),
    edit(
        "a file that is missing counts as 0",
        "src/database.rs",
        &[(
            "fs::read_to_string(file).with_context(|| format!(\"cannot read {name}\"))?",
            "fs::read_to_string(file).unwrap_or(\"{\\\"count\\\":0}\".into())",
        )],
        Red("counts as 0"),
    ),
    edit(
        "the file is renamed before it is written",
        "src/shop.rs",
        &[(
            "        database::create(&new, left)?;\n        self.pause_at(Moment::Renaming)?;\n        database::replace(&self.file, &new)\n",
            "        database::replace(&self.file, &new)?;\n        self.pause_at(Moment::Renaming)?;\n        database::create(&new, left)\n",
        )],
        Red("a buyer does not write its purchase"),
    ),
    edit(
        "db.json is written to instead of replaced",
        "src/shop.rs",
        &[(
            "        database::create(&new, left)?;\n        self.pause_at(Moment::Renaming)?;\n        database::replace(&self.file, &new)\n",
            "        self.pause_at(Moment::Renaming)?;\n        let _ = new;\n        database::create(&self.file, left)\n",
        )],
        Red("when a buyer is killed, db.json is not whole"),
    ),
    edit(
        "only the first answer is looked at",
        "src/main.rs",
        &[(
            "answers.into_iter().collect::<anyhow::Result<Vec<bool>>>()?;",
            "answers.into_iter().next().transpose()?;",
        )],
        Red("(exit status: 0)"),
    ),
];
