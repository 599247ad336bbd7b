//! Numbers on the command line.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

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
