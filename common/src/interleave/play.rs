//! A person is the scheduler: which thread takes the next step?

use std::fmt::Display;
use std::io::{self, BufRead, IsTerminal};

use super::board::{board, label, refusal, summary, words};
use super::explore::{Explorer, told};
use super::search::{Choice, Search};
use super::stage::{self, Came, Lesson};
use super::table::{Interleaving, Line};
use crate::say;

/// Lets a person be the scheduler: which thread of `lesson` takes the next step? Answers are read from
/// standard input. At the end, it says what came of it.
///
/// `goal` is shown first: what is to be brought about. `reaches` is given an ending, as
/// [`Interleavings::endings`](super::Interleavings::endings) names it, and says whether it is the
/// goal. Where processes may be killed, `k 1` kills process 1.
///
/// # Panics
///
/// As [`explore`](super::explore).
pub fn play<T: Display>(
    goal: &str,
    reaches: impl Fn(&str) -> bool,
    lesson: impl Fn() -> T + Send + Sync + 'static,
) {
    Explorer::default().play(goal, reaches, lesson);
}

impl Explorer {
    /// See [`play`].
    ///
    /// # Panics
    ///
    /// As [`explore`](super::explore).
    pub fn play<T: Display>(
        self,
        goal: &str,
        reaches: impl Fn(&str) -> bool,
        lesson: impl Fn() -> T + Send + Sync + 'static,
    ) {
        let stdin = io::stdin();
        let typed = stdin.is_terminal();
        let prompt = |answer: Option<&str>| match answer {
            None if typed => say::text(format_args!("> ")),
            Some(answer) if !typed => crate::show!("> {answer}"),
            _ => {}
        };
        let show = |text: &str| crate::show!("{text}");
        self.play_with(goal, reaches, lesson, stdin.lock(), prompt, show);
    }

    /// Does the same as [`play`] with answers from somewhere else. `prompt` is called before an
    /// answer is read, and with the answer; `show` is given the lines that a person sees.
    ///
    /// ```
    /// use common::interleave as std;
    /// use common::interleave::Explorer;
    /// use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
    /// use std::thread;
    ///
    /// let deposits = || {
    ///     let balance = AtomicI64::new(0);
    ///     thread::scope(|scope| {
    ///         for _ in 0..2 {
    ///             scope.spawn(|| balance.store(balance.load(SeqCst) + 1, SeqCst));
    ///         }
    ///     });
    ///     balance.into_inner()
    /// };
    /// let goal = "Two threads deposit ¥1 each. Make the account lose one.";
    /// let mut shown = String::new();
    /// let loses_one = |ending: &str| ending == "end with 1";
    /// let answers = "1 2 1 2".as_bytes();
    /// Explorer::default().play_with(goal, loses_one, deposits, answers, |_| {}, |text| {
    ///     shown += text;
    ///     shown += "\n";
    /// });
    /// assert!(shown.starts_with(goal));
    /// assert!(shown.ends_with("as 4 of 6 interleavings do.\nYou have reached the goal.\n"));
    /// ```
    pub fn play_with<T: Display>(
        self,
        goal: &str,
        reaches: impl Fn(&str) -> bool,
        lesson: impl Fn() -> T + Send + Sync + 'static,
        input: impl BufRead,
        mut prompt: impl FnMut(Option<&str>),
        mut show: impl FnMut(&str),
    ) {
        let lesson = told(lesson);
        let (found, numbers) = Search::new(true, self.kills, self.most_runs).all(&lesson);
        let reaching = found.endings().filter(|(ending, ..)| reaches(ending));
        let how_many = match (reaching.map(|(_, count, _)| count).sum::<u128>(), found.count()) {
            (0, _) => "No interleaving reaches the goal.".to_string(),
            (1, 1) => "The only interleaving reaches the goal.".to_string(),
            (some, all) => format!("{some} of {all} interleavings reach the goal."),
        };
        show(goal);
        show("Type the number before a step. u takes a step back, a plays the rest, q ends.");
        let mut answers = words(input);
        // Each choice, and whether it was a person who chose.
        let mut path: Vec<(Choice, bool)> = Vec::new();
        let mut rest = false;
        loop {
            let (record, choice, waits) = match run(&lesson, &path, self.kills) {
                Came::Asked { record, choice, waits } => (record, choice, waits),
                Came::Known(_) => unreachable!("without a cache, nothing is known"),
                Came::Ending(ending, record) => {
                    let reached =
                        if reaches(&ending) { "You have reached the goal." } else { &how_many };
                    let table = Interleaving::new(&record, &numbers);
                    return show(&format!("\n{table}\n{}\n{reached}", summary(&ending, &found)));
                }
            };
            // What a thread is about to do is found out: it does it, in a run of its own.
            let ahead = |taken| {
                path.push((choice.with(taken), false));
                let next =
                    run(&lesson, &path, self.kills).record().lines.swap_remove(record.lines.len());
                path.pop();
                next
            };
            let next: Vec<Line> = (0..choice.among).map(ahead).collect();
            if rest || next.iter().all(|line| line.alone) {
                path.push((choice, false));
                continue;
            }
            let labels: Vec<String> = next.iter().map(label).collect();
            show(&board(&record, &next, &waits, &numbers));
            loop {
                prompt(None);
                let mut answer = answers.next().unwrap_or("q".into());
                if answer == "k" {
                    answer += &format!(" {}", answers.next().unwrap_or_default());
                }
                prompt(Some(&answer));
                match answer.as_str() {
                    "a" => {
                        rest = true;
                        break;
                    }
                    "u" if path.iter().any(|(_, asked)| *asked) => {
                        while path.pop().is_some_and(|(_, asked)| !asked) {}
                        break;
                    }
                    "q" => return show(&how_many),
                    "u" => show("There is no step to take back."),
                    label => match labels.iter().position(|one| one == label) {
                        Some(taken) => {
                            path.push((choice.with(taken), true));
                            break;
                        }
                        None => show(&refusal(label, &labels, &record, &waits, &numbers)),
                    },
                }
            }
        }
    }
}

/// Plays along the path.
fn run(lesson: &Lesson, path: &[(Choice, bool)], kills: usize) -> Came {
    let path = path.iter().map(|(choice, _)| choice.with(choice.taken)).collect();
    stage::play(lesson, Search::along(path, kills)).1
}
