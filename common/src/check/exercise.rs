//! The verdict on a file of the student's own: untouched, still wrong, half fixed or right.

use std::any::Any;
use std::fmt::{self, Display, Formatter};
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use std::{fs, thread};

use crate::interleave::{WIDTH, wrapped};

/// No verdict takes longer, however wrong the file is, unless the machine is busy.
const PATIENCE: Duration = Duration::from_secs(9);

/// How many times as long it may take on a busy machine, at most.
const BUSIEST: u32 = 6;

/// The name of the threads in which claims are checked.
const CLAIM: &str = "claim";

/// What the check of one claim finds. `Ok` says what is right, and `Err` what is wrong and what shows
/// it, such as an interleaving. [`Interleavings::judge`](crate::interleave::Interleavings::judge)
/// makes one.
pub type Found = Result<String, String>;

/// A file that a student is to make right, and what it is judged by.
///
/// ```
/// use common::check::{Exercise, Verdict};
///
/// let wrong = "fn sum(a: i32, b: i32) -> i32 { a - b }";
/// let yours = "fn sum(a: i32, b: i32) -> i32 { a + b }";
/// let sum = |a: i32, b: i32| a + b; // the function that stands in `yours`
///
/// let exercise = Exercise::new("src/yours.rs", yours, wrong).goal(
///     move || match sum(2, 3) {
///         5 => Ok("2 and 3 are 5".into()),
///         other => Err(format!("2 and 3 are {other}")),
///     },
///     "Which operator adds?",
/// );
/// assert!(matches!(exercise.judge(), Verdict::Right(_)));
/// ```
pub struct Exercise {
    file: &'static str,
    is_untouched: bool,
    claims: Vec<Claim>,
}

struct Claim {
    check: Box<dyn FnOnce() -> Found + Send>,
    /// Leads on, where the claim does not hold.
    question: &'static str,
    /// The wrong version does not meet it: it is what the student is to reach.
    is_goal: bool,
}

/// What is said of a file of the student's own.
pub enum Verdict {
    /// It is still a copy of the wrong version.
    Untouched,
    /// It meets no goal, or what held before holds no more. The text says what goes wrong, and asks a
    /// question that leads on.
    Wrong(String),
    /// It meets some goals and not others.
    Half(String),
    /// It meets all of them.
    Right(String),
}

impl Exercise {
    /// A file, named as a student would open it, with its text, and the text of the wrong version that
    /// it starts as. A file that is wrong from the start without being a copy, such as the stub of an
    /// exercise, gives an empty text here: it is never untouched.
    pub fn new(file: &'static str, text: &str, wrong: &str) -> Self {
        Self { file, is_untouched: code(text) == code(wrong), claims: Vec::new() }
    }

    /// A claim that the wrong version meets, and a right one must still meet.
    pub fn keeps(self, check: impl FnOnce() -> Found + Send + 'static, asks: &'static str) -> Self {
        self.claim(check, asks, false)
    }

    /// A claim that the wrong version does not meet. Of several goals, those that are easier to reach
    /// come first.
    pub fn goal(self, check: impl FnOnce() -> Found + Send + 'static, asks: &'static str) -> Self {
        self.claim(check, asks, true)
    }

    fn claim(
        mut self,
        check: impl FnOnce() -> Found + Send + 'static,
        question: &'static str,
        is_goal: bool,
    ) -> Self {
        self.claims.push(Claim { check: Box::new(check), question, is_goal });
        self
    }

    /// Judges the file by what it does. It takes 9 s at most, and longer only on a busy machine: a check
    /// that takes longer has failed, and so has one that panics.
    pub fn judge(self) -> Verdict {
        if self.is_untouched { Verdict::Untouched } else { self.judge_anyway() }
    }

    fn judge_anyway(self) -> Verdict {
        let patience = PATIENCE * busy();
        let end = Instant::now() + patience;
        let (mut right, mut wrong) = (Vec::new(), None);
        let mut is_half = false;
        for Claim { check, question, is_goal } in self.claims {
            // What is wrong is known: whether another goal is met can only be said of one that ends.
            match found(check, end, patience) {
                Ok(text) => {
                    is_half |= is_goal;
                    right.extend(is_goal.then_some(text));
                }
                Err(text) => {
                    let text = format!("{}\n\n{question}", text.trim_end());
                    if !is_goal {
                        return Verdict::Wrong(format!("{} is still wrong: {text}", self.file));
                    }
                    wrong.get_or_insert(text);
                }
            }
        }
        let file = self.file;
        let right = right.iter().map(|it| format!("- {it}")).collect::<Vec<_>>().join("\n");
        match wrong {
            None => Verdict::Right(format!("{file} is right:\n{right}")),
            Some(wrong) if is_half => Verdict::Half(format!(
                "{file} is half fixed.\nAlready right:\n{right}\n\nBut {wrong}"
            )),
            Some(wrong) => Verdict::Wrong(format!("{file} is still wrong: {wrong}")),
        }
    }

    /// The check of a file of the student's own. It passes where nothing was changed, too. One that is
    /// right is told so on stderr.
    ///
    /// # Panics
    ///
    /// With the verdict, if the file is still wrong or half fixed.
    #[track_caller]
    pub fn must_be_untouched_or_right(self) {
        match self.judge() {
            Verdict::Untouched => {}
            // A test that passes shows nothing of what it prints with `println!`.
            right @ Verdict::Right(_) => drop(writeln!(io::stderr(), "\n{right}\n")),
            verdict => panic!("\n{verdict}\n"),
        }
    }

    /// The check of a right version, or of an exercise.
    ///
    /// # Panics
    ///
    /// With the verdict, if the file is not right.
    #[track_caller]
    pub fn must_be_right(self) {
        let file = self.file;
        match self.judge() {
            Verdict::Right(_) => {}
            verdict if file.contains("/src/") => panic!(
                "\n{verdict}\n\nThe lesson needs {file} as it was, since it shows the fix.\n\
                 `git checkout {file}` brings it back.\n\
                 Your own file is beside it: its name begins with `yours`.\n"
            ),
            verdict => panic!("\n{verdict}\n"),
        }
    }

    /// The check of the wrong version of a pair, which must stay wrong; the student's own file is
    /// `yours`.
    ///
    /// # Panics
    ///
    /// With the verdict, if the file is half fixed or right.
    #[track_caller]
    pub fn must_stay_wrong(self, yours: &str) {
        let file = self.file;
        match self.judge_anyway() {
            Verdict::Untouched | Verdict::Wrong(_) => {}
            verdict => panic!(
                "\n{verdict}\n\nThe lesson needs {file} as it was, since it shows the fault.\n\
                 `git checkout {file}` brings it back.\n\
                 Your own file is {yours}: type the fix there.\n"
            ),
        }
    }
}

impl Display for Verdict {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Untouched => f.write_str("It is untouched: a copy of the wrong version."),
            Self::Wrong(text) | Self::Half(text) | Self::Right(text) => {
                f.write_str(&text.lines().map(folded).collect::<Vec<_>>().join("\n"))
            }
        }
    }
}

/// A line of prose in as many lines as it needs. Those of a table fit anyway.
fn folded(line: &str) -> String {
    match line.chars().count() {
        ..=WIDTH => line.into(),
        _ => wrapped(line, WIDTH).join("\n"),
    }
}

/// What a file of Rust says to the compiler: neither comments nor spaces. (A lesson file has no `//`
/// in a text.)
///
/// ```
/// let text = "let a = 1; // one";
/// assert_eq!(common::check::code(text), "leta=1;");
/// ```
pub fn code(text: &str) -> String {
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.flat_map(str::split_whitespace).collect()
}

/// Checks a claim in a thread of its own, so that one that never ends holds nobody up.
fn found(
    check: impl FnOnce() -> Found + Send + 'static,
    end: Instant,
    patience: Duration,
) -> Found {
    silence_claims();
    let (tell, told) = channel();
    let checks = move || {
        let outcome = catch_unwind(AssertUnwindSafe(check));
        let _ = tell.send(outcome.unwrap_or_else(|panic| Err(text_of(&*panic))));
    };
    let thread = thread::Builder::new().name(CLAIM.into()).spawn(checks);
    thread.expect("a thread can be started");
    told.recv_timeout(end.saturating_duration_since(Instant::now())).unwrap_or_else(|why| {
        Err(match why {
            RecvTimeoutError::Timeout => format!("it does not end within {patience:?}."),
            RecvTimeoutError::Disconnected => "its check has ended without a word.".into(),
        })
    })
}

/// How many threads want each processor, where the system tells it (Linux): a right file is not to be
/// judged as one that never ends because others compute at the same time.
fn busy() -> u32 {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().and_then(|load| load.parse::<f64>().ok());
    let processors = thread::available_parallelism().map_or(1, |count| count.get());
    times(load.unwrap_or_default(), processors)
}

fn times(load: f64, processors: usize) -> u32 {
    ((load / processors as f64) as u32).clamp(1, BUSIEST)
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("it panics.").to_string()
}

/// The verdict says why a claim does not hold, so a panic there need not say it as well.
fn silence_claims() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if thread::current().name() != Some(CLAIM) {
                before(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKS: &str = "Why?";

    fn exercise() -> Exercise {
        Exercise::new("yours.rs", "changed", "wrong")
    }

    fn right() -> Found {
        Ok("this is right".into())
    }

    fn wrong() -> Found {
        Err("this is wrong".into())
    }

    #[test]
    fn comments_and_spaces_leave_a_file_untouched() {
        let text = "// Your turn.\n\nfn run() {\n    add(); // now\n}\n";
        assert_eq!(code(text), code("fn run()\n{ add(); }"));
        let exercise = Exercise::new("yours.rs", text, "fn run() { add(); }").goal(wrong, ASKS);
        assert!(matches!(exercise.judge(), Verdict::Untouched));
    }

    #[test]
    fn a_file_that_meets_no_goal_is_still_wrong() {
        let verdict = exercise().keeps(right, ASKS).goal(wrong, ASKS).judge();
        assert!(matches!(verdict, Verdict::Wrong(_)));
        assert_eq!(verdict.to_string(), "yours.rs is still wrong: this is wrong\n\nWhy?");
    }

    #[test]
    fn a_file_that_meets_one_of_two_goals_is_half_fixed() {
        for verdict in [
            exercise().goal(right, "").goal(wrong, ASKS).judge(),
            exercise().goal(wrong, ASKS).goal(right, "").judge(),
        ] {
            assert!(matches!(verdict, Verdict::Half(_)));
            let said = "yours.rs is half fixed.\nAlready right:\n- this is right\n\nBut this is wrong\n\nWhy?";
            assert_eq!(verdict.to_string(), said);
        }
    }

    #[test]
    fn a_file_that_meets_a_goal_and_loses_what_held_before_is_still_wrong() {
        let verdict = exercise().keeps(wrong, ASKS).goal(right, ASKS).judge();
        assert!(matches!(verdict, Verdict::Wrong(_)));
    }

    #[test]
    fn a_file_that_meets_all_claims_is_right() {
        let verdict = exercise().keeps(right, ASKS).goal(right, ASKS).judge();
        assert_eq!(verdict.to_string(), "yours.rs is right:\n- this is right");
        assert!(matches!(verdict, Verdict::Right(_)));
    }

    #[test]
    fn a_check_that_panics_or_never_ends_has_failed() {
        let verdict = exercise().goal(|| panic!("boom"), ASKS).judge();
        assert_eq!(verdict.to_string(), "yours.rs is still wrong: boom\n\nWhy?");

        let soon = Instant::now() + Duration::from_millis(50);
        let never = found(
            || loop {
                thread::park()
            },
            soon,
            PATIENCE,
        );
        assert_eq!(never, Err("it does not end within 9s.".into()));
    }

    #[test]
    fn on_a_busy_machine_a_verdict_may_take_longer() {
        for (load, processors, expected) in [(0.0, 4, 1), (5.0, 4, 1), (9.0, 4, 2), (99.0, 2, 6)] {
            assert_eq!(times(load, processors), expected, "load {load}");
        }
    }

    #[test]
    fn the_wrong_version_of_a_pair_must_stay_wrong() {
        let wrong_file = || Exercise::new("unlocked.rs", "wrong", "wrong");
        wrong_file().goal(wrong, ASKS).must_stay_wrong("yours.rs");
        let fixed = || wrong_file().goal(right, ASKS).must_stay_wrong("yours.rs");
        let said = text_of(&*catch_unwind(fixed).expect_err("it must fail"));
        assert!(said.contains("unlocked.rs is right:\n- this is right"), "{said}");
        assert!(said.contains("Your own file is yours.rs"), "{said}");
    }
}
