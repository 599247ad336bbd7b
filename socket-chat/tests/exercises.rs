//! The exercises in the folder `exercises`, and their solutions. What they must do is checked without
//! a socket, with bytes that come in exactly the reads that the check wants.
//!
//! ```text
//! cargo test -p socket-chat --test exercises -- --ignored
//! ```

#[path = "../exercises/length_prefix/half_end.rs"]
mod half_end;
#[path = "../exercises/length_prefix/half_limit.rs"]
mod half_limit;
#[path = "../exercises/length_prefix/half_no_end.rs"]
mod half_no_end;
#[path = "../exercises/length_prefix/half_partial_read.rs"]
mod half_partial_read;
#[path = "../exercises/length_prefix.rs"]
#[allow(dead_code, reason = "it does not need the limit before it is solved")]
mod length_prefix;
#[path = "../exercises/length_prefix/solution.rs"]
mod solution;

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use common::check::{Exercise, Found, Verdict};

/// The limit that the exercise names.
const LIMIT: usize = 64 * 1024;

/// What is sent: no bytes at all, a newline in the middle, and bytes that are no text.
const MESSAGES: [&[u8]; 4] = [b"salt", b"", b"one\ntwo", b"\x00\xFF\xFE"];

/// Judges the two functions of a file.
macro_rules! judge {
    ($name:ident) => {
        exercise(Framing { send: $name::send, receive: $name::receive })
    };
}

#[derive(Clone, Copy)]
struct Framing {
    send: fn(&mut Wire, &[u8]) -> io::Result<()>,
    receive: fn(&mut Wire) -> io::Result<Option<Vec<u8>>>,
}

#[test]
#[ignore = "your turn: cargo test -p socket-chat --test exercises -- --ignored"]
fn your_turn_each_message_comes_whole_and_a_length_may_be_a_lie() {
    judge!(length_prefix).must_be_right();
}

/// What the two functions start as.
const STUB: [&str; 2] = [
    "{\n    to.write_all(message)\n}",
    "{\n    let mut message = vec![0; 1024];\n    let size = from.read(&mut message)?;\n    \
     message.truncate(size);\n    Ok((size > 0).then_some(message))\n}",
];

/// Once you have begun with it, it may be anything.
#[test]
fn what_the_exercise_starts_as_is_still_wrong() {
    let text = include_str!("../exercises/length_prefix.rs").replace("\r\n", "\n");
    if STUB.iter().all(|function| text.contains(function)) {
        let verdict = judge!(length_prefix).judge();
        assert!(matches!(verdict, Verdict::Wrong(_)), "{verdict}");
    }
}

#[test]
fn the_solution_is_right() {
    let verdict = judge!(solution).judge();
    assert!(matches!(verdict, Verdict::Right(_)), "{verdict}");
}

#[test]
fn a_half_solution_is_half_fixed() {
    for (half, exercise, is_told) in [
        ("half_end", judge!(half_end), "ends in the middle"),
        ("half_no_end", judge!(half_no_end), "ends between two messages"),
        ("half_limit", judge!(half_limit), "18446744073709551615"),
        ("half_partial_read", judge!(half_partial_read), "bytes come one by one"),
    ] {
        let verdict = exercise.judge();
        let told = verdict.to_string();
        assert!(matches!(verdict, Verdict::Half(_)) && told.contains(is_told), "{half}: {told}");
    }
}

#[test]
fn a_limit_that_send_tests_too_late_is_told_by_what_is_written() {
    let late = |to: &mut Wire, message: &[u8]| {
        to.write_all(&(message.len() as u64).to_be_bytes())?;
        if message.len() > LIMIT {
            return Err(io::Error::other("a message over the limit"));
        }
        to.write_all(message)
    };
    let verdict = exercise(Framing { send: late, receive: solution::receive }).judge();
    let told = verdict.to_string();
    assert!(matches!(verdict, Verdict::Half(_)) && told.contains("8 bytes are written"), "{told}");
    assert!(told.contains("`receive` refuses") && told.contains("must come first"), "{told}");
}

fn exercise(it: Framing) -> Exercise {
    Exercise::new("socket-chat/exercises/length_prefix.rs", "", "the stub is no copy")
        .goal(move || sends(it), "How many bytes are the length, and what writes all of them?")
        .goal(move || receives_in_one_read(it), "Which bytes belong to the next message?")
        .goal(
            move || ends_between(it),
            "When not one byte of a length comes, what does `read` return, and what `read_exact`?",
        )
        .goal(
            move || receives_byte_by_byte(it),
            "`read` brings what is there. What reads on until all bytes have come?",
        )
        .goal(
            move || ends_in_the_middle(it),
            "After the first byte of a length, how many bytes must still come?",
        )
        .goal(
            move || receive_refuses_a_long_message(it),
            "What does `receive` know before the first byte of the message is read?",
        )
        .goal(
            move || send_refuses_a_long_message(it),
            "What does `send` know before the first byte, be it of the length, is written? Which of \
             its lines must come first?",
        )
}

fn sends(Framing { send, .. }: Framing) -> Found {
    for message in MESSAGES {
        let mut wire = Wire::default();
        let outcome = send(&mut wire, message);
        let right = outcome.is_ok() && wire.written == framed(message);
        must(right, "`send` does not write 8 bytes of length and then the message", || {
            let (sent, expected) = (shown(&wire.written), shown(&framed(message)));
            format!(
                "message   {}\nwritten   {sent}, {outcome:?}\nexpected  {expected}",
                shown(message)
            )
        })?;
    }
    Ok("`send` writes the length and the message".into())
}

/// Asks for messages until there is none. The stream must bring these, and then the end.
fn must_bring(it: Framing, wire: &mut Wire, messages: &[&[u8]], wrong: &str) -> Result<(), String> {
    let reads = wire.reads.iter().map(|read| shown(read)).collect::<Vec<_>>().join(" | ");
    let mut seen = Vec::new();
    for _ in 0..=messages.len() {
        let received = (it.receive)(wire);
        let goes_on = matches!(received, Ok(Some(_)));
        seen.push(outcome(&received));
        if !goes_on {
            break;
        }
    }
    let messages = messages.iter().map(|message| format!("message {}", shown(message)));
    let expected: Vec<String> = messages.chain(["the end".to_string()]).collect();
    must(seen == expected, wrong, || {
        let (seen, expected) = (seen.join(", "), expected.join(", "));
        format!("reads     {reads:.300}\nreceived  {seen:.300}\nexpected  {expected:.300}")
    })
}

fn receives_in_one_read(it: Framing) -> Found {
    let all = MESSAGES.map(framed).concat();
    let wrong = "four messages that come in one read are not received as they were sent";
    // Each is asked for on its own: whether there is an end is another question.
    let mut wire = Wire::new([all.clone()]);
    for message in MESSAGES {
        let received = (it.receive)(&mut wire);
        must(matches!(&received, Ok(Some(it)) if it == message), wrong, || {
            let (read, seen) = (shown(&all), outcome(&received));
            format!("read      {read}\nreceived  {seen}\nexpected  message {}", shown(message))
        })?;
    }
    Ok("messages that come in one read are kept apart".into())
}

fn ends_between(it: Framing) -> Found {
    let mut wire = Wire::new([framed(b"salt")]);
    let wrong = "the stream ends between two messages. That must be the end, `Ok(None)`";
    must_bring(it, &mut wire, &[b"salt"], wrong)?;
    Ok("an end between two messages is the end".into())
}

fn receives_byte_by_byte(it: Framing) -> Found {
    let wrong = "messages whose bytes come one by one are not received as they were sent";
    let bytes = MESSAGES.map(framed).concat();
    let mut wire = Wire::new(bytes.chunks(1).map(<[u8]>::to_vec));
    for message in MESSAGES {
        let received = (it.receive)(&mut wire);
        must(matches!(&received, Ok(Some(it)) if it == message), wrong, || {
            format!("received  {}\nexpected  message {}", outcome(&received), shown(message))
        })?;
    }
    Ok("a message may come byte by byte".into())
}

fn ends_in_the_middle(it: Framing) -> Found {
    let all = framed(b"salt");
    for cut in (1..all.len()).rev() {
        let mut wire = Wire::new([all[..cut].to_vec()]);
        let received = (it.receive)(&mut wire);
        let part = if cut < 8 { "a length" } else { "a message" };
        let wrong = format!("the stream ends in the middle of {part}. That must be an error");
        must(received.is_err(), &wrong, || {
            format!("read      {}\nreceived  {}", shown(&all[..cut]), outcome(&received))
        })?;
    }
    Ok("an end in the middle is an error".into())
}

fn receive_refuses_a_long_message(it: Framing) -> Found {
    let longest = vec![b'x'; LIMIT];
    let received = (it.receive)(&mut Wire::new([framed(&longest)]));
    let right = matches!(&received, Ok(Some(message)) if *message == longest);
    must(right, "a message of 64 KiB is not received", || {
        format!("received  {}", outcome(&received))
    })?;

    for length in [u64::MAX, LIMIT as u64 + 1] {
        let mut wire = Wire::new([length.to_be_bytes().to_vec(), vec![b'x'; LIMIT + 1]]);
        let received = catch_unwind(AssertUnwindSafe(|| (it.receive)(&mut wire)));
        let wrong = format!(
            "a sender says that its message has {length} bytes. `receive` must refuse that \
             before it reads on, or asks for memory"
        );
        must(
            matches!(received, Ok(Err(_))) && wire.reads.len() == 1,
            &wrong,
            || match &received {
                Ok(received) if wire.reads.len() == 1 => format!("received  {}", outcome(received)),
                Ok(_) => "it reads on".into(),
                Err(_) => "it panics: so much memory cannot be had".into(),
            },
        )?;
    }
    Ok("`receive` refuses a message over the limit".into())
}

fn send_refuses_a_long_message(it: Framing) -> Found {
    let longest = vec![b'x'; LIMIT];
    let mut wire = Wire::default();
    let sent = (it.send)(&mut wire, &longest);
    let right = sent.is_ok() && wire.written == framed(&longest);
    must(right, "a message of 64 KiB is not sent", || format!("`send` returned {sent:?}"))?;

    let mut wire = Wire::default();
    let sent = (it.send)(&mut wire, &[b'x'; LIMIT + 1]);
    let right = sent.is_err() && wire.written.is_empty();
    must(right, "`send` must refuse a message over 64 KiB and write nothing of it", || {
        format!("{} bytes are written, and `send` returned {sent:?}", wire.written.len())
    })?;
    Ok("`send` refuses a message over the limit".into())
}

/// A stream. A read brings at most one of these pieces, and a write takes 3 bytes.
#[derive(Default)]
struct Wire {
    reads: VecDeque<Vec<u8>>,
    written: Vec<u8>,
    ends: usize,
}

impl Wire {
    fn new(reads: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self { reads: reads.into_iter().collect(), ..Self::default() }
    }
}

impl Read for Wire {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let Some(next) = self.reads.front_mut() else {
            self.ends += 1;
            assert!(self.ends < 100, "it reads on and on, although the stream has ended");
            return Ok(0);
        };
        let size = next.len().min(bytes.len());
        bytes[..size].copy_from_slice(&next[..size]);
        next.drain(..size);
        if next.is_empty() {
            self.reads.pop_front();
        }
        Ok(size)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let size = bytes.len().min(3);
        self.written.extend(&bytes[..size]);
        assert!(self.written.len() < 1024 * 1024, "it writes on and on");
        Ok(size)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn framed(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u64).to_be_bytes(), message].concat()
}

fn must(right: bool, wrong: &str, how: impl FnOnce() -> String) -> Result<(), String> {
    let shown = || format!("{wrong}.\n\n  {}", how().replace('\n', "\n  "));
    if right { Ok(()) } else { Err(shown()) }
}

fn outcome(received: &io::Result<Option<Vec<u8>>>) -> String {
    match received {
        Ok(Some(message)) => format!("message {}", shown(message)),
        Ok(None) => "the end".into(),
        Err(fault) => format!("the error {:?}", fault.to_string()),
    }
}

/// Bytes as a Rust program writes them, or the beginning of many.
fn shown(bytes: &[u8]) -> String {
    let text: String = bytes.escape_ascii().to_string();
    let more = if text.chars().nth(160).is_some() { "…" } else { "" };
    format!("\"{text:.160}\"{more}")
}
