//! The program as a student types it: what it prints, how it ends, and what it leaves behind.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use common::check::{self, Outcome, Run, Signal, command, interruptible, pid_in, wait_until};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_ticket-system");

fn ticket_system(arguments: &str) -> Outcome {
    Run::start(command(PROGRAM, arguments)).end()
}

/// An empty folder, which is removed with all that is in it.
fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// The program with this `--db`, and no pauses.
fn with_db(file: &Path, arguments: &str) -> Command {
    let mut program = command(PROGRAM, arguments);
    program.args(["--pause-ms", "0..0", "--db"]).arg(file);
    program
}

/// A folder with this text in a db.json.
fn db_with(text: &str) -> (TempDir, PathBuf) {
    let folder = folder();
    let file = folder.path().join("db.json");
    fs::write(&file, text).unwrap();
    (folder, file)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// The program's last process, which tidies up, ends soon after all others.
#[track_caller]
fn wait_until_only_is_left(folder: &Path, expected: &[&str]) {
    wait_until(&format!("only {expected:?} is left"), || names(folder) == expected);
    let lock = File::open(folder).unwrap().try_lock();
    assert!(lock.is_ok(), "a lock is left held");
}

#[test]
fn without_a_version_all_three_run_and_a_comparison_follows() {
    let said = ticket_system("--buyers 1 --tickets 2 --pause-ms 1").stdout();
    let lines: Vec<&str> = said.lines().filter(|line| !line.contains("PID")).collect();
    assert_eq!(lines.len(), 5, "{said}");
    // What goes wrong with more than one buyer is for the lesson check to say.
    assert!(lines[0].starts_with("unlocked   tickets 2, "), "{said}");
    assert!(lines[1].starts_with("locked     tickets 2, "), "{said}");
    assert!(lines[2].starts_with("serial     tickets 2, "), "{said}");
    assert!(lines[3].ends_with('.'), "{said}");
    for text in ["unlocked took ", "locked ", "serial ", " times as long)"] {
        assert!(lines[4].contains(text), "{said}");
    }
}

#[test]
fn each_version_ends_with_a_line_that_starts_with_its_name() {
    for version in ["unlocked", "locked", "serial"] {
        let said = ticket_system(&format!("{version} --buyers 1 --pause-ms 0..0")).stdout();
        let last = said.lines().last().unwrap();
        assert!(last.starts_with(&format!("{version:<10} tickets 3, sold 1, ")), "{said}");
    }
}

#[test]
fn unsafe_is_another_name_for_unlocked() {
    let said = ticket_system("unsafe --buyers 1 --pause-ms 0").stdout();
    assert!(said.contains("\nunlocked   tickets 3, sold 1, left 2 "), "{said}");
}

#[test]
fn without_tickets_each_buyer_says_that_none_is_left() {
    let said = ticket_system("locked --tickets 0 --buyers 4 --pause-ms 0").stdout();
    assert_eq!(said.matches("finds none left").count(), 4, "{said}");
    assert!(said.contains("\nlocked     tickets 0, sold 0, left 0 "), "{said}");
}

#[test]
fn help_says_what_each_version_shows() {
    let help = ticket_system("--help").stdout();
    for said in ["unlocked: ", "more than there are", "locked: ", "serial: ", "100..300", "--step"]
    {
        assert!(help.contains(said), "no {said:?} in\n{help}");
    }
    for hidden in ["buyer ", "till ", "--fresh"] {
        assert!(!help.contains(&format!("\n  {hidden}")), "{hidden:?} in\n{help}");
    }
}

#[test]
fn a_wrong_command_line_ends_with_2_and_says_what_is_allowed() {
    let range = "a range such as 100..300 is allowed, within 0..60000, the lower first";
    let buyers = "a whole number from 1 to 1000 is allowed";
    let tickets = "a whole number from 0 to 1000000 is allowed";
    for (arguments, allowed) in [
        ("--pause-ms 300..100", range),
        ("--pause-ms 100..", range),
        ("--pause-ms -1..5", range),
        ("--pause-ms 0..60001", range),
        ("--pause-ms x", range),
        ("--buyers 0", buyers),
        ("--buyers 1001", buyers),
        ("--tickets -1", tickets),
        ("--tickets 1.5", tickets),
        ("--seed x", "invalid digit"),
        ("--step=never", "[possible values: searching, getting, renaming, written]"),
        ("looked", "[possible values: unlocked, locked, serial]"),
    ] {
        let said = ticket_system(arguments).refusal();
        assert!(said.contains(allowed), "{arguments}: {said}");
    }
}

#[test]
#[cfg(target_os = "linux")] // where the arguments of a process can be looked at
fn the_same_seed_gives_the_same_random_times() {
    let times = |seed: u32| {
        let arguments = format!("locked --buyers 3 --step=searching --seed {seed}");
        let mut run = Run::start(command(PROGRAM, &arguments));
        for _ in 0..3 {
            run.until("waits for Enter");
        }
        let arguments = |pid| fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap();
        let of_buyer = |text: String| Some(text.split_once("--search-ms")?.1.to_string());
        let mut times: Vec<String> =
            run.processes().into_iter().map(arguments).filter_map(of_buyer).collect();
        times.sort();
        assert_eq!(times.len(), 3);
        times
    };
    assert_eq!(times(1), times(1));
    assert_ne!(times(1), times(2));
}

#[test]
fn a_missing_db_is_created_and_said_so_and_an_existing_one_is_used_as_it_is() {
    let folder = folder();
    let file = folder.path().join("db.json");
    let said = Run::start(with_db(&file, "locked --buyers 1")).end().stdout();
    assert!(said.starts_with(&format!("{}: created, count 3\n", file.display())), "{said}");
    assert_eq!(fs::read_to_string(&file).unwrap().trim_end(), "{\"count\":2}");

    let said = Run::start(with_db(&file, "locked --buyers 1 --tickets 9")).end().stdout();
    assert!(said.starts_with(&format!("{}: used as it is, count 2\n", file.display())), "{said}");
    assert_eq!(fs::read_to_string(&file).unwrap().trim_end(), "{\"count\":1}");
    wait_until_only_is_left(folder.path(), &["db.json"]);
}

#[test]
fn a_db_in_the_current_folder_needs_no_path() {
    let folder = folder();
    let mut program = with_db(Path::new("db.json"), "locked --buyers 1");
    program.current_dir(folder.path());
    Run::start(program).end().stdout();
    assert_eq!(names(folder.path()), ["db.json"]);
}

#[test]
fn a_db_that_is_no_count_is_an_error_that_names_it_and_it_stays_as_it_is() {
    let not_a_count = "with a whole N, not negative";
    for (text, fault) in [
        ("", "is empty"),
        (" \n", "is empty"),
        ("tickets", "no JSON: expected"),
        ("{\"count\": 3", "no JSON: EOF"),
        ("{\"count\": 3} 4", "no JSON: trailing"),
        ("{\"count\": -1}", not_a_count),
        ("{\"count\": 1.5}", not_a_count),
        ("{\"count\": \"3\"}", not_a_count),
        ("{\"count\": 99999999999999999999}", not_a_count),
        ("{\"price\": 3}", not_a_count),
        ("{\"count\": 3, \"a\\nb\": 3}", not_a_count),
        ("[3]", not_a_count),
        ("\u{0}", "no JSON"),
        (&"9".repeat(5000), "has 5000 bytes"),
    ] {
        for version in ["", "unlocked", "locked", "serial"] {
            let (folder, file) = db_with(text);
            let error = Run::start(with_db(&file, version)).end().error();
            assert!(error.contains("db.json") && error.contains(fault), "{text:?}: {error}");
            assert_eq!(fs::read_to_string(&file).unwrap(), text, "the file was changed");
            assert_eq!(names(folder.path()), ["db.json"]);
        }
    }
}

#[test]
fn a_db_that_is_no_file_is_an_error_that_names_it() {
    let folder = folder();
    let missing = folder.path().join("missing").join("db.json");
    for (path, fault) in [
        (folder.path(), "is a folder, not a file"),
        (Path::new("/"), "is a folder, not a file"),
        (Path::new("/dev/stdin"), "is no file"), // a pipe that nobody writes to
        (Path::new("/dev/null"), "is no file"),
        (&missing, "no folder for"),
    ] {
        let error = Run::start(with_db(path, "locked")).end().error();
        assert!(error.contains(fault) && error.contains(path.to_str().unwrap()), "{error}");
    }
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_db_that_is_read_only_is_an_error_that_names_it() {
    let (folder, file) = db_with(r#"{"count": 3}"#);
    set_read_only(&file);
    let error = Run::start(with_db(&file, "locked")).end().error();
    assert!(error.contains("db.json: it is read-only"), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), r#"{"count": 3}"#);
    assert_eq!(names(folder.path()), ["db.json"]);
}

fn set_read_only(file: &Path) {
    let mut rights = fs::metadata(file).unwrap().permissions();
    rights.set_readonly(true);
    fs::set_permissions(file, rights).unwrap();
}

/// A file that may not grow stands for a disk that is full: the write of the new file fails.
#[test]
#[cfg(unix)]
fn a_full_disk_is_an_error_that_names_the_db_and_it_stays_as_it_is() {
    let (folder, file) = db_with(r#"{"count": 3}"#);
    let mut program = command("sh", "-c");
    program
        .arg("trap '' XFSZ; ulimit -f 0; exec \"$0\" locked --db \"$1\"")
        .arg(PROGRAM)
        .arg(&file);
    let error = Run::start(program).end().error();
    assert!(error.contains("db.json") && error.contains("File too large"), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), r#"{"count": 3}"#);
    assert_eq!(names(folder.path()), ["db.json"]);
}

#[test]
#[cfg(unix)]
fn a_db_or_folder_that_the_user_has_no_right_to_is_an_error_that_names_it() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    const NOBODY: u32 = 65534;
    let set =
        |path: &Path, mode| fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    let folder = tempfile::tempdir().unwrap(); // where everybody can get at it
    let is_root = fs::metadata(folder.path()).unwrap().uid() == 0; // who may do everything
    set(folder.path(), 0o755);
    let program = folder.path().join("ticket-system");
    fs::copy(PROGRAM, &program).unwrap();

    let start = |file: &Path| {
        let mut program = command(&program, "locked --pause-ms 0");
        program.arg("--db").arg(file).current_dir("/");
        if is_root {
            program.uid(NOBODY).gid(NOBODY);
        }
        Run::start(program).end()
    };
    if is_root {
        #[expect(clippy::disallowed_methods, reason = "a trial")]
        let trial = Command::new(&program).arg("--help").uid(NOBODY).gid(NOBODY).output();
        if !trial.is_ok_and(|output| output.status.success()) {
            eprintln!("skipped: root may read and write everything, and cannot be nobody here");
            return;
        }
    }
    // The rights of the file, of its folder, and what they lead to.
    for (rights, of_folder, fault) in [
        (0o222, 0o777, "cannot read "),
        (0o444, 0o777, "it is read-only"),
        (0o644, 0o777, if is_root { "cannot write " } else { "locked     tickets 3" }),
        (0o666, 0o555, "cannot replace "),
        (0o666, 0o333, "cannot open the folder of "),
        (0o666, 0o666, "cannot find "),
    ] {
        let place = folder.path().join(format!("{rights:o}-{of_folder:o}"));
        let file = place.join("db.json");
        fs::create_dir(&place).unwrap();
        fs::write(&file, r#"{"count": 3}"#).unwrap();
        set(&file, rights);
        set(&place, of_folder);
        let outcome = start(&file);
        set(&place, 0o777);
        if fault.starts_with("locked") {
            outcome.stdout();
            continue;
        }
        let error = outcome.error();
        assert!(error.contains(fault) && error.contains("db.json"), "{rights:o}: {error}");
        set(&file, 0o666);
        assert_eq!(fs::read_to_string(&file).unwrap(), r#"{"count": 3}"#);
        assert_eq!(names(&place), ["db.json"]);
    }
}

#[test]
#[cfg(unix)]
fn a_db_keeps_its_rights_and_a_link_to_it_stays_a_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let (folder, file) = db_with(r#"{"count": 3}"#);
    fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    let link = folder.path().join("link");
    symlink("db.json", &link).unwrap();
    Run::start(with_db(&link, "locked --buyers 1")).end().stdout();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&file).unwrap().trim_end(), "{\"count\":2}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_file_that_is_spoilt_during_the_sale_is_an_error() {
    let (_folder, file) = db_with(r#"{"count": 3}"#);
    let mut run = Run::start(with_db(&file, "unlocked --buyers 1 --step=searching"));
    run.until("waits for Enter");
    fs::write(&file, "nonsense").unwrap();
    let outcome = run.end();
    assert!(outcome.stdout.contains("db.json: no JSON"), "{outcome:?}"); // says the buyer
    let error = outcome.error();
    assert!(error.contains("db.json: no JSON"), "{error}");
}

/// The program with its temporary folder in this one.
fn with_temporary(folder: &Path, arguments: &str) -> Command {
    let mut program = interruptible(PROGRAM, arguments);
    program.env("TMPDIR", folder);
    program
}

#[test]
#[cfg(unix)]
fn the_temporary_folder_is_gone_at_the_end() {
    let folder = folder();
    let mut run =
        Run::start(with_temporary(folder.path(), "locked --buyers 1 --pause-ms 0 --step"));
    run.until("waits for Enter");
    assert_eq!(names(folder.path()).len(), 1);
    run.end().stdout();
    assert!(names(folder.path()).is_empty());
}

#[test]
#[cfg(unix)]
fn a_temporary_folder_that_cannot_be_had_is_an_error_that_names_it() {
    let error = Run::start(with_temporary(Path::new("/missing"), "locked")).end().error();
    assert!(error.starts_with("error: cannot create /missing/ticket-system-"), "{error}");
}

#[test]
#[cfg(target_os = "linux")] // where all processes can be listed
fn nothing_is_left_when_the_program_is_killed_at_any_moment() {
    for moment in ["searching", "getting", "renaming", "written"] {
        for version in ["unlocked", "locked", "serial"] {
            let temporary = folder();
            let arguments = format!("{version} --pause-ms 0 --step={moment}");
            let mut run = Run::start(with_temporary(temporary.path(), &arguments));
            run.until("waits for Enter");
            check::signal(Signal::SIGKILL, run.pid());
            run.end_after_signal();
            wait_until_only_is_left(temporary.path(), &[]);
        }
        let (folder, file) = db_with(r#"{"count": 3}"#);
        let mut run = Run::start(with_db(&file, &format!("locked --step={moment}")));
        run.until("waits for Enter");
        check::signal(Signal::SIGKILL, run.pid());
        run.end_after_signal();
        wait_until_only_is_left(folder.path(), &["db.json"]);
        // Buyers that have not noticed yet can still get in after one that has, and write.
        let text = fs::read_to_string(&file).unwrap();
        let left = text.trim_end().strip_prefix("{\"count\":").and_then(|t| t.strip_suffix('}'));
        let left = left.and_then(|number| number.trim().parse::<u64>().ok());
        assert!(left.is_some_and(|left| left <= 3), "killed at {moment:?}: {text:?}");
    }
}

#[test]
#[cfg(target_os = "linux")] // where the arguments of a process can be looked at
fn when_the_process_that_tidies_up_is_killed_nothing_is_left_either() {
    let temporary = folder();
    let mut run = Run::start(with_temporary(temporary.path(), "locked --pause-ms 0 --step"));
    run.until("waits for Enter");
    let children = format!("/proc/{0}/task/{0}/children", run.pid());
    let children = fs::read_to_string(children).unwrap();
    let arguments = |pid: &u32| fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap();
    let mut pids = children.split_whitespace().map(|pid| pid.parse().unwrap());
    let till = pids.find(|pid| arguments(pid).contains("\0till\0")).unwrap();
    check::signal(Signal::SIGKILL, till);
    let error = run.end().error();
    assert!(error.contains(&format!("the till process (PID {till}) failed: signal: 9")), "{error}");
    wait_until_only_is_left(temporary.path(), &[]);
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_all_processes_and_leaves_nothing() {
    for version in ["unlocked", "locked", "serial"] {
        let temporary = folder();
        let arguments = format!("{version} --pause-ms 0 --step=renaming");
        let mut run = Run::start(with_temporary(temporary.path(), &arguments));
        run.until("waits for Enter");
        run.ctrl_c();
        assert_eq!(run.end_after_signal().status.code(), None, "SIGINT has ended it");
        wait_until_only_is_left(temporary.path(), &[]);
    }
}

#[test]
fn a_buyer_runs_by_hand_too() {
    let (_folder, file) = db_with(r#"{"count": 3}"#);
    for version in ["unlocked", "locked", "serial"] {
        let mut program = command(PROGRAM, &format!("buyer {version}"));
        program.arg(&file);
        let outcome = Run::start(program).end();
        assert!(outcome.stdout.ends_with("\nsold\n"), "{outcome:?}");
        assert!(outcome.stderr.contains("has a ticket: wrote "), "{outcome:?}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap().trim_end(), "{\"count\":0}");
}

#[test]
fn closed_output_ends_the_program_quietly() {
    let temporary = folder();
    for arguments in ["--pause-ms 0", "locked --pause-ms 0"] {
        let program = with_temporary(temporary.path(), arguments);
        assert_eq!(Run::start_with_closed_output(program).end().stdout(), "");
        wait_until_only_is_left(temporary.path(), &[]);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn full_output_is_an_error_in_one_line() {
    let temporary = folder();
    let program = with_temporary(temporary.path(), "locked --pause-ms 0");
    let said = Run::start_with_full_output(program).end().error();
    assert!(said.starts_with("error: cannot write to standard output: "), "{said}");
    wait_until_only_is_left(temporary.path(), &[]);
}

#[test]
fn one_at_a_time_refuses_what_it_does_not_know_and_ends_quietly() {
    let example = check::example(PROGRAM, "one_at_a_time");
    let said = Run::start(command(&example, "looked")).end().refusal();
    assert!(said.contains("[possible values: unlocked, locked]"), "{said}");
    let said = Run::start(command(&example, "--pause-ms -1")).end().refusal();
    assert!(said.contains("a whole number from 0 to 60000 is allowed"), "{said}");
    assert_eq!(Run::start_with_closed_output(command(&example, "")).end().stdout(), "");
    let said = Run::start(command(&example, "unlocked --pause-ms 0")).end().stdout();
    let pids = said.lines().filter(|line| line.ends_with("  hello")).map(pid_in);
    assert_eq!(pids.collect::<std::collections::BTreeSet<u32>>().len(), 10, "{said}");
}
