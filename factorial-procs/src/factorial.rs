//! The work itself: n!, by prime swing. Nothing here is about processes.
//!
//! n! = ((n/2)!)² · swing(n), and the swing of n is a product of few, small prime powers (Peter
//! Luschny, "Swinging Factorial"). One squaring of a number half as long is most of the work.

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
