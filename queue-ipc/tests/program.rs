//! The program as a student types it: what it prints, and how it ends.

use std::path::Path;
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use common::check::{
    self, Outcome, Run, Signal, command, interruptible, pid_in, signal, wait_until,
};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_queue-ipc");

fn queue_ipc(arguments: &str) -> Outcome {
    Run::start(command(PROGRAM, arguments)).end()
}

/// A line for the shell, in which `queue-ipc` is the program.
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
fn without_a_version_all_four_run_and_each_pair_is_compared() {
    let said = queue_ipc("--quiet").stdout();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 6, "{said}");
    assert!(lines[0].starts_with("polling    "), "{said}");
    assert!(lines[1].starts_with("closing    100 put, 100 taken, "), "{said}");
    assert!(lines[3].starts_with("unlocked   "), "{said}");
    assert!(lines[4].starts_with("locked     300 put, 300 taken, 0 torn, "), "{said}");
    assert!(lines[2].ends_with('.') && lines[5].ends_with('.'), "{said}");
}

#[test]
fn each_version_shows_its_result_in_a_line_that_starts_with_its_name() {
    for version in ["polling", "closing", "unlocked", "locked"] {
        let said = queue_ipc(&format!("{version} --items 7")).stdout();
        let result = said.lines().last().unwrap();
        assert!(result.starts_with(&format!("{version:<10} ")), "{said}");
        assert!(result.contains(" put, ") && result.contains(" taken, "), "{said}");
        assert_eq!(result.contains(" torn, "), version.ends_with("locked"), "{said}");
        assert!(result.contains(" items/s ") && result.ends_with('s'), "{said}");
    }
}

#[test]
fn each_process_says_its_pid_when_it_starts_and_when_it_is_done() {
    let said = queue_ipc("closing").stdout();
    let mut pids: Vec<u32> = ["the reader", "the writer"]
        .into_iter()
        .map(|who| {
            let own: Vec<&str> = said.lines().filter(|line| line.contains(who)).collect();
            assert!(own.len() == 3 && own[0].ends_with(" starts"), "{said}");
            assert!(own[2].contains(" is done: 100 "), "{said}");
            assert!(own.iter().all(|line| pid_in(line) == pid_in(own[0])), "{said}");
            pid_in(own[0])
        })
        .collect();
    pids.dedup();
    assert_eq!(pids.len(), 2, "two processes: {said}");
}

#[test]
fn unsafe_is_another_name_for_unlocked() {
    let said = queue_ipc("unsafe --writers 1 --readers 1 --quiet").stdout();
    assert!(said.starts_with("unlocked   100 put, 100 taken, 0 torn, "), "{said}");
}

#[test]
fn help_says_what_each_version_shows() {
    let help = queue_ipc("--help").stdout();
    let versions = ["polling: ", "closing: ", "unlocked: ", "locked: "];
    for said in versions.into_iter().chain(["torn", "once and whole", "writer | queue-ipc reader"])
    {
        assert!(help.contains(said), "no {said:?} in\n{help}");
    }
}

#[test]
fn a_wrong_command_line_ends_with_2_and_says_what_is_allowed() {
    let items = "a whole number from 1 to 1000000000 is allowed";
    let workers = "a whole number from 1 to 26 is allowed";
    let versions = "[possible values: polling, closing, unlocked, locked]";
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
        ("writer locked", "--lock <LOCK>"),
    ] {
        let said = queue_ipc(arguments).refusal();
        assert!(said.contains(allowed), "{arguments}: {said}");
    }
}

#[test]
fn the_roles_also_run_by_hand() {
    let by_hand = "queue-ipc writer --items 1000 2>/dev/null | queue-ipc reader --quiet 2>&1";
    let said = Run::start(shell(by_hand)).end().stdout();
    assert!(said.ends_with(" the reader is done: 1000 taken\n"), "{said}");
    let said = Run::start(shell("queue-ipc writer --items 3 2>/dev/null")).end().stdout();
    assert_eq!(said, "0\n1\n2\n", "the standard output of a writer is its queue, and only that");
}

#[test]
fn a_line_that_is_no_number_is_an_error_with_its_line_number() {
    for (input, error) in [
        (r"1\n2\nx\n", r#"line 3 is no number and newline: "x\n""#),
        (r"1\n\n", r#"line 2 is no number and newline: "\n""#),
        (r"-1\n", r#"line 1 is no number and newline: "-1\n""#),
        (r"1\n99999999999\n", r#"line 2 is no number and newline: "99999999999\n""#),
        (r"1\n2", r#"line 2 is no number and newline: "2""#),
        (r"1\n\377\n", "line 2: stream did not contain valid UTF-8"),
    ] {
        let line = format!("printf -- '{input}' | queue-ipc reader --quiet");
        let Outcome { status, stdout, stderr, .. } = Run::start(shell(&line)).end();
        assert_eq!((status.code(), stdout.as_str()), (Some(1), ""), "{input}: {stderr}");
        let error = format!("error: the reader stops: {error}");
        assert_eq!(stderr.lines().last(), Some(error.as_str()), "{input}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_queue_that_takes_no_more_is_an_error() {
    let full = Run::start(shell("queue-ipc writer --quiet >/dev/full")).end();
    assert_eq!(full.status.code(), Some(1));
    let error = "error: the writer stops, since the queue takes no more: No space left on device";
    assert!(full.stderr.lines().last().unwrap().starts_with(error), "{}", full.stderr);
}

/// More items than a pipe holds, and a reader that takes nothing until Enter is typed.
#[test]
#[cfg(target_os = "linux")]
fn the_writer_waits_while_the_queue_is_full_and_needs_no_more_memory() {
    let line = "exec 3<&0 4>&1; queue-ipc writer --items 2000000 --quiet 2>&4 \
                | { read line <&3; queue-ipc reader --quiet 2>&1; }";
    let mut run = Run::start(shell(line));
    let writer = pid_in(&run.until("the writer starts"));
    assert!(!run.comes("the writer is done", Duration::from_millis(200)), "who has taken it all?");
    let status = fs::read_to_string(format!("/proc/{writer}/status")).unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: u32 = most.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kilobytes < 16_000, "the writer has used {kilobytes} kB");
    run.enter();
    run.until("the reader is done: 2000000 taken");
    run.end().stdout();
}

#[test]
#[cfg(target_os = "linux")]
fn when_the_reader_is_killed_the_writer_stops_and_the_parent_says_so() {
    let mut run = Run::start(command(PROGRAM, "closing --items 3 --step"));
    let reader = a_reader_while_a_writer_waits(&mut run);
    kill(&run, reader);
    let outcome = run.end();
    let said = "error: the writer stops, since the queue takes no more: Broken pipe (os error 32)";
    assert!(outcome.stdout.contains(said), "{outcome:?}");
    let killed = format!("the reader process (PID {reader}) failed: signal: 9 (SIGKILL)\n");
    assert_eq!(outcome.error(), format!("error: 0 of 3 items taken, 3 missing: {killed}"));
}

#[test]
#[cfg(target_os = "linux")]
fn when_the_writer_is_killed_the_reader_ends_with_what_it_got_and_the_parent_says_so() {
    let mut run = Run::start(command(PROGRAM, "closing --items 3 --step"));
    let writer = pid_in(&run.until("waits for Enter"));
    run.enter();
    run.until("waits for Enter"); // the first item is in the queue now
    kill(&run, writer);
    run.until("the reader is done: 1 taken");
    let killed = format!("the writer process (PID {writer}) failed: signal: 9 (SIGKILL)\n");
    assert_eq!(run.end().error(), format!("error: 1 of 3 items taken, 2 missing: {killed}"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_killed_writer_leaves_no_lock_behind() {
    let mut run = Run::start(command(PROGRAM, "locked --writers 2 --items 1 --step"));
    let inside = pid_in(&run.until("waits for Enter"));
    kill(&run, inside);
    let next = pid_in(&run.until("waits for Enter"));
    assert_ne!(inside, next);
    let error = run.end().error();
    let killed = format!("the writer process (PID {inside}) failed: signal: 9 (SIGKILL)\n");
    assert!(error.ends_with(&killed), "{error}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_killed_reader_is_an_error_also_in_the_wrong_versions() {
    let mut run = Run::start(command(PROGRAM, "unlocked --items 1 --step"));
    let reader = a_reader_while_a_writer_waits(&mut run);
    kill(&run, reader);
    let error = run.end().error();
    let killed = format!("the reader process (PID {reader}) failed: signal: 9 (SIGKILL)\n");
    assert!(error.ends_with(&killed), "{error}");
}

/// The PID of a reader that has started. The two lines can come in either order.
fn a_reader_while_a_writer_waits(run: &mut Run) -> u32 {
    let (mut reader, mut writer_waits) = (None, false);
    while reader.is_none() || !writer_waits {
        let line = run.until("");
        writer_waits |= line.contains("waits for Enter");
        if line.contains("reader") && line.ends_with(" starts") {
            reader = Some(pid_in(&line));
        }
    }
    reader.unwrap()
}

/// Kills a worker, and waits until it is gone with its ends of the queue.
#[track_caller]
fn kill(run: &Run, pid: u32) {
    signal(Signal::SIGKILL, pid);
    wait_until("a killed process has ended", || !run.processes().contains(&pid));
}

#[test]
fn when_the_parent_is_killed_no_worker_and_no_file_is_left() {
    for version in ["polling", "closing", "unlocked", "locked"] {
        let (folder, mut run) = in_a_folder_of_its_own(version);
        run.until("waits for Enter");
        signal(Signal::SIGKILL, run.pid());
        run.end_after_signal();
        assert_is_empty(&folder);
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
        assert_eq!(outcome.status.code(), None, "{outcome:?}");
        assert_is_empty(&folder);
    }
}

/// A run whose temporary files, if any, are in a folder of its own.
fn in_a_folder_of_its_own(version: &str) -> (TempDir, Run) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut program = interruptible(PROGRAM, &format!("{version} --step"));
    program.env("TMPDIR", folder.path());
    (folder, Run::start(program))
}

#[track_caller]
fn assert_is_empty(folder: &TempDir) {
    let left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().flatten().map(|file| file.path()).collect();
    assert!(left.is_empty(), "files are left: {left:?}");
}

#[test]
#[cfg(unix)]
fn where_no_lock_file_can_be_created_the_error_says_so() {
    let mut program = command(PROGRAM, "locked");
    program.env("TMPDIR", "/no/such/folder");
    let said = Run::start(program).end().error();
    let expected = "error: cannot create a lock file in the folder for temporary files: ";
    assert!(said.starts_with(expected), "{said}");
}

#[test]
fn two_runs_at_once_do_not_disturb_each_other() {
    let run = || Run::start(command(PROGRAM, "locked --quiet"));
    for run in [run(), run(), run()] {
        let said = run.end().stdout();
        assert!(said.starts_with("locked     300 put, 300 taken, 0 torn, "), "{said}");
    }
}

#[test]
fn many_items_are_said_in_lines_that_stay_whole() {
    let said = queue_ipc("closing --items 5000").stdout();
    assert!(said.lines().all(|line| line.len() <= 4096), "a line is too long to stay whole");
    for who in ["the writer has put ", "the reader has taken "] {
        let lines = said.lines().filter_map(|line| line.split_once(who));
        let items: Vec<u32> = lines
            .flat_map(|(_, items)| items.split(' '))
            .map(|item| item.parse().unwrap())
            .collect();
        assert!(items.into_iter().eq(0..5000), "{who}");
    }
}

#[test]
fn closed_output_ends_the_program_quietly() {
    for arguments in ["closing", "locked", "unlocked --quiet", "polling"] {
        let run = Run::start(shell(&format!("queue-ipc {arguments} | head -c 1 >/dev/null")));
        wait_until("all its processes have ended", || run.processes().is_empty());
        assert_eq!(run.end().stderr, "", "{arguments}");
    }
    let outcome = Run::start_with_closed_output(command(PROGRAM, "closing --quiet")).end();
    assert_eq!(outcome.stdout(), "");
}

#[test]
#[cfg(target_os = "linux")]
fn full_output_is_an_error_in_one_line() {
    let said = Run::start_with_full_output(command(PROGRAM, "closing --quiet")).end().error();
    assert!(said.starts_with("error: cannot write to standard output: "), "{said}");
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
