//! What a server must do for its client. A version talks here with a client whose bytes come in
//! exactly the reads that the check wants, without a socket: so each run is the same.

#[path = "../../src/chunks.rs"]
mod chunks;
#[path = "../../src/picture.rs"]
mod picture;

use std::any::Any;
use std::collections::VecDeque;
use std::fmt::{self, Display, Formatter};
use std::io::{self, ErrorKind, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use common::check::{Exercise, Found};
use picture::readable;

/// The file of the student's own.
const YOURS: &str = "socket-chat/src/yours.rs";

/// A talk of a millisecond that takes so long has an endless loop.
const LONGEST_TALK: Duration = Duration::from_secs(2);

/// Several lines, with characters of one to four bytes, some of them longer in upper case.
const TEXT: &str = "straße, ΟΔΟΣ, 😀\nİ\n\nlast one\n";

/// Stands where the client does not end, but loses its connection.
const RESET: &[u8] = b"RESET";

/// The error of a read, when the client writes nothing more before it has its answer.
const READS_ON: &str = "it reads on, and the client waits for an answer";

/// The limit of a line in bytes, with its newline.
const LIMIT: usize = 64 * 1024;

/// Calls the function `talk` of a version.
pub type Version = fn(Client, &mut dyn FnMut(&str)) -> anyhow::Result<()>;

/// The wrong version of the pair.
const CHUNKS: Version = |client, heard| chunks::talk(client.clone(), client, heard);

/// What is asked of the file of the student's own, which starts as a copy of `chunks`.
pub fn of_yours(text: &str, talk: Version) -> Exercise {
    exercise(YOURS, text, include_str!("../../src/chunks.rs"), talk)
}

/// What is asked of a version of the pair. Its file is named as a student would open it.
pub fn of_the_pair(file: &'static str, talk: Version) -> Exercise {
    exercise(file, file, "no copy", talk)
}

/// `chunks` shows what is wrong with it, and answers what it takes for a message.
#[track_caller]
pub fn chunks_must_be_as_it_was() {
    of_the_pair("socket-chat/src/chunks.rs", CHUNKS).must_stay_wrong(YOURS);

    let talk = talk_with(CHUNKS, &[b"salt\npepper\n"]);
    chunks_must_show(talk.messages == ["salt\npepper\n"], "two lines that run together", &talk);
    let line = "good morning\n";
    for cut in 1..line.len() {
        let (one, other) = line.split_at(cut);
        let talk = talk_with(CHUNKS, &[one.as_bytes(), other.as_bytes()]);
        chunks_must_show(talk.messages == [one, other], "a line that is cut", &talk);
    }
    let talk = talk_with(CHUNKS, &[b"gr\xC3", b"\xBC\xC3\x9Fe\n"]);
    let broken = matches!(&talk.end, End::Error(fault) if fault.contains("not valid UTF-8"));
    chunks_must_show(broken && talk.messages.is_empty(), "a character that is broken", &talk);

    let talk = talk_over(CHUNKS, Client::new(&[b"good morning\n"], 3));
    assert!(
        talk.answers == "GOOD MORNING\n" && talk.end == End::Well,
        "chunks.rs writes only {:?} of its answer \"GOOD MORNING\\n\" to a socket that takes 3 bytes \
         at a time. `write` returns how many bytes it has taken; `write_all` writes all of them.",
        talk.answers
    );
}

#[track_caller]
fn chunks_must_show(fault_is_shown: bool, which: &str, talk: &Talk) {
    assert!(
        fault_is_shown,
        "chunks.rs no longer shows the fault: {which}. Its messages were {}, and `talk` {}. See \
         \"Why\" in socket-chat/README.md.",
        pieces(&talk.messages),
        talk.end
    );
}

fn exercise(file: &'static str, text: &str, wrong: &str, talk: Version) -> Exercise {
    Exercise::new(file, text, wrong)
        .keeps(
            move || bytes_of_the_client(talk),
            "`vec![0; 1024]` holds 1024 zeros. `read` writes over them, and `read_until` appends to \
             them. Where in the vector does a line stand, and which vector is empty before it comes?",
        )
        .keeps(
            move || a_read_brings_bytes(talk),
            "`read` brings as many bytes as its buffer has room for, at most. How many is that here?",
        )
        .keeps(move || whole_lines(talk), "`chunks.rs` does this right. In which of its lines?")
        .goal(
            move || lines_of_one_read(talk),
            "Where does a message end: where a read ends, or at a newline?",
        )
        .goal(
            move || line_of_two_reads(talk),
            "Where can the first part of a line wait until its newline has come?",
        )
        .goal(
            move || character_of_two_reads(talk),
            "When has the ü come whole? Are the bytes made into text before that, or after it?",
        )
        .goal(
            move || any_reads(talk),
            "A read can end one line and begin another. Which bytes must still be there for the \
             next message?",
        )
        .goal(
            move || broken_text(talk),
            "What do you want to know when the bytes of a line are no text?",
        )
        .goal(
            move || end_in_a_line(talk),
            "How can your code tell the end of a line from the end of the client?",
        )
        .goal(move || reset_in_a_line(talk), "What becomes of the error that a read returns?")
        .goal(move || limit(talk), "How much memory does a client take that never sends a newline?")
        .goal(
            move || slow_socket(talk),
            "`write` returns how many bytes it has taken. What writes the rest?",
        )
}

fn bytes_of_the_client(talk: Version) -> Found {
    let talk = talk_with(talk, &[b"hello\n", b"hello again\n"]);
    let has_zeros = talk.messages.iter().any(|message| message.contains('\0'));
    talk.must_be(
        r"a message has zeros in it, shown as `\0`, which no client has sent",
        !has_zeros,
        "messages |hello⏎|hello again⏎|",
    )?;
    Ok("a message has nothing in it that no client has sent".into())
}

fn a_read_brings_bytes(talk: Version) -> Found {
    let talk = talk_with(talk, &[b"hello\n", b"hello again\n"]);
    let has_no_room = talk.end == End::Well && talk.messages.is_empty() && talk.ends == 0;
    talk.must_be(
        "`talk` takes a read of 0 bytes for the end, and returns before the client has ended",
        !has_no_room,
        "messages |hello⏎|hello again⏎|, then Ok",
    )?;
    Ok("a read brings bytes".into())
}

fn whole_lines(talk: Version) -> Found {
    for lines in [["hello\n", "hello again\n"], ["straße\n", "İ\n"], ["\n", "after an empty one\n"]]
    {
        let talk = talk_with(talk, &lines.map(str::as_bytes));
        talk.must_be_lines(if !talk.has_messages(&lines) {
            "a line that comes in one read of its own is not one message"
        } else if talk.answers != lines.concat().to_uppercase() {
            "a line is not answered in upper case"
        } else {
            "`talk` must return Ok when the client has ended"
        })?;
    }
    talk_with(talk, &[]).must_be_lines("a client that says nothing is not let go")?;
    Ok("a line of one read is answered".into())
}

fn lines_of_one_read(talk: Version) -> Found {
    let wrong = "two lines that come in one read are not two messages";
    talk_with(talk, &[b"salt\npepper\n"]).must_be_lines(wrong)?;
    talk_with(talk, &[TEXT.as_bytes()])
        .must_be_lines("four lines that come in one read are not four messages")?;
    Ok("two lines of one read are two messages".into())
}

fn line_of_two_reads(talk: Version) -> Found {
    let line = b"good morning\n";
    for cut in (1..line.len()).rev() {
        let (one, other) = line.split_at(cut);
        talk_with(talk, &[one, other])
            .must_be_lines("a line that comes in two reads is not one message")?;
    }
    Ok("a line of two reads is one message".into())
}

fn character_of_two_reads(talk: Version) -> Found {
    let wrong = "a character whose bytes come in two reads is broken";
    for line in ["grüße\n", "ΟΔΟΣ 😀\n"] {
        let cuts = (1..line.len()).filter(|&cut| !line.is_char_boundary(cut));
        for cut in cuts {
            let (one, other) = line.as_bytes().split_at(cut);
            talk_with(talk, &[one, other]).must_be_lines(wrong)?;
        }
    }
    Ok("a character of two reads stays whole".into())
}

fn any_reads(talk: Version) -> Found {
    let wrong = "lines are not the messages where a read ends one line and begins another";
    talk_with(talk, &[b"salt\npep", b"per\n"]).must_be_lines(wrong)?;
    for cut in 1..TEXT.len() {
        let (one, other) = TEXT.as_bytes().split_at(cut);
        talk_with(talk, &[one, other]).must_be_lines(wrong)?;
    }
    let bytes: Vec<&[u8]> = TEXT.as_bytes().chunks(1).collect();
    talk_with(talk, &bytes).must_be_lines("lines whose bytes come one by one are lost")?;
    let many = "one\nthree\n".repeat(2_000);
    let reads: Vec<&[u8]> = many.as_bytes().chunks(1024).collect();
    talk_with(talk, &reads).must_be_lines("of 4000 lines, not all are messages")?;
    Ok("lines are messages, wherever reads end".into())
}

fn broken_text(talk: Version) -> Found {
    let talk = talk_with(talk, &[b"whole\n\xFF\xFE\nnever\n"]);
    talk.must_be_whole_then_a_fault("the second line is not valid UTF-8. That must be an error")?;
    Ok("a line that is not valid UTF-8 is an error".into())
}

fn end_in_a_line(talk: Version) -> Found {
    let talk = talk_with(talk, &[b"whole\nha", b"lf"]);
    talk.must_be_whole_then_a_fault(
        "the client ends in the middle of a line. That must be an error, and half a line is no \
         message",
    )?;
    Ok("an end in the middle of a line is an error".into())
}

fn reset_in_a_line(talk: Version) -> Found {
    let talk = talk_with(talk, &[b"whole\nhalf", RESET]);
    talk.must_be_whole_then_a_fault(
        "the connection is broken off (reset) in the middle of a line. `talk` must return an error, \
         and half a line is no message",
    )?;
    Ok("a connection that is broken off (reset) is an error".into())
}

fn limit(talk: Version) -> Found {
    let longest = format!("{}\n", "x".repeat(LIMIT - 1));
    talk_with(talk, &[longest.as_bytes()]).must_be_lines("a line of 64 KiB must be a message")?;
    // A version may read more than it needs. One that reads 128 KiB has no limit.
    let mut endless = vec![[b'x'; 1024].as_slice(); 128];
    endless.push(RESET);
    let no_end = talk_with(talk, &endless);
    let wrong = match no_end.end {
        End::Error(_) if !no_end.is_refused() => {
            "a client sends 128 KiB without a newline, then its connection is reset. `talk` reads all \
             of it, and the reset is its only error. A line over 64 KiB must be refused before the \
             rest of it has come"
        }
        _ => "a line of 128 KiB without an end is not refused. It must end within 64 KiB",
    };
    let expected = "an error for the line, before the reset";
    no_end.must_be(wrong, no_end.is_refused() && no_end.messages.is_empty(), expected)?;
    let too_long = format!("{}\n", "x".repeat(LIMIT + 32 * 1024));
    let too_long = talk_with(talk, &[too_long.as_bytes()]);
    let wrong = "a line of 96 KiB is over the limit of 64 KiB, but it is not refused";
    too_long.must_be(wrong, too_long.is_refused() && too_long.messages.is_empty(), "an error")?;
    Ok("a line over 64 KiB is an error".into())
}

fn slow_socket(talk: Version) -> Found {
    let client = Client::new(&[b"salt\npepper\n", b"good mor", b"ning\n"], 3);
    let talk = talk_over(talk, client);
    talk.must_be(
        "a socket that takes 3 bytes at a time does not get each answer whole",
        talk.is_right(),
        "answers |SALT⏎PEPPER⏎GOOD MORNING⏎|",
    )?;
    Ok("an answer is written whole".into())
}

/// A client: it ends when all of its writes have been read. It writes the next bytes only when all
/// lines before have been answered.
#[derive(Clone)]
pub struct Client(Arc<Mutex<State>>);

struct State {
    /// Each of these is what one read brings.
    writes: VecDeque<Vec<u8>>,
    /// So many bytes of an answer are taken at once.
    takes: usize,
    /// How many lines have been read from it, and how many were answered.
    said: usize,
    answered: usize,
    answers: Vec<u8>,
    messages: Vec<String>,
    /// How often its end has been read.
    ends: usize,
    is_reset: bool,
}

impl Client {
    /// A client that writes these, and takes so many bytes of an answer at once.
    fn new(writes: &[&[u8]], takes: usize) -> Self {
        let writes = writes.iter().map(|bytes| bytes.to_vec()).collect();
        Self(Arc::new(Mutex::new(State {
            writes,
            takes,
            said: 0,
            answered: 0,
            answers: Vec::new(),
            messages: Vec::new(),
            ends: 0,
            is_reset: false,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for Client {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut state = self.state();
        if state.answered < state.said && !state.is_reset {
            state.is_reset = true; // this ends a loop that takes no notice of it
            return Err(io::Error::other(READS_ON));
        }
        let is_last = state.writes.is_empty() || state.writes[0] == RESET || state.is_reset;
        if is_last {
            state.ends += 1;
            assert!(state.ends < 100, "it reads on and on, although the client has ended");
            let is_reset = state.is_reset || !state.writes.is_empty();
            return if is_reset { Err(ErrorKind::ConnectionReset.into()) } else { Ok(0) };
        }
        let next = &mut state.writes[0];
        let size = next.len().min(bytes.len());
        bytes[..size].copy_from_slice(&next[..size]);
        next.drain(..size);
        if next.is_empty() {
            state.writes.pop_front();
        }
        state.said += newlines(&bytes[..size]);
        Ok(size)
    }
}

impl Write for Client {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.state();
        let size = bytes.len().min(state.takes);
        state.answered += newlines(&bytes[..size]);
        state.answers.extend(&bytes[..size]);
        assert!(state.answers.len() < 1024 * 1024, "it answers on and on");
        Ok(size)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}

/// What came of a talk.
struct Talk {
    writes: Vec<Vec<u8>>,
    messages: Vec<String>,
    answers: String,
    /// How often the end of the client has been read.
    ends: usize,
    end: End,
}

/// How a talk has ended.
#[derive(Debug, PartialEq)]
enum End {
    Well,
    Error(String),
    Panic(String),
    Never,
}

/// The talk of a version with a client whose writes are each brought by one read.
fn talk_with(talk: Version, writes: &[&[u8]]) -> Talk {
    talk_over(talk, Client::new(writes, usize::MAX))
}

fn talk_over(talk: Version, client: Client) -> Talk {
    let writes = client.state().writes.iter().cloned().collect();
    let (tell, told) = channel();
    let in_talk = client.clone();
    // A thread of its own: if it loops for ever, this check ends all the same. The name is that of the
    // threads whose panics are not printed, since the verdict says what they mean.
    let talks = thread::Builder::new().name("claim".into()).spawn(move || {
        let state = in_talk.clone();
        let mut heard = |text: &str| {
            let mut state = state.state();
            state.messages.push(text.to_string());
            assert!(state.messages.len() < 100_000, "it takes messages on and on");
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| talk(in_talk, &mut heard)));
        let _ = tell.send(match outcome {
            Ok(Ok(())) => End::Well,
            Ok(Err(fault)) => End::Error(format!("{fault:#}")),
            Err(panic) => End::Panic(text_of(&*panic)),
        });
    });
    talks.expect("a thread can be started");
    // The first talk that never ends has been waited for long enough for all of them.
    static IS_ENDLESS: AtomicBool = AtomicBool::new(false);
    let longest = if IS_ENDLESS.load(SeqCst) { LONGEST_TALK / 20 } else { LONGEST_TALK };
    let end = told.recv_timeout(longest).unwrap_or(End::Never);
    IS_ENDLESS.fetch_or(end == End::Never, SeqCst);
    let state = client.state();
    let answers = String::from_utf8_lossy(&state.answers).into();
    Talk { writes, messages: state.messages.clone(), answers, ends: state.ends, end }
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a text").to_string()
}

impl Talk {
    /// All that was said, but for what stands after the last newline.
    fn lines(&self) -> Vec<String> {
        let said = self.writes.iter().filter(|bytes| *bytes != RESET).flatten().copied();
        let said = Vec::from_iter(said);
        let lines = said.split_inclusive(|&byte| byte == b'\n');
        lines.map(|line| String::from_utf8_lossy(line).into()).collect()
    }

    /// Were these the messages? The newline at the end of a message may be left out.
    fn has_messages(&self, lines: &[&str]) -> bool {
        let text = |line: &str| line.strip_suffix('\n').unwrap_or(line).to_string();
        let messages = self.messages.iter().map(|message| text(message));
        messages.eq(lines.iter().map(|line| text(line)))
    }

    fn is_refused(&self) -> bool {
        let refused = |fault: &String| !fault.contains("reset") && !fault.contains(READS_ON);
        matches!(&self.end, End::Error(fault) if refused(fault))
    }

    /// Is each line a message, and answered?
    fn is_right(&self) -> bool {
        let lines = self.lines();
        let lines = Vec::from_iter(lines.iter().map(String::as_str));
        let answered = self.answers == lines.concat().to_uppercase();
        self.has_messages(&lines) && answered && self.end == End::Well
    }

    /// Each line must be a message, and be answered.
    fn must_be_lines(&self, wrong: &str) -> Result<(), String> {
        let wrong = match &self.end {
            End::Never => "`talk` is in an endless loop",
            End::Panic(_) => "`talk` panics",
            End::Error(fault) if fault.contains(READS_ON) => {
                "a client waits for the answer to its line, and `talk` reads on"
            }
            _ => wrong,
        };
        self.must_be(
            wrong,
            self.is_right(),
            &format!("messages {}, each answered, then Ok", pieces(&self.lines())),
        )
    }

    /// Only the first line is a message, and is answered. The rest is what is wrong.
    fn must_be_whole_then_a_fault(&self, wrong: &str) -> Result<(), String> {
        let whole = self.has_messages(&["whole\n"]) && self.answers == "WHOLE\n";
        let right = whole && matches!(self.end, End::Error(_));
        self.must_be(wrong, right, "messages |whole⏎|, then an error")
    }

    fn must_be(&self, wrong: &str, right: bool, expected: &str) -> Result<(), String> {
        let shown = || {
            let reads = format!("\n  reads     {}", pieces(&self.writes));
            let messages = format!("\n  messages  {}", pieces(&self.messages));
            let answers = if self.answers.is_empty() { &[][..] } else { &[&self.answers][..] };
            let answers = format!("\n  answers   {}", pieces(answers));
            let end = format!("\n  `talk`    {}", self.end);
            format!("{wrong}.\n{reads}{messages}{answers}{end}\n\n  expected: {expected}")
        };
        if right { Ok(()) } else { Err(shown()) }
    }
}

impl Display for End {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Well => to.write_str("returns Ok"),
            Self::Error(fault) => write!(to, "returns an error: {fault:.200}"),
            Self::Panic(text) => write!(to, "panics: {text:.200}"),
            Self::Never => to.write_str("never returns: it is in an endless loop"),
        }
    }
}

/// Bytes with marks where one piece ends and the next begins, as in the picture of the lesson.
fn pieces(pieces: &[impl AsRef<[u8]>]) -> String {
    let all = Vec::from_iter(pieces.iter().map(|piece| readable(piece.as_ref())));
    if all.is_empty() { "none".into() } else { clipped(&format!("|{}|", all.join("|"))) }
}

/// The beginning of a long text.
fn clipped(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}
