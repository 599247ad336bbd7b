//! The lesson check. Each test's name is a claim of the lesson page.
//!
//! `chunks` and `lines` talk here with a client whose bytes come in exactly the reads that the check
//! wants, without a socket. The same over sockets is in `program.rs`.

#[allow(dead_code, reason = "it is also for program.rs, which needs more")]
mod server;

#[path = "../src/chunks.rs"]
mod chunks;
#[path = "../src/lines.rs"]
mod lines;

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use server::Server;

const FIX: &str = "A message ends with a newline, whatever a read brings: see \"The fix\" in \
                   socket-chat/README.md.";
const TEXT: &str = "straße, ΟΔΟΣ, 😀\nİ\n\nlast one\n";

/// How a fault starts that is not an error.
const NEVER: &str = "`talk` never";

/// A talk of a millisecond that takes so long has an endless loop.
const LONGEST_TALK: Duration = Duration::from_secs(3);

/// A client: it ends when all of its writes have been read.
#[derive(Clone)]
struct Client(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Each of these is what one read brings.
    writes: VecDeque<Vec<u8>>,
    /// Does it write the next bytes only when all lines before have been answered?
    waits: bool,
    /// How many lines have been read from it, and how many were answered.
    said: usize,
    answered: usize,
    answers: Vec<u8>,
    messages: Vec<String>,
    /// How often its end has been read.
    ends: usize,
}

impl Read for Client {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut state = self.0.lock().unwrap();
        if state.waits && state.answered < state.said {
            let text = "DEADLOCK: it reads on, and the client waits for the answer to a whole line";
            return Err(io::Error::other(text));
        }
        let Some(next) = state.writes.front_mut() else {
            state.ends += 1;
            assert!(state.ends < 10, "it reads on and on, although the client has ended");
            return Ok(0);
        };
        if next == b"RESET" {
            return Err(ErrorKind::ConnectionReset.into());
        }
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
        let mut state = self.0.lock().unwrap();
        state.answered += newlines(bytes);
        state.answers.extend(bytes);
        assert!(state.answers.len() < 1024 * 1024, "it answers on and on");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}

/// What came of a talk.
#[derive(Debug, PartialEq)]
struct Talk {
    messages: Vec<String>,
    answers: String,
    fault: Option<String>,
}

/// The talk of a version with a client that writes this.
macro_rules! talk {
    (chunks, $writes:expr) => {
        talk_with(&$writes, false, |client, heard| chunks::talk(client.clone(), client, heard))
    };
    (lines, $writes:expr) => {
        talk_with(&$writes, true, |client, heard| lines::talk(client.clone(), client, heard))
    };
}

fn talk_with(
    writes: &[&[u8]],
    waits: bool,
    talk: impl FnOnce(Client, &mut dyn FnMut(&str)) -> anyhow::Result<()> + Send + 'static,
) -> Talk {
    let writes = writes.iter().map(|bytes| bytes.to_vec()).collect();
    let client = Client(Arc::new(Mutex::new(State { writes, waits, ..State::default() })));
    let (tell, outcome) = channel();
    let in_talk = client.clone();
    // A thread of its own: if it loops for ever, this check ends all the same.
    thread::spawn(move || {
        let state = in_talk.0.clone();
        let mut heard = |text: &str| {
            let mut state = state.lock().unwrap();
            state.messages.push(text.to_string());
            assert!(state.messages.len() < 100_000, "it takes messages on and on");
        };
        tell.send(talk(in_talk, &mut heard).map_err(|fault| format!("{fault:#}")))
    });
    // The first check that finds an endless loop has waited long enough for all of them.
    static IS_ENDLESS: AtomicBool = AtomicBool::new(false);
    let longest = if IS_ENDLESS.load(SeqCst) { LONGEST_TALK / 10 } else { LONGEST_TALK };
    let fault = match outcome.recv_timeout(longest) {
        Ok(outcome) => outcome.err(),
        Err(RecvTimeoutError::Timeout) => {
            IS_ENDLESS.store(true, SeqCst);
            Some(format!("{NEVER} ends: it is in an endless loop"))
        }
        Err(RecvTimeoutError::Disconnected) => Some(format!("{NEVER} returns: it panics")),
    };
    let state = client.0.lock();
    let state = state.unwrap_or_else(|poisoned| poisoned.into_inner());
    let answers = String::from_utf8_lossy(&state.answers).into();
    Talk { messages: state.messages.clone(), answers, fault }
}

/// All lines of this text were messages, and were answered.
#[track_caller]
fn must_be_lines(talk: &Talk, text: &str, how: &str) {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    assert!(
        talk.messages == lines && talk.answers == text.to_uppercase() && talk.fault.is_none(),
        "lines.rs does not take each line for a message: {how}\n  \
         sent     {:.100}\n  taken    {:.100}\n  answered {:.100}\n  fault    {}\n{FIX}",
        format!("{lines:?}"),
        format!("{:?}", talk.messages),
        format!("{:?}", talk.answers),
        talk.fault.as_deref().unwrap_or("none"),
    );
}

/// Only the first line was a message, and it was answered. The rest is what is wrong.
#[track_caller]
fn must_be_whole_and_a_fault(talk: &Talk, wrong: &str) {
    assert!(
        talk.messages == ["whole\n"] && talk.answers == "WHOLE\n",
        "lines.rs must take \"whole\\n\" for a message, answer it, and take nothing else ({wrong}).\n\
         It took {:?} and answered {:?}; fault: {:?}. {FIX}",
        talk.messages,
        talk.answers,
        talk.fault
    );
    assert!(
        talk.fault.as_ref().is_some_and(|fault| !fault.starts_with(NEVER)),
        "`talk` in lines.rs must return an error: {wrong}. Instead: {:?}. {FIX}",
        talk.fault.as_deref().unwrap_or("it returns Ok")
    );
}

#[track_caller]
fn must_show(fault_is_shown: bool, which: &str, talk: &Talk) {
    assert!(
        fault_is_shown,
        "chunks.rs no longer shows the fault: {which}. It took {:?}; fault: {:?}. See \"Why\" in \
         socket-chat/README.md.",
        talk.messages, talk.fault
    );
}

#[test]
fn chunks_takes_two_lines_of_one_read_for_one_message() {
    let talk = talk!(chunks, [b"salt\npepper\n"]);
    must_show(talk.messages == ["salt\npepper\n"], "two lines that run together", &talk);
}

#[test]
fn chunks_cuts_a_line_wherever_a_read_ends() {
    let line = "good morning\n";
    for cut in 1..line.len() {
        let (one, other) = line.split_at(cut);
        let talk = talk!(chunks, [one.as_bytes(), other.as_bytes()]);
        must_show(talk.messages == [one, other], "a line that is cut", &talk);
    }
}

#[test]
fn chunks_breaks_a_character_that_is_cut() {
    let (one, other) = "grüße\n".as_bytes().split_at(3);
    let talk = talk!(chunks, [one, other]);
    let broken = talk.fault.as_ref().is_some_and(|fault| fault.contains("not valid UTF-8"));
    must_show(broken && talk.messages.is_empty(), "a character that is broken", &talk);
}

#[test]
fn lines_answers_each_line_wherever_a_read_ends() {
    for cut in 1..TEXT.len() {
        let (one, other) = TEXT.as_bytes().split_at(cut);
        let how = format!("the first read ends after {cut} bytes");
        must_be_lines(&talk!(lines, [one, other]), TEXT, &how);
    }
}

#[test]
fn lines_answers_each_of_several_lines_in_one_read() {
    must_be_lines(&talk!(lines, [TEXT.as_bytes()]), TEXT, "all comes in one read");
    let many = "one\ntwo\n".repeat(10_000);
    let writes: Vec<&[u8]> = many.as_bytes().chunks(1024).collect();
    must_be_lines(&talk!(lines, writes), &many, "20000 lines come at once");
}

#[test]
fn lines_answers_lines_that_come_byte_by_byte() {
    let bytes: Vec<&[u8]> = TEXT.as_bytes().chunks(1).collect();
    must_be_lines(&talk!(lines, bytes), TEXT, "each read brings one byte");
}

#[test]
fn lines_answers_what_is_whole_when_the_client_ends_in_the_middle_of_a_line() {
    let talk = talk!(lines, [b"whole\nha".as_slice(), b"lf".as_slice()]);
    must_be_whole_and_a_fault(&talk, "the client has ended in the middle of a line");
}

#[test]
fn lines_answers_what_is_whole_when_the_connection_is_reset_in_the_middle_of_a_line() {
    let talk = talk!(lines, [b"whole\nhalf".as_slice(), b"RESET".as_slice()]);
    must_be_whole_and_a_fault(&talk, "the connection was reset in the middle of a line");
}

#[test]
fn bytes_that_are_not_valid_utf_8_end_the_talk_and_no_more() {
    let talk = talk!(lines, [b"whole\n\xFF\xFE\nnever\n"]);
    must_be_whole_and_a_fault(&talk, "the second line is not valid UTF-8");
}

#[test]
fn a_line_has_at_most_64_kib() {
    let longest = format!("{}\n", "x".repeat(65_535));
    must_be_lines(&talk!(lines, [longest.as_bytes()]), &longest, "a line of 64 KiB");
    let mut endless = vec![[b'x'; 1024].as_slice(); 66];
    endless.push(b"RESET"); // a version that reads so far has read too much
    let talk = talk!(lines, endless);
    let wrong = |fault: &str| fault.contains("reset") || fault.starts_with(NEVER);
    let too_far = talk.fault.as_deref().is_none_or(wrong);
    assert!(
        !too_far && talk.messages.is_empty(),
        "lines.rs has no limit: it takes more than 64 KiB of a line that does not end (fault: {:?}). \
         See \"Why\" in socket-chat/README.md.",
        talk.fault
    );
}

#[test]
fn in_a_room_a_line_goes_to_everyone_else_with_the_number_of_the_speaker() {
    let server = Server::start("room");
    let mut clients: Vec<_> = (1..=3)
        .map(|number| {
            let mut client = server.connect();
            let owes = "room.rs owes a client its number";
            assert_eq!(client.line_or(owes), format!("server: you are client {number}\n"));
            client
        })
        .collect();
    let mut speaker = clients.pop().unwrap();
    let mut hears = |number: usize, line: &str| {
        let owes = format!("room.rs owes client {number} the line {line:?}");
        assert_eq!(clients[number - 1].line_or(&owes), line, "{owes}");
    };
    hears(1, "server: client 2 comes\n");
    hears(1, "server: client 3 comes\n");
    hears(2, "server: client 3 comes\n");
    speaker.send("good mor");
    speaker.send("ning\nall\n");
    for number in [1, 2] {
        hears(number, "client 3: good morning\n");
        hears(number, "client 3: all\n");
    }
    assert_eq!(speaker.end(), "", "the speaker hears nothing of what it said");
    hears(1, "server: client 3 goes\n");
    server.stop();
}

#[test]
fn in_a_room_a_slow_client_is_dropped_and_holds_nobody_up() {
    let server = Server::start("room");
    let [mut speaker, mut listener, mut slow] = [(); 3].map(|()| {
        let mut client = server.connect();
        let hello = client.line_or("room.rs owes a client its number");
        assert!(hello.starts_with("server: you are client "), "{hello}");
        client
    });
    let heard = listener.line_or("room.rs says to nobody who comes");
    assert_eq!(heard, "server: client 3 comes\n");
    let line = "x".repeat(60_000);
    let goes = "server: client 3 goes\n";
    let mut heard = String::new();
    for _ in 0..1000 {
        // The next line is said when the listener has the last one: its queue is never full.
        speaker.send(format!("{line}\n"));
        heard = listener.line_or("room.rs lets a client that reads nothing hold up the others");
        if heard == goes {
            break;
        }
        assert!(heard.len() == line.len() + "client 1: \n".len(), "{heard:.60}");
    }
    if heard != goes {
        heard = listener.line_or("room.rs keeps a client that took none of 1000 lines of 60 KB");
    }
    assert_eq!(heard, goes);
    slow.send("too late\n");
    let said = server.stop();
    if cfg!(unix) {
        assert!(said.contains("client 3 is dropped: too many lines wait for it"), "{said:.3000}");
    }
}
