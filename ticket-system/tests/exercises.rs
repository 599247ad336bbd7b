//! The second exercise: exercises/two_tickets.rs is judged, and so are its solution and some that are
//! half of the way.

use std::io;
use std::path::Path;

use common::check::{Exercise, Found, Verdict};
use common::interleave::common::Worker;
use common::interleave::process::{Command, Stdio};
use common::interleave::{Explorer, Interleavings, fs};
use common::show;

common::explore!(stub, "../exercises/two_tickets.rs");
common::explore!(solution, "../exercises/two_tickets/solution.rs");
common::explore!(half_look_first, "../exercises/two_tickets/half_look_first.rs");
common::explore!(half_give_back, "../exercises/two_tickets/half_give_back.rs");
common::explore!(half_two_renames, "../exercises/two_tickets/half_two_renames.rs");

type BuyTwo = fn(&Path) -> io::Result<u32>;

const FILE: &str = "ticket-system/exercises/two_tickets.rs";

#[test]
#[ignore = "your turn: cargo test -p ticket-system --test exercises -- --ignored"]
fn a_couple_buys_two_tickets_or_none() {
    exercise(FILE, stub::buy_two).must_be_right();
}

/// It passes also once the student has solved it.
#[test]
fn the_stub_is_never_taken_for_half_fixed() {
    let text = include_str!("../exercises/two_tickets.rs");
    if text.contains("bought += buy_one(tickets)?;") {
        let verdict = exercise(FILE, stub::buy_two).judge();
        assert!(matches!(verdict, Verdict::Wrong(_)), "{verdict}");
    }
}

#[test]
fn the_solution_is_right() {
    exercise("solution.rs", solution::buy_two).must_be_right();
}

#[test]
fn what_is_half_of_the_way_is_half_fixed() {
    let halves: [(&str, BuyTwo, &str); 3] = [
        ("half_look_first.rs", half_look_first::buy_two, "buys one ticket only"),
        ("half_give_back.rs", half_give_back::buy_two, "no couple has them"),
        ("half_two_renames.rs", half_two_renames::buy_two, "one ticket is gone"),
    ];
    for (file, buy_two, missing) in halves {
        let verdict = exercise(file, buy_two).judge();
        let said = verdict.to_string();
        assert!(matches!(verdict, Verdict::Half(_)) && said.contains(missing), "{said}");
    }
}

fn exercise(file: &'static str, buy_two: BuyTwo) -> Exercise {
    Exercise::new(file, "its own", "") // it is a copy of nothing
        .keeps(
            move || comes_to_its_end(buy_two),
            "In which step was the lock acquired that is waited for? A second lock on the same file waits \
             for the first one, also in the same process.",
        )
        .keeps(
            move || adds_up(buy_two),
            "Which steps of another couple come between a read and the rename that belongs to it?",
        )
        .goal(
            move || alone(buy_two),
            "A couple needs two tickets. What must it know before it buys the first one?",
        )
        .goal(
            move || never_one(buy_two),
            "What can another couple do after this one has looked, and before it has bought both?",
        )
        .goal(
            move || never_none(buy_two),
            "A ticket that may be given back is missing meanwhile. When is it certain that both can be \
             had?",
        )
        .goal(
            move || survives_a_kill(buy_two),
            "A rename is one step. How many renames does it take to buy two tickets?",
        )
}

/// How a sale ends: what each couple has, unless it was killed, and how many tickets are left.
struct End {
    has: Vec<Option<u32>>,
    left: u32,
}

impl End {
    /// As `sell` has said it. None if something else came of it.
    fn of(ending: &str) -> Option<Self> {
        let (couples, left) = ending.strip_prefix("end with ")?.rsplit_once(", left: ")?;
        let of_couple = |text: &str| match text.split_once(": bought ") {
            Some((_, bought)) => bought.parse().ok().map(Some),
            None => text.ends_with(": killed").then_some(None),
        };
        let has = couples.split(", ").map(of_couple).collect::<Option<_>>()?;
        Some(Self { has, left: left.parse().ok()? })
    }

    fn sold(&self) -> u32 {
        self.has.iter().flatten().sum()
    }
}

/// Lets so many couples buy from so many tickets.
fn sell(buy_two: BuyTwo, tickets: u32, couples: usize) -> String {
    fs::prepare("tickets.txt", format!("{tickets}\n"));
    fs::prepare("tickets.lock", "");
    let start = |number: usize| {
        let role = move || {
            show!("{}", buy_two(Path::new("tickets.txt"))?);
            Ok(())
        };
        let mut couple = Command::of(&format!("couple {}", number + 1), role);
        if number == 0 {
            couple = couple.mortal(); // both are alike, so one of them is enough
        }
        Worker::start(couple.stdout(Stdio::piped()))
    };
    let started: Vec<_> = (0..couples).map(start).collect();
    let answer = |(at, worker): (usize, anyhow::Result<Worker>)| {
        match worker.and_then(Worker::answer::<u32>) {
            Ok(bought) => format!("couple {}: bought {bought}", at + 1),
            Err(fault) if fault.to_string().ends_with("was killed") => {
                format!("couple {}: killed", at + 1)
            }
            Err(fault) => format!("{fault:#}"), // it names the couple
        }
    };
    let has: Vec<String> = started.into_iter().enumerate().map(answer).collect();
    let left = fs::files().remove(Path::new("tickets.txt")).unwrap_or("nothing".into());
    format!("{}, left: {}", has.join(", "), left.trim_end())
}

fn explored(buy_two: BuyTwo, (tickets, couples): (u32, usize), kills: usize) -> Interleavings {
    Explorer::default().kills(kills).explore(move || sell(buy_two, tickets, couples))
}

/// Explores a sale, and judges each of its ends.
fn judge(
    buy_two: BuyTwo,
    sale: (u32, usize),
    kills: usize,
    is_right: impl Fn(&End) -> bool,
    wrong: &str,
) -> Found {
    let is_right = |ending: &str| End::of(ending).is_some_and(|end| is_right(&end));
    explored(buy_two, sale, kills).judge(is_right, "", wrong)
}

fn comes_to_its_end(buy_two: BuyTwo) -> Found {
    let ends = |ending: &str| ending != "deadlock";
    explored(buy_two, (2, 1), 0).judge(
        ends,
        "",
        "a couple that is alone waits for ever: a deadlock",
    )?;
    let wrong = "two couples wait for ever: a deadlock";
    explored(buy_two, (3, 2), 0).judge(ends, "", wrong)
}

fn adds_up(buy_two: BuyTwo) -> Found {
    for (sale, who) in [((2, 1), "a couple that is alone"), ((3, 2), "one of two couples")] {
        let found = explored(buy_two, sale, 0);
        let is_fine = |ending: &str| End::of(ending).is_some();
        found.judge(is_fine, "", &format!("{who} fails"))?;
        let tickets = sale.0;
        let adds_up =
            |ending: &str| End::of(ending).is_some_and(|end| end.sold() + end.left == tickets);
        let wrong = format!(
            "there were {tickets} tickets, but those bought and those left are not {tickets}"
        );
        found.judge(adds_up, "", &wrong)?;
    }
    Ok("no ticket is sold twice".into())
}

fn alone(buy_two: BuyTwo) -> Found {
    for (tickets, must) in [(1, 0), (0, 0), (2, 2), (5, 2)] {
        let found = explored(buy_two, (tickets, 1), 0);
        let bought = |ending: &str| End::of(ending)?.has[0];
        let buys = found.endings().filter_map(|(ending, ..)| bought(ending)).find(|it| *it != must);
        let buys = buys.map_or("fails".into(), |number| format!("buys {number}"));
        let wrong =
            format!("with {tickets} left, a couple that is alone {buys}, and must buy {must}");
        found.judge(|ending| bought(ending) == Some(must), "", &wrong)?;
    }
    Ok("a couple that is alone buys two tickets or none".into())
}

fn never_one(buy_two: BuyTwo) -> Found {
    for tickets in [1, 3] {
        let wrong =
            format!("of two couples and {tickets} tickets, one couple buys one ticket only");
        let is_right = |end: &End| end.has.iter().flatten().all(|bought| [0, 2].contains(bought));
        judge(buy_two, (tickets, 2), 0, is_right, &wrong)?;
    }
    Ok("no couple has one ticket".into())
}

fn never_none(buy_two: BuyTwo) -> Found {
    for tickets in [2, 3] {
        let wrong = format!("there were {tickets} tickets for two couples, and no couple has them");
        judge(buy_two, (tickets, 2), 0, |end| end.sold() == 2, &wrong)?;
    }
    judge(
        buy_two,
        (4, 2),
        0,
        |end| end.sold() == 4,
        "four tickets are not enough for two couples",
    )?;
    Ok("where two are left, a couple gets them".into())
}

fn survives_a_kill(buy_two: BuyTwo) -> Found {
    let wrong = "one of two couples is killed: of 4 tickets, one ticket is gone that nobody has, or the \
                 other couple gets none";
    let is_right = |end: &End| match end.has.contains(&None) {
        true => end.sold() == 2 && (end.left == 0 || end.left == 2),
        false => end.sold() == 4,
    };
    judge(buy_two, (4, 2), 1, is_right, wrong)?;
    Ok("a couple that is killed has both tickets or none".into())
}
