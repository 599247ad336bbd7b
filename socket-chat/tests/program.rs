//! The program as a student types it: what it prints, how it ends, and what it leaves: nothing.

mod server;

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use common::check::{DEADLINE, Outcome, Run, Signal, command, pid_in, signal, wait_until};
use common::lifeline::LIFELINE;
use server::{Client, PROGRAM, Server, WAYS};

fn run(arguments: &str) -> Outcome {
    Run::start(command(PROGRAM, arguments)).end()
}

/// A client whose standard input is what this shell command writes.
fn client_of(server: &str, input: &str) -> Run {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{input} | \"$0\" client --connect {server}"), PROGRAM]);
    Run::start(shell)
}

/// All processes with this parent, zombies included (Linux).
fn children(parent: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let parent_of = |pid: u32| -> Option<u32> {
        let entry = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        entry.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
    };
    pids.filter(|&pid| parent_of(pid) == Some(parent)).collect()
}

/// How many processes, threads and open files a server has (Linux).
fn held(server: &Server) -> (usize, usize, usize) {
    let pid = server.run.pid();
    let count = |what| fs::read_dir(format!("/proc/{pid}/{what}")).unwrap().count();
    (children(pid).len(), count("task"), count("fd"))
}

/// Waits until this is so.
#[track_caller]
fn becomes<T: PartialEq + std::fmt::Debug>(what: &str, expected: T, see: impl Fn() -> T) {
    let end = Instant::now() + DEADLINE;
    loop {
        let seen = see();
        if seen == expected {
            return;
        }
        assert!(Instant::now() < end, "{what}: {seen:?} and not {expected:?}");
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn without_a_command_three_clients_show_what_goes_wrong_and_what_works() {
    let said = run("").stdout();
    let (chunks, lines) = said.split_once("--- lines on 127.0.0.1:").expect("two servers");
    for seen in [
        "12 bytes are one message: \"salt\\npepper\\n\"",
        "Anna gets \"SALT\\nPEPPER\\n\"",
        "Bert gets \"GOOD MOR\"",
        "Bert gets \"NING\\n\"",
        "Cleo gets \"server: closed: a message is no UTF-8\\n\"",
    ] {
        assert!(chunks.contains(seen), "no {seen:?} in:\n{said}");
    }
    for seen in ["\"SALT\\n\"", "\"PEPPER\\n\"", "\"GOOD MORNING\\n\"", "\"GRÜSSE\\n\""] {
        assert!(lines.contains(&format!(" gets {seen}\n")), "no {seen} in:\n{said}");
    }
    let last = "chunks answered 0 of 4 lines as they were said, lines 4 of 4.\n";
    assert!(said.ends_with(last), "{said}");
}

#[test]
fn a_wrong_command_line_ends_with_2_and_says_what_is_allowed() {
    for (arguments, allowed) in [
        ("server line", "[possible values: chunks, lines, room]"),
        ("server --listen 8087", "an address and a port are allowed, such as 127.0.0.1:8087"),
        ("server --listen 127.0.0.1:70000", "an address and a port are allowed"),
        ("client --connect here", "an address and a port are allowed"),
        ("server --max-clients 0", "a whole number from 1 to 10000 is allowed"),
        ("server --idle-s -1", "a whole number from 1 to 86400 is allowed"),
        ("server --per-connection fork", "[possible values: "),
        ("client --load 0", "a whole number from 1 to 10000 is allowed"),
        ("client --messages 5", "--load <CLIENTS>"),
        ("serve", "unrecognized subcommand 'serve'"),
        #[cfg(unix)]
        ("server room --per-connection process", "processes share no memory"),
    ] {
        let said = run(arguments).refusal();
        assert!(said.contains(allowed), "{arguments}: {said}");
    }
}

#[test]
fn an_address_in_use_is_one_line_that_names_it() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    let said = run(&format!("server --listen {address}")).error();
    assert!(said.starts_with(&format!("error: cannot listen on {address}: ")), "{said}");
}

#[test]
fn an_address_of_no_machine_here_is_one_line_that_names_it() {
    let said = run("server --listen 203.0.113.1:0").error(); // reserved for documentation
    assert!(said.starts_with("error: cannot listen on 203.0.113.1:0: "), "{said}");
}

#[test]
fn a_client_to_whom_nobody_listens_says_so_in_one_line() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for load in ["", "--load 3"] {
        let said = run(&format!("client --connect {closed} {load}")).error();
        assert!(said.starts_with(&format!("error: cannot connect to {closed}: ")), "{said}");
    }
}

#[test]
fn a_client_in_a_pipe_shows_each_answer_and_no_prompt() {
    for way in WAYS {
        let server = Server::start(&format!("lines {way}"));
        let client = client_of(&server.address, r"printf 'a\n\nstraße\nno end'");
        assert_eq!(client.end().stdout(), "A\n\nSTRASSE\nNO END\n");
        assert_eq!(client_of(&server.address, "true").end().stdout(), "");
        let many = client_of(&server.address, "seq 1 20000").end().stdout();
        assert_eq!(many.lines().count(), 20_000);
        server.stop();
    }
}

#[test]
fn a_client_that_the_server_closes_shows_why_and_ends_with_1() {
    for way in WAYS {
        let server = Server::start(&format!("lines {way}"));
        for (input, answers, why) in [
            (r"printf '\377\n'", "", "a message is no UTF-8"),
            (r"printf 'one\ntwo\377\n'", "ONE\n", "a message is no UTF-8"),
            ("head -c 65536 /dev/zero", "", "a line must end, within 64 KiB"),
        ] {
            let outcome = client_of(&server.address, input).end();
            let right = outcome.stdout == format!("{answers}server: closed: {why}\n");
            assert!(right, "{input} | client shows {:.300}", format!("{:?}", outcome.stdout));
            let said = outcome.error();
            assert_eq!(said, format!("error: {} has ended the connection\n", server.address));
        }
        server.stop();
    }
}

#[test]
fn a_client_whose_server_goes_away_says_so_in_one_line() {
    let mut server = Server::start("lines");
    let client = command(PROGRAM, &format!("client --connect {}", server.address));
    let mut client = Run::start(client);
    client.enter();
    client.until(""); // the answer to an empty line is an empty line
    signal(Signal::SIGKILL, server.run.pid());
    let said = client.end_after_signal().error();
    assert!(said.contains(&server.address), "{said}");
    server.run.close_stdin();
    server.run.end_after_signal();
}

#[test]
fn ctrl_c_gives_each_client_a_last_line_and_ends_within_two_seconds() {
    for arguments in [WAYS[0], WAYS[1], "chunks", "room"] {
        let mut server = Server::start(arguments);
        let mute = (arguments != "room").then(|| server.connect_mute());
        let mut clients = [(); 5].map(|()| server.connect());
        for client in &mut clients {
            client.send("hello\n");
            assert!(!client.line().is_empty());
        }
        clients[4].send("half a li");
        let stop = Instant::now();
        server.run.ctrl_c();
        for client in clients {
            let last = client.rest();
            assert!(
                last.ends_with("server: the server stops\n"),
                "{arguments}: a client is not told that the server stops, only {last:?}"
            );
        }
        let said = server.run.end_after_signal().stdout();
        let time = stop.elapsed();
        assert!(time < Duration::from_secs(2), "{arguments}: {time:?}\n{said}");
        assert!(said.ends_with("has stopped\n"), "{arguments} was ended in the middle:\n{said}");
        drop(mute);
    }
}

/// The slow client takes nothing, and lines wait for it in its queue: they can never be written.
#[test]
fn ctrl_c_ends_a_room_with_a_slow_client_too() {
    let mut server = Server::start("room --quiet");
    let [mut speaker, mut listener, slow] = [(); 3].map(|()| {
        let mut client = server.connect();
        assert!(client.line().starts_with("server: you are client "));
        client
    });
    assert_eq!(listener.line(), "server: client 3 comes\n");
    let line = "x".repeat(60_000);
    for _ in 0..200 {
        speaker.send(format!("{line}\n"));
        assert_eq!(listener.line().len(), line.len() + "client 1: \n".len());
    }
    server.run.ctrl_c();
    let last = listener.rest();
    assert!(last.ends_with("server: the server stops\n"), "a client is told only {last:.300}");
    let said = server.run.end_after_signal().stdout();
    assert!(
        said.ends_with("has stopped\n"),
        "a slow client holds up the stop: see `cut_off` in server.rs. What came:\n{said}"
    );
    drop(slow);
}

#[test]
#[cfg(unix)]
fn sigterm_stops_it_as_well_and_the_port_is_free_at_once() {
    for way in WAYS {
        let mut server = Server::start(way);
        let address = server.address.clone();
        for _ in 0..5 {
            let mut old = server.connect();
            assert_eq!(old.ask("old"), "OLD\n");
            signal(Signal::SIGTERM, server.run.pid());
            let last = old.rest();
            assert_eq!(last, "server: the server stops\n", "{way}: what a client gets at the stop");
            let said = server.run.end_after_signal().stdout();
            assert!(
                said.ends_with("has stopped\n"),
                "{way}: not all are told to stop: see `stop` in server.rs. What came:\n{said}"
            );
            server = Server::start_at(&address, way); // while the old connection is in TIME_WAIT
        }
        assert_eq!(server.connect().ask("new"), "NEW\n");
        server.stop();
    }
}

#[test]
fn one_client_too_many_is_told_and_a_place_is_free_when_one_goes() {
    for way in WAYS {
        let server = Server::start(&format!("{way} --max-clients 2"));
        let mut one = server.connect();
        let mut two = server.connect();
        assert_eq!((one.ask("one"), two.ask("two")), ("ONE\n".into(), "TWO\n".into()));
        for _ in 0..10 {
            let mut third = server.connect();
            third.send("three\n"); // unread bytes must not turn the last line into a reset
            let told = third.end();
            assert_eq!(
                told, "server: closed: full, 2 clients are connected\n",
                "the server has no limit, or does not tell it: see \"Why\" in socket-chat/README.md"
            );
        }
        // More than are told at once: each makes room for the next one.
        (0..40).for_each(|_| drop(server.connect()));
        let told = "server: closed: full, 2 clients are connected\n".to_string();
        becomes("what one too many is told", told, || server.connect().end());
        assert_eq!(two.ask("still here"), "STILL HERE\n");
        assert_eq!(one.end(), "");
        becomes("a client has gone", "THREE\n".to_string(), || server.connect().ask("three"));
        server.stop();
    }
}

#[test]
fn what_is_not_allowed_is_told_and_ends_one_connection_only() {
    for way in WAYS {
        let server = Server::start(way);
        let mut other = server.connect();
        assert_eq!(other.ask("one"), "ONE\n");
        let mut client = server.connect();
        client.send("x".repeat(3_000_000)); // far more than what is read of it
        assert_eq!(client.rest(), "server: closed: a line must end, within 64 KiB\n");
        let mut client = server.connect();
        client.send(b"whole\n\xFF\n");
        let told = client.rest();
        assert_eq!(told, "WHOLE\nserver: closed: a message is no UTF-8\n");
        let mut client = server.connect();
        client.send("whole\nhalf");
        let told = client.end();
        assert_eq!(told, "WHOLE\nserver: closed: a line must end, within 64 KiB\n");
        assert_eq!(other.ask("two"), "TWO\n");
        server.stop();
    }
}

#[test]
fn in_a_room_the_same_is_not_allowed() {
    let server = Server::start("room");
    for (bytes, why) in [
        (b"x".repeat(3_000_000), "a line must end, within 64 KiB"),
        (b"whole\n\xFF\n".to_vec(), "a message is no UTF-8"),
    ] {
        let mut client = server.connect();
        client.send(bytes);
        let last = client.rest();
        assert!(last.ends_with(&format!("server: closed: {why}\n")), "{last:.300}");
    }
    server.stop();
}

#[test]
#[cfg(target_os = "linux")]
fn no_reset_follows_a_last_line() {
    for way in [WAYS[0], WAYS[1], "room"] {
        let server = Server::start(way);
        let mut client = server.connect();
        client.send("x".repeat(70_000)); // 64 KiB are read, the rest is not
        if way == "room" {
            assert_eq!(client.line(), "server: you are client 1\n");
        }
        assert_eq!(client.line(), "server: closed: a line must end, within 64 KiB\n");
        assert_eq!(client.line(), "", "this is the end");
        let end = Instant::now() + Duration::from_millis(200);
        while Instant::now() < end {
            assert!(
                client.0.get_ref().take_error().unwrap().is_none(),
                "{way}: the server closes a connection with bytes unread, which resets it. The \
                 reset can overtake the last line: see `end_with` in connection.rs"
            );
            thread::sleep(Duration::from_millis(2));
        }
        server.stop();
    }
}

#[test]
fn a_client_that_takes_no_answers_is_closed_too() {
    let servers = WAYS.map(|way| Server::start(&format!("{way} --idle-s 1 --max-clients 1")));
    let mutes = servers.each_ref().map(|server| {
        let mut mute = server.connect();
        mute.ask_and_never_read(); // if this takes long, the server may have closed it by then
        mute
    });
    for (server, mute) in servers.into_iter().zip(mutes) {
        let what = "the only place is free when a client takes nothing for 1 s: the answer";
        becomes(what, "NEXT\n".to_string(), || server.connect().ask("next"));
        drop(mute);
        server.stop();
    }
}

#[test]
fn an_idle_client_is_told_and_closed() {
    for way in [WAYS[0], WAYS[1], "room"] {
        let server = Server::start(&format!("{way} --idle-s 1"));
        let told = server.connect().rest();
        let idle = told.ends_with("server: closed: idle for 1 s\n");
        assert!(idle, "{way}: a client that is silent for 1 s is told only {told:?}");
        server.stop();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_worker_that_is_killed_ends_one_connection_and_is_no_zombie() {
    let mut server = Server::start("--per-connection process");
    let [mut one, mut other] = [(); 2].map(|()| server.connect());
    assert_eq!(one.ask("one"), "ONE\n");
    let worker = pid_in(&server.run.until("are one message"));
    assert_eq!(other.ask("other"), "OTHER\n");
    signal(Signal::SIGKILL, worker);
    assert_eq!(one.rest(), "", "the client of a killed worker sees the end");
    assert_eq!(other.ask("other"), "OTHER\n");
    let pid = server.run.pid();
    let what = "children of the server (one that nobody waits for stays a zombie)";
    becomes(what, 1, || children(pid).len());
    server.run.until(&format!("the connection process (PID {worker}) failed: signal: 9"));
    server.stop();
}

#[test]
#[cfg(target_os = "linux")]
fn the_parent_keeps_no_copy_of_a_socket_that_a_worker_has() {
    let server = Server::start("--per-connection process");
    let (_, _, files) = held(&server);
    let mut clients = [(); 5].map(|()| server.connect());
    for client in &mut clients {
        assert_eq!(client.ask("hello"), "HELLO\n");
    }
    let what = "open files of the server, with five clients. A Command keeps its copies until it \
                is dropped: see \"Why\" in socket-chat/README.md";
    becomes(what, files, || held(&server).2);
    server.stop();
}

#[test]
#[cfg(target_os = "linux")]
fn when_the_server_is_killed_its_workers_end() {
    let server = Server::start("--per-connection process");
    let mut clients = [(); 5].map(|()| server.connect());
    for client in &mut clients {
        assert_eq!(client.ask("hello"), "HELLO\n");
    }
    assert_eq!(server.run.processes().len(), 6);
    let kill = Instant::now();
    signal(Signal::SIGKILL, server.run.pid());
    server.run.end_after_signal();
    let time = kill.elapsed();
    assert!(time < Duration::from_secs(2), "the workers have survived for {time:?}");
}

/// The lifeline of the program is a connection. It is closed here, as the system does when a process
/// ends.
#[test]
fn a_program_ends_when_the_check_that_started_it_ends() {
    let check = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut server = command(PROGRAM, "server --listen 127.0.0.1:0");
    server.env(LIFELINE, check.local_addr().unwrap().to_string()).stdout(Stdio::null());
    #[allow(clippy::disallowed_methods, reason = "it must end by itself")]
    let mut server = server.spawn().unwrap();
    drop(check.accept().unwrap());
    wait_until("the server has ended", || server.try_wait().unwrap().is_some());
}

#[test]
#[cfg(target_os = "linux")]
fn connections_one_after_the_other_leave_no_process_no_thread_and_no_open_file() {
    for arguments in [WAYS[0], WAYS[1], "room"] {
        let server = Server::start(arguments);
        let before = held(&server);
        for number in 0..300 {
            let mut client = server.connect();
            client.send(format!("hello {number}\n"));
            assert!(!client.line().is_empty());
        }
        let what = format!(
            "{arguments}: after 300 connections, the server has so many (processes, threads, open \
             files). Each worker is waited for as soon as it ends: see \"Why\" in \
             socket-chat/README.md"
        );
        becomes(&what, before, || held(&server));
        server.stop();
    }
}

#[test]
#[cfg(target_os = "linux")] // elsewhere, the system may let fewer wait
fn two_hundred_clients_can_come_at_once() {
    let server = Server::start("--per-connection thread --quiet");
    signal(Signal::SIGSTOP, server.run.pid()); // it accepts nobody
    let address = server.address.parse().unwrap();
    let come = |number| {
        let stream = TcpStream::connect_timeout(&address, DEADLINE / 4);
        stream.unwrap_or_else(|fault| panic!("client {number} cannot even wait: {fault}"))
    };
    let clients: Vec<_> = (0..200).map(come).collect();
    signal(Signal::SIGCONT, server.run.pid());
    for stream in clients {
        assert_eq!(Client::from(stream).ask("hello"), "HELLO\n");
    }
    server.stop();
}

#[test]
fn the_benchmark_compares_every_answer() {
    for way in WAYS {
        let server = Server::start(&format!("{way} --quiet"));
        let load = format!("client --connect {} --load 20 --messages 50", server.address);
        let said = run(&load).stdout();
        assert!(said.contains("1000 lines in ") && said.contains("20 connections in "), "{said}");
        assert!(said.ends_with("every answer was right, none was lost\n"), "{said}");
        let said = server.stop();
        assert!(!said.contains("message"), "with --quiet, no message is said:\n{said}");
    }
    let room = Server::start("room");
    let said = run(&format!("client --connect {} --load 1", room.address)).error();
    assert!(said.contains("the answer to \"client 0 says hello\\n\" was "), "{said}");
    room.stop();
}

#[test]
fn closed_output_ends_the_program_quietly() {
    let start = |arguments: &str| Run::start_with_closed_output(command(PROGRAM, arguments));
    for arguments in ["", "--help", "server --listen 127.0.0.1:0"] {
        assert_eq!(start(arguments).end().stdout(), "");
    }
    let server = Server::start("lines");
    let mut client = start(&format!("client --connect {}", server.address));
    client.enter();
    assert_eq!(client.end().stdout(), "");
    server.stop();
}

#[test]
fn who_listens_to_other_machines_says_so() {
    let mut server = Server::start_at("0.0.0.0:0", "lines");
    server.run.until("anyone who reaches this port can talk");
    server.stop();
    let said = Server::start("lines").stop();
    assert!(!said.contains("anyone"), "{said}");
}
