//! What happens while a version runs: which lines are shown, and what its picture is drawn from.

use std::collections::VecDeque;
use std::fmt::Arguments;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};
use std::{mem, thread};

use anstream::adapter::strip_str;

use crate::picture::paint;
use crate::{clock, interleave, say};

/// So many lines at the beginning and at the end are shown of a long run.
const FIRST: usize = 10;
const LAST: usize = 6;

/// So many lines at the beginning and at the end of a run are kept for its picture, and so many
/// workers: a server, which starts one for each client, must not grow.
const KEPT: usize = 2000;

/// A run shows that it is alive when it has taken so long.
const LONG: Duration = Duration::from_secs(2);

/// A line that was said.
#[derive(Clone, Debug)]
pub struct Line {
    /// When, since the lesson began.
    pub at: Duration,
    /// The PID of the process that said it.
    pub pid: u32,
    /// The name of that process, such as "buyer 3". The lesson itself has none.
    pub name: String,
    /// What was said.
    pub text: String,
}

/// From when to when a worker process was alive, as its parent has seen it.
#[derive(Clone, Debug)]
pub struct Life {
    /// Its name, such as "buyer 3".
    pub name: String,
    /// Its PID.
    pub pid: u32,
    /// When it was started, since the lesson began.
    pub from: Duration,
    /// When it ended. Before it has ended, there is no such time.
    pub to: Option<Duration>,
}

/// Which lines a run shows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Lines {
    /// Each, as soon as it is said.
    #[default]
    All,
    /// The first ones as soon as they are said, and the last ones at the end.
    Few,
    /// None.
    None,
}

/// What has happened in a run of a version.
#[derive(Debug, Default)]
pub struct Record {
    /// When it began and when it ended, since the lesson began.
    pub from: Duration,
    /// See `from`.
    pub to: Duration,
    /// The lines that were said, by all processes, in the order of their time. Of very many, the
    /// first and the last ones.
    pub lines: Vec<Line>,
    /// The workers that were started, in this order.
    pub workers: Vec<Life>,
}

impl Record {
    /// How long it took.
    pub fn time(&self) -> Duration {
        self.to.saturating_sub(self.from)
    }
}

pub(crate) struct Screen {
    lines: Lines,
    record: Record,
    latest: VecDeque<Line>,
    /// Formatted lines that are shown at the end of the run.
    held: VecDeque<String>,
    count: usize,
    recording: bool,
    /// When that began which may take long.
    begun: Option<Instant>,
    /// What a long run is about, and whether it stands on the screen.
    status: String,
    drawn: bool,
}

static SCREEN: Mutex<Screen> = Mutex::new(Screen {
    lines: Lines::All,
    record: Record {
        from: Duration::ZERO,
        to: Duration::ZERO,
        lines: Vec::new(),
        workers: Vec::new(),
    },
    latest: VecDeque::new(),
    held: VecDeque::new(),
    count: 0,
    recording: false,
    begun: None,
    status: String::new(),
    drawn: false,
});

pub(crate) fn screen() -> MutexGuard<'static, Screen> {
    SCREEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does the work of a version, shows these lines of it, and returns what has happened.
///
/// ```
/// use common::record::{Lines, record};
///
/// let (sum, record) = record(Lines::None, || {
///     common::say!("adds");
///     1 + 1
/// });
/// assert_eq!((sum, &*record.lines[0].text), (2, "adds"));
/// ```
pub fn record<T>(lines: Lines, work: impl FnOnce() -> T) -> (T, Record) {
    {
        let mut screen = screen();
        (screen.lines, screen.recording) = (lines, true);
        screen.begun = Some(Instant::now());
        screen.record = Record { from: clock::since_zero(), ..Record::default() };
    }
    if lines != Lines::All {
        show_that_it_is_alive();
    }
    let outcome = work();
    end_status();
    let (record, held, left_out) = screen().end();
    if left_out > 0 {
        let lines = if left_out == 1 {
            "1 more line: --all shows it".into()
        } else {
            format!("{left_out} more lines: --all shows them")
        };
        say::show(format_args!("        …  {lines}"));
    }
    held.iter().for_each(|text| say::show(format_args!("{text}")));
    (outcome, record)
}

/// Says what a long run is about. On a terminal, this line is overwritten by the next one; elsewhere,
/// it is not shown.
///
/// ```
/// common::record::status(format_args!("{} of {} items", 3, 100));
/// ```
pub fn status(text: Arguments<'_>) {
    if interleave::is_on_stage() || !say::to_terminal() {
        return;
    }
    {
        let mut screen = screen();
        screen.begun.get_or_insert_with(Instant::now);
        screen.status = text.to_string();
    }
    show_that_it_is_alive();
}

/// Ends what [`status`] has begun.
pub fn end_status() {
    let mut screen = screen();
    let _ = screen.clear_status();
    (screen.status, screen.begun) = (String::new(), None);
}

impl Screen {
    pub(crate) fn take(&mut self, said: Line) -> io::Result<()> {
        let text = format!("{}  {}  {}", clock::at(said.at), self.who(&said), said.text);
        if self.recording && self.record.lines.len() < KEPT {
            self.record.lines.push(said);
        } else if self.recording {
            push(&mut self.latest, said, KEPT);
        }
        self.count += 1;
        if self.lines != Lines::All {
            self.status.clone_from(&text);
        }
        match self.lines {
            Lines::None => Ok(()),
            Lines::Few if self.count > FIRST => {
                push(&mut self.held, text, LAST);
                Ok(())
            }
            Lines::All | Lines::Few => self.show(format_args!("{text}")),
        }
    }

    pub(crate) fn show(&mut self, text: Arguments<'_>) -> io::Result<()> {
        self.show_to(io::stdout(), text)
    }

    pub(crate) fn show_to(&mut self, to: impl Write, text: Arguments<'_>) -> io::Result<()> {
        self.clear_status()?;
        say::line(to, text)
    }

    /// Ends the run. Returns what has happened, the lines to show now, and how many are left out.
    fn end(&mut self) -> (Record, VecDeque<String>, usize) {
        let held = mem::take(&mut self.held);
        let left_out = self.count.saturating_sub(FIRST + held.len());
        let mut record = mem::take(&mut self.record);
        record.to = clock::since_zero();
        record.lines.extend(mem::take(&mut self.latest));
        record.lines.sort_by_key(|line| line.at);
        (self.count, self.recording) = (0, false);
        if mem::take(&mut self.lines) != Lines::Few {
            return (record, held, 0);
        }
        (record, held, left_out)
    }

    /// Each worker has a colour of its own, and a name with its PID beside it.
    fn who(&self, said: &Line) -> String {
        if said.name.is_empty() {
            return format!("PID {}", said.pid);
        }
        let who = format!("{:<19}", format!("{} (PID {})", said.name, said.pid));
        let number = self.record.workers.iter().position(|worker| worker.pid == said.pid);
        number.map_or(who.clone(), |number| paint(number, &who))
    }

    fn clear_status(&mut self) -> io::Result<()> {
        if mem::take(&mut self.drawn) {
            say::write(say::people(), &format!("\r{:79}\r", ""))
        } else {
            Ok(())
        }
    }

    fn draw_status(&mut self) {
        let is_long = self.begun.is_some_and(|begun| begun.elapsed() >= LONG);
        if is_long && !self.status.is_empty() {
            let text: String = strip_str(&self.status).to_string().chars().take(66).collect();
            let seconds = clock::since_zero().as_secs();
            self.drawn =
                say::write(say::people(), &format!("\r  ({seconds} s)  {text:<66}")).is_ok();
        }
    }
}

/// Keeps only the last ones.
fn push<T>(queue: &mut VecDeque<T>, one: T, most: usize) {
    queue.push_back(one);
    if queue.len() > most {
        queue.pop_front();
    }
}

/// A worker has been started, at this time.
pub(crate) fn has_started(name: &str, pid: u32, from: Duration) {
    let life = Life { name: name.into(), pid, from, to: None };
    let workers = &mut screen().record.workers;
    if workers.len() < KEPT {
        workers.push(life);
    }
}

/// A worker has ended.
pub(crate) fn has_ended(pid: u32) {
    let now = clock::since_zero();
    let mut screen = screen();
    let life = screen.record.workers.iter_mut().rfind(|life| life.pid == pid);
    if let Some(life) = life {
        life.to.get_or_insert(now);
    }
}

/// Draws the status again and again, if this is a terminal. It costs nothing in a pipe.
fn show_that_it_is_alive() {
    static STARTED: Once = Once::new();
    if say::to_terminal() {
        STARTED.call_once(|| {
            let draw = || loop {
                thread::sleep(Duration::from_millis(200));
                screen().draw_status();
            };
            let _ = thread::Builder::new().spawn(draw); // without it, the run is as good
        });
    }
}
