//! Files, pipes, and processes that are killed.

use common::interleave as std;
use common::interleave::common::{Worker, pid, show, worker::join_all};
use common::interleave::{Explorer, Interleavings, Process, explore, explore_plainly, process};

use ::std::panic;
use std::fs::{self, File};
use std::io::{self, BufRead, Read, Write};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Mutex, RwLock};
use std::thread;
use std::time::Duration;

const DB: &str = "/shop/db";
const LOCK: &str = "/shop/db.lock";

fn left() -> u32 {
    fs::read_to_string(DB).unwrap().trim().parse().unwrap()
}

/// Takes one of what is left, if there is one: read, create, write, rename.
fn buy(buyer: u32) -> bool {
    let left = left();
    if left == 0 {
        return false;
    }
    let new = format!("{DB}.{buyer}.new");
    let mut file = File::create_new(&new).unwrap();
    writeln!(file, "{}", left - 1).unwrap();
    drop(file);
    fs::rename(new, DB).unwrap();
    true
}

fn buy_locked(buyer: u32) -> bool {
    let lock = File::open(LOCK).unwrap();
    lock.lock().unwrap();
    buy(buyer)
}

/// What two buyers were told, and what is on the disk after that.
fn two_buyers(buy: fn(u32) -> bool) -> String {
    fs::prepare(DB, "1\n");
    fs::prepare(LOCK, "");
    let bought = thread::scope(|scope| {
        let start = |number| process(scope, &format!("buyer {number}"), move || buy(number));
        [1, 2].map(start).map(Process::wait)
    });
    let files = fs::files().into_iter().filter(|(path, _)| !path.ends_with("db.lock"));
    let text = |(path, text): (::std::path::PathBuf, String)| {
        format!("{}={:?}", path.file_name().unwrap().display(), text)
    };
    format!("{bought:?} {}", files.map(text).collect::<Vec<_>>().join(" "))
}

#[test]
fn two_processes_that_do_not_lock_both_sell_the_last_ticket() {
    let found = explore(|| two_buyers(buy));
    // Both read 1 unless one of them has renamed before: of 8! / (4! 4!) interleavings, the ones in
    // which the other reads later have 5 steps in all.
    assert_eq!(found.ending_with(r#"[Some(true), Some(true)] db="0\n""#), 68, "{found}");
    assert_eq!(found.ending_with(r#"[Some(true), Some(false)] db="0\n""#), 1, "{found}");
    assert_eq!(found.count(), 70, "{found}");
}

#[test]
fn two_processes_that_lock_sell_it_once() {
    let found = explore(|| two_buyers(buy_locked));
    for ending in [r#"[Some(true), Some(false)] db="0\n""#, r#"[Some(false), Some(true)] db="0\n""#]
    {
        assert_eq!(found.ending_with(ending) * 2, found.count(), "{found}");
    }
}

#[test]
fn a_file_that_two_processes_write_has_the_bytes_that_came_last() {
    let found = explore(|| {
        fs::prepare(DB, "before");
        thread::scope(|scope| {
            for text in ["1", "22"] {
                process(scope, text, move || fs::write(DB, text).unwrap());
            }
            // What comes after both of them depends on which one wrote last.
            thread::sleep(::std::time::Duration::ZERO);
        });
        fs::read_to_string(DB).unwrap()
    });
    // To empty the file and to write it are two steps each, and the pause is one: 5! / (2! 2!).
    assert_eq!(found.count(), 30, "{found}");
    let ending = |text| found.ending_with(text) / 5; // wherever the pause is
    // One after the other, or the shorter text over the longer one, or the longer one last.
    assert_eq!([ending("1"), ending("22"), ending("12")], [1, 3, 2], "{found}");
}

#[test]
fn a_new_file_must_not_be_there_and_an_old_one_must() {
    let found = explore(|| {
        fs::prepare(DB, "1");
        let faults = [
            File::create_new(DB).map(drop),
            File::open("/shop/none").map(drop),
            fs::remove_file("/shop/none"),
            fs::rename("/shop/none", DB),
        ];
        let faults = faults.map(|fault| fault.unwrap_err().kind().to_string());
        let (size, exists) = (fs::metadata(DB).unwrap().len(), fs::exists("/shop/none").unwrap());
        format!("{} {size} {exists}", faults.join(", "))
    });
    let ending =
        "entity already exists, entity not found, entity not found, entity not found 1 false";
    assert_eq!(found.ending_with(ending), 1, "{found}");
}

#[test]
fn what_a_process_has_read_is_part_of_the_state() {
    let found = explore(|| {
        fs::prepare(DB, "1");
        thread::scope(|scope| {
            process(scope, "writer", || fs::write(DB, "2").unwrap());
            let read = || {
                let text = fs::read_to_string(DB).unwrap();
                thread::sleep(::std::time::Duration::ZERO);
                text
            };
            process(scope, "reader", read).wait().unwrap()
        })
    });
    // The writer empties the file, and then writes; the reader reads, and then pauses: 4! / (2! 2!).
    assert_eq!(["1", "", "2"].map(|text| found.ending_with(text)), [3, 2, 1], "{found}");
}

#[test]
fn a_file_is_read_from_where_the_last_read_ended() {
    let found = explore(|| {
        fs::prepare(DB, "1 and 2");
        let mut file = File::open(DB).unwrap();
        let mut parts = [[0; 4], [0; 4]];
        let counts = parts.each_mut().map(|part| file.read(part).unwrap());
        let other = File::open(DB).unwrap();
        file.lock().unwrap();
        let held = other.try_lock().is_err();
        file.unlock().unwrap();
        format!("{counts:?} {held} {}", other.try_lock().is_ok())
    });
    assert_eq!(found.ending_with("[4, 3] true true"), 1, "{found}");
}

#[test]
fn the_steps_of_files_are_told_with_their_names() {
    let found = explore(|| two_buyers(buy_locked));
    // The open of the buyer that comes second is somewhere among the 7 steps of the first one.
    assert_eq!(found.count(), 2 * 8, "{found}");
    let rows: Vec<_> = found.endings().next().unwrap().2.rows().map(|row| row.1).collect();
    for text in [
        "opens db.lock",
        "locks db.lock",
        "reads db: \"1\"",
        "creates db.2.new",
        "writes \"0\" to db.2.new",
        "renames db.2.new to db",
        "closes db.lock",
    ] {
        assert!(rows.contains(&text), "{text} is not in {rows:?}");
    }
}

fn killed(lesson: fn() -> String) -> Interleavings {
    Explorer::default().kills(1).explore(lesson)
}

#[test]
fn a_killed_process_leaves_its_lock_to_the_other_and_only_its_own_new_file_behind() {
    let found = killed(|| two_buyers(buy_locked));
    assert_eq!(found.deadlocks(), 0, "{found}");
    for (ending, ..) in found.endings() {
        let (told, disk) = ending.split_once("] ").unwrap();
        let sold = told.matches("true").count();
        let kills = told.matches("None").count();
        let left = if disk.contains("db=\"1\\n\"") { 1 } else { 0 };
        assert!(disk.starts_with("db=\"0\\n\"") || disk.starts_with("db=\"1\\n\""), "{ending}");
        assert!(sold <= 1 && sold + left <= 1 + kills && kills <= 1, "{ending}");
        assert!(disk.matches(".new").count() <= kills, "{ending}");
        assert!(kills == 1 || !told.contains("None"), "{ending}");
    }
    // Killed before it reads, between its steps, and after its last one but for the lock.
    for (told, disk) in [
        ("[None, Some(true)]", "db=\"0\\n\""),
        ("[None, Some(false)]", "db=\"0\\n\""),
        ("[None, Some(true)]", "db=\"0\\n\" db.1.new=\"\""),
        ("[None, Some(true)]", "db=\"0\\n\" db.1.new=\"0\\n\""),
    ] {
        assert!(found.ending_with(format!("{told} {disk}")) > 0, "{told} {disk} not in\n{found}");
    }
}

#[test]
fn a_kill_before_each_step_is_one_more_interleaving() {
    // One process of three steps: killed before the first, the second or the third, or not.
    let found = Explorer::default().kills(1).explore(|| {
        fs::prepare(DB, "1");
        thread::scope(|scope| {
            let reads = || [(); 3].map(|()| left()).len();
            format!("{:?}", process(scope, "reader", reads).wait())
        })
    });
    assert_eq!((found.ending_with("None"), found.ending_with("Some(3)")), (3, 1), "{found}");
    let (_, _, sample) = found.endings().next().unwrap();
    assert_eq!(sample.rows().last(), Some(("reader", "is killed")));
}

#[test]
fn the_cache_changes_neither_counts_nor_samples_of_files_and_kills() {
    for (buy, kills) in [(buy as fn(u32) -> bool, 0), (buy_locked, 0), (buy_locked, 1)] {
        let explorer = Explorer::default().kills(kills);
        let found = explorer.explore(move || two_buyers(buy));
        let plainly = explorer.plainly().explore(move || two_buyers(buy));
        assert_eq!(found.to_string(), plainly.to_string());
        assert!(found.runs() < plainly.runs() || found.count() < 50);
    }
}

#[test]
fn a_process_that_waits_can_be_killed_too() {
    let found = Explorer::default().kills(1).explore(|| {
        fs::prepare(LOCK, "");
        thread::scope(|scope| {
            let locks = || {
                let file = File::open(LOCK).unwrap();
                file.lock().unwrap();
            };
            let file = File::open(LOCK).unwrap();
            let waits = process(scope, "process", locks);
            file.lock().unwrap();
            File::open(LOCK).unwrap();
            drop(file);
            waits.wait().is_some()
        })
    });
    // Main locks, opens and closes; the process opens, locks and closes. Not killed: its open comes
    // before, between or after the steps of main (4), or it comes first with its lock (1).
    assert_eq!(found.ending_with(true), 5, "{found}");
    // Killed before its open: at 4 places. Killed before its lock, for which it may be waiting: its
    // open and its end are at places 1 to 4, in this order (10). Killed before its close: in each
    // of the 5 ways in which it comes that far.
    assert_eq!(found.ending_with(false), 4 + 10 + 5, "{found}");
}

/// A killed process does nothing more, not even in its destructors.
#[test]
fn the_destructors_of_a_killed_process_change_no_file() {
    struct RemovesAtItsEnd;
    impl Drop for RemovesAtItsEnd {
        fn drop(&mut self) {
            let _ = fs::remove_file(DB);
        }
    }
    let found = Explorer::default().kills(1).explore(|| {
        fs::prepare(DB, "1");
        thread::scope(|scope| {
            let reads = || {
                let _removes = RemovesAtItsEnd;
                left();
            };
            format!("{:?} {}", process(scope, "reader", reads).wait(), fs::files().len())
        })
    });
    assert_eq!((found.ending_with("None 1"), found.ending_with("Some(()) 0")), (2, 1), "{found}");
}

#[test]
fn the_last_write_end_of_a_pipe_ends_it() {
    let found = explore(|| {
        let (mut get, put) = io::pipe().unwrap();
        thread::scope(|scope| {
            for text in ["a", "b"] {
                let mut put = put.try_clone().unwrap();
                process(scope, text, move || put.write_all(text.as_bytes()).unwrap());
            }
            drop(put);
            let mut all = String::new();
            get.read_to_string(&mut all).unwrap();
            all
        })
    });
    assert_eq!(found.ending_with("ab"), found.ending_with("ba"), "{found}");
    assert_eq!(found.ending_with("ab") * 2, found.count(), "{found}");
}

#[test]
fn a_read_brings_what_is_there_and_a_write_without_a_reader_is_a_broken_pipe() {
    let found = explore(|| {
        let (mut get, mut put) = io::pipe().unwrap();
        put.write_all(b"two").unwrap();
        let mut buffer = [0; 8];
        let count = get.read(&mut buffer).unwrap();
        drop(get);
        let fault = put.write(b"more").unwrap_err().kind();
        format!("{count} {fault}")
    });
    assert_eq!(found.ending_with("3 broken pipe"), 1, "{found}");
}

#[test]
fn a_killed_writer_closes_its_end_of_the_pipe() {
    let found = Explorer::default().kills(1).explore(|| {
        let (mut get, mut put) = io::pipe().unwrap();
        thread::scope(|scope| {
            process(scope, "writer", move || {
                put.write_all(b"1").unwrap();
                put.write_all(b"2").unwrap();
            });
            let mut all = String::new();
            get.read_to_string(&mut all).unwrap();
            all
        })
    });
    let endings: Vec<_> = found.endings().map(|(ending, ..)| ending).collect();
    assert_eq!(endings, ["end with ", "end with 1", "end with 12"], "{found}");
}

/// What a lesson does that starts its own program again.
#[test]
fn a_worker_answers_and_one_that_was_killed_or_has_failed_does_not() {
    let lesson = |work: fn() -> anyhow::Result<()>| {
        let start = |_| Worker::start(Command::of("worker", work).mortal().stdout(Stdio::piped()));
        let answers = [1, 2].map(start).map(|worker| worker.unwrap().answer::<u32>());
        format!("{:?}", answers.map(|answer| answer.map_err(|fault| fault.to_string())))
    };
    let works = || {
        thread::sleep(std::time::Duration::ZERO);
        show!("{}", pid::own());
        Ok(())
    };
    let found = Explorer::default().kills(1).explore(move || lesson(works));
    // Both go on, or one is killed before the other goes on, or after that.
    let killed = r#"Err("worker was killed")"#;
    for (ending, count) in [
        ("[Ok(1), Ok(2)]", 2),
        (&format!("[{killed}, Ok(2)]"), 2),
        (&format!("[Ok(1), {killed}]"), 2),
    ] {
        assert_eq!(found.ending_with(ending), count, "{found}");
    }
    assert_eq!(found.count(), 6, "{found}");

    let found = explore(move || lesson(|| Ok("x".parse::<u32>().map(drop)?)));
    let failed = r#"Err("the worker process failed")"#;
    assert_eq!(found.ending_with(format!("[{failed}, {failed}]")), 1, "{found}");
}

#[test]
fn text_with_quotes_in_it_is_told_as_it_is() {
    let found = explore(|| {
        fs::prepare(DB, "");
        thread::scope(|scope| {
            let writes = || {
                File::create(DB).unwrap().write_all(b"{\"count\":1}\n").unwrap();
                fs::read_to_string(DB).unwrap()
            };
            process(scope, "writer", writes).wait().unwrap()
        })
    });
    let rows: Vec<_> = found.endings().next().unwrap().2.rows().map(|row| row.1).collect();
    assert_eq!(rows[1..], ["writes {\"count\":1} to db", "reads db: {\"count\":1}"]);
}

/// A process that writes this text to its standard output.
fn puts(text: &'static str) -> Command {
    let work = move || Ok(write!(io::stdout(), "{text}")?);
    Command::of(text, work).mortal()
}

fn parent_of_two(keeps_its_end: bool) -> anyhow::Result<String> {
    let (get, put) = io::pipe()?;
    let read = || {
        show!("{}", io::read_to_string(&io::stdin())?);
        Ok(())
    };
    let reader = Worker::start(Command::of("reader", read).stdin(get).stdout(Stdio::piped()))?;
    let writers = ["a", "b"].map(|text| Worker::start(puts(text).stdout(put.try_clone().unwrap())));
    let kept = keeps_its_end.then_some(put);
    let answer = reader.answer();
    drop(kept);
    join_all(writers.into_iter().collect::<anyhow::Result<_>>()?)?;
    answer
}

#[test]
fn a_worker_reads_from_its_standard_input_and_writes_to_its_standard_output() {
    // Each writes; then the one that comes to its end last closes the pipe; the reader reads when
    // there is something, and the end of it all.
    let found = explore(|| parent_of_two(false).unwrap());
    assert_eq!(found.ending_with("ab"), found.ending_with("ba"), "{found}");
    assert_eq!(found.ending_with("ab") * 2, found.count(), "{found}");
    let plainly = explore_plainly(|| parent_of_two(false).unwrap());
    assert_eq!(plainly.count(), found.count());
}

#[test]
fn a_parent_that_keeps_a_write_end_waits_for_ever() {
    let found = explore(|| parent_of_two(true).unwrap());
    assert_eq!(found.deadlocks(), found.count(), "{found}");
    let (_, _, sample) = found.endings().next().unwrap();
    assert!(
        sample.rows().any(|row| row == ("reader", "waits for something in the pipe")),
        "{found}"
    );
}

#[test]
fn a_killed_worker_is_no_error_and_one_that_fails_is() {
    let found = Explorer::default().kills(1).explore(|| parent_of_two(false).unwrap());
    let endings: Vec<_> = found.endings().map(|(ending, ..)| ending).collect();
    assert_eq!(endings, ["end with a", "end with ab", "end with b", "end with ba"], "{found}");
    let found = explore(|| {
        let fails = || anyhow::bail!("no more items");
        let worker = Worker::start(&mut Command::of("writer", fails)).unwrap();
        format!("{:#}", worker.join().unwrap_err())
    });
    assert_eq!(found.ending_with("the writer process failed: no more items"), 1, "{found}");
}

/// That another end is closed than the last one of its kind, nobody can notice: it is no step.
#[test]
fn only_the_close_of_the_last_end_is_a_step() {
    let found = explore(|| {
        let (get, put) = io::pipe().unwrap();
        thread::scope(|scope| {
            let other = put.try_clone().unwrap();
            scope.spawn(move || drop(other));
            scope.spawn(move || drop(put));
        });
        get.is_empty()
    });
    assert_eq!(found.ending_with(true), 1, "{found}");
    assert_eq!(found.count(), 1, "{found}");
}

/// To write the same again and again is no wait.
#[test]
fn a_loop_that_writes_loses_no_interleaving() {
    let found = explore(|| {
        let (_get, mut put) = io::pipe().unwrap();
        let mut other = put.try_clone().unwrap();
        thread::scope(|scope| {
            for put in [&mut put, &mut other] {
                scope.spawn(move || {
                    for _ in 0..3 {
                        put.write_all(b"a").unwrap();
                        thread::sleep(Duration::ZERO);
                    }
                });
            }
        });
        0
    });
    assert_eq!(found.count(), 924, "{found}"); // 12! / (6! 6!)
}

#[test]
fn a_loop_that_writes_to_a_file_loses_no_interleaving() {
    let found = explore(|| {
        fs::prepare(DB, "");
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut file = File::open(DB).unwrap();
                    for _ in 0..3 {
                        writeln!(file, "1").unwrap();
                        thread::sleep(Duration::ZERO);
                    }
                });
            }
        });
        fs::files().len()
    });
    assert_eq!(found.count(), 3432, "{found}"); // 14! / (7! 7!)
}

/// Which file a process has opened is part of its state: the old one, or the new one of that name.
#[test]
fn a_file_that_was_opened_before_it_was_replaced_is_another_one() {
    let lesson = || {
        fs::prepare(DB, "old");
        fs::prepare(LOCK, "new");
        thread::scope(|scope| {
            let reader = process(scope, "reader", || {
                let mut text = String::new();
                let mut file = File::open(DB).unwrap();
                thread::sleep(std::time::Duration::ZERO);
                file.read_to_string(&mut text).unwrap();
                text
            });
            process(scope, "writer", || fs::rename(LOCK, DB).unwrap());
            reader.wait().unwrap()
        })
    };
    let found = explore(lesson);
    assert_eq!(found.to_string(), explore_plainly(lesson).to_string());
    // Of the reader's four steps, the rename is before the first one, or before one of the others, or
    // after all of them.
    assert_eq!((found.ending_with("new"), found.ending_with("old")), (1, 4), "{found}");
}

#[test]
fn a_file_that_is_opened_with_options_is_appended_to_or_emptied_or_must_be_new() {
    let found = explore(|| {
        fs::prepare(DB, "one");
        let open = |options: &mut fs::OpenOptions| options.open(DB);
        open(File::options().append(true)).unwrap().write_all(b" two").unwrap();
        open(File::options().write(true).create(true)).unwrap().write_all(b"O").unwrap();
        let new = open(File::options().write(true).create_new(true)).map(drop);
        let senseless = open(File::options().read(true).create(true)).map(drop);
        let before = fs::files()[::std::path::Path::new(DB)].clone();
        open(File::options().write(true).truncate(true)).unwrap();
        let faults = [new, senseless].map(|fault: io::Result<()>| fault.unwrap_err().kind());
        format!("{before:?} {faults:?} {:?}", fs::files()[::std::path::Path::new(DB)])
    });
    let ending = format!(
        r#""One two" [{:?}, {:?}] """#,
        io::ErrorKind::AlreadyExists,
        io::ErrorKind::InvalidInput
    );
    assert_eq!((found.count(), found.ending_with(ending)), (1, 1), "{found}");
}

#[test]
fn what_a_line_has_left_in_the_buffer_of_standard_input_comes_next() {
    let read = || {
        let mut text = String::new();
        io::stdin().read_line(&mut text)?;
        text += &io::stdin().lines().next().expect("there is a second line")?;
        io::stdin().lock().read_line(&mut text)?;
        let mut bytes = [0; 2];
        io::stdin().read_exact(&mut bytes)?;
        show!("{text:?}, {bytes:?}, {:?}", io::read_to_string(io::stdin())?);
        Ok(())
    };
    let found = explore(move || {
        let (get, mut put) = io::pipe().unwrap();
        write!(put, "1\n2\n3\n4\n5").unwrap();
        drop(put);
        let mut reader = Command::of("reader", read);
        let reader = Worker::start(reader.stdin(get).stdout(Stdio::piped()));
        reader.unwrap().answer::<String>().unwrap()
    });
    assert_eq!(found.ending_with(r#""1\n23\n", [52, 10], "5""#), 1, "{found}");
}

/// A file that prints, as a student's may.
mod printing {
    common::explore!(printing, "printing.rs");
    pub use printing::*;
}

#[test]
fn what_a_process_prints_goes_where_its_parent_has_connected_it() {
    let found = explore(|| {
        let (get, put) = io::pipe().unwrap();
        let mut command = Command::of("worker", || {
            printing::prints();
            Ok(())
        });
        command.stdout(put.try_clone().unwrap()).stderr(put);
        Worker::start(&mut command).unwrap().join().unwrap();
        drop(command);
        io::read_to_string(get).unwrap()
    });
    assert_eq!(found.ending_with("1 one\n2 two\n\n"), 1, "{found}");
}

fn two_workers(role: fn() -> anyhow::Result<()>) {
    let workers = ["a", "b"].map(|name| Worker::start(&mut Command::of(name, role)));
    join_all(workers.into_iter().collect::<anyhow::Result<_>>().unwrap()).unwrap();
}

#[test]
fn a_static_is_another_one_in_each_process() {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    fn counts() -> anyhow::Result<()> {
        COUNT.fetch_add(1, SeqCst);
        Ok(fs::write(DB, COUNT.load(SeqCst).to_string())?)
    }
    let found = explore(|| {
        two_workers(counts);
        left()
    });
    assert_eq!(found.ending_with(1), found.count(), "{found}");
}

#[test]
fn a_lock_that_two_processes_have_in_a_static_is_told_since_it_excludes_nobody() {
    static LOCK: Mutex<()> = Mutex::new(());
    static OTHER: RwLock<()> = RwLock::new(());
    fn locks() -> anyhow::Result<()> {
        drop(LOCK.lock().unwrap());
        Ok(())
    }
    fn writes() -> anyhow::Result<()> {
        drop(OTHER.write().unwrap());
        Ok(())
    }
    for role in [locks, writes] {
        let fault = panic::catch_unwind(|| {
            explore(move || {
                two_workers(role);
                "an end"
            })
        });
        let fault = fault.err().expect("it must be told").downcast::<String>().unwrap();
        assert!(fault.starts_with("two processes use a lock in a `static`."), "{fault}");
        assert!(fault.ends_with("A lock on a file excludes them"), "{fault}");
    }
}

#[test]
fn the_threads_of_a_process_share_its_statics() {
    static LOCK: Mutex<()> = Mutex::new(());
    fn counts() {
        let _guard = LOCK.lock().unwrap();
        fs::write(DB, (left() + 1).to_string()).unwrap();
    }
    let found = explore(|| {
        fs::prepare(DB, "0");
        let role = || {
            thread::scope(|scope| {
                scope.spawn(counts);
                scope.spawn(counts);
            });
            Ok(())
        };
        Worker::start(&mut Command::of("worker", role)).unwrap().join().unwrap();
        left()
    });
    assert_eq!(found.ending_with(2), found.count(), "{found}");
}
