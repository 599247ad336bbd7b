//! The picture at the end of each run. In a staged run, nothing is left to chance but time.

use common::check::{Run, command, squeezed};

const PROGRAM: &str = env!("CARGO_BIN_EXE_queue-ipc");

fn queue_ipc(arguments: &str) -> Run {
    Run::start(command(PROGRAM, arguments))
}

/// The lines from the one that begins with this name, without those that a process has said.
fn picture(said: &str, version: &str) -> String {
    let begins = |line: &&str| line.starts_with(&format!("{version}  "));
    let lines = said.lines().skip_while(|line| !begins(line)).enumerate();
    let picture = lines.take_while(|(number, line)| *number == 0 || !begins(line));
    picture.map(|(_, line)| format!("{line}\n")).collect()
}

/// The lanes of a reader and a writer, without how long things took.
fn lanes(said: &str, version: &str) -> String {
    let picture = picture(said, version);
    let lanes: Vec<&str> = picture.lines().skip(1).take(2).collect();
    squeezed(&lanes.join("\n"))
}

#[test]
#[cfg(unix)]
fn polling_ends_at_the_empty_queue_and_the_writer_finds_no_reader() {
    let mut run = queue_ipc("polling --items 3 --step");
    run.until("  stops; items taken: 0"); // when its line has come, it may not have ended yet
    run.wait_until("the reader has ended", |run| run.processes().len() == 2);
    let said = run.end().stdout();
    // The reader may look when the writer has been started, or before, or long before.
    let drawn = lanes(&said, "polling");
    let possible = [
        " reader ··?   takes 0 of 3\n writer  ···x puts 0\n",
        " reader ·?   takes 0 of 3\n writer   ·x puts 0\n",
        " reader ·?    takes 0 of 3\n writer    ·x puts 0\n",
    ];
    assert!(possible.contains(&&*drawn), "{drawn}\n{said}");
    let legend = "  · waits   █ an item   ? the queue is empty: stops   x no reader: broken pipe";
    assert_eq!(picture(&said, "polling").lines().nth(3), Some(legend), "{said}");
}

#[test]
fn closing_takes_each_item_when_it_is_put_and_ends_at_end_of_file() {
    let mut run = queue_ipc("closing --items 3 --step");
    for item in 0..3 {
        run.enter();
        run.until(&format!("  takes {item}"));
    }
    let said = run.end().stdout();
    let drawn = " reader ····█···█···█·| takes 3 of 3\n writer  ·█···█···█     puts 3\n";
    assert_eq!(lanes(&said, "closing"), drawn, "{said}");
    let legend = "  · waits   █ an item   | end of file: stops";
    assert_eq!(picture(&said, "closing").lines().nth(3), Some(legend), "{said}");
}

/// Both writers have put a length and wait for Enter: only then comes a text.
#[test]
fn a_torn_message_is_drawn_as_it_was_read() {
    let mut run = queue_ipc("unlocked --writers 2 --readers 1 --items 1 --step");
    run.until("waits for Enter");
    run.until("waits for Enter");
    let said = run.end().stdout();
    let [one, other] = ['A', 'B'].map(|writer| {
        format!(
            "unlocked   1: taken by reader 1   · missing\n  \
             writer A  ·  0 of 1 whole\n  \
             writer B  ·  0 of 1 whole\n  \
             Torn messages, as they were read: [length] text\n  \
             reader 1  [6] [6]{writer}0\n                \
             ↑ the length of another message\n"
        )
    });
    let drawn = picture(&said, "unlocked");
    assert!([one, other].contains(&drawn), "{said}");
}

#[test]
fn a_writer_that_waits_for_the_lock_says_so_before_it_puts_anything() {
    let mut run = queue_ipc("locked --writers 2 --readers 1 --items 1 --step");
    run.until("waits for the lock");
    run.until("waits for the lock");
    let said = run.end().stdout();
    let of = |writer: &str| {
        let own = said.lines().filter(|line| line.contains(&format!("writer {writer} (PID")));
        own.map(|line| line.rsplit("  ").next().unwrap()).collect::<Vec<_>>()
    };
    for writer in ["A", "B"] {
        let lines = ["waits for the lock", "puts the length 6", "waits for Enter"];
        assert_eq!(of(writer)[..3], lines, "{said}");
    }
    let drawn = "locked     1: taken by reader 1   · missing\n  \
                 writer A  1  1 of 1 whole\n  \
                 writer B  1  1 of 1 whole\n";
    assert_eq!(picture(&said, "locked"), drawn, "{said}");
}

/// A run by chance.
#[test]
fn a_picture_has_a_mark_for_each_message_and_says_of_each_torn_one_what_is_wrong() {
    for version in ["unlocked", "locked"] {
        let said = queue_ipc(&format!("{version} --items 20")).end().stdout();
        let picture = picture(&said, version);
        let rows = picture.lines().filter(|line| line.starts_with("  writer "));
        let (mut whole, mut missing) = (0, 0);
        for row in rows {
            let marks = row.split_whitespace().nth(2).unwrap();
            assert_eq!(marks.chars().count(), 20, "{said}");
            missing += marks.matches('·').count();
            whole += marks.matches(['1', '2']).count();
        }
        assert_eq!(missing + whole, 60, "{said}");
        let torn = picture.matches("  ↑ ").count();
        let torn = if torn > 0 { format!(", {torn} torn") } else { String::new() };
        let result = format!("\n{version:<10} {whole} of 60 items taken{torn}  ");
        assert!(said.contains(&result), "no {result:?}:\n{said}");
        assert!(version == "unlocked" || missing == 0, "{said}");
    }
}

#[test]
fn closing_has_no_gap_and_ends_at_end_of_file() {
    let said = queue_ipc("closing").end().stdout();
    let picture = picture(&said, "closing");
    let mut lanes = picture.lines().skip(1).map(|lane| {
        let mut marks: Vec<char> = lane.split_whitespace().nth(1).unwrap().chars().collect();
        marks.dedup();
        marks.into_iter().collect::<String>()
    });
    let reader = lanes.next().unwrap();
    assert!(["·█·|", "·█|"].contains(&&*reader), "{said}");
    assert_eq!(lanes.next().unwrap(), "·█", "{said}");
}

#[test]
#[cfg(unix)]
fn without_block_characters_it_is_the_same_picture_in_ascii() {
    let mut program = command(PROGRAM, "");
    program.env("LC_ALL", "C");
    let said = Run::start(program).end().stdout();
    assert!(said.is_ascii(), "{said}");
    assert!(said.contains("  . waits   # an item   "), "{said}");
}
