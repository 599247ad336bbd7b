//! The multiplication itself is right, and a wrong answer is found.

use num_bigint::BigUint;

use answer::{answer, check};
use factorial::factorial;

#[path = "../src/answer.rs"]
mod answer;
#[path = "../src/factorial.rs"]
mod factorial;

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
