//! The lesson check. Each test's name is a claim of the lesson page.
//!
//! `chunks` and `lines` talk here with a client whose bytes come in exactly the reads that the check
//! wants, without a socket: see `exercise/mod.rs`. The same over sockets is in `program.rs`.

#[allow(dead_code, reason = "it is also for check_yours.rs")]
mod exercise;
#[allow(dead_code, reason = "it is also for program.rs, which needs more")]
mod server;

#[path = "../src/lines.rs"]
mod lines;

use server::Server;

#[test]
fn a_line_is_a_message_in_lines() {
    let talk: exercise::Version = |client, heard| lines::talk(client.clone(), client, heard);
    exercise::of_the_pair("socket-chat/src/lines.rs", talk).must_be_right();
}

#[test]
fn a_read_is_a_message_in_chunks() {
    exercise::chunks_must_be_as_it_was();
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
