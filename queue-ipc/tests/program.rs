//! The program as a student types it: what it prints, and how it ends.

#[cfg(unix)]
use std::{env, fs, path::Path, process::Command, time::Duration};

#[cfg(unix)]
use common::check::interruptible;
use common::check::{self, Outcome, Run, command, pid_in};
#[cfg(target_os = "linux")]
use common::check::{Signal, signal};
#[cfg(unix)]
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_queue-ipc");

fn queue_ipc(arguments: &str) -> Outcome {
    Run::start(command(PROGRAM, arguments)).end()
}

/// A line for the shell, in which `queue-ipc` is the program.
#[cfg(unix)]
fn shell(line: &str) -> Command {
    let mut shell = Command::new("sh");
    let folder = Path::new(PROGRAM).parent().unwrap();
    let path = env::join_paths([folder, Path::new("/bin"), Path::new("/usr/bin")]).unwrap();
    shell.args(["-c", line]).env("PATH", path);
    shell
}

fn example(name: &str, arguments: &str) -> Run {
    Run::start(command(check::example(PROGRAM, name), arguments))
}

#[test]
fn without_a_version_all_four_show_their_picture_and_it_is_said_what_the_wrong_ones_lose() {
    let said = queue_ipc("").stdout();
    let mut lines = said.lines();
    let mut comes = |starts: &[&str]| {
        let line = lines.by_ref().find(|line| starts.iter().any(|start| line.starts_with(start)));
        assert!(line.is_some(), "no {starts:?}, or not in this order:\n{said}");
    };
    let luck = "Nothing is missing. That was luck: see --step.";
    if cfg!(unix) {
        comes(&["polling   0 ms  "]);
        comes(&["  reader  "]);
        comes(&["  writer  "]);
        comes(&["polling    "]);
        comes(&["A reader that stops at an empty queue misses ", luck]);
    } else {
        comes(&["polling needs Unix: "]);
    }
    comes(&["closing   0 ms  "]);
    comes(&["closing    100 of 100 items taken "]);
    comes(&["unlocked   1, 2: taken by reader 1, 2   · missing"]);
    comes(&["unlocked   "]);
    comes(&["Without the lock, the readers find ", luck]);
    comes(&["locked     1, 2: taken by reader 1, 2   · missing"]);
    comes(&["locked     300 of 300 items taken "]);
    assert_eq!(lines.next(), None, "{said}");
    assert!(!said.contains("PID "), "without a version, no process says anything:\n{said}");
    assert!(!said.contains("error: "), "what a wrong version shows is no error:\n{said}");
}

#[test]
fn each_run_fits_on_a_screen() {
    let versions = ["polling", "closing", "unlocked", "locked", "yours-ending", "yours-lock"];
    for version in [""].into_iter().chain(versions) {
        let said = queue_ipc(version).stdout();
        // Not the lines that somebody has added to find a fault.
        let is_own =
            |line: &&str| line.starts_with(' ') || versions.iter().any(|it| line.starts_with(it));
        let count = said.lines().filter(is_own).count();
        assert!(count <= 36, "{version}: {count} lines do not fit on a screen:\n{said}");
        let fits = |line: &str| line.chars().count() <= 80;
        assert!(said.lines().filter(is_own).all(fits), "{version}:\n{said}");
    }
}

#[test]
fn of_a_long_run_the_first_and_the_last_lines_are_shown_and_with_all_each() {
    let is_said = |line: &&str| line.contains("(PID ");
    let said = queue_ipc("closing").stdout();
    assert_eq!(said.lines().filter(is_said).count(), 16, "{said}");
    assert!(said.contains("\n        …  185 more lines: --all shows them\n"), "{said}");
    let said = queue_ipc("closing --all").stdout();
    assert_eq!(said.lines().filter(is_said).count(), 201, "{said}");
}

#[test]
fn with_one_writer_and_one_reader_no_lock_is_needed() {
    let said = queue_ipc("unlocked --writers 1 --readers 1").stdout();
    let result = said.lines().last().unwrap();
    assert!(result.starts_with("unlocked   100 of 100 items taken "), "{said}");
}

#[test]
fn unsafe_is_another_name_for_unlocked() {
    let said = queue_ipc("unsafe --writers 1 --readers 1 --items 1").stdout();
    assert!(said.contains("\nunlocked   1 of 1 items taken "), "{said}");
}

#[test]
fn help_says_what_each_version_shows() {
    let help = queue_ipc("--help").stdout();
    let versions = ["polling: ", "closing: ", "unlocked: ", "locked: ", "yours-ending: "];
    for said in versions.into_iter().chain(["torn", "once and whole", "writer | queue-ipc reader"])
    {
        assert!(help.contains(said), "no {said:?} in\n{help}");
    }
}

#[test]
fn a_wrong_command_line_ends_with_2_and_says_what_is_allowed() {
    let items = "a whole number from 1 to 1000000000 is allowed";
    let workers = "a whole number from 1 to 26 is allowed";
    let versions =
        "[possible values: polling, closing, unlocked, locked, yours-ending, yours-lock]";
    for (arguments, allowed) in [
        ("--items 0", items),
        ("--items -1", items),
        ("--items 1.5", items),
        ("--items x", items),
        ("--writers 0", workers),
        ("--writers 27", workers),
        ("--readers 256", workers),
        ("--pause-ms 60001", "a whole number from 0 to 60000 is allowed"),
        ("closed", versions),
        ("reader closed", versions),
        ("closing --writers 2", "--writers has no effect here"),
        ("polling --readers 1", "--readers has no effect here"),
        ("yours-ending --readers 2", "--readers has no effect here"),
        ("reader --items 3", "unexpected argument"),
        ("--quiet", "unexpected argument"),
    ] {
        let said = queue_ipc(arguments).refusal();
        assert!(said.contains(allowed), "{arguments}: {said}");
    }
}

#[test]
#[cfg(unix)]
fn the_roles_also_run_by_hand() {
    let by_hand = "queue-ipc writer --items 1000 --pause-ms 0 | queue-ipc reader 2>&1";
    let said = Run::start(shell(by_hand)).end().stdout();
    assert!(said.ends_with("  stops; items taken: 1000\n1000\n"), "{said}");
    assert!(!said.contains('\r'), "a status line is for a terminal only:\n{said}");
    let said = Run::start(command(PROGRAM, "writer --items 3")).end().stdout();
    assert_eq!(said, "0\n1\n2\n", "the standard output of a writer is its queue, and only that");
}

#[test]
#[cfg(unix)]
fn a_line_that_is_no_item_is_an_error_that_shows_it() {
    for (input, item, why) in [
        (r"1\n2\nx\n", r#"no item: "x"#, "invalid digit"),
        (r"1\n\n", r#"no item: ""#, "cannot parse"),
        (r"-1\n", r#"no item: "-1"#, "invalid digit"),
        (r"1\n99999999999\n", r#"no item: "99999999999"#, "number too large"),
        (r"1\n\377\n", "", "stream did not contain valid UTF-8"),
    ] {
        let line = format!("printf -- '{input}' | queue-ipc reader");
        let outcome = Run::start(shell(&line)).end();
        let said = outcome.stderr.lines().last().unwrap_or_default();
        let is_error = said.starts_with(&format!("error: the reader stops: {item}"));
        assert!(is_error && said.contains(why), "{input}: {outcome:?}");
    }
}

/// A writer that was killed may leave such a queue behind.
#[test]
#[cfg(unix)]
fn a_queue_that_ends_inside_a_message_is_a_torn_message() {
    for version in ["unlocked", "locked"] {
        let locks = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::write(locks.path().join("get.lock"), "").unwrap();
        let whole = r"\0\0\0\6A0 A0 ";
        for (end, place) in [
            (r"\0", r"[\0 |end of file"),
            (r"\0\0", r"[\0\0 |end of file"),
            (r"\0\0\0", r"[\0\0\0 |end of file"),
            (r"\0\0\0\6", "[6] |end of file"),
            (r"\0\0\0\6A", "[6] |A"),
            (r"\0\0\0\6A1 A1", "[6] A1 A1|end of file"),
        ] {
            let line = format!("printf '{whole}{end}' | queue-ipc reader {version} 2>&1");
            let mut reader = shell(&line);
            reader.current_dir(locks.path());
            let said = Run::start(reader).end().stdout();
            let torn = format!("  torn: {place}\n");
            assert!(
                said.contains(&torn) && said.ends_with("\nA=1 torn=1\n"),
                "{version}, {end}: {said}"
            );
        }
        let line = format!("printf '{whole}' | queue-ipc reader {version} 2>/dev/null");
        let mut reader = shell(&line);
        reader.current_dir(locks.path());
        assert_eq!(Run::start(reader).end().stdout(), "A=1 torn=0\n", "{version}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_queue_that_takes_no_more_is_an_error() {
    let full = Run::start(shell("queue-ipc writer >/dev/full")).end().error();
    assert!(full.starts_with("error: the writer stops: item 0: No space left on device"), "{full}");
}

/// A reader that takes nothing until Enter is typed, and more items than a pipe holds.
#[test]
#[cfg(target_os = "linux")]
fn the_writer_waits_while_the_queue_is_full_and_needs_no_more_memory() {
    let line = "exec 3<&0; queue-ipc writer --items 300000 --pause-ms 0 \
                | { read line <&3; queue-ipc reader 2>&1; }";
    let mut run = Run::start(shell(line));
    let file =
        |pid: &u32, name| fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap_or_default();
    let is_full = |pid: &u32| {
        let place = file(pid, "wchan");
        place.contains("pipe_write") || place.contains("pipe_wait") // the latter before Linux 5.5
    };
    run.wait_until("the writer waits at a full pipe", |run| run.processes().iter().any(is_full));
    let writer = run.processes().into_iter().find(is_full).unwrap();
    let status = file(&writer, "status");
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: u32 = most.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kilobytes < 16_000, "the writer has used {kilobytes} kB");
    run.enter();
    run.until("  stops; items taken: 300000");
    run.end().stdout();
}

#[test]
#[cfg(target_os = "linux")]
fn when_the_reader_is_killed_the_writer_stops_and_the_parent_says_why() {
    let mut run = Run::start(command(PROGRAM, "closing --items 3 --step"));
    run.until("waits for Enter");
    run.enter();
    let reader = pid_in(&run.until("  takes item 0"));
    signal(Signal::SIGKILL, reader);
    run.wait_until("the reader has ended", |run| !run.processes().contains(&reader));
    let outcome = run.end();
    let said = "  stops: item 1: Broken pipe (os error 32)\n";
    assert!(outcome.stdout.ends_with(said), "{outcome:?}");
    assert_eq!(outcome.error(), was_killed("reader", reader));
}

#[test]
#[cfg(target_os = "linux")]
fn a_killed_reader_is_an_error_also_in_the_wrong_version() {
    for version in ["unlocked", "locked"] {
        let arguments = format!("{version} --writers 1 --readers 1 --items 1 --step");
        let mut run = Run::start(command(PROGRAM, &arguments));
        let others = [run.pid(), pid_in(&run.until("waits for Enter"))];
        let reader = run.processes().into_iter().find(|pid| !others.contains(pid)).unwrap();
        signal(Signal::SIGKILL, reader);
        assert_eq!(run.end().error(), was_killed("reader 1", reader), "{version}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn when_the_writer_is_killed_the_reader_ends_with_what_it_got_and_the_parent_says_so() {
    let mut run = Run::start(command(PROGRAM, "closing --items 3 --step"));
    let writer = pid_in(&run.until("waits for Enter"));
    run.enter();
    run.until("  takes item 0");
    signal(Signal::SIGKILL, writer);
    run.until("  stops; items taken: 1");
    assert_eq!(run.end().error(), was_killed("writer", writer));
}

#[test]
#[cfg(target_os = "linux")]
fn a_killed_writer_leaves_no_lock_behind() {
    let mut run = Run::start(command(PROGRAM, "locked --writers 2 --items 1 --step"));
    let line = run.until("waits for Enter");
    let writer = if line.contains("writer A") { "writer A" } else { "writer B" };
    let inside = pid_in(&line);
    signal(Signal::SIGKILL, inside);
    let next = pid_in(&run.until("waits for Enter"));
    assert_ne!(inside, next);
    assert_eq!(run.end().error(), was_killed(writer, inside));
}

/// How the parent says that a worker was killed.
#[cfg(target_os = "linux")]
fn was_killed(name: &str, pid: u32) -> String {
    format!("error: {name} (PID {pid}) failed: signal: 9 (SIGKILL)\n")
}

#[test]
#[cfg(target_os = "linux")]
fn when_the_parent_is_killed_no_worker_is_left() {
    for version in ["polling", "closing", "unlocked", "locked"] {
        let (_folder, mut run) = in_a_folder_of_its_own(version);
        run.until("waits for Enter");
        signal(Signal::SIGKILL, run.pid());
        run.end_after_signal();
    }
}

#[test]
#[cfg(unix)]
fn ctrl_c_leaves_no_worker_and_no_file() {
    for version in ["closing", "locked"] {
        let (folder, mut run) = in_a_folder_of_its_own(version);
        run.until("waits for Enter");
        run.ctrl_c();
        let outcome = run.end_after_signal();
        assert!(!outcome.status.success(), "{outcome:?}");
        assert_eq!(files(folder.path()), NONE);
    }
}

#[test]
#[cfg(unix)]
fn the_lock_files_can_be_seen_while_the_workers_run_and_go_with_them() {
    let (folder, mut run) = in_a_folder_of_its_own("locked");
    let said = run.until("the lock files are in ");
    let locks = Path::new(said.split_once("files are in ").unwrap().1);
    assert_eq!(locks.parent(), Some(folder.path()));
    assert_eq!(files(locks), ["get.lock", "put.lock"]);
    run.end().stdout();
    assert_eq!(files(folder.path()), NONE);
}

#[cfg(unix)]
const NONE: [&str; 0] = [];

/// A run with items of which each needs Enter. Its temporary files are in a folder of its own.
#[cfg(unix)]
fn in_a_folder_of_its_own(version: &str) -> (TempDir, Run) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut program = interruptible(PROGRAM, &format!("{version} --items 1 --step"));
    program.env("TMPDIR", folder.path());
    (folder, Run::start(program))
}

/// The names of the files in a folder.
#[cfg(unix)]
fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<String> =
        entries.map(|file| file.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
#[cfg(unix)]
fn where_no_lock_file_can_be_created_the_error_says_so() {
    let mut program = command(PROGRAM, "locked");
    program.env("TMPDIR", "/no/such/folder");
    let said = Run::start(program).end().error();
    let expected = "error: cannot create a folder for the lock files: ";
    assert!(said.starts_with(expected) && said.contains("/no/such/folder"), "{said}");
}

#[test]
fn two_runs_at_once_do_not_disturb_each_other() {
    let run = || Run::start(command(PROGRAM, "locked --pause-ms 0"));
    for run in [run(), run(), run()] {
        let said = run.end().stdout();
        assert!(said.contains("\nlocked     300 of 300 items taken "), "{said}");
    }
}

#[test]
fn closed_output_leaves_no_lock_files_behind() {
    for arguments in ["", "unlocked", "locked --all"] {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut program = command(PROGRAM, arguments);
        program.env("TMPDIR", folder.path()).env("TMP", folder.path()); // on Unix, on Windows
        Run::start_with_closed_output(program).end_after_signal();
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 0, "queue-ipc {arguments} leaves {left} folders when nobody reads it");
    }
}

#[test]
fn closed_output_ends_the_program_quietly() {
    for arguments in ["closing", "locked", "unlocked"] {
        let program = command(PROGRAM, arguments);
        let outcome = Run::start_with_closed_output(program).end_after_signal();
        assert_eq!(outcome.stderr, "", "{arguments}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn full_output_is_an_error_in_one_line() {
    Run::start_with_full_output(command(PROGRAM, "closing")).end().error();
}

#[test]
fn two_way_pipe_sends_a_line_each_way() {
    let said = example("two_way_pipe", "").end().stdout();
    for line in ["hello, I am the first", "got it, I am the second"] {
        assert!(said.contains(&format!("  sends: {line}\n")), "{said}");
        assert!(said.contains(&format!("  receives: {line}\n")), "{said}");
    }
}

#[test]
fn two_way_pipe_is_stuck_when_both_receive_first() {
    let said = example("two_way_pipe", "--both-receive-first").end().stdout();
    assert!(said.contains("after a second, 2 of 2 still wait"), "{said}");
    assert!(!said.contains("sends: ") && !said.contains("receives: "), "{said}");
}

#[test]
fn there_and_back_takes_1_to_the_child_and_brings_2_back() {
    let said = example("there_and_back", "").end().stdout();
    let texts: Vec<&str> = said.lines().map(|line| line.rsplit("  ").next().unwrap()).collect();
    assert_eq!(texts, ["puts 1", "takes 1", "puts 2", "takes 2"]);
    let pids: Vec<u32> = said.lines().map(pid_in).collect();
    assert!(pids[0] == pids[3] && pids[1] == pids[2] && pids[0] != pids[1], "{said}");
}

#[test]
fn shared_dict_counts_right_with_the_lock_and_the_parent_sees_what_a_client_has_set() {
    let said = example("shared_dict", "").end().stdout();
    let lines: Vec<&str> = said.lines().collect();
    let unlocked = lines[0].starts_with("unlocked   count = ") && lines[0].ends_with(", a = a");
    assert!(unlocked, "{said}");
    assert_eq!(lines[1..], ["locked     count = 0, a = a"]);
}

/// Here the shell plays the manager, and answers 7 to each request.
#[test]
#[cfg(unix)]
fn shared_dict_counts_by_a_get_and_a_set_and_the_lock_is_held_around_both() {
    let example = check::example(PROGRAM, "shared_dict").display().to_string();
    for (way, requests) in [
        ("unlocked", "get count\nset count 8\nget count\nset count 8\n"),
        ("locked", "lock\nget count\nset count 8\nunlock\n"),
    ] {
        let client = format!("printf '7\\n7\\n7\\n7\\n' | '{example}' client {way} 1 2>/dev/null");
        let said = Run::start(shell(&client)).end().stdout;
        assert!(said.starts_with(requests), "{way}:\n{said}");
    }
}

/// Of the wrong versions, the page tells the numbers. Those of the right ones belong to their style.
#[test]
fn interleavings_shows_each_ending_in_lines_of_80_columns() {
    let said = queue_ipc("interleavings").stdout();
    let kills = ["polling", "unlocked"].map(|it| format!("interleavings {it} --kill"));
    let killed = kills.map(|it| queue_ipc(&it).stdout()).concat();
    let endings: Vec<&str> = said
        .lines()
        .chain(killed.lines())
        .filter_map(|line| line.strip_suffix(". One of them:"))
        .collect();
    let expected = [
        "7 of 12 interleavings end with 0 of 1 taken",
        "5 of 12 interleavings end with 1 of 1 taken",
        " interleavings end with 1 of 1 taken",
        "1568 of 1766 interleavings end with 0 of 2 taken, 1 torn",
        "198 of 1766 interleavings end with 2 of 2 taken",
        " interleavings end with 2 of 2 taken",
        "23 of 33 interleavings end with 0 of 1 taken",
        "10 of 33 interleavings end with 1 of 1 taken",
        "5754 of 6326 interleavings end with 0 of 2 taken, 1 torn",
        "64 of 6326 interleavings end with 1 of 2 taken",
        "112 of 6326 interleavings end with 1 of 2 taken, 1 torn",
        "396 of 6326 interleavings end with 2 of 2 taken",
    ];
    assert_eq!(endings.len(), expected.len(), "{endings:?}");
    for (ending, expected) in endings.iter().zip(expected) {
        assert!(ending.ends_with(expected), "{ending:?} is not {expected:?}");
    }
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
}

/// Untouched, a file of the student's own is as wrong as the version that it is a copy of.
#[test]
fn a_run_of_your_own_file_says_what_its_interleavings_prove() {
    for (version, copy) in [("yours-ending", "polling"), ("yours-lock", "unlocked")] {
        let said = queue_ipc(version).stdout();
        let proof = said.lines().last().unwrap_or_default();
        let wrong = format!("interleavings are wrong: see `interleavings {version}`.");
        let is_proof = proof.ends_with(&wrong)
            || proof.starts_with("All ") && proof.ends_with(" are right: proved.")
            || said.contains(" interleavings deadlock: ");
        assert!(is_proof, "{said}");
        let endings = |version: &str| queue_ipc(&format!("interleavings {version}")).stdout();
        let first = |text: String| text.lines().nth(2).unwrap_or_default().to_string();
        if is_untouched(version, copy) {
            assert_eq!(first(endings(version)), first(endings(copy)));
        }
    }
}

fn is_untouched(version: &str, copy: &str) -> bool {
    let lines = |name: &str| {
        let file = format!("{}.rs", name.replace('-', "_"));
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file);
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().skip_while(|line| line.starts_with("//")).map(String::from).collect::<Vec<_>>()
    };
    lines(version) == lines(copy)
}

/// The reader is number 1, and the writers are 2 and 3.
#[test]
#[cfg(unix)]
fn play_takes_its_moves_from_standard_input_and_says_what_came_of_them() {
    let reached = "You have reached the goal.\n";
    for (moves, arguments, end) in [
        ("1 a", "polling", reached),
        ("a", "closing", "No interleaving reaches the goal.\n"),
        ("2 3 a", "unlocked", reached),
        ("a", "locked", "No interleaving reaches the goal.\n"),
        ("k 2 a", "unlocked --kill", " the goal.\n"),
    ] {
        let run = Run::start(shell(&format!("echo {moves} | queue-ipc play {arguments}")));
        // It computes in thousands of threads, one after the other.
        let said = run.at_most(Duration::from_secs(40)).end().stdout();
        assert!(said.contains("Can you?\n") && said.ends_with(end), "{arguments}: {said}");
    }
}
