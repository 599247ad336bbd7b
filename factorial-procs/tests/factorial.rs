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
fn one_right_answer_for_each_number_is_accepted_and_nothing_else() {
    let right: Vec<u64> = [3, 4, 5].map(|n| answer(&factorial(n))).into();
    let is_right = |numbers: &[u32], answers| check(numbers, answers).unwrap();
    assert_eq!(is_right(&[3, 4, 5], right.clone()), "3 right answers: 3! to 5!");
    assert_eq!(
        is_right(&[3, 4, 5], vec![right[1], right[2], right[0]]),
        "3 right answers: 3! to 5!"
    );
    assert_eq!(is_right(&[5, 5], vec![right[2]; 2]), "2 right answers: 5! each");
    assert_eq!(is_right(&[1000], vec![answer(&factorial(1000))]), "1 right answer: 1000!");

    let fault = |answers: &[u64]| check(&[3, 4, 5], answers.to_vec()).unwrap_err().to_string();
    for (number, n) in [3, 4, 5].into_iter().enumerate() {
        let mut wrong = right.clone();
        wrong[number] += 1;
        assert_eq!(fault(&wrong), format!("no right answer came for {n}!"));
        wrong[number] = right[(number + 1) % 3]; // done twice, while this one is left out
        assert_eq!(fault(&wrong), format!("no right answer came for {n}!"));
    }
    assert_eq!(fault(&right[..2]), "no right answer came for 5!");
    let twice = [right.as_slice(), &right[..1]].concat();
    assert_eq!(fault(&twice), "answers came that nobody had asked for: [6]");
}
