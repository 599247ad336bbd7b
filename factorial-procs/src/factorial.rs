//! The work itself: n!, by prime swing. Nothing here is about processes.
//!
//! n! = ((n/2)!)² · swing(n), and the swing of n is a product of few, small prime powers (Peter
//! Luschny, "Swinging Factorial"). One squaring of a number half as long is most of the work.

use anyhow::ensure;
use num_bigint::BigUint;

/// n!
pub fn factorial(n: u32) -> BigUint {
    // The factors of two are left out till the end: there are n − (ones in binary n) of them.
    odd_part(n, &odd_primes(n)) << (n - n.count_ones())
}

/// n! without its factors of two.
fn odd_part(n: u32, primes: &[u32]) -> BigUint {
    if n < 3 {
        return 1_u32.into();
    }
    let half = odd_part(n / 2, primes);
    // Not `half * half * swing`: the swing is short, and multiplies a short number sooner.
    let rest = &half * odd_swing(n, primes);
    half * rest
}

/// n! / ((n/2)!)², without its factors of two. A prime is in it once for each odd n/p, n/p², ….
fn odd_swing(n: u32, primes: &[u32]) -> BigUint {
    let mut factors: Vec<u64> = Vec::new();
    for &prime in primes.iter().take_while(|&&prime| prime <= n) {
        let mut power = 1;
        let mut quotient = n / prime;
        while quotient > 0 {
            if quotient % 2 == 1 {
                power *= u64::from(prime);
            }
            quotient /= prime;
        }
        // As many as fit go into one machine word.
        match factors.last_mut().and_then(|last| Some((last.checked_mul(power)?, last))) {
            Some((both, last)) => *last = both,
            None => factors.push(power),
        }
    }
    product(&factors)
}

/// A balanced tree: long numbers are multiplied by long ones, which is where `num-bigint` is fast.
fn product(factors: &[u64]) -> BigUint {
    match factors.len() {
        0..16 => factors.iter().fold(1_u32.into(), |product, &factor| product * factor),
        length => {
            let (left, right) = factors.split_at(length / 2);
            product(left) * product(right)
        }
    }
}

/// The odd primes up to n (Eratosthenes).
fn odd_primes(n: u32) -> Vec<u32> {
    let n = n as usize;
    let mut crossed_out = vec![false; n + 1];
    let mut primes = Vec::new();
    for number in (3..=n).step_by(2) {
        if !crossed_out[number] {
            primes.push(number as u32);
            for multiple in (number * number..=n).step_by(2 * number) {
                crossed_out[multiple] = true;
            }
        }
    }
    primes
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_factorials_are_those_of_the_plain_loop() {
        let mut product = BigUint::from(1_u32);
        for n in 0..=600_u32 {
            product *= n.max(1);
            assert_eq!(factorial(n), product, "{n}!");
        }
    }

    #[test]
    fn known_factorials_are_right() {
        let twenty_five = "15511210043330985984000000";
        assert_eq!(factorial(25).to_string(), twenty_five);
        // 1000! has 2568 digits, 249 zeros at the end; 10000! has 35660 and 2499 (OEIS A034886, A027868).
        for (n, digits, zeros) in [(1000, 2568, 249), (10_000, 35_660, 2499)] {
            let text = factorial(n).to_string();
            assert_eq!(text.len(), digits, "{n}!");
            assert_eq!(text.len() - text.trim_end_matches('0').len(), zeros, "{n}!");
        }
    }

    #[test]
    fn wilsons_theorem_holds_for_large_primes() {
        for prime in [10_007_u32, 65_537, 100_003, 250_007] {
            let remainder = (factorial(prime - 1) + 1_u32) % prime;
            assert_eq!(remainder, BigUint::ZERO, "({prime} - 1)! + 1 is no multiple of {prime}");
        }
    }

    #[test]
    fn a_wrong_answer_is_found() {
        for n in [0, 1, 100, 5000] {
            let right = factorial(n);
            check(n, &[answer(&right)]).unwrap();
            for wrong in [answer(&(right + 1_u32)), String::new(), "no number".into()] {
                assert!(
                    check(n, std::slice::from_ref(&wrong)).is_err(),
                    "{wrong:?} was taken for {n}!"
                );
            }
        }
    }
}
