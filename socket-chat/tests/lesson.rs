//! The lesson check. Each test's name is a claim of the lesson page.
//!
//! The files of the lesson talk here with a client whose bytes come in exactly the reads that the
//! check wants. The same over sockets follows below, and in `program.rs`.

mod server;

#[path = "../src/chunks.rs"]
mod chunks;
#[path = "../src/lines.rs"]
mod lines;

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read};

use common::check::DEADLINE;
use server::{Server, WAYS};

const FIX: &str = "A message ends with a newline, whatever a read brings: see \"The fix\" in \
                   socket-chat/README.md.";
const TEXT: &str = "straße, ΟΔΟΣ, 😀\nİ\n\nlast one\n";

/// Each of these is what one read brings.
struct Reads(VecDeque<Vec<u8>>);

impl Read for Reads {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let Some(next) = self.0.front_mut() else { return Ok(0) };
        if next == b"RESET" {
            return Err(ErrorKind::ConnectionReset.into());
        }
        let size = next.len().min(bytes.len());
        bytes[..size].copy_from_slice(&next[..size]);
        next.drain(..size);
        if next.is_empty() {
            self.0.pop_front();
        }
        Ok(size)
    }
}

/// What came of a talk.
#[derive(Debug, PartialEq)]
struct Talk {
    messages: Vec<String>,
    answers: String,
    fault: Option<String>,
}

macro_rules! talk {
    ($version:ident, $reads:expr) => {{
        let reads = Reads($reads.iter().map(|bytes| Vec::from(*bytes)).collect());
        let (mut messages, mut answers) = (Vec::new(), Vec::new());
        let outcome = $version::talk(reads, &mut answers, |text| messages.push(text.to_string()));
        let fault = outcome.err().map(|fault| format!("{fault:#}"));
        Talk { messages, answers: String::from_utf8(answers).unwrap(), fault }
    }};
}

/// All lines of this text were messages, and were answered.
#[track_caller]
fn must_be_lines(talk: &Talk, text: &str, how: &str) {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    assert!(
        talk.messages == lines && talk.answers == text.to_uppercase() && talk.fault.is_none(),
        "lines.rs does not take each line for a message: {how}\n  sent  {:.300}\n  taken {:.300}\n  \
         fault: {:?}\n{FIX}",
        format!("{lines:?}"),
        format!("{:?}", talk.messages),
        talk.fault
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
    let broken = talk.fault.as_ref().is_some_and(|fault| fault.contains("no UTF-8"));
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
    must_be_lines(&talk!(lines, [many.as_bytes()]), &many, "20000 lines come at once");
}

#[test]
fn lines_answers_lines_that_come_byte_by_byte() {
    let bytes: Vec<&[u8]> = TEXT.as_bytes().chunks(1).collect();
    must_be_lines(&talk!(lines, bytes), TEXT, "each read brings one byte");
}

#[test]
fn lines_answers_what_is_whole_when_the_client_ends_in_the_middle_of_a_line() {
    let talk = talk!(lines, [b"whole\nha".as_slice(), b"lf".as_slice()]);
    assert_eq!(talk.messages, ["whole\n"], "{talk:?}. {FIX}");
    assert_eq!(talk.fault.as_deref(), Some("a line must end, within 64 KiB"), "{talk:?}");
}

#[test]
fn lines_answers_what_is_whole_when_the_connection_is_reset_in_the_middle_of_a_line() {
    let talk = talk!(lines, [b"whole\nhalf".as_slice(), b"RESET".as_slice()]);
    assert_eq!(talk.messages, ["whole\n"], "{talk:?}. {FIX}");
    assert_eq!(talk.fault.as_deref(), Some("connection reset"), "{talk:?}");
}

#[test]
fn a_line_has_at_most_64_kib() {
    let longest = format!("{}\n", "x".repeat(65_535));
    must_be_lines(&talk!(lines, [longest.as_bytes()]), &longest, "a line of 64 KiB");
    let mut endless = vec![[b'x'; 1024].as_slice(); 66];
    endless.push(b"RESET"); // who reads so far has read too much
    let talk = talk!(lines, endless);
    let limited = talk.fault.as_deref() == Some("a line must end, within 64 KiB");
    assert!(
        limited && talk.messages.is_empty(),
        "lines.rs has no limit: it takes more of a line that does not end ({:?}). See \"Why\" in \
         socket-chat/README.md.",
        talk.fault
    );
}

#[test]
fn bytes_that_are_no_utf_8_end_the_talk_and_no_more() {
    let talk = talk!(lines, [b"whole\n\xFF\xFE\nnever\n"]);
    assert_eq!(talk.messages, ["whole\n"], "{talk:?}");
    assert!(talk.fault.as_ref().is_some_and(|fault| fault.contains("no UTF-8")), "{talk:?}");
}

#[test]
fn over_a_socket_chunks_answers_half_a_line() {
    for way in WAYS {
        let server = Server::start(&format!("chunks {way}"));
        let mut client = server.connect();
        client.0.get_ref().set_read_timeout(Some(DEADLINE / 2)).unwrap();
        // The rest is sent only when the first half has been answered: this forces two reads.
        client.send("good mor");
        let mut answer = [0; 8];
        let _ = client.0.read_exact(&mut answer);
        assert_eq!(
            answer.as_slice(),
            b"GOOD MOR",
            "chunks.rs no longer shows the fault: half a line is not answered. See \"Why\" in \
             socket-chat/README.md."
        );
        client.send("ning\n");
        assert_eq!(client.line(), "NING\n");
        drop(client);
        server.stop();
    }
}

#[test]
fn over_a_socket_chunks_ends_where_a_character_is_cut() {
    let server = Server::start("chunks");
    let mut client = server.connect();
    client.send(b"gr\xC3");
    let last = client.rest();
    assert_eq!(last, "server: closed: a message is no UTF-8\n");
    server.stop();
}

#[test]
fn over_a_socket_lines_answers_each_line_however_it_is_written() {
    for way in WAYS {
        let server = Server::start(&format!("lines {way}"));
        let mut client = server.connect();
        let expected = TEXT.to_uppercase();
        let answered = |client: &mut server::Client, how: &str| {
            for line in expected.split_inclusive('\n') {
                assert_eq!(client.line(), line, "lines.rs answers otherwise: {how}. {FIX}");
            }
        };
        for cut in 1..TEXT.len() {
            let (one, other) = TEXT.as_bytes().split_at(cut);
            client.send(one);
            client.send(other);
            answered(&mut client, &format!("two writes, cut after {cut} bytes"));
        }
        for byte in TEXT.as_bytes() {
            client.send([*byte]);
        }
        answered(&mut client, "a write for each byte");
        client.send(TEXT.repeat(3));
        for _ in 0..3 {
            answered(&mut client, "all in one write");
        }
        assert_eq!(client.end(), "");
        server.stop();
    }
}

#[test]
fn a_client_that_never_reads_holds_nobody_up() {
    for way in WAYS {
        let server = Server::start(&format!("lines {way}"));
        let mute = server.connect_mute();
        let mut other = server.connect();
        assert_eq!(other.ask("still there?"), "STILL THERE?\n");
        server.stop();
        drop(mute);
    }
}

#[test]
fn a_reset_ends_one_connection_and_no_other() {
    for way in WAYS {
        let server = Server::start(&format!("lines {way}"));
        let mut other = server.connect();
        assert_eq!(other.ask("first"), "FIRST\n");
        let mut client = server.connect();
        client.send("whole\nha");
        client.0.get_ref().peek(&mut [0]).unwrap();
        drop(client); // with an answer unread: the system resets the connection
        assert_eq!(other.ask("second"), "SECOND\n");
        assert_eq!(server.connect().ask("third"), "THIRD\n");
        server.stop();
    }
}

#[test]
fn in_a_room_a_line_goes_to_everyone_else_with_the_number_of_the_speaker() {
    let server = Server::start("room");
    let mut clients: Vec<_> = (1..=3)
        .map(|number| {
            let mut client = server.connect();
            assert_eq!(client.line(), format!("server: you are client {number}\n"));
            client
        })
        .collect();
    assert_eq!(clients[0].line(), "server: client 2 comes\n");
    assert_eq!(clients[0].line(), "server: client 3 comes\n");
    assert_eq!(clients[1].line(), "server: client 3 comes\n");
    clients[1].send("good mor");
    clients[1].send("ning\nall\n");
    for number in [0, 2] {
        assert_eq!(clients[number].line(), "client 2: good morning\n");
        assert_eq!(clients[number].line(), "client 2: all\n");
    }
    assert_eq!(clients.remove(1).end(), "", "the speaker hears nothing of what it said");
    assert_eq!(clients[0].line(), "server: client 2 goes\n");
    server.stop();
}

#[test]
fn in_a_room_a_slow_client_is_dropped_and_holds_nobody_up() {
    let server = Server::start("room");
    let [mut speaker, mut listener, mut slow] = [(); 3].map(|()| {
        let mut client = server.connect();
        assert!(client.line().starts_with("server: you are client "));
        client
    });
    assert_eq!(listener.line(), "server: client 3 comes\n");
    let line = "x".repeat(60_000);
    let mut goes = false;
    for _ in 0..2000 {
        // The next line is said when the listener has the last one: its queue is never full.
        speaker.send(format!("{line}\n"));
        let heard = listener.line_or("room.rs lets a client that reads nothing hold up the others");
        goes |= heard == "server: client 3 goes\n";
        if goes {
            break;
        }
        assert!(heard.len() == line.len() + "client 1: \n".len(), "{heard:.60}");
    }
    assert!(goes, "room.rs keeps a client that took none of 2000 lines of 60 KB");
    slow.send("too late\n");
    let said = server.stop();
    assert!(said.contains("client 3 is dropped: too many lines wait for it"), "{said}");
}
