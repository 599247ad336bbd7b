//! The `orders` command: two deposits of ¥1, in every order in which two threads can run.

use std::collections::BTreeSet;
use std::time::Duration;

use common::every_order::Order;
use common::show;

use crate::Version;

// The lesson files once more; in these modules, `std` means the stand-in.
common::explore!(atomic, "atomic.rs");
common::explore!(locked, "locked.rs");
common::explore!(owned, "owned.rs");
common::explore!(unlocked, "unlocked.rs");

/// Shows each ending, how many orders lead there, and one of them step by step.
pub fn show(version: Version) -> anyhow::Result<()> {
    let run = match version {
        Version::Unlocked => unlocked::run,
        Version::Locked => locked::run,
        Version::Owned => owned::run,
        Version::Atomic => atomic::run,
    };
    let orders = common::every_order(|| match run(2, 1, Duration::ZERO) {
        Ok(balance) => format!("¥{balance}"),
        Err(fault) => format!("{fault:#}"),
    });
    show!("{}: two deposits of ¥1, in every order of their steps", common::cli::name(&version));
    for (ending, count, order) in orders.endings() {
        show!("\n{count} of {} orders {ending}. One of them:", orders.count());
        table(order);
    }
    Ok(())
}

/// Shows an order as a table: a row for each step, a column for each thread.
fn table(order: &Order) {
    let threads: BTreeSet<&str> = order.0.iter().map(|(thread, _)| thread.as_str()).collect();
    let longest = order.0.iter().map(|(_, step)| step.chars().count()).max().unwrap_or(0);
    let width = longest.max(11) + 2;
    let row = |number: &str, cell: &dyn Fn(&str) -> String| {
        let cells: String =
            threads.iter().map(|thread| format!("{:width$}", cell(thread))).collect();
        show!("{}", format!("{number:<6}{cells}").trim_end());
    };
    row("step", &|thread| thread.to_string());
    for (number, (actor, step)) in order.0.iter().enumerate() {
        let cell = |thread: &str| if thread == actor { step.clone() } else { String::new() };
        row(&format!("{:>2}", number + 1), &cell);
    }
}
