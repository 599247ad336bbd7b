//! The picture says what is wrong with the messages of a talk, whatever they are.

#[path = "../src/picture.rs"]
mod picture;

use common::picture::{bad, good};
use picture::{Talk, What, draw};

/// What the picture shows as the messages of a client that has said "one" and "two".
fn messages(reads: &[&[u8]], messages: &[&str]) -> String {
    let mut pieces = vec![(What::Write, b"one\ntwo\n".to_vec())];
    pieces.extend(reads.iter().map(|bytes| (What::Read, bytes.to_vec())));
    pieces.extend(messages.iter().map(|text| (What::Message, text.as_bytes().to_vec())));
    let talk = [Talk { client: "Anna", pieces }];
    let picture = draw(&talk, "lines", &talk);
    let line = picture.lines().find(|line| line.contains("messages  "));
    line.expect("a line for the messages").to_string()
}

#[test]
fn messages_that_are_lines_are_green_and_have_no_mark() {
    let line = messages(&[b"one\ntwo\n"], &["one\n", "two\n"]);
    assert!(line.ends_with(&good("|one⏎|two⏎|")) && !line.contains('←'), "{line}");
}

#[test]
fn messages_may_be_lines_without_their_newlines() {
    let line = messages(&[b"one\ntwo\n"], &["one", "two"]);
    assert!(line.ends_with(&good("|one|two|")), "{line}");
}

#[test]
fn what_is_wrong_is_red_and_said_in_words() {
    for (reads, taken, shown) in [
        (b"".as_slice(), ["one\ntwo\n"].as_slice(), "|one⏎two⏎|  ← run together"),
        (b"", &["on", "e\n", "two\n"], "|on|e⏎|two⏎|  ← cut in two"),
        (b"", &["one\n", "t"], "|one⏎|t|  ← cut in two"),
        (b"", &["one\n"], "|one⏎|  ← not all"),
        (b"one\nt\xC3", &["one\n"], "|one⏎|  ← not valid UTF-8"),
        (b"on\xC3", &[], "none  ← not valid UTF-8"),
        (b"", &["\0\0\0\0", "\0\0\0\0"], r"|\0…\0|\0…\0|  ← zeros"),
        (b"", &[&format!("{}one\n", "\0".repeat(1024))], r"|\0…\0one⏎|  ← zeros"),
    ] {
        let line = messages(&[reads], taken);
        assert!(line.ends_with(&bad(shown)), "{taken:?}: {line}");
    }
}

#[test]
fn what_is_long_is_clipped() {
    let line = messages(&[b""], &["x".repeat(1000).as_str()]);
    assert!(line.ends_with(&bad(&format!("|{}…|  ← cut in two", "x".repeat(28)))), "{line}");
}

#[test]
fn no_control_character_reaches_the_screen() {
    let line = messages(&[b""], &["one\r\n", "\ttwo\x1B\0\n"]);
    assert!(line.ends_with(&bad(r"|one\r⏎|\ttwo\u{1b}\0⏎|  ← zeros")), "{line}");
}
