//! When has a program under test waited in vain?
//!
//! A deadline on the clock is too short on a busy machine and too long for a program that hangs. So
//! this asks Linux how often the processes of the program were given a processor. A program whose
//! processes all wait for each other is never given one: it is at a standstill after two seconds,
//! however busy the machine is, unless it waits for a disk. One that runs on and on has a few seconds,
//! in which the time that it had to wait for a processor does not count. Where many processes compute,
//! that time passes quicker than the clock, so their computing time is limited, too.

use std::fs;
use std::time::{Duration, Instant};

use super::DEADLINE;

/// How often to look, if nothing comes.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// No lesson that is checked pauses for longer than this.
const STANDSTILL: Duration = Duration::from_secs(2);

/// So long a program may run, on a machine that is not busy, if its check does not say otherwise.
pub(super) const LONGEST_RUN: Duration = Duration::from_secs(8);

pub(super) struct Patience {
    longest: Duration,
    start: Instant,
    looked: Instant,
    last: Work,
    /// Since when its processes have not been given a processor.
    still_since: Instant,
}

/// What the processes of a program have done so far: proc_pid_schedstat, in the documentation of the
/// Linux kernel.
#[derive(Default, PartialEq)]
struct Work {
    /// How often they were given a processor, all together.
    turns: u64,
    /// How long they had one, all together, in nanoseconds.
    computed: u64,
    /// How long they had to wait for one, in nanoseconds.
    waited: u64,
    /// Does one of them have a processor, or wait for one, or for a disk?
    goes_on: bool,
}

impl Patience {
    pub fn new(longest: Duration) -> Self {
        let now = Instant::now();
        Self { longest, start: now, looked: now, last: Work::default(), still_since: now }
    }

    /// Looks at these processes, unless it has just done so. Says why it is over, if it is.
    pub fn look(&mut self, processes: impl Fn() -> Vec<u32>) -> Result<(), String> {
        let now = Instant::now();
        if now - self.looked < LOOK_AGAIN {
            return Ok(());
        }
        self.looked = now;
        let processes = processes();
        let Some(work) = work_of(&processes) else {
            let is_over = now - self.start > DEADLINE;
            return if is_over { Err(format!("it took longer than {DEADLINE:?}")) } else { Ok(()) };
        };
        if work.turns != self.last.turns || work.goes_on {
            self.still_since = now;
        }
        // What a process has done is forgotten when it ends.
        let last = &self.last;
        let (computed, waited) = (work.computed.max(last.computed), work.waited.max(last.waited));
        self.last = Work { computed, waited, ..work };
        if now - self.still_since > STANDSTILL {
            let count = processes.len();
            return Err(format!(
                "it has come to a standstill. For 2 s, all its processes ({count}) have waited: for a \
                 lock, for each other, or for the end of a pipe of which some process, perhaps the \
                 parent, keeps a write end open"
            ));
        }
        // Several processes that wait for a processor wait longer, together, than time passes. So at
        // most nine tenths of the time are waiting, or else this would never end.
        let time = now - self.start;
        let waited = Duration::from_nanos(self.last.waited).min(time * 9 / 10);
        let is_long = time - waited > self.longest;
        if is_long || Duration::from_nanos(self.last.computed) > self.longest {
            return Err(format!("it runs on and on, for {:?} by now", self.longest));
        }
        Ok(())
    }
}

/// Nothing is known where the system does not tell it.
#[cfg(not(target_os = "linux"))]
fn work_of(_: &[u32]) -> Option<Work> {
    None
}

/// All threads of all these processes. One that has just ended has done nothing.
#[cfg(target_os = "linux")]
fn work_of(processes: &[u32]) -> Option<Work> {
    fs::metadata("/proc/self/schedstat").ok()?;
    let mut sum = Work::default();
    for pid in processes {
        for thread in fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
            let read = |name| fs::read_to_string(thread.path().join(name)).unwrap_or_default();
            let text = read("schedstat");
            let mut numbers = text.split_whitespace().filter_map(|text| text.parse::<u64>().ok());
            sum.computed += numbers.next().unwrap_or_default();
            sum.waited += numbers.next().unwrap_or_default();
            sum.turns += numbers.next().unwrap_or_default();
            sum.goes_on |=
                read("stat").rsplit_once(") ").is_some_and(|(_, it)| it.starts_with(['R', 'D']));
        }
    }
    Some(sum)
}

/// The PIDs of all processes in a group that have not ended, where the system lists them (Linux).
///
/// While a list is read, a process on it can start one that is not on it, and end. So it takes
/// several empty lists to say that none is left.
pub(super) fn processes_in_group(group: u32) -> Vec<u32> {
    let list = || {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter(|&pid| group_of(pid) == Some(group)).collect::<Vec<u32>>()
    };
    (0..3).map(|_| list()).find(|pids| !pids.is_empty()).unwrap_or_default()
}

/// The process group of a process that has not ended.
fn group_of(pid: u32) -> Option<u32> {
    let entry = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // PID, (name), state, PID of the parent, process group … number of threads: proc_pid_stat(5).
    let fields: Vec<&str> = entry.rsplit_once(')')?.1.split_whitespace().collect();
    // While other threads are still ending, a zombie still has its files open.
    let has_ended = fields.first()? == &"Z" && ["0", "1"].contains(fields.get(17)?);
    if has_ended { None } else { fields.get(2)?.parse().ok() }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{iter, process, thread};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_program_that_waits_for_two_seconds_is_at_a_standstill() {
        #[expect(clippy::disallowed_methods, reason = "it is killed and waited for below")]
        let mut sleeper = process::Command::new("sleep").arg("60").spawn().unwrap();
        let mut patience = Patience::new(LONGEST_RUN);
        let verdict = iter::repeat_with(|| {
            thread::sleep(Duration::from_millis(1)); // it may still be starting
            patience.looked -= SECOND;
            patience.still_since -= 2 * SECOND;
            patience.look(|| vec![sleeper.id()])
        });
        let verdict = verdict.take(10_000).find_map(Result::err);
        sleeper.kill().unwrap();
        sleeper.wait().unwrap();
        assert!(verdict.is_some_and(|why| why.contains("standstill")));
    }

    #[test]
    fn a_program_that_computes_for_ever_is_stopped_however_long_it_had_to_wait() {
        let mut patience = Patience::new(LONGEST_RUN);
        patience.last.waited = u64::MAX / 2;
        patience.last.computed = LONGEST_RUN.as_nanos() as u64 + 1;
        patience.looked -= SECOND;
        let verdict = patience.look(|| vec![process::id()]);
        assert!(verdict.is_err_and(|why| why.contains("on and on")));
    }

    #[test]
    fn a_program_that_works_is_not_at_a_standstill_but_has_only_so_much_time() {
        let mut patience = Patience::new(LONGEST_RUN);
        let mut look_a_second_later = || {
            thread::sleep(Duration::from_millis(1)); // so that this process gets one more turn
            patience.looked -= SECOND;
            patience.start -= SECOND;
            patience.still_since -= SECOND;
            patience.look(|| vec![process::id()])
        };
        for _ in 0..LONGEST_RUN.as_secs() - 1 {
            look_a_second_later().unwrap();
        }
        // The time that this process has waited for a processor is added to what it may take.
        let verdict = iter::repeat_with(look_a_second_later).take(10_000).find_map(Result::err);
        assert!(verdict.is_some_and(|why| why.contains("on and on")));
    }
}
