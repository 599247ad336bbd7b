//! The lesson check. Each test's name is a claim of the lesson page.
//!
//! All words come to the parent through one pipe, in the order in which they were said, so what the
//! parent shows is what happened.

use std::time::Duration;

use common::check::{Run, command};

/// What a version shows: its words, and its result line.
fn run(arguments: &str) -> (Vec<String>, String) {
    let run = Run::start(command(env!("CARGO_BIN_EXE_ping-pong"), arguments));
    let said = run.at_most(Duration::from_secs(3)).end().stdout();
    let (words, result) = said.trim_end().split_once('\n').unwrap();
    (words.split(' ').map(str::to_string).collect(), result.to_string())
}

fn count(words: &[String], word: &str) -> usize {
    words.iter().filter(|said| *said == word).count()
}

#[test]
fn isolated_says_50_ping_and_50_pong_since_each_process_has_its_own_counter() {
    let (words, result) = run("isolated --pause-ms 1");
    let (ping, pong) = (count(&words, "Ping"), count(&words, "Pong"));
    assert!(
        (ping, pong, words.len()) == (50, 50, 100),
        "isolated.rs no longer shows the fault: {ping} Ping and {pong} Pong were said, where each \
         process alone should count to 50. See \"Why\" in ping-pong/README.md."
    );
    assert!(result.starts_with("isolated   100 words (50 Ping, 50 Pong), "), "{result}");
}

#[test]
fn shared_says_50_words_in_all() {
    for arguments in ["shared --pause-ms 0", "shared --pause-ms 1", "shared --pause-ms 1"] {
        let (words, result) = run(arguments);
        let (ping, pong) = (count(&words, "Ping"), count(&words, "Pong"));
        assert!(
            ping + pong == 50 && words.len() == 50,
            "shared.rs does not count all words: {ping} Ping and {pong} Pong were said, not 50 in \
             all. Each process must take the counter from the queue before it counts, and put it \
             back: see \"The fix\" in ping-pong/README.md."
        );
        assert!(result.starts_with("shared     50 words ("), "{result}");
    }
}

#[test]
fn turns_says_ping_and_pong_in_strict_turns() {
    for arguments in ["turns --pause-ms 0 --count 2000", "turns --pause-ms 1", "turns --count 7"] {
        let (words, result) = run(arguments);
        for (number, word) in words.iter().enumerate() {
            let expected = ["Ping", "Pong"][number % 2];
            assert!(
                word == expected,
                "turns.rs does not keep turns: word {} is {word}, not {expected}. Each process must \
                 put the counter back only after its word: see turns.rs.",
                number + 1
            );
        }
        assert!(result.contains(" words (") && result.contains(", 0 repeated, "), "{result}");
    }
}

#[test]
fn every_count_is_reached_exactly() {
    for count in [1, 2, 3, 51] {
        for version in ["shared", "turns"] {
            let (words, _) = run(&format!("{version} --pause-ms 0 --count {count}"));
            assert_eq!(words.len(), count, "{version} --count {count}: {words:?}");
        }
    }
}
