//! When may the reader stop? The claims of `polling`, `closing` and `yours_ending`.

use anyhow::bail;
use common::check::Exercise;
use common::interleave::io;
use std::io::Write;

use super::{explored, is_endless, real_run};
use crate::modelled::Items;

pub fn claims(exercise: Exercise, version: &'static str, file: Items) -> Exercise {
    let one = explored(0, move || file.run_with(1));
    let two = explored(0, move || file.run_with(2));
    let killed = explored(1, move || file.run_with(2));

    let ones = one.clone();
    let counts = move || {
        let is_count =
            |ending: &str| ["end with 0 of 1 taken", "end with 1 of 1 taken"].contains(&ending);
        ones.judge_what_ends(
            is_count,
            "it counts what it takes",
            "the reader cannot count one item",
        )
    };
    let refuses = move || {
        let writes_x = || Ok(writeln!(io::stdout(), "x")?);
        explored(0, move || file.run_with_writer(1, writes_x)).judge_what_ends(
            |ending| ending.contains("an error") || ending.contains("0 of 1"),
            "a line that is no item is an error",
            "the writer puts a line that is no number, and the reader counts it",
        )
    };
    let fails = move || {
        explored(0, move || file.run_with_writer(1, || bail!("the writer has failed")))
            .judge_what_ends(
                |ending| ending.contains("the writer has failed"),
                "the parent notices a writer that fails",
                "the writer fails, and the parent does not say so",
            )
    };

    let ones = one.clone();
    let waits = move || {
        ones.judge_what_ends(
            |ending| ending == "end with 1 of 1 taken",
            "the reader waits for the first item",
            "the reader finds the queue empty, stops, and misses an item",
        )
    };
    let twos = two.clone();
    let waits_again = move || {
        twos.judge_what_ends(
            |ending| ending == "end with 2 of 2 taken",
            "it also waits for the second item",
            "the reader stops between two items, and misses the second one",
        )
    };
    let twos = two.clone();
    let notices = move || match &**twos.0 {
        Err(fault) if is_endless(fault) => twos.judge(|_| false, "", "the reader never stops"),
        Ok(found) if found.deadlocks() > 0 && found.mentions("closes the write end") => twos.judge(
            |ending| ending != "deadlock",
            "",
            "the reader never stops, although the queue is closed",
        ),
        _ => twos.judge_what_ends(
            |ending| ending == "end with 2 of 2 taken",
            "it reads on until end of file",
            "the reader stops too early",
        ),
    };
    let twos = two.clone();
    let closed = move || {
        twos.judge(
            |ending| ending == "end with 2 of 2 taken",
            "it takes both items and stops",
            "the reader never stops, since end of file never comes",
        )
    };
    let survives = move || {
        two.judge(
            |ending| ending == "end with 2 of 2 taken",
            "",
            "the reader must first stop at end of file",
        )?;
        killed.judge(
            |ending| ending != "deadlock",
            "it stops, too, when the writer is killed",
            "the writer is killed, and the reader waits for ever",
        )?;
        real_run(&format!("{version} --pause-ms 0"), "100 of 100 items taken")
    };
    exercise
        .keeps(counts, "What has the reader read in its last step?")
        .keeps(refuses, "Which line of `read` refuses what is no number?")
        .keeps(fails, "Which line of `run` learns how the writer has ended?")
        .goal(
            waits,
            "An empty queue only means that there is nothing in it yet. What does `read_line` do while the \
             queue is empty, and what does it return when the writer has closed it?",
        )
        .goal(waits_again, "The queue can be empty before each item. Where is this asked only once?")
        .goal(notices, "What does `read_line` return at end of file?")
        .goal(
            closed,
            "End of file comes when the last write end is closed. Which process keeps one open?",
        )
        .goal(survives, "A killed writer says no last word. What tells the reader that nothing comes any more?")
}
