//! The lesson check. Each test's name is a claim of the lesson page.

use std::any::Any;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;
use std::{env, thread};

use common::check::{self, DEADLINE, Run, command, pid_in};
use common::interleave::{Explorer, explore};
use serde_json::Value;
use tempfile::TempDir;

use exercise::modelled::{self, ONE_TICKET, Sale, TWO_TICKETS, is_right};

mod exercise;

const PROGRAM: &str = env!("CARGO_BIN_EXE_ticket-system");

/// A few buyers have ended long before.
const LONGEST: Duration = Duration::from_secs(4);

/// Says where to look when the lock is not what it should be.
const FIX: &str = "The lock must be on db.json.lock, since db.json is replaced, and be held from the \
                   read to the write: see \"The fix\" in ticket-system/README.md.";

/// A folder with a db.json in it, which is removed with all that is in it.
struct Place(TempDir);

impl Place {
    fn new(tickets: u64) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::write(folder.path().join("db.json"), format!(r#"{{"count": {tickets}}}"#)).unwrap();
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("db.json")
    }

    /// Starts the program on this file, without any pause.
    #[track_caller]
    fn start(&self, arguments: &str) -> Run {
        must_hold(arguments.split(' ').next().unwrap());
        self.start_anyway(arguments)
    }

    fn start_anyway(&self, arguments: &str) -> Run {
        let mut program = command(PROGRAM, arguments);
        Run::start({
            program.args(["--pause-ms", "0", "--db"]).arg(self.file());
            program
        })
    }

    fn left(&self) -> u64 {
        left_in(&fs::read(self.file()).unwrap()).expect("db.json is whole")
    }

    /// Does some buyer hold the lock, so that no other can get it?
    #[track_caller]
    fn is_locked(&self) -> bool {
        let is_there = self.0.path().join("db.json.lock").exists();
        assert!(
            is_there,
            "db.json.lock is gone: it must stay, since another buyer may wait for it"
        );
        is_locked(&self.0.path().join("db.json.lock"))
    }

    /// How long to wait for what a right version never does. One that locks another file than this
    /// check looks at may be right, too: then it takes longer to see that nothing comes.
    fn patience(&self) -> Duration {
        if self.is_locked() { Duration::from_millis(50) } else { DEADLINE }
    }

    /// The files that a buyer has written and not yet put in the place of db.json.
    fn new_files(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|file| file.extension().is_some_and(|ending| ending == "new")).collect()
    }

    /// No new file is left behind, and the lock can be had.
    #[track_caller]
    fn is_tidy(&self) {
        assert!(self.new_files().is_empty(), "left behind: {:?}", self.new_files());
        assert!(!self.is_locked(), "a lock is left held after the end of all buyers");
    }
}

fn is_locked(file: &Path) -> bool {
    // Shared: it can be had beside another shared one, but not beside the lock of a buyer.
    File::open(file).unwrap().try_lock_shared().is_err()
}

/// Each check first makes sure that the version does what the lesson says of it, and comes to its end at
/// all. So the plainest message comes first, and no check waits for a version that does not end.
#[track_caller]
fn must_hold(version: &str) {
    static KNOWN: Mutex<BTreeMap<String, Result<(), String>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap();
    let holds = known.entry(version.into()).or_insert_with(|| {
        let holds = || {
            exercise::db_json_must_be_replaced_as_a_whole();
            match version {
                "unlocked" => exercise::unlocked().must_stay_wrong("ticket-system/src/yours.rs"),
                "locked" => exercise::locked().must_be_right(),
                _ => serial_must_sell_each_ticket_once(),
            }
            let place = Place::new(2);
            place.start_anyway(&format!("{version} --buyers 3")).at_most(LONGEST).end();
        };
        let why =
            |panic: Box<dyn Any + Send>| panic.downcast().map_or_else(|_| String::new(), |it| *it);
        catch_unwind(AssertUnwindSafe(holds)).map_err(why)
    });
    let holds = holds.clone();
    drop(known);
    if let Err(why) = holds {
        panic!("{why}");
    }
}

fn left_in(text: &[u8]) -> Option<u64> {
    serde_json::from_slice::<Value>(text).ok()?["count"].as_u64()
}

/// The numbers of a result line: tickets, sold, left.
#[track_caller]
fn result(version: &str, said: &str) -> (u64, u64, u64) {
    let is_result = |line: &&str| line.starts_with(version) && line.contains(" sold ");
    let line = said.lines().find(is_result);
    let line = line.unwrap_or_else(|| panic!("no result in\n{said}"));
    let numbers: Vec<u64> =
        line.split([' ', ',']).filter_map(|word| word.parse().ok()).take(3).collect();
    (numbers[0], numbers[1], numbers[2])
}

#[test]
fn unlocked_sells_one_ticket_twice_in_12780_of_12870_interleavings() {
    must_hold("unlocked");
    let found = explore(|| modelled::unlocked(ONE_TICKET));
    // Of two buyers with 8 steps each: 16! / (8! 8!). It is right in twice 10! / (8! 2!) of them: one
    // buyer takes its 8 steps before the other one reads what is left, which is its third step.
    assert!(
        found.count() == 12_870 && found.ending_with("sold 2, left 0") == 12_780,
        "unlocked.rs no longer shows what goes wrong: of 12870 interleavings of two buyers, 12780 should \
         end with two tickets sold where there was one. Instead:\n{found}See \"Why\" in \
         ticket-system/README.md."
    );
}

#[test]
fn locked_sells_each_ticket_once_in_every_interleaving() {
    must_hold("locked");
}

#[test]
fn serial_leaves_its_buyers_one_interleaving() {
    must_hold("serial");
}

fn serial_must_sell_each_ticket_once() {
    let hint = "serial.rs must wait for each buyer before it starts the next one: see \"The fix\" in \
                ticket-system/README.md.";
    for sale in [ONE_TICKET, TWO_TICKETS] {
        let found = explore(move || modelled::serial(sale));
        let wrong = "serial.rs sells wrongly to two buyers";
        let verdict = found.judge(|ending| is_right(ending, sale), "", wrong);
        assert!(verdict.is_ok(), "{}\n\n{hint}", verdict.unwrap_err());
        assert_eq!(found.count(), 1, "{hint}\n{found}");
    }
}

/// A kill before any step of either buyer, in every interleaving.
#[test]
fn after_a_kill_db_json_is_whole_the_other_buyer_buys_and_only_the_new_file_of_the_killed_one_stays()
 {
    for version in ["unlocked", "locked", "serial"] {
        must_hold(version);
    }
    must_survive_a_kill("unlocked", modelled::unlocked);
    must_survive_a_kill("locked", modelled::locked);
    must_survive_a_kill("serial", modelled::serial);
}

#[track_caller]
fn must_survive_a_kill(version: &str, sell: fn(Sale) -> String) {
    let hint = "A buyer must write a new file, put it in the place of db.json in one step, and let \
                the system release its lock: see \"Why\" in ticket-system/README.md.";
    for sale in [ONE_TICKET, TWO_TICKETS] {
        let tickets = sale.tickets;
        let found = Explorer::default().kills(1).explore(move || sell(sale));
        let mut endings = vec![format!("end with sold {tickets}, left 0")];
        for killed in [1, 2] {
            let was_killed = format!("buyer {killed} was killed");
            // Before its rename: the other one buys. After it: this ticket is gone.
            let before = format!("end with sold 1, left {}, {was_killed}", tickets - 1);
            endings.push(format!("end with sold {}, left 0, {was_killed}", tickets - 1));
            endings.push(format!("{before}, db.json.{killed}.new left behind"));
            endings.push(before);
        }
        if version == "unlocked" {
            // What is wrong with it, without a kill.
            endings.push(format!("end with sold 2, left {}", tickets - 1));
        }
        // A lock file of another name may be left, too.
        let is_right = |ending: &str| {
            let notes = ending
                .split(", ")
                .filter(|note| note.contains(".new ") || !note.ends_with(" left behind"));
            endings.contains(&notes.collect::<Vec<_>>().join(", "))
        };
        let wrong = format!("{version}.rs sells wrongly when a buyer is killed");
        let verdict = found.judge(is_right, "", &wrong);
        assert!(verdict.is_ok(), "{}\n{hint}", verdict.unwrap_err());
        let is_left = found.endings().any(|(ending, ..)| ending.contains(".new left"));
        assert!(is_left, "{found}");
    }
}

#[test]
fn unlocked_sells_one_ticket_ten_times_when_all_read_before_any_writes() {
    let place = Place::new(1);
    let mut run = place.start("unlocked --step");
    for count in 0..10 {
        // A lock would exclude the others until the first one has written: do not wait for that.
        let came = run.comes("waits for Enter", DEADLINE);
        assert!(
            came && !place.is_locked(),
            "unlocked.rs no longer shows what goes wrong: {} of 10 buyers stand between reading and \
             writing, and something excludes the others. See \"Why\" in ticket-system/README.md.",
            count + u32::from(came)
        );
    }
    run.close_stdin();
    let said = run.end().stdout();
    assert_eq!(result("unlocked", &said), (1, 10, 0), "unlocked.rs no longer sells it ten times");
    place.is_tidy();
}

#[test]
fn locked_sells_one_ticket_once_and_lets_others_search_while_one_buys() {
    for moment in ["getting", "renaming"] {
        let place = Place::new(1);
        let mut first = place.start(&format!("locked --buyers 1 --step={moment}"));
        let pid = pid_in(&first.until("waits for Enter"));
        assert!(!is_locked(&place.file()), "locked.rs locks db.json itself. {FIX}");
        let mut others = place.start("locked --buyers 9 --step");
        all_search(&mut others, 9);
        let second = others.comes("waits for Enter", place.patience());
        assert!(
            !second,
            "locked.rs does not exclude the other buyers: a buyer (PID {pid}) has read that 1 ticket is \
             left, is held at {moment:?} of its purchase, and another one reads the same. {FIX}"
        );
        first.close_stdin();
        assert_eq!(result("locked", &first.end().stdout()), (1, 1, 0));
        others.close_stdin();
        let said = others.end().stdout();
        let sold = 1 + result("locked", &said).1;
        assert_eq!(
            sold, 1,
            "locked.rs sells 1 ticket {sold} times: the others had read the file before the first \
             one wrote it. {FIX}\n{said}"
        );
        place.is_tidy();
    }
}

/// So many buyers look how many are left, also while another one buys.
#[track_caller]
fn all_search(run: &mut Run, buyers: u32) {
    for count in 0..buyers {
        assert!(
            run.comes(" left", DEADLINE),
            "locked.rs keeps others from searching while one buys ({count} of {buyers} have): all \
             are started before the first one is waited for, and only `get` needs the lock. See \"The fix\" in ticket-system/README.md."
        );
    }
}

#[test]
fn serial_starts_a_buyer_when_the_one_before_has_ended() {
    let place = Place::new(1);
    let mut run = place.start("serial --buyers 3 --step");
    run.until("waits for Enter");
    let hint =
        "serial.rs starts a buyer before the last one has ended: it must join each one first";
    if cfg!(target_os = "linux") {
        assert_eq!(run.processes().len(), 2, "{hint}"); // the parent and one buyer
    }
    assert!(!run.comes("sees", Duration::from_millis(50)), "{hint}");
    run.close_stdin();
    let said = run.end().stdout();
    assert_eq!(result("serial", &said), (1, 1, 0), "{said}");
    let mut pids: Vec<u32> = said.lines().filter(|l| l.contains("PID")).map(pid_in).collect();
    pids.dedup();
    assert_eq!(pids.len(), 3, "{hint}:\n{said}");
}

#[test]
fn serial_keeps_its_own_buyers_apart_but_not_those_of_two_runs_at_once() {
    let place = Place::new(1);
    let mut runs = [(); 2].map(|()| place.start("serial --buyers 1 --step"));
    for run in &mut runs {
        run.until("waits for Enter");
    }
    for mut run in runs {
        run.close_stdin();
        assert_eq!(result("serial", &run.end().stdout()), (1, 1, 0));
    }
}

#[test]
fn locked_never_sells_too_many_in_two_runs_at_once() {
    let place = Place::new(5);
    let mut one = place.start("locked --step");
    one.until("waits for Enter");
    let mut other = place.start("locked --step");
    all_search(&mut other, 10); // both runs are under way, and one buyer has the lock
    let mut sold = 0;
    one.close_stdin();
    other.close_stdin();
    for run in [one, other] {
        sold += result("locked", &run.end().stdout()).1;
    }
    assert_eq!((sold, place.left()), (5, 0), "two runs of locked.rs sell wrongly. {FIX}");
    place.is_tidy();
}

#[test]
fn a_db_that_cannot_be_read_never_counts_as_0() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let file = folder.path().join("db.json");
    let must_fail = |what: &str| {
        let count = exercise::count_in(&file).ok();
        assert_eq!(count, None, "{what} counts as 0: see `read` in ticket-system/src/database.rs");
    };
    must_fail("a file that is missing");
    for text in ["", "3", "[]", "{}", "{\"count\":", "{\"count\":\"3\"}", "{\"count\":-1}"] {
        fs::write(&file, text).unwrap();
        must_fail(&format!("a file with the text {text:?}"));
    }
}

#[test]
fn a_reader_sees_the_old_file_or_the_new_one_but_never_half_of_one() {
    for version in ["unlocked", "locked", "serial"] {
        let place = Place::new(3);
        let mut old = File::open(place.file()).unwrap();
        let mut run = place.start(&format!("{version} --buyers 1 --step=renaming"));
        run.until("waits for Enter");
        let hint = "The file must be replaced, not written to: see \"Why\" in \
                    ticket-system/README.md.";
        let new: Vec<_> =
            place.new_files().into_iter().map(|file| left_in(&fs::read(file).unwrap())).collect();
        assert_eq!(new, [Some(2)], "{version}: no whole new file before the rename. {hint}");
        assert_eq!(place.left(), 3, "{version}: the old file is changed before the rename. {hint}");
        run.close_stdin();
        run.end().stdout();
        assert_eq!(place.left(), 2, "{version}: the purchase is not in db.json. {hint}");
        // A process that has opened the file before the purchase can still read it to its end.
        let mut text = String::new();
        old.read_to_string(&mut text).unwrap();
        assert_eq!(
            text, r#"{"count": 3}"#,
            "{version} writes into a file that others read. {hint}"
        );
    }
}

#[test]
fn a_reader_in_a_loop_sees_no_torn_file_in_100_purchases() {
    let place = Place::new(100);
    let purchases =
        || (0..2).map(|_| result("locked", &place.start("locked --buyers 50").end().stdout()).1);
    let sold: u64 = thread::scope(|scope| {
        let purchases = scope.spawn(|| purchases().sum());
        let mut last = 100;
        while !purchases.is_finished() {
            let text = fs::read(place.file()).unwrap();
            let left = left_in(&text).unwrap_or_else(|| {
                let text = String::from_utf8_lossy(&text);
                panic!(
                    "a reader found a torn file, {text:?}, after one with {last} tickets. The file \
                     must be replaced, not written to: see \"Why\" in ticket-system/README.md."
                )
            });
            assert!(left <= last, "the count rises from {last} to {left}. {FIX}");
            last = left;
        }
        purchases.join().unwrap_or_else(|panic| resume_unwind(panic))
    });
    assert_eq!((sold, place.left()), (100, 0), "locked.rs sells wrongly. {FIX}");
    place.is_tidy();
}

#[test]
#[cfg(unix)]
fn when_a_buyer_is_killed_the_others_go_on_whatever_it_was_doing() {
    for moment in ["getting", "renaming"] {
        let place = Place::new(3);
        let mut run = place.start(&format!("locked --step={moment}"));
        let pid = pid_in(&run.until("waits for Enter"));
        check::signal(check::Signal::SIGKILL, pid);
        run.close_stdin();
        let outcome = run.end();
        assert_eq!(
            result("locked", &outcome.stdout),
            (3, 3, 0),
            "after a buyer (PID {pid}) was killed at {moment:?}, the others have not sold what was \
             left, each ticket once. {FIX}\n{outcome:?}"
        );
        let error = outcome.error();
        assert!(error.contains(&format!(" (PID {pid}) failed: signal: 9")), "{error}");
        place.is_tidy();
    }
}

/// What each line of an example says, without time and PID.
fn texts(said: &str) -> Vec<&str> {
    said.lines().map(|line| line.rsplit("  ").next().unwrap()).collect()
}

#[test]
fn three_lines_of_a_process_stay_together_with_the_lock_only() {
    let example = check::example(PROGRAM, "one_at_a_time");
    let mut run = Run::start(command(&example, "unlocked --step"));
    for _ in 0..3 {
        run.until("waits for Enter");
    }
    run.close_stdin();
    let said = run.end().stdout();
    let of_step = |text: &&str| text.starts_with("waits for ") || text.starts_with("goes on");
    let mut begun: Vec<&str> = texts(&said).into_iter().filter(|text| !of_step(text)).collect();
    begun = begun[1..4].to_vec(); // after the title
    begun.sort();
    assert_eq!(begun, ["Ann", "Ben", "Cem"], "without a lock, all three begin at once:\n{said}");

    let mut run = Run::start(command(&example, "locked --step"));
    run.until("waits for Enter");
    let lock = env::temp_dir().join(format!("one_at_a_time-{}.lock", run.pid()));
    assert!(is_locked(&lock), "one_at_a_time.rs does not hold its lock in a block");
    run.close_stdin();
    let said = run.end().stdout();
    let is_text = |line: &&str| line.contains("PID") && !of_step(&texts(line)[0]);
    let lines: Vec<&str> = said.lines().filter(is_text).collect();
    for block in lines[..9].chunks(3) {
        let name = texts(block[0])[0];
        assert!(block.iter().all(|line| texts(line)[0].starts_with(name)), "{said}");
        assert!(block.iter().all(|line| pid_in(line) == pid_in(block[0])), "{said}");
    }
    assert_eq!(texts(&said).into_iter().filter(|text| *text == "hello").count(), 10, "{said}");
    assert!(!lock.exists(), "{lock:?} is left");
}
