//! The program as a student types it: what it prints, how it ends, and what it leaves behind.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use common::check::{self, Outcome, Run, command, pid_in};
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
    program.args(["--pause-ms", "0", "--db"]).arg(file);
    program
}

/// A folder with this text in a db.json.
fn db_with(text: &str) -> (TempDir, PathBuf) {
    let folder = folder();
    let file = folder.path().join("db.json");
    fs::write(&file, text).unwrap();
    (folder, file)
}

/// The names of the files in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The data and the lock file stay, and the lock can be had. A version may lock another file.
#[track_caller]
fn is_tidy(folder: &Path) {
    let names = names(folder);
    assert!(["db.json", "db.json.lock"].iter().all(|name| names.iter().any(|it| it == name)));
    assert!(!names.iter().any(|name| name.ends_with(".new")), "left behind: {names:?}");
    let lock = File::open(folder.join("db.json.lock")).unwrap().try_lock();
    assert!(lock.is_ok(), "a lock is left held");
}

#[track_caller]
fn assert_count(file: &Path, count: u64) {
    assert_eq!(fs::read_to_string(file).unwrap().trim_end(), format!("{{\"count\":{count}}}"));
}

#[test]
fn without_a_version_the_three_of_the_lesson_run_and_a_comparison_follows() {
    let said = ticket_system("--buyers 1 --tickets 2 --pause-ms 1").stdout();
    let result = |line: &&str| line.contains(" sold ") || line.contains(" took ");
    let lines: Vec<&str> = said.lines().filter(result).collect();
    assert_eq!(lines.len(), 4, "{said}");
    // What goes wrong with more than one buyer is for the lesson check to say.
    assert!(lines[0].starts_with("unlocked   tickets 2, sold 1, left 1 "), "{said}");
    assert!(lines[1].starts_with("locked     tickets 2, sold 1, left 1 "), "{said}");
    assert!(lines[2].starts_with("serial     tickets 2, sold 1, left 1 "), "{said}");
    assert!(lines[3].starts_with("locked took ") && lines[3].ends_with(" times."), "{said}");
}

#[test]
fn unsafe_is_another_name_for_unlocked() {
    let said = ticket_system("unsafe --buyers 1 --pause-ms 0").stdout();
    let last = said.lines().last().unwrap();
    assert!(last.starts_with("unlocked   tickets 3, sold 1, left 2 "), "{said}");
}

#[test]
fn unlocked_says_what_came_of_it() {
    for (tickets, means) in [
        (1, "Without a lock, 10 of 1 tickets were sold."),
        (10, "Without a lock, 10 tickets were sold, but 9 of 10 are left."),
    ] {
        let arguments = format!("unlocked --pause-ms 0 --step --tickets {tickets}");
        let mut run = Run::start(command(PROGRAM, &arguments));
        for _ in 0..10 {
            run.until("waits for Enter");
        }
        let said = run.end().stdout();
        assert_eq!(said.lines().last(), Some(means), "{said}");
    }
}

#[test]
fn without_tickets_each_buyer_says_that_none_is_left() {
    let said = ticket_system("locked --tickets 0 --buyers 4 --pause-ms 0").stdout();
    assert_eq!(said.matches("finds none left").count(), 4, "{said}");
    assert!(said.contains("\nlocked     tickets 0, sold 0, left 0 "), "{said}");
}

#[test]
fn interleavings_without_a_version_shows_those_of_the_lesson_also_with_kills() {
    let said = ticket_system("interleavings").stdout();
    let has = |text: &str| said.lines().any(|line| line.trim_start().starts_with(text));
    for version in ["unlocked: two buyers", "locked: two buyers", "serial: two buyers"] {
        assert!(has(version), "{said}");
    }
    // What goes wrong, and in how many, is for the lesson check to say.
    assert!(has("One buyer may be killed before any of its steps: 12 interleavings"), "{said}");
    assert!(has("3 end with sold 1, left 0, buyer 1 was killed, db.json.1.new left"), "{said}");
    let is_short = |line: &str| line.chars().count() <= 80;
    let names_a_file = |line: &str| line.contains(" left behind"); // perhaps a lock file of any name
    assert!(said.lines().all(|line| is_short(line) || names_a_file(line)), "{said}");
}

#[test]
fn yours_ends_with_what_is_proved_of_it() {
    // Whatever the student has made of it.
    let said = ticket_system("yours --buyers 2 --pause-ms 0").stdout();
    let last: String = said.lines().rev().take(2).collect();
    let is_told = last.contains("see `interleavings yours`.") || last.contains(": proved.");
    assert!(is_told || last.contains("but there are more"), "{said}");
}

#[test]
fn play_states_its_goal_first_and_ends_with_its_input() {
    let said = ticket_system("play unlocked").stdout();
    assert!(
        said.starts_with(
            "Two buyers, one ticket. Can you sell it twice? In some versions, nobody can.\n"
        ),
        "{said}"
    );
    assert!(said.contains("\nk 1  buyer 1 is killed\n"), "{said}");
    assert!(said.ends_with("> q\n12780 of 61038 interleavings reach the goal.\n"), "{said}");
    let said = ticket_system("play locked").stdout();
    assert!(said.ends_with("\nNo interleaving reaches the goal.\n"), "{said}");
}

#[test]
fn help_says_what_each_version_shows() {
    let help = ticket_system("--help").stdout();
    for said in [
        "unlocked: ",
        "too many tickets",
        "locked: ",
        "serial: ",
        "--step",
        "interleavings ",
        "play ",
    ] {
        assert!(help.contains(said), "no {said:?} in\n{help}");
    }
    assert!(!help.contains("\n  buyer "), "{help}");
}

#[test]
fn a_wrong_command_line_ends_with_2_and_says_what_is_allowed() {
    let pause = "a whole number from 0 to 60000 is allowed";
    let buyers = "a whole number from 1 to 200 is allowed";
    let tickets = "a whole number from 0 to 1000000 is allowed";
    let version = "required arguments were not provided";
    for (arguments, allowed) in [
        ("--pause-ms 100..300", pause),
        ("--pause-ms -1", pause),
        ("--pause-ms 60001", pause),
        ("--buyers 0", buyers),
        ("--buyers 201", buyers),
        ("--tickets -1", tickets),
        ("--tickets 1.5", tickets),
        ("--step", version),
        ("--db db.json", version), // each version would sell what the one before has left
        ("locked --step=never", "[possible values: getting, renaming]"),
        ("looked", "[possible values: unlocked, locked, serial, yours]"),
        ("interleavings looked", "[possible values: unlocked, locked, serial, yours]"),
        ("play", version),
        ("play locked --buyers 3", "unexpected argument '--buyers'"),
    ] {
        let said = ticket_system(arguments).refusal();
        assert!(said.contains(allowed), "{arguments}: {said}");
    }
}

#[test]
fn a_missing_db_is_created_and_said_so_and_an_existing_one_is_used_as_it_is() {
    let folder = folder();
    let file = folder.path().join("db.json");
    let said = Run::start(with_db(&file, "locked --buyers 1")).end().stdout();
    assert!(said.starts_with(&format!("{}: created, count 3\n", file.display())), "{said}");
    assert_count(&file, 2);

    let said = Run::start(with_db(&file, "locked --buyers 1 --tickets 9")).end().stdout();
    assert!(said.starts_with(&format!("{}: used as it is, count 2\n", file.display())), "{said}");
    assert_count(&file, 1);
    is_tidy(folder.path());
}

#[test]
fn two_runs_at_once_create_a_missing_db_once() {
    let folder = folder();
    let file = folder.path().join("db.json");
    let runs = [(); 2].map(|()| Run::start(with_db(&file, "locked --tickets 12 --all")));
    let said = runs.map(|run| run.end().stdout());
    assert_eq!(said.iter().filter(|said| said.contains(": created, ")).count(), 1, "{said:?}");
    let has_ticket = |said: &String| said.matches("has a ticket").count();
    assert_eq!(said.iter().map(has_ticket).sum::<usize>(), 12, "{said:?}");
    assert_count(&file, 0);
    is_tidy(folder.path());
}

#[test]
fn what_is_in_a_lock_file_stays() {
    let (folder, file) = db_with(r#"{"count": 3}"#);
    let lock = folder.path().join("db.json.lock");
    fs::write(&lock, "mine").unwrap();
    Run::start(with_db(&file, "locked")).end().stdout();
    assert_eq!(fs::read_to_string(&lock).unwrap(), "mine");
}

#[test]
fn a_db_in_the_current_folder_needs_no_path() {
    let folder = folder();
    let mut program = with_db(Path::new("db.json"), "locked --buyers 1");
    program.current_dir(folder.path());
    let said = Run::start(program).end().stdout();
    assert!(said.starts_with("db.json: created, count 3\n"), "{said}");
    is_tidy(folder.path());
}

#[test]
fn a_db_that_is_no_count_is_an_error_that_names_it_and_it_stays_as_it_is() {
    let not_a_count = "must say {\"count\": N} with a whole number N, but it says ";
    for (text, fault) in [
        ("", "is not JSON: EOF"),
        (" \n", "is not JSON: EOF"),
        ("tickets", "is not JSON: expected"),
        ("{\"count\": 3", "is not JSON: EOF"),
        ("{\"count\": 3} 4", "is not JSON: trailing"),
        ("{\"count\": -1}", not_a_count),
        ("{\"count\": 1.5}", not_a_count),
        ("{\"count\": \"3\"}", not_a_count),
        ("{\"count\": 99999999999999999999}", not_a_count),
        ("{\"price\": 3}", not_a_count),
        ("{\"count\": 3, \"a\\nb\": 3}", not_a_count),
        ("[3]", not_a_count),
        ("\u{0}", "is not JSON: expected"),
        (&"9".repeat(5000), "is too long for a count: 5000 bytes"),
    ] {
        let (folder, file) = db_with(text);
        let error = Run::start(with_db(&file, "locked")).end().error();
        assert!(error.contains("db.json") && error.contains(fault), "{text:?}: {error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text, "the file was changed");
        assert_eq!(names(folder.path()), ["db.json"]);
    }
}

#[test]
fn a_db_that_is_no_file_is_an_error_that_names_it() {
    let folder = folder();
    let missing = folder.path().join("missing").join("db.json");
    let mut faults = vec![(folder.path(), "is not a file"), (&missing, "cannot create ")];
    if cfg!(unix) {
        // The first one is a pipe that nobody writes to.
        faults.extend(["/dev/stdin", "/dev/null"].map(|path| (Path::new(path), "is not a file")));
    }
    for (path, fault) in faults {
        let error = Run::start(with_db(path, "locked")).end().error();
        assert!(error.contains(fault) && error.contains(path.to_str().unwrap()), "{error}");
    }
    assert!(names(folder.path()).is_empty());
}

/// A file that may not grow stands for a disk that is full: the write of the new file fails.
#[test]
#[cfg(unix)]
fn on_a_full_disk_the_db_stays_as_it_is_and_the_buyer_says_why() {
    let (folder, file) = db_with(r#"{"count": 3}"#);
    let mut program = command("sh", "-c");
    program
        .arg("trap '' XFSZ; ulimit -f 0; exec \"$0\" locked --buyers 1 --pause-ms 0 --db \"$1\"")
        .arg(PROGRAM)
        .arg(&file);
    let outcome = Run::start(program).end();
    let why = outcome.stdout.lines().find(|line| line.starts_with("error: cannot write "));
    assert!(why.is_some_and(|why| why.contains("File too large")), "{outcome:?}");
    let error = outcome.error();
    assert!(error.starts_with("error: buyer 1 (PID "), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), r#"{"count": 3}"#);
    is_tidy(folder.path());
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
    let is_root = fs::metadata(folder.path()).unwrap().uid() == 0; // which may do everything
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
        (0o666, 0o555, "db.json.lock: "),
        (0o666, 0o666, "cannot create "), // it cannot even be seen whether it is there
    ] {
        let place = folder.path().join(format!("{rights:o}-{of_folder:o}"));
        let file = place.join("db.json");
        fs::create_dir(&place).unwrap();
        fs::write(&file, r#"{"count": 3}"#).unwrap();
        set(&file, rights);
        set(&place, of_folder);
        let error = start(&file).error();
        set(&place, 0o777);
        assert!(error.contains(fault) && error.contains("db.json"), "{rights:o}: {error}");
        set(&file, 0o666);
        assert_eq!(fs::read_to_string(&file).unwrap(), r#"{"count": 3}"#);
        assert_eq!(names(&place), ["db.json"]);
    }
}

#[test]
fn a_file_that_is_spoilt_during_the_sale_is_an_error() {
    if !include_str!("../src/locked.rs").contains(".lock_file()") {
        return; // it locks another file, which may be right: then this cannot be staged
    }
    let (folder, file) = db_with(r#"{"count": 3}"#);
    let lock = File::create(folder.path().join("db.json.lock")).unwrap();
    lock.lock().unwrap();
    let mut run = Run::start(with_db(&file, "locked --buyers 1"));
    run.until("sees 3 left");
    fs::write(&file, "nonsense").unwrap();
    drop(lock);
    let outcome = run.end();
    assert!(outcome.stdout.contains("error: "), "{outcome:?}"); // says the buyer
    let error = outcome.error();
    assert!(error.contains("db.json is not JSON"), "{error}");
}

#[test]
#[cfg(unix)]
fn a_buyer_that_is_killed_is_an_error_whichever_it_was() {
    let mut run = Run::start(command(PROGRAM, "serial --buyers 3 --pause-ms 0 --step"));
    run.until("waits for Enter");
    run.enter();
    let pid = pid_in(&run.until("waits for Enter"));
    check::signal(check::Signal::SIGKILL, pid);
    let error = run.end().error();
    assert!(error.starts_with(&format!("error: buyer 2 (PID {pid}) failed: ")), "{error}");
}

/// The program with its temporary folder in this one.
fn with_temporary(folder: &Path, arguments: &str) -> Command {
    let mut program = command(PROGRAM, arguments);
    program.env("TMPDIR", folder).env("TMP", folder); // on Unix, on Windows
    program
}

#[test]
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
fn a_temporary_folder_that_cannot_be_had_is_an_error_that_names_it() {
    let error = Run::start(with_temporary(Path::new("/missing"), "locked")).end().error();
    assert!(error.starts_with("error: cannot create a temporary folder: "), "{error}");
    assert!(error.contains("missing"), "{error}");
}

/// The parent can do nothing then: the temporary folder is left. This one is kept by the user.
#[test]
#[cfg(unix)]
fn when_the_parent_is_killed_all_buyers_end_and_the_db_is_whole() {
    for moment in ["getting", "renaming"] {
        let (folder, file) = db_with(r#"{"count": 3}"#);
        let mut run = Run::start(with_db(&file, &format!("locked --step={moment}")));
        run.until("waits for Enter");
        check::signal(check::Signal::SIGKILL, run.pid());
        run.end_after_signal();
        // A buyer that has not ended yet can still acquire the lock after one that has, and write.
        let text = fs::read_to_string(&file).unwrap();
        let left = text.trim_end().strip_prefix("{\"count\":").and_then(|t| t.strip_suffix('}'));
        let left = left.and_then(|number| number.trim().parse::<u64>().ok());
        assert!(left.is_some_and(|left| left <= 3), "killed at {moment:?}: {text:?}");
        let lock = File::open(folder.path().join("db.json.lock")).unwrap().try_lock();
        assert!(lock.is_ok(), "a lock is left held");
    }
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_all_processes_and_leaves_nothing() {
    let stopped = "error: the sale was stopped\n";
    for version in ["unlocked", "locked", "serial"] {
        let temporary = folder();
        let arguments = format!("{version} --pause-ms 0 --step=renaming");
        let mut run = Run::start(with_temporary(temporary.path(), &arguments));
        run.until("waits for Enter");
        run.ctrl_c();
        let error = run.end_after_signal().error();
        // Ctrl-C ends the buyers, too. Maybe the parent hears of that first.
        assert!(error == stopped || error.contains("signal: 2"), "{error}");
        assert!(names(temporary.path()).is_empty());

        // As by `kill PID`, which does not reach the buyers.
        let (folder, file) = db_with(r#"{"count": 3}"#);
        let mut run = Run::start(with_db(&file, &format!("{version} --step=renaming")));
        run.until("waits for Enter");
        check::signal(check::Signal::SIGTERM, run.pid());
        assert_eq!(run.end_after_signal().error(), stopped);
        is_tidy(folder.path());
        assert_eq!(fs::read_to_string(&file).unwrap(), r#"{"count": 3}"#);
    }
}

#[test]
fn a_buyer_runs_by_hand_too() {
    let (folder, file) = db_with(r#"{"count": 2}"#);
    fs::write(folder.path().join("db.json.lock"), "").unwrap();
    for (version, answer, said) in [
        ("unlocked", "true\n", "has a ticket: wrote 1"),
        ("locked", "true\n", "has a ticket: wrote 0"),
        ("serial", "false\n", "finds none left"),
    ] {
        let mut program = command(PROGRAM, &format!("buyer {version} --pause-ms 0"));
        program.arg(&file);
        let outcome = Run::start(program).end();
        assert_eq!(outcome.stdout, answer, "{outcome:?}");
        assert!(outcome.stderr.contains(said), "{outcome:?}");
    }
    assert_count(&file, 0);
}

#[test]
fn closed_output_ends_the_program_quietly() {
    let temporary = folder();
    for arguments in ["--pause-ms 0", "locked --pause-ms 0"] {
        let program = with_temporary(temporary.path(), arguments);
        assert_eq!(Run::start_with_closed_output(program).end().stdout(), "");
        assert!(names(temporary.path()).is_empty());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn full_output_is_an_error_in_one_line() {
    let temporary = folder();
    let program = with_temporary(temporary.path(), "locked --pause-ms 0");
    let said = Run::start_with_full_output(program).end().error();
    assert!(said.starts_with("error: cannot write to standard output: "), "{said}");
    assert!(names(temporary.path()).is_empty());
}

#[test]
fn one_at_a_time_refuses_what_it_does_not_know_and_ends_quietly() {
    let example = check::example(PROGRAM, "one_at_a_time");
    let said = Run::start(command(&example, "looked")).end().refusal();
    assert!(said.contains("[possible values: unlocked, locked]"), "{said}");
    assert_eq!(Run::start_with_closed_output(command(&example, "")).end().stdout(), "");
    let said = Run::start(command(&example, "unlocked")).end().stdout();
    let pids = said.lines().filter(|line| line.ends_with("  hello")).map(pid_in);
    assert_eq!(pids.collect::<std::collections::BTreeSet<u32>>().len(), 10, "{said}");
}

#[test]
#[cfg(unix)]
fn one_at_a_time_leaves_no_lock_file_after_ctrl_c() {
    let temporary = folder();
    let mut example = command(check::example(PROGRAM, "one_at_a_time"), "locked --step");
    example.env("TMPDIR", temporary.path());
    let mut run = Run::start(example);
    run.until("waits for Enter");
    assert_eq!(names(temporary.path()).len(), 1);
    run.ctrl_c();
    run.end_after_signal();
    assert!(names(temporary.path()).is_empty());
}
