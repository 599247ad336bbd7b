//! What the verdict says of mistakes that are made again and again, in words that lead on.

#[allow(dead_code, reason = "it is also for lesson.rs")]
mod exercise;

use std::io::{BufRead, BufReader, Read, Write};

use exercise::{Client, Version};

/// Talks with a client by this way to read a message, which returns its size.
fn talk(
    client: &Client,
    heard: &mut dyn FnMut(&str),
    mut read: impl FnMut(&mut BufReader<Client>) -> anyhow::Result<(usize, Vec<u8>)>,
) -> anyhow::Result<()> {
    let mut from_client = BufReader::with_capacity(1024, client.clone());
    loop {
        let (size, message) = read(&mut from_client)?;
        if size == 0 {
            return Ok(());
        }
        let text = str::from_utf8(&message[..size])?;
        heard(text);
        client.clone().write_all(text.to_uppercase().as_bytes())?;
    }
}

#[track_caller]
fn must_say(version: Version, all: &[&str]) {
    let verdict = exercise::of_yours("changed", version).judge().to_string();
    let said = verdict.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(all.iter().all(|text| said.contains(text)), "not {all:?}:\n{verdict}");
    assert!(!verdict.contains('\0'), "{verdict:?}");
}

#[test]
fn a_line_that_stands_after_the_zeros_of_its_vector() {
    let appends: Version = |client, heard| {
        talk(&client, heard, |from_client| {
            let mut message = vec![0; 1024];
            Ok((from_client.read_until(b'\n', &mut message)?, message))
        })
    };
    let messages = r"messages |\0…\0|";
    must_say(appends, &["a message has zeros in it", messages, "`read_until` appends to them"]);
}

#[test]
fn a_read_into_a_vector_without_room() {
    let no_room: Version = |client, heard| {
        talk(&client, heard, |from_client| {
            let mut message = Vec::new();
            Ok((from_client.read(&mut message)?, message))
        })
    };
    must_say(no_room, &["a read of 0 bytes", "as its buffer has room for"]);
}

#[test]
fn a_line_without_a_limit() {
    let no_limit: Version = |client, heard| {
        talk(&client, heard, |from_client| {
            let mut message = Vec::new();
            let size = from_client.read_until(b'\n', &mut message)?;
            anyhow::ensure!(size == 0 || message.ends_with(b"\n"), "no end");
            Ok((size, message))
        })
    };
    let wrong = "the reset is its only error";
    must_say(
        no_limit,
        &["is half fixed", wrong, "before the rest of it has come", "before the reset"],
    );
}
