//! The commands `interleavings` and `play`: two buyers and one ticket, in every interleaving of their
//! steps, or in one that a person chooses.

use clap::ValueEnum;
use common::interleave::Explorer;
use common::{cli, show};

use crate::{Version, modelled};

fn one_ticket(version: Version) -> impl Fn() -> String + Send + Sync + 'static {
    move || match version {
        Version::Unlocked => modelled::unlocked(1),
        Version::Locked => modelled::locked(1, 1),
        Version::Serial => modelled::serial(1),
    }
}

/// Shows one version, or all of them.
pub fn show_all(version: Option<Version>) {
    match version {
        Some(version) => show_one(version),
        None => Version::value_variants().iter().for_each(|version| show_one(*version)),
    }
}

/// Shows each ending, how many interleavings lead there, and one of them as a table. If a buyer may be
/// killed, there are too many endings for tables.
fn show_one(version: Version) {
    let (name, explorer) = (cli::name(&version), Explorer::default());
    let found = explorer.explore(one_ticket(version));
    show!("{name}: two buyers and one ticket, in every interleaving of their steps\n\n{found}");
    let killed = explorer.kills(1).explore(one_ticket(version));
    show!("One buyer may be killed before any of its steps: {} interleavings", killed.count());
    for (ending, count, _) in killed.endings() {
        show!("{count:>6} {ending}");
    }
    show!("");
}

/// Lets a person choose which buyer takes the next step, or is killed.
pub fn play(version: Version) {
    let goal = "Two buyers, one ticket. Sell it twice. Can you? (k 1 kills buyer 1.)";
    Explorer::default().kills(1).play(
        goal,
        |ending| ending.contains("sold 2"),
        one_ticket(version),
    );
}
