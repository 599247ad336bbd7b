//! Does each message arrive whole? The claims of `unlocked`, `locked` and `yours_lock`.

use std::io::Write;

use anyhow::{Result, bail};
use common::check::Exercise;
use common::interleave::fs::{self, File};
use common::interleave::{io, thread};

use super::{Explored, explored, explored_in_part, is_unfinished, real_run};
use crate::modelled::Messages;

/// A text that a pipe takes in two pieces only, and that a reader gets in many.
pub mod long {
    use crate::modelled::{Messages, ends};

    /// Writer A puts item 2 in the place of item 0: it has 5001 bytes.
    mod messages {
        pub use crate::messages::{LONGEST, Taken, tear};

        pub fn text(writer: char, item: u32) -> String {
            crate::messages::text(writer, if writer == 'A' { item + 2 } else { item })
        }
    }

    common::explore!(locked, "../../src/locked.rs", use ::common::interleave::common);
    common::explore!(unlocked, "../../src/unlocked.rs", use ::common::interleave::common);
    common::explore!(yours_lock, "../../src/yours_lock.rs", use ::common::interleave::common);

    pub const LOCKED: Messages =
        Messages { run: locked::run, write: locked::write, read: locked::read };
    pub const UNLOCKED: Messages =
        Messages { run: unlocked::run, write: unlocked::write, read: unlocked::read };
    pub const YOURS_LOCK: Messages =
        Messages { run: yours_lock::run, write: yours_lock::write, read: yours_lock::read };
}

const BOTH: &str = "end with 2 of 2 taken";
const ONE: &str = "end with 1 of 1 taken";

pub fn claims(
    exercise: Exercise,
    version: &'static str,
    file: Messages,
    long: Messages,
) -> Exercise {
    let writers = explored(0, move || file.run_with(2, 1, 1));
    let readers = explored(0, move || file.run_with(1, 2, 1));
    // Short messages are tried in every interleaving, long ones in those that can be tried in time.
    let longs = explored_in_part(move || long.run_with(2, 1, 1));
    let all = [(writers.clone(), BOTH), (readers.clone(), ONE), (longs.clone(), BOTH)];

    let alone = explored(0, move || file.run_with(1, 1, 1));
    let ones = alone.clone();
    let opens = move || {
        ones.judge_what_is_explored(
            |ending| !ending.contains("entity not found"),
            "each process finds its lock file",
            "a process opens a file that is not there",
        )
    };
    let ones = alone.clone();
    let shares = move || match &**ones.0 {
        Err(fault) if fault.contains("in a `static`") => {
            ones.judge(|_| false, "", "the lock is in the wrong place")
        }
        _ => Ok("no lock is in a `static`".into()),
    };
    let arrives = move || {
        let wrong = "one writer puts one message, and one reader does not take it";
        alone.judge_what_ends(|ending| ending == ONE, "", wrong)?;
        match &**alone.0 {
            Ok(found) if found.ending_with("1 of 1 taken") == 0 => {
                alone.judge(|_| false, "", wrong)
            }
            _ => Ok("a message can arrive".into()),
        }
    };
    let tells = move || {
        let tears = |_| Ok(io::stdout().write_all(b"\0\0\0\x06A0 B0 ")?);
        explored(0, move || file.run_with_writers(1, 1, 1, tears)).judge_what_ends(
            |ending| ending.contains("torn") || ending.contains("an error"),
            "a torn message is told",
            "the queue holds a torn message, and the reader counts it",
        )
    };
    let fails = move || {
        let fails = |_| bail!("the writer has failed");
        explored(0, move || file.run_with_writers(1, 1, 1, fails)).judge_what_ends(
            |ending| ending.contains("the writer has failed"),
            "the parent notices a writer that fails",
            "a writer fails, and the parent does not say so",
        )
    };
    let breaks = move || {
        let broken = move |letter| match (file.write)(letter, 1, Default::default(), false) {
            Err(fault) => bail!("{fault}"),
            Ok(()) => Ok(()),
        };
        let found = explored(0, move || file.run_with_writers(1, 0, 1, broken));
        match &**found.0 {
            Ok(it) if it.mentions("finds a broken pipe") => {
                Ok("a writer notices that no reader is left".into())
            }
            _ => found.judge(|_| false, "", "no reader is left, and the writer never notices"),
        }
    };

    let meet = move || {
        explored(0, move || file.run_with_writers(2, 1, 1, meets)).judge(
            |ending| ending == "end with 0 of 2 taken",
            "both writers work at the same time",
            "a writer is started only when another one has ended",
        )
    };

    let shorts = writers.clone();
    let others = [readers.clone(), longs.clone()];
    let short = move || {
        others.into_iter().for_each(Explored::begin); // a spin lock has very many interleavings
        writers.judge_what_ends(
            |ending| ending == BOTH,
            "short messages of two writers stay whole",
            "a writer puts something into the message of another one",
        )
    };
    let taken = move || {
        readers.judge_what_ends(
            |ending| ending == ONE,
            "two readers do not share a message",
            "a reader takes something out of the message of another one",
        )
    };
    let long = move || {
        let torn = "short messages are torn, too";
        shorts.judge_what_ends(|ending| ending == BOTH, "", torn)?;
        let right = "a long message of 5,001 bytes stays whole";
        let wrong = "a long message of 5,001 bytes is torn";
        match longs.judge_what_ends(|ending| ending == BOTH, right, wrong) {
            Err(fault) if is_unfinished(&fault) => Ok(right.into()),
            found => found,
        }
    };
    let ends = move || {
        for (found, right) in &all {
            match found.judge(|ending| ending == *right, "", "processes wait for ever") {
                Err(fault) if !is_unfinished(&fault) => return Err(fault),
                _ => {}
            }
        }
        let right = "no process waits for ever";
        let wrong = "a reader takes a part of the next message, and keeps it";
        let pieces = explored_in_part(move || file.run_with_writers(1, 2, 2, one_and_a_half));
        match pieces.judge(|ending| ending == BOTH, right, wrong) {
            Err(fault) if !is_unfinished(&fault) => return Err(fault),
            _ => {}
        }
        real_run(&format!("{version} --pause-ms 0"), "300 of 300 items taken ")
    };
    exercise
        .keeps(opens, "In which folder is the file, and in which one does each worker start?")
        .keeps(shares, "Which file can both processes open, and lock?")
        .keeps(arrives, "Which process waits for what?")
        .keeps(tells, "What does `messages::tear` say about it?")
        .keeps(fails, "Which line of `run` learns how the writers have ended?")
        .keeps(breaks, "Which process keeps a read end open?")
        .keeps(meet, "Which line of `run` waits for the end of a writer?")
        .goal(short, "Between which steps of a writer must the other one not come in, and what keeps it out?")
        .goal(taken, "Between which steps of a reader must the other one not come in, and what keeps it out?")
        .goal(
            long,
            "A pipe takes at most 4,096 bytes (`PIPE_BUF`) in one piece. What keeps the other writer out \
             between two pieces?",
        )
        .goal(ends, "Which process holds a lock that another one needs before it can go on?")
}

/// A writer that waits until the other one is there.
fn meets(letter: char) -> Result<()> {
    let other = if letter == 'A' { "B" } else { "A" };
    File::create(letter.to_string())?;
    while !fs::exists(other)? {
        thread::yield_now();
    }
    Ok(())
}

/// A writer whose first write brings a message and the length of the next one.
fn one_and_a_half(_: char) -> Result<()> {
    let mut queue = io::stdout();
    queue.write_all(b"\0\0\0\x06A0 A0 \0\0\0\x06")?;
    Ok(queue.write_all(b"A0 A0 ")?)
}
