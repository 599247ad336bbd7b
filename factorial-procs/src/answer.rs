//! What a worker sends to its parent, which checks it: small, whatever the size of n!.

use anyhow::ensure;
use num_bigint::BigUint;

/// The prime by which answers are checked: 2⁶¹ − 1.
const PRIME: u64 = (1 << 61) - 1;

/// What a worker sends: how many bits n! has, and its remainder.
pub fn answer(factorial: &BigUint) -> String {
    format!("{} {}", factorial.bits(), factorial % PRIME)
}

/// Checks answers without computing n!: the remainder of a product needs only remainders.
pub fn check(n: u32, answers: &[String]) -> anyhow::Result<()> {
    let multiply = |product, factor| u128::from(product) * u128::from(factor) % u128::from(PRIME);
    let remainder = (1..=u64::from(n)).fold(1, |product, factor| multiply(product, factor) as u64);
    for answer in answers {
        let given = answer.split_whitespace().nth(1).and_then(|text| text.parse().ok());
        ensure!(given == Some(remainder), "a wrong answer: {:?} is not {n}!", answer.trim_end());
    }
    Ok(())
}
