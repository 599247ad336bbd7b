//! The second exercise. `cargo test -p queue-ipc --test exercises -- --ignored` judges your own file.

#[path = "../exercises/read_message/half_interrupted.rs"]
mod half_interrupted;
#[path = "../exercises/read_message/half_never_ends.rs"]
mod half_never_ends;
#[path = "../exercises/read_message/half_read_exact.rs"]
mod half_read_exact;
#[path = "../exercises/read_message.rs"]
mod read_message;
#[path = "../exercises/read_message/solution.rs"]
mod solution;

use std::io::{self, ErrorKind, Read};

use common::check::{Exercise, Found, Verdict, code};

type Reads = fn(&mut Queue) -> io::Result<Option<Vec<u8>>>;

const FILE: &str = "queue-ipc/exercises/read_message.rs";

/// Two messages, "hi" and one without a text.
const BYTES: &[u8] = b"\0\0\0\x02hi\0\0\0\0";

#[test]
#[ignore = "your turn: cargo test -p queue-ipc --test exercises -- --ignored"]
fn your_turn_a_message_is_read_whole_whatever_the_pieces_in_which_it_comes() {
    exercise(|queue| read_message::read_message(queue)).must_be_right();
}

/// As it is handed out.
const STUB: &str = "
    use std::io::{self, Read};

    pub fn read_message(mut queue: impl Read) -> io::Result<Option<Vec<u8>>> {
        let mut length = [0; 4];
        if queue.read(&mut length)? == 0 {
            return Ok(None);
        }
        let mut text = vec![0; u32::from_be_bytes(length) as usize];
        let bytes = queue.read(&mut text)?;
        text.truncate(bytes);
        Ok(Some(text))
    }
";

#[test]
fn the_stub_is_still_wrong() {
    if code(include_str!("../exercises/read_message.rs")) == code(STUB) {
        let verdict = exercise(|queue| read_message::read_message(queue)).judge();
        assert!(matches!(verdict, Verdict::Wrong(_)), "{verdict}");
    }
}

#[test]
fn the_solution_is_right() {
    exercise(|queue| solution::read_message(queue)).must_be_right();
}

#[test]
fn a_half_solution_is_half_fixed() {
    let halves: [(Reads, &str); 3] = [
        (|queue| half_read_exact::read_message(queue), "inside its length"),
        (|queue| half_interrupted::read_message(queue), "interrupted"),
        (|queue| half_never_ends::read_message(queue), "reads on and on"),
    ];
    for (reads, why) in halves {
        let verdict = exercise(reads).judge();
        let Verdict::Half(text) = verdict else { panic!("it is not half fixed: {verdict}") };
        assert!(text.contains(why), "{text}");
    }
}

/// A queue that brings its bytes in these pieces, and then end of file.
struct Queue {
    pieces: Vec<Piece>,
    reads_at_the_end: usize,
}

#[derive(Clone)]
enum Piece {
    Bytes(Vec<u8>),
    Fails(ErrorKind),
}

impl Read for Queue {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let Some(piece) = self.pieces.first_mut() else {
            self.reads_at_the_end += 1;
            assert!(
                self.reads_at_the_end < 100,
                "at end of file, `read` returns 0 bytes, and `read_message` reads on and on."
            );
            return Ok(0);
        };
        match piece {
            Piece::Fails(kind) => {
                let kind = *kind;
                self.pieces.remove(0);
                Err(kind.into())
            }
            Piece::Bytes(bytes) => {
                let count = to.len().min(bytes.len());
                to[..count].copy_from_slice(&bytes[..count]);
                bytes.drain(..count);
                if bytes.is_empty() {
                    self.pieces.remove(0);
                }
                Ok(count)
            }
        }
    }
}

/// Each way to cut these bytes into pieces.
fn cuts(bytes: &[u8]) -> impl Iterator<Item = Vec<Piece>> {
    (0..1_u32 << bytes.len().saturating_sub(1)).map(|cuts| {
        let mut pieces: Vec<Vec<u8>> = Vec::new();
        for (at, byte) in bytes.iter().enumerate() {
            match pieces.last_mut() {
                Some(piece) if cuts & 1 << (at - 1) == 0 => piece.push(*byte),
                _ => pieces.push(vec![*byte]),
            }
        }
        pieces.into_iter().map(Piece::Bytes).collect()
    })
}

/// The pieces as a verdict shows them.
fn shown(pieces: &[Piece]) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Bytes(bytes) => text(bytes),
        Piece::Fails(kind) => format!("{kind:?}"),
    };
    let pieces: Vec<String> = pieces.iter().map(piece).collect();
    format!("{}, end of file", pieces.join(", "))
}

fn text(bytes: &[u8]) -> String {
    format!("\"{}\"", bytes.escape_ascii().to_string().replace("\\x0", "\\"))
}

fn result(outcome: &io::Result<Option<Vec<u8>>>) -> String {
    match outcome {
        Ok(Some(bytes)) => format!("the text {}", text(bytes)),
        Ok(None) => "None".into(),
        Err(fault) => format!("the error {:?}", fault.kind()),
    }
}

/// Reads from a queue that brings these pieces: are these the results, one after the other?
fn must_give(reads: Reads, pieces: &[Piece], expected: &[io::Result<Option<&str>>]) -> Found {
    let mut queue = Queue { pieces: pieces.to_vec(), reads_at_the_end: 0 };
    for (number, expected) in expected.iter().enumerate() {
        let expected = match expected {
            Ok(text) => Ok(text.map(|text| text.as_bytes().to_vec())),
            Err(fault) => Err(fault.kind().into()),
        };
        let (got, expected) = (result(&reads(&mut queue)), result(&expected));
        if got != expected {
            return Err(format!(
                "the queue brings {}.\nCall {} of `read_message` returns {got}, not {expected}.",
                shown(pieces),
                number + 1
            ));
        }
    }
    Ok(String::new())
}

fn exercise(reads: Reads) -> Exercise {
    let whole = || vec![Piece::Bytes(BYTES[..6].to_vec()), Piece::Bytes(BYTES[6..].to_vec())];
    let both = || [Ok(Some("hi")), Ok(Some(""))];
    let broken = || Err(ErrorKind::UnexpectedEof.into());

    let takes = move || must_give(reads, &whole(), &both());
    let refuses = move || {
        let fails = [Piece::Fails(ErrorKind::PermissionDenied)];
        must_give(reads, &fails, &[Err(ErrorKind::PermissionDenied.into())])
    };
    let in_pieces = move || {
        for pieces in cuts(BYTES) {
            must_give(reads, &pieces, &both())?;
        }
        Ok(format!("messages are whole, in each of {} ways to cut them", cuts(BYTES).count()))
    };
    let in_a_text = move || {
        for pieces in cuts(&BYTES[..5]) {
            must_give(reads, &pieces, &[broken()])?;
        }
        Ok("a text that is broken off is an error".into())
    };
    let in_a_length = move || {
        for count in 1..4 {
            for pieces in cuts(&BYTES[..count]) {
                must_give(reads, &pieces, &[broken()]).map_err(|fault| {
                    format!("the message is broken off inside its length: {fault}")
                })?;
            }
        }
        must_give(reads, &[], &[Ok(None)])?;
        for pieces in cuts(BYTES) {
            must_give(reads, &pieces, &[Ok(Some("hi")), Ok(Some("")), Ok(None)])?;
        }
        Ok("the end of the queue is told from a length that is broken off".into())
    };
    let interrupted = move || {
        for pieces in cuts(BYTES) {
            for at in 0..=pieces.len() {
                let mut pieces = pieces.clone();
                pieces.insert(at, Piece::Fails(ErrorKind::Interrupted));
                must_give(reads, &pieces, &[Ok(Some("hi")), Ok(Some("")), Ok(None)])
                    .map_err(|fault| format!("a read is interrupted: {fault}"))?;
            }
        }
        Ok("a read that is interrupted is tried again".into())
    };
    Exercise::new(FILE, "judged", "")
        .keeps(takes, "What does `read` return?")
        .keeps(refuses, "What must become of an error that `read` returns?")
        .goal(in_pieces, "`read` says how many bytes it has brought. What if these are too few?")
        .goal(in_a_text, "How many bytes must have come before the text may be returned?")
        .goal(
            in_a_length,
            "When has not a single byte of the length come, and when some, but too few?",
        )
        .goal(interrupted, "Which calls of std try again after `Interrupted`, and which does not?")
}
