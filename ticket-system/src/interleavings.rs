//! The commands `interleavings` and `play`: two buyers and one ticket, in every interleaving of their
//! steps, or in one that a person chooses. And what is proved of the student's own version.

use common::interleave::{Explorer, Interleavings, explore};
use common::{cli, show};

use crate::modelled::{ONE_TICKET, Sale, THREE_PURCHASES, TWO_RUNS, TWO_TICKETS, is_right};
use crate::version::Version;

/// What a right version must be able to do, and what it is called.
const SALES: [(Sale, &str); 4] = [
    (ONE_TICKET, "two buyers and one ticket"),
    (TWO_TICKETS, "two buyers and two tickets"),
    (TWO_RUNS, "one ticket, and two runs at once with one buyer each"),
    (THREE_PURCHASES, "two tickets; buyer 1 buys twice, and buyer 2 once"),
];

/// Shows one version, or all of them.
pub fn show_all(version: Option<Version>) {
    match version {
        Some(Version::Yours) => show_yours(),
        Some(version) => show_one(version),
        None => Version::ALL.into_iter().for_each(show_one),
    }
}

/// Two buyers and one ticket, or the first sale that goes wrong.
fn show_yours() {
    for (sale, what) in &SALES[1..] {
        let explore = |sale| explore(move || Version::Yours.sell(sale));
        if first_wrong(&explore(ONE_TICKET), ONE_TICKET).is_none() {
            let found = explore(*sale);
            if first_wrong(&found, *sale).is_some() {
                return show!("yours: {what}, in every interleaving\n\n{found}");
            }
        }
    }
    show_one(Version::Yours);
}

/// The first ending of a sale that is wrong, and how many interleavings lead there.
fn first_wrong(found: &Interleavings, sale: Sale) -> Option<(&str, u128)> {
    let mut endings = found.endings().filter(|(ending, ..)| !is_right(ending, sale));
    endings.next().map(|(ending, count, _)| (ending, count))
}

/// Shows each ending, how many interleavings lead there, and one of them as a table. If a buyer may be
/// killed, there are too many endings for tables.
fn show_one(version: Version) {
    let (name, explorer) = (cli::name(&version), Explorer::default());
    let found = explorer.explore(move || version.sell(ONE_TICKET));
    show!("{name}: two buyers and one ticket, in every interleaving of their steps\n\n{found}");
    let killed = explorer.kills(1).explore(move || version.sell(ONE_TICKET));
    show!("One buyer may be killed before any of its steps: {} interleavings", killed.count());
    for (ending, count, _) in killed.endings() {
        show!("{count:>6} {ending}");
    }
    show!("");
}

/// Do the buyers of `yours.rs` always come to an end? And what do all interleavings prove?
pub fn verdict() -> (bool, String) {
    let mut all = 0;
    for (sale, _) in SALES {
        let found = explore(move || Version::Yours.sell(sale));
        let count = found.count();
        if let Some((ending, wrong)) = first_wrong(&found, sale) {
            let text = format!("{wrong} of {count} interleavings {ending}:");
            let gap = if text.len() > 54 { "\n" } else { " " }; // 80 columns
            let text = format!("{text}{gap}see `interleavings yours`.");
            return match found.deadlocks() {
                0 => (true, text),
                _ => (false, format!("It is not run, since it may never end.\n{text}")),
            };
        }
        if found.judge(|_| true, "", "").is_err() {
            return (true, format!("None of {count} interleavings is wrong, but there are more."));
        }
        all += count;
    }
    (true, format!("All {all} interleavings of 2 or 3 purchases sell each ticket once: proved."))
}

/// Lets a person choose which buyer takes the next step, or is killed.
pub fn play(version: Version) {
    let goal = "Two buyers, one ticket. Can you sell it twice? In some versions, nobody can.\n\
                Type k 1 to kill buyer 1.";
    Explorer::default().kills(1).play(
        goal,
        |ending| ending.contains("sold 2"),
        move || version.sell(ONE_TICKET),
    );
}
