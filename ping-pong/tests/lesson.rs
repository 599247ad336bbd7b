//! The lesson check. Each test's name is a claim of the lesson page.
//!
//! All words come to the parent through one pipe, in the order in which they were said, so what the
//! parent shows is what happened. Real processes are started only where the exploration has found
//! that they come to an end.

mod exercise;

use std::collections::BTreeSet;

use common::check::{Run, command};
use common::interleave::{explore, explore_plainly};
use exercise::{WANTED, explored, isolated_must_show_the_fault, modelled, run, shared, turns};

/// How many words are said, and how often a player speaks twice in a row.
fn told(version: &str, count: u32) -> String {
    let (words, outcome) = modelled::said(version, count);
    outcome.expect("no player fails");
    let players: Vec<_> = words.iter().map(|word| word.split(' ').next()).collect();
    let repeated = players.windows(2).filter(|two| two[0] == two[1]).count();
    format!("{} words, {repeated} repeated", words.len())
}

fn count(words: &[String], word: &str) -> usize {
    words.iter().filter(|said| said.split(' ').next() == Some(word)).count()
}

#[test]
fn a_number_that_cannot_be_read_is_an_error() {
    shared().must_be_right();
    turns().must_be_right();
    for version in ["shared", "turns"] {
        let program = command(env!("CARGO_BIN_EXE_ping-pong"), &format!("Ping {version} 2 0"));
        let mut player = Run::start(program);
        player.types("x");
        let outcome = player.end();
        assert!(
            outcome.status.code() == Some(1) && outcome.stderr.contains("error: "),
            "{version}.rs: a player that reads \"x\" where a number should be must fail: {outcome:?}"
        );
    }
}

#[test]
fn isolated_says_50_ping_and_50_pong_since_each_process_has_its_own_counter() {
    isolated_must_show_the_fault();
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
fn isolated_says_twice_as_many_words_as_wanted_in_every_interleaving() {
    isolated_must_show_the_fault();
    let found = explore(|| told("isolated", WANTED));
    let counts = [34, 26, 10].into_iter().zip(0..);
    assert!(
        counts.clone().all(|(count, again)| {
            found.ending_with(format!("4 words, {again} repeated")) == count
        }),
        "isolated.rs no longer shows the fault: where 2 words are wanted, all 70 interleavings should \
         say 4, each process 2. Each player says its word and pauses, twice: that makes 8! / (4! 4!) \
         = 70. Instead:\n{found}See \"Why\" in ping-pong/README.md."
    );
}

#[test]
fn shared_says_50_words_in_all() {
    shared().must_be_right();
    for arguments in ["shared --pause-ms 1", "shared --pause-ms 0 --count 7", "shared --count 1"] {
        let (words, result) = run(arguments);
        let (ping, pong) = (count(&words, "Ping"), count(&words, "Pong"));
        let wanted = arguments.split("--count ").nth(1).map_or(50, |count| count.parse().unwrap());
        assert!(
            ping + pong == wanted,
            "shared.rs does not count all words: {ping} Ping and {pong} Pong were said, not {wanted} \
             in all. Each process must read the counter from the pipe before it counts, and write \
             it back: see \"The fix\" in ping-pong/README.md."
        );
        let numbers: BTreeSet<&str> =
            words.iter().flat_map(|word| word.split(' ').nth(1)).collect();
        assert_eq!(numbers.len(), wanted, "a number is said twice: {words:?}");
        assert!(result.starts_with(&format!("shared     {wanted} words (")), "{result}");
    }
}

#[test]
fn shared_can_let_a_player_speak_twice_in_a_row() {
    shared().must_be_right();
    let found = explore(|| told("shared", WANTED));
    assert!(
        found.ending_with("2 words, 1 repeated") > 0,
        "shared.rs lets no player speak twice in a row. That is more than it promises: strict turns \
         are what turns.rs is for.\n{found}"
    );
}

#[test]
fn turns_says_ping_and_pong_in_strict_turns() {
    turns().must_be_right();
    for arguments in ["turns --pause-ms 0 --count 2000", "turns --pause-ms 1", "turns --count 7"] {
        let (words, result) = run(arguments);
        for (number, word) in words.iter().enumerate() {
            let expected = format!("{} {}", ["Ping", "Pong"][number % 2], number + 1);
            assert!(
                *word == expected,
                "turns.rs does not keep turns: {word} was said, not {expected}. Each process must \
                 put the counter back only after its word: see turns.rs."
            );
        }
        assert!(result.starts_with(&format!("turns      {} words (", words.len())), "{result}");
    }
}

#[test]
fn turns_says_no_word_twice_in_a_row_in_any_interleaving() {
    turns().must_be_right();
    for count in [1, 3, 4] {
        let found = explore(move || told("turns", count));
        found.must_all_end_with(format!("{count} words, 0 repeated"), "turns.rs", "See turns.rs.");
    }
}

/// One run for each interleaving, without what is known of states.
#[test]
fn the_counts_are_those_of_the_plain_search() {
    isolated_must_show_the_fault();
    shared().must_be_right();
    turns().must_be_right();
    for version in ["isolated", "shared", "turns"] {
        let found = explored(version, 1).unwrap();
        let plainly = explore_plainly(|| exercise::told(version, 1));
        for (ending, count, _) in plainly.endings() {
            let value = ending.trim_start_matches("end with ");
            assert_eq!(count, found.ending_with(value), "{version}: {ending}");
        }
        assert_eq!(plainly.count(), found.count(), "{version}");
    }
}
