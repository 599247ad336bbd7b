//! The program as a student types it: what it prints, how it ends, and what it leaves: nothing.

mod server;

use std::net::TcpListener;
use std::process::Stdio;
use std::thread;

use common::check::{Outcome, Run, command, example, wait_until};
use common::lifeline::LIFELINE;
use server::{Client, PROGRAM, Server, printed};

/// Each way to serve a connection.
const WAYS: [&str; 2] =
    ["--per-connection thread", if cfg!(unix) { "--per-connection process" } else { "" }];

fn run(arguments: &str) -> Outcome {
    Run::start(command(PROGRAM, arguments)).end()
}

/// Does this check for all of these servers at the same time, since it mostly waits.
fn for_each_of<const N: usize>(servers: [&str; N], check: impl Fn(&str) + Sync) {
    let check = &check;
    thread::scope(|scope| {
        for server in servers {
            scope.spawn(move || check(server));
        }
    });
}

/// After these answers, was the client told in a last line why the connection is closed?
fn is_closed_after(answers: &str, told: &str) -> bool {
    let last = told.strip_prefix(answers).unwrap_or_default();
    last.starts_with("server: closed: ") && last.lines().count() == 1
}

/// The next write waits until the server has read the one before: so each run is the same.
const PICTURE: &str = r"
                chunks: a read is a message       lines: a line is a message
Anna  writes    |salt⏎pepper⏎|                    |salt⏎pepper⏎|
      reads     |salt⏎pepper⏎|                    |salt⏎pepper⏎|
      messages  |salt⏎pepper⏎|  ← run together    |salt⏎|pepper⏎|
      answers   |SALT⏎PEPPER⏎|                    |SALT⏎|PEPPER⏎|

Bert  writes    |good mor|ning⏎|                  |good mor|ning⏎|
      reads     |good mor|ning⏎|                  |good mor|ning⏎|
      messages  |good mor|ning⏎|  ← cut in two    |good morning⏎|
      answers   |GOOD MOR|NING⏎|                  |GOOD MORNING⏎|

Cleo  writes    |gr\xC3|\xBCße⏎|                  |gr\xC3|\xBCße⏎|
      reads     |gr\xC3|                          |gr\xC3|\xBCße⏎|
      messages  none  ← not valid UTF-8           |grüße⏎|
      answers   |server: closed: a message is…|   |GRÜSSE⏎|

| end of a write, read, message or answer   ⏎ newline   \xC3\xBC the bytes of ü

chunks answered 0 of 4 lines as they were said, lines 4 of 4.
";

/// A picture, but for the newlines of the messages: a version may leave them out.
fn picture(said: &str) -> String {
    let line = |line: &str| match line.contains(" messages ") {
        true => line.replace(['⏎', ' '], "").replace(r"\n", ""),
        false => line.to_string(),
    };
    said.lines().map(|it| line(it) + "\n").collect()
}

#[test]
fn without_a_command_a_picture_shows_where_each_version_cuts_what_was_said() {
    for _ in 0..2 {
        let said = printed(run(""));
        assert_eq!(picture(&said), picture(PICTURE.trim_start_matches('\n')), "\n{said}");
    }
}

/// Whatever stands in the file: what is right is judged by `check_yours.rs`.
#[test]
fn the_picture_of_yours_shows_the_same_clients_and_what_judges_the_file() {
    let said = printed(run("yours"));
    assert!(said.lines().next().unwrap().contains("yours: src/yours.rs"), "{said}");
    assert!(said.contains(r"Cleo  writes    |gr\xC3|\xBCße⏎|"), "{said}");
    assert!(said.contains(" of 4 lines as they were said, yours "), "{said}");
    assert!(said.contains("`cargo test -p socket-chat` tries many more clients"), "{said}");
}

#[test]
fn without_block_characters_the_picture_is_ascii_in_the_same_columns() {
    let mut program = command(PROGRAM, "");
    program.env("LC_ALL", "C");
    let said = printed(Run::start(program).end());
    assert!(said.is_ascii(), "{said}");
    let right = |line: &str| line.chars().skip(50).collect::<String>();
    for (line, ascii) in PICTURE.trim_start_matches('\n').lines().zip(said.lines()) {
        if line.chars().nth(50) == Some('|') && !line.contains(" messages ") {
            let expected = right(line).replace('⏎', r"\n").replace(['ü', 'ß', 'Ü'], "?");
            assert_eq!(right(ascii), expected, "the right column of\n{said}");
        }
    }
}

#[test]
fn a_wrong_command_line_ends_with_2_and_says_what_is_allowed() {
    for (arguments, allowed) in [
        ("server line", "[possible values: chunks, lines, room, yours]"),
        ("server --per-connection fork", "[possible values: "),
        ("serve", "unrecognized subcommand 'serve'"),
        #[cfg(unix)]
        ("server room --per-connection process", "processes share no memory"),
    ] {
        let said = run(arguments).refusal();
        assert!(said.contains(allowed), "{arguments}: {said}");
    }
}

#[test]
fn an_address_that_is_in_use_or_wrong_is_one_line_that_names_it() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let in_use = other.local_addr().unwrap().to_string();
    // The last one is reserved for documentation.
    for address in [&in_use, "8087", "127.0.0.1:70000", "203.0.113.1:0"] {
        let said = run(&format!("server --listen {address}")).error();
        assert!(said.starts_with(&format!("error: cannot listen on {address}: ")), "{said}");
    }
    let said = run("client --connect 8087").error();
    assert!(said.starts_with("error: cannot connect to 8087: "), "{said}");
}

#[test]
fn a_client_to_whom_nobody_listens_says_so_in_one_line() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let load = Run::start(command(example(PROGRAM, "load"), &format!("--connect {closed}"))).end();
    for outcome in [run(&format!("client --connect {closed}")), load] {
        let said = outcome.error();
        assert!(said.starts_with(&format!("error: cannot connect to {closed}: ")), "{said}");
    }
}

#[test]
fn over_a_socket_chunks_answers_half_a_line() {
    for_each_of(WAYS, |way| {
        let server = Server::start(&format!("chunks {way}"));
        let mut client = server.connect();
        // The rest is sent only when the first half has been answered: this forces two reads.
        client.send("good mor");
        assert_eq!(client.bytes(8), "GOOD MOR");
        client.send("ning\n");
        assert_eq!(client.line(), "NING\n");
        client.send(b"gr\xC3");
        assert_eq!(client.rest(), "server: closed: a message is not valid UTF-8\n");
        server.stop();
    });
}

#[test]
fn over_a_socket_lines_answers_each_line_however_it_is_written() {
    const TEXT: &str = "straße, ΟΔΟΣ, 😀\nİ\n\nlast one\n";
    for_each_of(WAYS, |way| {
        let server = Server::start(&format!("lines {way}"));
        let mut client = server.connect();
        let answered = |client: &mut Client, how: &str| {
            for line in TEXT.to_uppercase().split_inclusive('\n') {
                assert_eq!(client.line(), line, "lines answers otherwise: {how}");
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
        (0..3).for_each(|_| answered(&mut client, "all in one write"));
        assert_eq!(client.end(), "");
        server.stop();
    });
}

#[test]
fn a_reset_ends_one_connection_and_no_other() {
    for_each_of(WAYS, |way| {
        let server = Server::start(&format!("lines {way}"));
        let mut other = server.connect();
        assert_eq!(other.ask("first"), "FIRST\n");
        let mut client = server.connect();
        client.send("one\n");
        assert_eq!(client.bytes(1), "O");
        client.send("two\nhalf");
        drop(client); // with an answer unread: the system resets the connection
        assert_eq!(other.ask("second"), "SECOND\n");
        assert_eq!(server.connect().ask("third"), "THIRD\n");
        server.stop();
    });
}

#[test]
fn what_is_not_allowed_is_told_and_ends_one_connection_only() {
    for_each_of(WAYS, |way| {
        let server = Server::start(way);
        let mut other = server.connect();
        assert_eq!(other.ask("one"), "ONE\n");
        let mut client = server.connect();
        client.send("x".repeat(3_000_000)); // far more than what is read of it
        let told = client.rest();
        assert!(is_closed_after("", &told), "{told:.100}");
        let mut client = server.connect();
        client.send(b"whole\n\xFF\n");
        let told = client.rest();
        assert!(is_closed_after("WHOLE\n", &told), "{told:.100}");
        let mut client = server.connect();
        client.send("whole\nhalf");
        let told = client.end();
        assert!(is_closed_after("WHOLE\n", &told), "{told:.100}");
        assert_eq!(other.ask("two"), "TWO\n");
        server.stop();
    });
}

#[test]
fn in_a_room_the_same_is_not_allowed() {
    let server = Server::start("room");
    for (bytes, why) in [
        (b"x".repeat(3_000_000), "a line must end, within 64 KiB"),
        (b"whole\n\xFF\n".to_vec(), "a message is not valid UTF-8"),
    ] {
        let mut client = server.connect();
        client.send(bytes);
        let last = client.rest_or(&format!("room.rs does not refuse this: {why}"));
        assert!(last.ends_with(&format!("server: closed: {why}\n")), "{why}: {last:.300}");
    }
    server.stop();
}

#[test]
fn one_client_too_many_is_told_and_a_place_is_free_when_one_goes() {
    let server = Server::start("--per-connection thread");
    let mut clients = Vec::from_iter((0..256).map(|_| server.connect()));
    for client in &mut clients {
        assert_eq!(client.ask("one"), "ONE\n");
    }
    let told = server.connect().end();
    assert_eq!(
        told, "server: closed: too many clients are connected\n",
        "the server has no limit, or does not tell it: see \"Why\" in socket-chat/README.md"
    );
    assert_eq!(clients[1].ask("still here"), "STILL HERE\n");
    assert_eq!(clients.remove(0).end(), "");
    wait_until("a client that goes makes room", || server.connect().ask("new") == "NEW\n");
    server.stop();
}

#[test]
fn the_benchmark_compares_every_answer() {
    let load = |server: &Server, size: &str| {
        let arguments = format!("--connect {} {size}", server.address);
        Run::start(command(example(PROGRAM, "load"), &arguments)).end()
    };
    for_each_of(WAYS, |way| {
        let server = Server::start(way);
        let said = load(&server, "--clients 10 --messages 20").stdout();
        assert!(said.contains("200 lines in ") && said.contains("10 connections in "), "{said}");
        assert!(said.ends_with("every answer was right, none was lost\n"), "{said}");
        server.stop();
    });
    let room = Server::start("room");
    let said = load(&room, "--clients 1").error();
    assert!(said.contains("the answer to \"client 0 says hello\\n\" was "), "{said}");
    room.stop();
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
fn closed_output_ends_the_program_quietly() {
    let start = |arguments: &str| Run::start_with_closed_output(command(PROGRAM, arguments));
    for arguments in ["", "--help", "server --listen 127.0.0.1:0"] {
        let outcome = start(arguments).end();
        assert!(!outcome.stderr.contains("error: "), "{outcome:?}");
        assert_eq!(printed(outcome), "");
    }
    let server = Server::start("lines");
    let mut client = start(&format!("client --connect {}", server.address));
    client.enter();
    assert_eq!(client.end().stdout(), "");
    server.stop();
}

/// What only a system with signals and a shell can show.
#[cfg(unix)]
mod on_unix {
    use std::io::Write;
    use std::net::TcpStream;
    use std::os::fd::OwnedFd;
    use std::process::{Child, Command};
    use std::time::{Duration, Instant};

    use common::check::{Signal, signal};

    use super::*;

    /// Asks for 64 MiB in lines of 64 KiB, until nobody takes one for a moment: now the server waits
    /// for this client, which never reads. Returns how many lines were taken.
    fn ask_and_never_read(mut mute: &TcpStream) -> usize {
        mute.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
        let line = format!("{}\n", "x".repeat(65_535));
        (0..1024).take_while(|_| mute.write_all(line.as_bytes()).is_ok()).count()
    }

    /// Enters a room.
    #[track_caller]
    fn enter(server: &Server) -> Client {
        let mut client = server.connect();
        assert!(client.line().starts_with("server: you are client "));
        client
    }

    /// A client whose standard input is what this shell command writes.
    fn client_of(server: &str, input: &str) -> Run {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{input} | \"$0\" client --connect {server}"), PROGRAM]);
        Run::start(shell)
    }

    #[test]
    fn a_client_in_a_pipe_shows_each_answer() {
        for_each_of(WAYS, |way| {
            let server = Server::start(&format!("lines {way}"));
            let client = client_of(&server.address, r"printf 'a\n\nstraße\nno end'");
            assert_eq!(client.end().stdout(), "A\n\nSTRASSE\nNO END\n");
            assert_eq!(client_of(&server.address, "true").end().stdout(), "");
            let many = client_of(&server.address, "seq 1 1000").end().stdout();
            assert_eq!(many.lines().count(), 1000);
            server.stop();
        });
    }

    #[test]
    fn a_client_that_the_server_closes_shows_why_and_ends_with_1() {
        for_each_of(WAYS, |way| {
            let server = Server::start(&format!("lines {way}"));
            for (input, answers) in [
                (r"printf '\377\n'", ""),
                (r"printf 'one\ntwo\377\n'", "ONE\n"),
                ("head -c 65536 /dev/zero", ""),
            ] {
                let outcome = client_of(&server.address, input).end();
                let right = is_closed_after(answers, &outcome.stdout);
                assert!(right, "{input} | client shows {:.300}", format!("{:?}", outcome.stdout));
                let said = outcome.error();
                assert_eq!(said, format!("error: {} has ended the connection\n", server.address));
            }
            server.stop();
        });
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
    fn a_client_that_never_reads_holds_nobody_up_and_ctrl_c_tells_all_others() {
        for_each_of([WAYS[0], WAYS[1], "chunks", "room"], |arguments| {
            let mut server = Server::start(arguments);
            let mute = server.connect();
            if arguments != "room" {
                let taken = ask_and_never_read(mute.stream.get_ref());
                assert!(taken < 1024, "{arguments} keeps 64 MiB for a client that never reads");
            }
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
            let said = printed(server.run.end_after_signal());
            let time = stop.elapsed();
            assert!(time < Duration::from_secs(5), "{arguments}: {time:?}\n{said}");
            assert!(said.ends_with("has stopped\n"), "{arguments} was ended early:\n{said}");
            drop(mute);
        });
    }

    /// The slow client takes nothing, and lines wait for it in its queue: they can never be written.
    #[test]
    fn ctrl_c_ends_a_room_with_a_slow_client_too() {
        let mut server = Server::start("room");
        let [mut speaker, mut listener, slow] = [(); 3].map(|()| enter(&server));
        assert_eq!(listener.line(), "server: client 3 comes\n");
        let line = "x".repeat(60_000);
        for _ in 0..200 {
            speaker.send(format!("{line}\n"));
            assert_eq!(listener.line().len(), line.len() + "client 1: \n".len());
        }
        server.run.ctrl_c();
        let last = listener.rest();
        assert!(last.ends_with("server: the server stops\n"), "a client is told only {last:.300}");
        let said = printed(server.run.end_after_signal());
        assert!(said.ends_with("has stopped\n"), "a slow client holds up the stop:\n{said:.3000}");
        drop(slow);
    }

    #[test]
    fn sigterm_stops_it_as_well_and_the_port_is_free_at_once() {
        for_each_of(WAYS, |way| {
            let mut server = Server::start(way);
            let address = server.address.clone();
            for _ in 0..2 {
                let mut old = server.connect();
                assert_eq!(old.ask("old"), "OLD\n");
                signal(Signal::SIGTERM, server.run.pid());
                let last = old.rest();
                assert_eq!(last, "server: the server stops\n", "{way}: what a client gets");
                let said = printed(server.run.end_after_signal());
                assert!(
                    said.ends_with("has stopped\n"),
                    "{way}: not all are told to stop: see `stop` in server.rs. What came:\n{said}"
                );
                // Now the old connection is in the state TIME_WAIT.
                server = Server::start_at(&address, way);
            }
            assert_eq!(server.connect().ask("new"), "NEW\n");
            server.stop();
        });
    }

    /// The worker of a connection, as the server starts it, but with less patience: 100 ms.
    fn worker() -> (Client, Child) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let stream = listener.accept().unwrap().0;
        let mut worker = command(PROGRAM, "connection lines 1 100");
        worker.stdin(OwnedFd::from(stream)).stderr(Stdio::null());
        #[allow(clippy::disallowed_methods, reason = "it must end by itself")]
        let worker = worker.spawn().unwrap();
        (Client::new(client, worker.id()), worker)
    }

    #[test]
    fn an_idle_client_is_told_and_closed_and_so_is_one_that_takes_no_answers() {
        let (mute, mut mute_worker) = worker();
        let (idle, mut idle_worker) = worker();
        ask_and_never_read(mute.stream.get_ref());
        for worker in [&mut mute_worker, &mut idle_worker] {
            wait_until("a worker ends whose client does nothing for 100 ms", || {
                worker.try_wait().unwrap().is_some()
            });
        }
        assert_eq!(idle.rest(), "server: closed: idle for 100 ms\n");
        drop(mute);
    }

    #[cfg(target_os = "linux")] // which has /proc, and lets 4096 clients wait
    mod on_linux {
        use std::fs;

        use common::check::{DEADLINE, pid_in};

        use super::*;

        /// All processes with this parent, zombies included.
        fn children(parent: u32) -> Vec<u32> {
            let entries = fs::read_dir("/proc").unwrap().flatten();
            let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
            let parent_of = |pid: u32| -> Option<u32> {
                let entry = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
                entry.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
            };
            pids.filter(|&pid| parent_of(pid) == Some(parent)).collect()
        }

        /// How many processes, threads and open files a server has.
        fn held(server: &Server) -> (usize, usize, usize) {
            let pid = server.run.pid();
            let count = |what| fs::read_dir(format!("/proc/{pid}/{what}")).unwrap().count();
            (children(pid).len(), count("task"), count("fd"))
        }

        /// Waits until this is so.
        #[track_caller]
        fn becomes<T: PartialEq + std::fmt::Debug>(what: &str, expected: T, see: impl Fn() -> T) {
            let end = Instant::now() + DEADLINE / 5;
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
        fn no_reset_follows_a_last_line() {
            for_each_of([WAYS[0], WAYS[1], "room"], |way| {
                let server = Server::start(way);
                let mut client = if way == "room" { enter(&server) } else { server.connect() };
                client.send("x".repeat(70_000)); // 64 KiB are read, the rest is not
                let last = client.line();
                assert!(is_closed_after("", &last), "{last:.100}");
                assert_eq!(client.line(), "", "this is the end");
                let end = Instant::now() + Duration::from_millis(100);
                while Instant::now() < end {
                    assert!(
                        client.stream.get_ref().take_error().unwrap().is_none(),
                        "{way}: the server closes a connection with bytes unread, which resets it. \
                         The reset can overtake the last line: see `end_with` in connection.rs"
                    );
                    thread::sleep(Duration::from_millis(2));
                }
                server.stop();
            });
        }

        #[test]
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
            server.run.until(&format!("connection 1 (PID {worker}) failed: signal: 9"));
            server.stop();
        }

        /// Besides, the server has one open file for each worker that lives: its lifeline.
        #[test]
        fn the_parent_keeps_no_copy_of_a_socket_that_a_worker_has() {
            let server = Server::start("--per-connection process");
            let mut clients = [(); 5].map(|()| server.connect());
            for client in &mut clients {
                assert_eq!(client.ask("hello"), "HELLO\n");
            }
            let pid = server.run.pid();
            let sockets = || {
                let files = fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
                let links = files.filter_map(|file| fs::read_link(file.path()).ok());
                links.filter(|link| link.to_string_lossy().starts_with("socket:")).count()
            };
            let what = "sockets of the server, with five clients: two that listen, its own \
                        lifeline, and those of five workers. A Command keeps its copies until it is dropped: see \"Why\" in \
                        socket-chat/README.md";
            becomes(what, 8, sockets);
            server.stop();
        }

        #[test]
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
            assert!(time < Duration::from_secs(5), "the workers have survived for {time:?}");
        }

        #[test]
        fn connections_one_after_the_other_leave_no_process_no_thread_and_no_open_file() {
            for_each_of([WAYS[0], WAYS[1], "room"], |arguments| {
                let server = Server::start(arguments);
                let pid = server.run.pid();
                let one_more = || {
                    let mut client = server.connect();
                    client.send("hello\n");
                    assert!(!client.line().is_empty());
                };
                // The first connection starts what serves all: the thread that keeps the lifelines.
                one_more();
                let (_, threads, files) = held(&server);
                (0..50).for_each(|_| one_more());
                becomes("children of the server", 0, || children(pid).len());
                one_more(); // closes the lifelines of the workers before
                let what = format!(
                    "{arguments}: after 50 more connections, the server has no process and as many \
                     threads and open files as with one. Each worker is waited for as soon as it \
                     ends: see \"Why\" in socket-chat/README.md"
                );
                becomes(&what, (0, true, true), || {
                    let now = held(&server);
                    (now.0, now.1 <= threads + 2, now.2 <= files + 2)
                });
                server.stop();
            });
        }

        #[test]
        fn two_hundred_clients_can_come_at_once() {
            let server = Server::start("--per-connection thread");
            let pid = server.run.pid();
            signal(Signal::SIGSTOP, pid); // it accepts nobody
            let address = server.address.parse().unwrap();
            let come = |number| {
                let stream = TcpStream::connect_timeout(&address, DEADLINE / 4);
                stream.unwrap_or_else(|fault| panic!("client {number} cannot even wait: {fault}"))
            };
            let clients: Vec<_> = (0..200).map(come).collect();
            signal(Signal::SIGCONT, pid);
            for stream in clients {
                assert_eq!(Client::new(stream, pid).ask("hello"), "HELLO\n");
            }
            server.stop();
        }
    }
}
