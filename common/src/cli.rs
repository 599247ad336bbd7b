//! What all command lines have in common.

use std::fmt::Display;
use std::io;
use std::ops::RangeInclusive;
use std::process;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context;
use clap::parser::ValueSource;
use clap::{CommandFactory, ValueEnum};

use crate::{clock, say, show};

/// A value parser for clap: a whole number in this range. Whatever else is typed is refused with
/// the range that is allowed.
///
/// ```
/// let threads = common::whole_number(1_u32..=10_000);
/// assert_eq!(threads("100"), Ok(100));
/// let refusal = Err("a whole number from 1 to 10000 is allowed".to_string());
/// assert_eq!(threads("0"), refusal);
/// assert_eq!(threads("x"), refusal);
/// ```
pub fn whole_number<N>(range: RangeInclusive<N>) -> impl Fn(&str) -> Result<N, String> + Clone
where
    N: FromStr + PartialOrd + Display + Clone,
{
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            format!("a whole number from {} to {} is allowed", range.start(), range.end())
        })
    }
}

/// The name of a version, as it is typed.
///
/// ```
/// #[derive(Clone, clap::ValueEnum)]
/// enum Version {
///     Unlocked,
/// }
///
/// assert_eq!(common::cli::name(&Version::Unlocked), "unlocked");
/// ```
pub fn name(version: &impl ValueEnum) -> String {
    let value = version.to_possible_value().expect("every version has a name");
    value.get_name().to_string()
}

/// Refuses what was typed: says why in one line on stderr, and ends with exit status 2.
pub fn refuse(why: &str) -> ! {
    say::end_with(why);
    process::exit(2)
}

/// Refuses each of these options, if it was typed: the version that was chosen would ignore it.
///
/// # Panics
///
/// If there is no such option.
pub fn refuse_ignored<C: CommandFactory>(options: &[&str]) {
    let typed = C::command().get_matches();
    let is_typed = |option: &&&str| typed.value_source(option) == Some(ValueSource::CommandLine);
    if let Some(option) = options.iter().find(is_typed) {
        refuse(&format!("--{} has no effect here: see --help", option.replace('_', "-")));
    }
}

/// Shows the result of a version: its name, what came of it, and how long it took.
pub fn show_result(version: &impl ValueEnum, what: &str, time: Duration) {
    show!("{:<10} {what:<30} {:>8}", name(version), clock::readable(time));
}

/// Says that it waits for Enter, waits, and says that it goes on. The end of standard input counts
/// as well.
///
/// # Errors
///
/// When standard input cannot be read.
pub fn wait_for_enter() -> anyhow::Result<()> {
    say!("waits for Enter");
    let bytes = io::stdin().read_line(&mut String::new()).context("cannot read standard input")?;
    say!("{}", if bytes > 0 { "goes on: Enter was pressed" } else { "goes on: no input is left" });
    Ok(())
}
