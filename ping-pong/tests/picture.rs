//! The picture of a run. Where a check is the one who speaks, it is exact.

#[path = "../src/picture.rs"]
mod picture;
#[path = "../src/words.rs"]
mod words;

use std::io::{self, Write};
use std::thread;
use std::time::Duration;

use common::check::{Run, command};
use common::record::{Life, Lines, Record};
use words::Words;

/// What the parent hears when these words are said.
fn heard(said: String) -> Words {
    let (ears, mut mouth) = io::pipe().unwrap();
    let speaking = thread::spawn(move || mouth.write_all(said.as_bytes()).unwrap());
    let words = words::hear(ears, Lines::None);
    speaking.join().unwrap();
    words
}

/// The picture of these words, without its colours.
fn picture_of(said: String) -> String {
    let life = |name: &str, pid| Life { name: name.into(), pid, from: Duration::ZERO, to: None };
    let workers = vec![life("Ping", 12345), life("Pong", 12346)];
    let drawn = picture::draw("shared", &heard(said), &Record { workers, ..Record::default() });
    let (first, styled) = drawn.split_once('\u{1b}').unwrap_or((&drawn, ""));
    let texts = styled.split('\u{1b}').flat_map(|part| part.split_once('m')); // `[36m` and a text
    texts.fold(first.to_string(), |plain, (_, text)| plain + text)
}

/// Runs a version of the program. The columns of its picture: of Ping, of Pong, and the marks.
fn columns(arguments: &str) -> Vec<String> {
    let run = Run::start(command(env!("CARGO_BIN_EXE_ping-pong"), arguments));
    let said = run.end().stdout();
    let lines: Vec<&str> = said.lines().collect();
    let title = lines.iter().position(|line| line.contains("in order of time"));
    let [title, rows @ ..] = &lines[title.unwrap_or_else(|| panic!("{said}"))..] else { panic!() };
    let left = title.find("in order").unwrap();
    for (row, name) in rows.iter().zip(["  Ping (PID ", "  Pong (PID ", "  same player again: "]) {
        assert!(row.starts_with(name), "{said}");
    }
    rows[..3].iter().map(|row| row.chars().skip(left).collect()).collect()
}

/// The numbers in a row, each with its column.
fn numbers(row: &str) -> Vec<(usize, u32)> {
    let starts =
        row.char_indices().filter(|(at, it)| *it != ' ' && !row[..*at].ends_with(|it| it != ' '));
    starts.map(|(at, _)| (at, row[at..].split(' ').next().unwrap().parse().unwrap())).collect()
}

#[test]
fn a_column_is_a_word_and_a_player_that_speaks_again_is_marked() {
    let said = ["Ping 1", "Pong 1", "Ping 2", "Ping 3", "Pong 2", "Ping 9", "Ping 10", "Ping 11"];
    let expected = "\
shared                  in order of time →  2 of 6 numbers counted by both
  Ping (PID 12345)      1   2 3   9 10 11
  Pong (PID 12346)        1     2
  same player again: 3        ↑     ↑  ↑
";
    assert_eq!(picture_of(said.join("\n")), expected);
}

#[test]
fn of_many_words_the_first_the_last_and_the_first_of_a_player_that_speaks_again_are_drawn() {
    let word = |number: u32| {
        let turn = if number < 500 { number } else { number + 1 };
        format!("{} {number}\n", ["Ping", "Pong"][turn as usize % 2])
    };
    let expected = "\
shared                  in order of time →  0 of 1000 numbers counted by both
  Ping (PID 12345)        2   4   6   8   10 ...         501 ...     999
  Pong (PID 12346)      1   3   5   7   9    ... 499 500     ... 998     1000
  same player again: 1                               ↑
";
    assert_eq!(picture_of((1..=1000).map(word).collect()), expected);
}

#[test]
fn a_picture_is_never_wider_than_the_screen() {
    for first in [1, 10, 100, 1000, 999_990, 1_000_000, u32::MAX - 30] {
        for step in 1..=30 {
            let word = |number: u32| {
                format!("{} {}\n", ["Ping", "Pong"][(number / step) as usize % 2], first + number)
            };
            let picture = picture_of((0..step).map(word).collect());
            assert!(picture.lines().all(|line| line.chars().count() <= 80), "{picture}");
        }
    }
}

#[test]
fn nothing_said_is_a_picture_too() {
    assert!(picture_of(String::new()).contains("0 of 0 numbers counted by both"));
}

#[test]
fn a_summary_counts_the_words() {
    let words = heard("Ping 1\nPong 1\nPing 2\n".into());
    assert_eq!(
        words::summary(&words, Duration::from_millis(10)),
        "3 words (2 Ping, 1 Pong), 300/s"
    );
}

#[test]
fn in_isolated_each_row_counts_from_1() {
    let [ping, pong, _] = &columns("isolated --count 10")[..] else { panic!() };
    for row in [ping, pong] {
        let all: Vec<u32> = numbers(row).into_iter().map(|(_, number)| number).collect();
        assert_eq!(all, Vec::from_iter(1..=10), "{ping}\n{pong}");
    }
    assert_eq!(said_together(ping, pong), 0, "{ping}\n{pong}");
}

#[test]
fn in_shared_both_rows_together_count_once() {
    for arguments in ["shared --count 10", "shared --count 10 --pause-ms 0"] {
        let [ping, pong, _] = &columns(arguments)[..] else { panic!() };
        let mut all = [numbers(ping), numbers(pong)].concat();
        assert_eq!(said_together(ping, pong), 0, "{ping}\n{pong}");
        all.sort_by_key(|(_, number)| *number);
        let all: Vec<u32> = all.into_iter().map(|(_, number)| number).collect();
        assert_eq!(all, Vec::from_iter(1..=10), "{ping}\n{pong}");
    }
}

#[test]
fn in_turns_the_rows_are_strictly_alternating() {
    let expected = [
        "1   3   5   7   9    11    13    15    ...    49",
        "  2   4   6   8   10    12    14    16 ... 48    50",
        "",
    ];
    for arguments in ["turns", "turns --pause-ms 0"] {
        assert_eq!(columns(arguments), expected);
    }
}

/// In so many columns, both say something.
fn said_together(ping: &str, pong: &str) -> usize {
    ping.chars().zip(pong.chars()).filter(|(ping, pong)| *ping != ' ' && *pong != ' ').count()
}
