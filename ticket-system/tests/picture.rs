//! The pictures. Those of a staged run are what they must be, character for character. Those of a run
//! that goes as it goes are never wrong.

use std::fs::{self, File};
use std::path::PathBuf;

use common::check::{self, Run, command, most_at_once, squeezed};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_ticket-system");

/// A folder with a db.json and its lock file in it.
struct Place(TempDir);

impl Place {
    fn new(tickets: u64) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::write(folder.path().join("db.json"), format!(r#"{{"count": {tickets}}}"#)).unwrap();
        fs::write(folder.path().join("db.json.lock"), "").unwrap();
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("db.json")
    }

    fn start(&self, arguments: &str) -> Run {
        let mut program = command(PROGRAM, arguments);
        program.args(["--pause-ms", "0", "--db"]).arg(self.file());
        Run::start(program)
    }
}

fn said_by(arguments: &str) -> String {
    Run::start(command(PROGRAM, arguments)).end().stdout()
}

/// The lanes of a picture.
fn lanes(said: &str) -> String {
    let is_lane = |line: &&str| line.starts_with("  buyer ");
    said.lines().filter(is_lane).map(|line| format!("{line}\n")).collect()
}

/// The lanes from the column in which the last buyer has ended its search, without its names and in
/// the order of their ends. Until then, which buyer is first is by chance.
fn after_the_search(said: &str) -> Vec<String> {
    let lanes = lanes(said);
    let ended = |line: &str| {
        let marks: Vec<char> = line.chars().collect();
        let search = marks.iter().rposition(|it| *it == '·').map(|at| at + 1);
        search.or(marks.iter().position(|it| "░█".contains(*it))) // it was too short to be seen
    };
    let begin = lanes.lines().filter_map(ended).max().expect("there are buyers");
    let cut = |line: &str| line.chars().skip(begin).collect::<String>() + "\n";
    let squeezed = squeezed(&lanes.lines().map(cut).collect::<String>());
    let mut lanes: Vec<String> = squeezed.lines().map(String::from).collect();
    lanes.sort();
    lanes
}

#[test]
fn unlocked_staged_shows_three_inside_together_and_the_same_ticket_sold_again() {
    let place = Place::new(1);
    let mut run = place.start("unlocked --buyers 3 --step");
    for _ in 0..3 {
        run.until("waits for Enter");
    }
    for _ in 0..3 {
        run.enter();
        run.until("has a ticket: wrote 0");
    }
    let said = run.end().stdout();
    assert_eq!(
        after_the_search(&said),
        ["█   ticket 1", "██  ticket 1 again", "███ ticket 1 again"],
        "{said}"
    );
    assert!(said.contains("3 buyers at the same time"), "{said}");
    assert!(said.contains("  █ between reading and writing\n"), "{said}");
}

#[test]
fn unlocked_staged_shows_ten_inside_together() {
    let place = Place::new(1);
    let mut run = place.start("unlocked --step");
    for _ in 0..10 {
        run.until("waits for Enter");
    }
    let said = run.end().stdout();
    assert_eq!(most_at_once(&lanes(&said), '█'), 10, "{said}");
    assert!(said.contains("10 buyers at the same time"), "{said}");
    assert_eq!(said.matches("  ticket 1 again\n").count(), 9, "{said}");
    let arrow = said.lines().find(|line| line.contains('↑')).unwrap();
    let column = arrow.chars().position(|mark| mark == '↑').unwrap();
    assert!(lanes(&said).lines().all(|lane| lane.chars().nth(column) == Some('█')), "{said}");
}

#[test]
fn locked_staged_shows_that_the_others_wait_until_one_has_written() {
    if !include_str!("../src/locked.rs").contains(".lock_file()") {
        return; // it locks another file, which may be right: then this cannot be staged
    }
    let place = Place::new(2);
    let lock = File::open(place.0.path().join("db.json.lock")).unwrap();
    lock.lock().unwrap(); // so all of them wait before the first one gets it
    let mut run = place.start("locked --buyers 3 --step");
    for _ in 0..3 {
        run.until("waits for the lock");
    }
    drop(lock);
    for _ in 0..2 {
        run.until("waits for Enter");
        run.enter();
    }
    let said = run.end().stdout();
    assert_eq!(
        after_the_search(&said),
        ["░█     ticket 2", "░░░█   ticket 1", "░░░░░x none left",],
        "{said}"
    );
    assert!(!said.contains('↑'), "{said}");
    let marks = "  ░ waits for the lock   █ between reading and writing\n"; // after the search
    assert!(said.contains(marks), "{said}");
}

/// As in the lesson: one buyer in each terminal.
#[test]
fn in_two_terminals_both_have_ticket_1_without_the_lock_and_with_it_one_waits_for_the_other() {
    let place = Place::new(1);
    let mut terminals = [(); 2].map(|()| place.start("unlocked --buyers 1 --step"));
    for run in &mut terminals {
        run.until("waits for Enter");
    }
    // How long the search took cannot be seen in a run that waits for Enter for long.
    let after_search = |run: Run| squeezed(&lanes(&run.end().stdout()).replace('·', ""));
    for run in terminals {
        assert_eq!(after_search(run), " buyer 1 █ ticket 1\n");
    }

    let place = Place::new(1);
    let mut first = place.start("locked --buyers 1 --step");
    let one = first.until("waits for Enter");
    let mut second = place.start("locked --buyers 1 --step");
    let other = second.until("waits for the lock");
    assert!(after_search(first).ends_with("█ ticket 1\n"));
    assert_eq!(after_search(second), " buyer 1 ░x none left\n");

    // Both terminals show the same clock, and each its buyer by its PID.
    let [(at, _), (later, _)] =
        [&one, &other].map(|line| line.split_once("  buyer 1 (PID ").unwrap());
    assert!(at.len() == "mm:ss.mmm".len() && at.is_char_boundary(2) && &at[2..3] == ":", "{one}");
    assert!(at < later || later < "01", "{one}\n{other}"); // a new hour may have begun
    assert_ne!(check::pid_in(&one), check::pid_in(&other));
}

#[test]
fn in_locked_no_two_buyers_are_ever_inside_together() {
    for arguments in ["--pause-ms 4", "--pause-ms 0 --tickets 10"] {
        let said = said_by(&format!("locked {arguments}"));
        assert_eq!(most_at_once(&lanes(&said), '█'), 1, "{said}");
        assert!(!said.contains("again") && !said.contains("at the same time"), "{said}");
    }
}

#[test]
fn serial_lanes_do_not_overlap() {
    for arguments in ["--pause-ms 4", "--pause-ms 0"] {
        let lanes = lanes(&said_by(&format!("serial {arguments}")));
        let one_mark = lanes.replace(['·', 'x'], "█");
        assert_eq!(most_at_once(&one_mark, '█'), 1, "{lanes}");
        assert_eq!(lanes.lines().count(), 10, "{lanes}");
    }
}

#[test]
#[cfg(unix)]
fn a_buyer_that_is_killed_inside_has_failed_and_the_next_one_gets_in() {
    let place = Place::new(3);
    let mut run = place.start("locked --buyers 2 --step");
    let pid = check::pid_in(&run.until("waits for Enter"));
    check::signal(check::Signal::SIGKILL, pid);
    let outcome = run.end();
    let lanes = lanes(&outcome.stdout);
    assert_eq!(most_at_once(&lanes, '█'), 1, "{outcome:?}");
    let [killed, next] =
        ["▒", "ticket 3"].map(|text| lanes.lines().filter(move |it| it.contains(text)));
    assert!(killed.map(|lane| lane.ends_with("  failed")).eq([true]), "{outcome:?}");
    assert_eq!(next.count(), 1, "{outcome:?}");
    assert!(outcome.stdout.contains("\n  ▒ killed or failed"), "{outcome:?}");
}

#[test]
fn without_a_version_the_pictures_fit_on_a_screen_and_serial_is_one_lane() {
    let said = said_by("--pause-ms 4");
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    assert!(said.lines().count() <= 40, "{said}");
    assert!(!said.contains("PID"), "{said}");
    assert_eq!(lanes(&said).lines().count(), 20, "{said}");
    let serial = said.lines().find(|line| line.starts_with("  1 to 10 ")).expect("serial");
    for (mark, count) in [('█', 3), ('x', 7)] {
        let spans = serial.split(|it| it != mark).filter(|marks| !marks.is_empty()).count();
        assert_eq!(spans, count, "{serial}");
    }
    assert!(serial.ends_with("  one by one"), "{serial}");
}

#[test]
fn with_a_version_the_first_and_the_last_lines_are_shown_and_all_of_them_with_all() {
    for (version, all) in [("unlocked", 30), ("locked", 40), ("serial", 30)] {
        let said = said_by(&format!("{version} --tickets 10 --pause-ms 1"));
        let lines = |said: &str| said.lines().filter(|line| line.contains("(PID ")).count();
        assert_eq!(lines(&said), 16, "{said}");
        assert!(said.contains(" more lines: --all shows them\n"), "{said}");
        assert!(said.lines().count() <= 40, "{said}");
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
        let said = said_by(&format!("{version} --tickets 10 --pause-ms 1 --all"));
        assert!(lines(&said) >= all, "{said}"); // maybe a buyer says more
    }
}
