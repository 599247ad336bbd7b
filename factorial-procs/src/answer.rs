//! What a worker answers: not n! itself, which has 2.3 MB for 1 000 000!, but n! modulo a large
//! prime. With it, the parent checks the answer.

use anyhow::{Context, ensure};
use num_bigint::BigUint;

/// 2⁶¹ − 1.
const PRIME: u64 = (1 << 61) - 1;

/// The answer for this n!.
pub fn answer(factorial: &BigUint) -> u64 {
    (factorial % PRIME).try_into().expect("a remainder is less than the prime")
}

/// Checks that exactly one right answer has come for each of these n, and says how many came. It needs
/// no n!: the remainder of a product needs only remainders.
pub fn check(numbers: &[u32], mut answers: Vec<u64>) -> anyhow::Result<String> {
    let multiply = |product, factor| u128::from(product) * factor % u128::from(PRIME);
    let (mut right, all) = (vec![1], answers.len()); // for 0!, 1!, 2!, …
    for &n in numbers {
        for factor in right.len()..=n as usize {
            right.push(multiply(right[factor - 1], factor as u128) as u64);
        }
        let place = answers.iter().position(|&answer| answer == right[n as usize]);
        answers.swap_remove(place.with_context(|| format!("no right answer came for {n}!"))?);
    }
    ensure!(answers.is_empty(), "answers came that nobody had asked for: {answers:?}");
    Ok(match numbers {
        [n, .., last] if n != last => format!("{all} right answers: {n}! to {last}!"),
        [n] => format!("{all} right answer: {n}!"),
        _ => format!("{all} right answers: {}! each", numbers[0]),
    })
}
