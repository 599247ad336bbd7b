//! The second exercise, `exercises/first_answer.rs`: is it right? It is judged with real processes: each
//! worker is a process of this lesson, which waits for Enter before it answers.

#![allow(clippy::disallowed_methods, reason = "the exercise starts and reaps processes by itself")]

use std::env;
use std::io::{self, BufRead, BufReader, PipeWriter, Write};
#[cfg(unix)]
use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use common::check::{DEADLINE, Exercise, Found, Run, Verdict, command};
use common::show;

#[path = "../src/answer.rs"]
#[allow(dead_code)]
mod answer;

#[path = "../src/factorial.rs"]
mod factorial;

#[path = "../exercises/first_answer.rs"]
mod stub;

#[path = "../exercises/first_answer/solution.rs"]
mod solution;

#[path = "../exercises/first_answer/half_in_order.rs"]
mod in_order;

#[path = "../exercises/first_answer/half_nothing_wins.rs"]
mod nothing_wins;

#[path = "../exercises/first_answer/half_runs_on.rs"]
mod runs_on;

#[path = "../exercises/first_answer/half_waits_for_all.rs"]
mod waits_for_all;

#[path = "../exercises/first_answer/half_zombies.rs"]
mod zombies;

type FirstAnswer = fn(Vec<Command>) -> io::Result<Option<String>>;

const ALL: &[(&str, FirstAnswer)] = &[
    ("stub", stub::first_answer),
    ("solution", solution::first_answer),
    ("in_order", in_order::first_answer),
    ("nothing_wins", nothing_wins::first_answer),
    ("runs_on", runs_on::first_answer),
    ("waits_for_all", waits_for_all::first_answer),
    ("zombies", zombies::first_answer),
];

#[test]
#[ignore = "your turn: cargo test -p factorial-procs --test exercises -- --ignored"]
fn the_first_answer_wins_and_the_others_are_ended_and_reaped() {
    exercise("stub").must_be_right();
}

/// Once you have changed it, it is judged by the check above only.
#[test]
fn the_stub_is_still_wrong() {
    if include_str!("../exercises/first_answer.rs").contains(STUB) {
        let verdict = exercise("stub").judge();
        assert!(matches!(verdict, Verdict::Wrong(_)), "{verdict}");
    }
}

/// So the stub goes on when it has started a worker.
const STUB: &str = "
        let answer = read_answer(stdout)?;
        child.wait()?;
        if answer.is_some() {
            return Ok(answer);
        }
    }
    Ok(None)
}
";

#[test]
fn the_solution_is_right() {
    let verdict = exercise("solution").judge();
    assert!(matches!(verdict, Verdict::Right(_)), "{verdict}");
}

#[test]
fn each_half_solution_is_half_fixed() {
    let check = |(name, fault)| {
        let verdict = exercise(name).judge();
        assert!(matches!(verdict, Verdict::Half(_)), "{name}: {verdict}");
        assert!(verdict.to_string().contains(fault), "{name}: {verdict}");
    };
    thread::scope(|scope| {
        for half in [
            ("in_order", "`first_answer` does not return"),
            ("nothing_wins", "a worker that ends without an answer wins"),
            ("runs_on", "the others run on"),
            ("waits_for_all", "`first_answer` does not return"),
            ("zombies", "3 zombies are left"),
        ] {
            scope.spawn(move || check(half));
        }
    });
}

fn exercise(name: &'static str) -> Exercise {
    a_worker_must_answer();
    let race = Arc::new(OnceLock::new());
    let race = move || race.get_or_init(|| Race::of(name)).clone();
    let after = |check: fn(Race) -> Found| {
        let race = race.clone();
        move || check(race())
    };
    Exercise::new("factorial-procs/exercises/first_answer.rs", "a stub", "")
        .goal(
            after(Race::all_start),
            "Which line waits, and what could the parent do before it waits?",
        )
        .goal(after(Race::the_first_wins), "What can wait for several workers at the same time?")
        .goal(
            after(Race::the_others_end),
            "What does it take to end a process, and does a `Child` do it when it is dropped?",
        )
        .goal(
            after(Race::all_are_reaped),
            "What must a parent do so that a process that has ended leaves the process table?",
        )
        .goal(
            move || race().the_first_wins().and_then(|_| no_answer_does_not_win(name)),
            "What does `read_answer` return for a worker that ends without a line?",
        )
}

/// The workers are processes of `pool`. If they do not answer, no exercise is to blame.
#[track_caller]
fn a_worker_must_answer() {
    let worker = command(env!("CARGO_BIN_EXE_factorial-procs"), "process 11 pool");
    let outcome = Run::start(worker).end();
    let right = answer::answer(&factorial::factorial(11)).to_string();
    assert_eq!(outcome.stdout.trim_end(), right, "pool.rs: a process does not answer: {outcome:?}");
}

/// What is seen when three workers wait for Enter, and only worker 2 gets it.
#[derive(Clone, Default)]
struct Race {
    started: usize,
    returned: Option<String>,
    have_ended: bool,
    zombies: Option<String>,
}

const WAITS: &str = "waits for Enter";
const RETURNS: &str = "`first_answer` returns ";
const ENDED: &str = "all workers have ended";
const ZOMBIES: &str = " zombies are left";

impl Race {
    fn of(name: &str) -> Self {
        let mut run = scenario(name, "race");
        let started = (0..3).take_while(|_| run.comes(WAITS, DEADLINE)).count();
        let mut race = Self { started, ..Self::default() };
        if started == 3 {
            race.returned = line(&mut run, RETURNS);
            race.have_ended = race.returned.is_some() && run.comes(ENDED, DEADLINE);
        }
        if race.have_ended {
            race.zombies = line(&mut run, ZOMBIES);
        }
        race
    }

    fn all_start(self) -> Found {
        match self.started {
            3 => Ok("all workers are started at the same time".into()),
            started => Err(format!(
                "not all workers are started at the same time. Each of 3 workers waits for Enter before \
                 it answers, and {started} of them {} started by then.",
                if started == 1 { "is" } else { "are" }
            )),
        }
    }

    fn the_first_wins(self) -> Found {
        self.clone().all_start()?;
        let right = format!("{RETURNS}{}", of_worker_2());
        match self.returned {
            Some(returned) if returned == right => Ok("the first answer wins".into()),
            Some(other) => Err(format!("only worker 2 has answered, with 11!, but {other}.")),
            None => {
                Err("`first_answer` does not return. Worker 2 has answered, and workers 1 and 3 \
                         still wait for Enter."
                    .into())
            }
        }
    }

    fn the_others_end(self) -> Found {
        self.clone().the_first_wins()?;
        if self.have_ended {
            return Ok("the others are ended".into());
        }
        Err("the others run on. Worker 2 has answered and `first_answer` has returned, but workers 1 and \
             3 still wait for Enter."
            .into())
    }

    fn all_are_reaped(self) -> Found {
        self.clone().the_others_end()?;
        match self.zombies.as_deref() {
            Some("0 zombies are left") => Ok("all are reaped".into()),
            Some(left) => {
                Err(format!("{left} when `first_answer` returns, though all workers have ended."))
            }
            None => Err("it is not known whether zombies are left.".into()),
        }
    }
}

fn no_answer_does_not_win(name: &str) -> Found {
    for (what, expected) in [
        ("one_fails", of_worker_2()),
        ("two_fail", "Ok(None)".into()),
        ("no_worker", "Ok(None)".into()),
    ] {
        let mut run = scenario(name, what);
        let returned = line(&mut run, RETURNS);
        if returned.as_deref() == Some(&format!("{RETURNS}{expected}")) {
            continue;
        }
        let returned = returned.unwrap_or("`first_answer` does not return".into());
        return Err(match what {
            "one_fails" => format!(
                "a worker that ends without an answer wins. Worker 1 fails at once, worker 2 answers \
                 later, with 11!, and {returned}."
            ),
            "two_fail" => {
                format!("both workers fail without an answer, and {returned}, not {expected}.")
            }
            _ => format!("without any worker, {returned}, not {expected}."),
        });
    }
    Ok("a worker without an answer does not win".into())
}

/// What is returned when worker 2 wins.
fn of_worker_2() -> String {
    format!("Ok(Some({:?}))", answer::answer(&factorial::factorial(11)).to_string())
}

fn line(run: &mut Run, text: &str) -> Option<String> {
    catch_unwind(AssertUnwindSafe(|| run.until(text))).ok()
}

// What follows is done in a process of its own, so that nothing is left of it whatever the exercise does.

const EXERCISE: &str = "EXERCISE";
const SCENARIO: &str = "SCENARIO";

/// Starts this program again, for one scenario.
fn scenario(name: &str, what: &str) -> Run {
    let own = env::current_exe().unwrap();
    let mut again = command(own, "--exact --nocapture plays_a_scenario_if_told_so");
    again.env(EXERCISE, name).env(SCENARIO, what).env_remove("RUST_BACKTRACE");
    Run::start(again).at_most(Duration::from_secs(4))
}

#[test]
fn plays_a_scenario_if_told_so() {
    let (Ok(name), Ok(scenario)) = (env::var(EXERCISE), env::var(SCENARIO)) else { return };
    let (_, first_answer) = ALL.iter().find(|(own, _)| *own == name).unwrap();
    let (errors, stderr) = io::pipe().unwrap();
    let (workers, mut gates): (Vec<Command>, Vec<PipeWriter>) = match &*scenario {
        "race" => (10..=12).map(|n| worker(&n.to_string(), &stderr)).unzip(),
        "one_fails" => ["no number", "11"].map(|n| worker(n, &stderr)).into_iter().unzip(),
        "two_fail" => ["no number"; 2].map(|n| worker(n, &stderr)).into_iter().unzip(),
        _ => Default::default(),
    };
    drop(stderr);
    let answer = thread::spawn(|| first_answer(workers));
    let mut said = BufReader::new(errors).lines().map_while(Result::ok);
    let waiting = (&mut said).filter(|line| line.ends_with(WAITS));
    match &*scenario {
        "race" => {
            waiting.take(3).for_each(|_| show!("{WAITS}"));
            gates[1].write_all(b"\n").unwrap();
        }
        "one_fails" => {
            waiting.take(1).for_each(drop);
            // A right one waits for worker 2 anyway. So does a wrong one if this time is too short.
            let too_early = (0..50).any(|_| {
                thread::sleep(Duration::from_millis(5));
                answer.is_finished()
            });
            if !too_early {
                gates[1].write_all(b"\n").unwrap();
            }
        }
        _ => {}
    }
    match answer.join() {
        Ok(answer) => show!("{RETURNS}{}", format!("{answer:?}").replace("\\n", "")),
        Err(_) => show!("{RETURNS}nothing: it panics"),
    }
    said.for_each(drop); // until no worker is left that could say anything
    show!("{ENDED}");
    show!("{}{ZOMBIES}", count_zombies());
    drop(gates);
}

/// A worker that waits for Enter, and the gate at which it waits.
fn worker(n: &str, stderr: &PipeWriter) -> (Command, PipeWriter) {
    let (stdin, gate) = io::pipe().unwrap();
    let mut worker = Command::new(env!("CARGO_BIN_EXE_factorial-procs"));
    worker.args(["process", n, "pool", "--step"]).stdin(stdin);
    worker.stderr(stderr.try_clone().unwrap());
    (worker, gate)
}

/// How many processes have ended that their parent, this process, has not reaped.
#[cfg(unix)]
fn count_zombies() -> usize {
    iter::from_fn(|| nix::sys::wait::wait().ok()).count()
}

/// Only Unix has them.
#[cfg(not(unix))]
fn count_zombies() -> usize {
    0
}
