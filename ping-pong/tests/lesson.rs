//! The lesson check. Each test's name is a claim of the lesson page.
//!
//! All words come to the parent through one pipe, in the order in which they were said, so what the
//! parent shows is what happened.

// The lesson's own files on pipes that are modelled, as the commands `interleavings` and `play` run
// them.
#[path = "../src/modelled.rs"]
mod modelled;

use std::collections::BTreeSet;
use std::panic;
use std::sync::OnceLock;
use std::time::Duration;

use common::check::{Run, command};
use common::interleave::{Interleavings, explore, explore_plainly};

/// What a version shows: its words, and its result line.
fn run(arguments: &str) -> (Vec<String>, String) {
    let run = Run::start(command(env!("CARGO_BIN_EXE_ping-pong"), &format!("{arguments} --all")));
    let said = run.at_most(Duration::from_secs(3)).end().stdout();
    let lines =
        said.lines().take_while(|line| line.starts_with("Ping") || line.starts_with("Pong"));
    let words = lines.flat_map(|line| line.split("  ")).map(str::to_string).collect();
    (words, said.lines().last().unwrap().to_string())
}

fn count(words: &[String], word: &str) -> usize {
    words.iter().filter(|said| said.split(' ').next() == Some(word)).count()
}

/// What comes of a version in every interleaving, where 2 words are wanted. It is explored once, and
/// each check asks for this first: where a version computes for ever, no other one starts it in vain.
#[track_caller]
fn explored(version: &'static str) -> &'static Interleavings {
    static FOUND: [OnceLock<Result<Interleavings, String>>; 3] = [const { OnceLock::new() }; 3];
    let place = ["isolated", "shared", "turns"].iter().position(|it| *it == version);
    let found = FOUND[place.unwrap()].get_or_init(|| {
        let explore = || explore(|| modelled::run(version, 2));
        panic::catch_unwind(explore).map_err(|fault| match fault.downcast::<String>() {
            Ok(fault) => *fault,
            Err(_) => "it panics".into(),
        })
    });
    found.as_ref().unwrap_or_else(|fault| panic!("{version}.rs cannot be run: {fault}"))
}

#[track_caller]
fn isolated_must_show_the_fault() {
    let found = explored("isolated");
    let counts = [0, 1, 2].map(|again| found.ending_with(format!("4 words, {again} repeated")));
    assert!(
        counts.iter().sum::<u128>() == found.count(),
        "isolated.rs no longer shows the fault: where 2 words are wanted, all interleavings should \
         say 4, each process 2. Instead:\n{found}See \"Why\" in ping-pong/README.md."
    );
}

#[track_caller]
fn shared_must_count_all_words() {
    let found = explored("shared");
    let counts = [0, 1].map(|again| found.ending_with(format!("2 words, {again} repeated")));
    assert!(
        counts[0] + counts[1] == found.count(),
        "shared.rs does not count all words: where 2 are wanted, all interleavings should say 2. \
         Instead:\n{found}Each process must take the counter from the queue before it counts, and \
         put it back: see \"The fix\" in ping-pong/README.md."
    );
    assert!(counts[1] > 0, "shared.rs lets nobody say a word twice in a row:\n{found}");
}

#[track_caller]
fn turns_must_keep_turns() {
    explored("turns").must_all_end_with(
        "2 words, 0 repeated",
        "turns.rs does not keep turns",
        "Each process must put the counter back only after its word, and no process may keep an end \
         that puts: see turns.rs.",
    );
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
fn shared_says_50_words_in_all() {
    shared_must_count_all_words();
    for arguments in ["shared --pause-ms 0", "shared --pause-ms 1", "shared --pause-ms 1"] {
        let (words, result) = run(arguments);
        let (ping, pong) = (count(&words, "Ping"), count(&words, "Pong"));
        assert!(
            ping + pong == 50 && words.len() == 50,
            "shared.rs does not count all words: {ping} Ping and {pong} Pong were said, not 50 in \
             all. Each process must take the counter from the queue before it counts, and put it \
             back: see \"The fix\" in ping-pong/README.md."
        );
        let numbers: BTreeSet<&str> =
            words.iter().flat_map(|word| word.split(' ').nth(1)).collect();
        assert_eq!(numbers.len(), 50, "a number is said twice: {words:?}");
        assert!(result.starts_with("shared     50 words ("), "{result}");
    }
}

#[test]
fn turns_says_ping_and_pong_in_strict_turns() {
    turns_must_keep_turns();
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
fn every_count_is_reached_exactly() {
    shared_must_count_all_words();
    turns_must_keep_turns();
    for count in [1, 2, 3, 51] {
        for version in ["shared", "turns"] {
            let (words, _) = run(&format!("{version} --pause-ms 0 --count {count}"));
            assert_eq!(words.len(), count, "{version} --count {count}: {words:?}");
        }
    }
}

#[test]
fn isolated_says_twice_as_many_words_as_wanted_in_every_interleaving() {
    isolated_must_show_the_fault();
    let count = explored("isolated").count();
    assert_eq!(count, 70, "each player says its word and pauses, twice: 8! / (4! 4!)");
}

/// In 14 of 176 interleavings, a word is said twice.
#[test]
fn shared_says_as_many_words_as_wanted_and_can_say_one_twice_in_a_row() {
    shared_must_count_all_words();
}

#[test]
fn turns_says_no_word_twice_in_a_row_in_any_interleaving() {
    turns_must_keep_turns();
    for count in [1, 3, 4] {
        let found = explore(move || modelled::run("turns", count));
        found.must_all_end_with(format!("{count} words, 0 repeated"), "turns.rs", "See turns.rs.");
    }
}

/// One run for each interleaving, without what is known of states.
#[test]
fn the_counts_are_those_of_the_plain_search() {
    for version in ["isolated", "shared", "turns"] {
        let found = explored(version);
        let plainly = explore_plainly(|| modelled::run(version, 2));
        for (ending, count, _) in plainly.endings() {
            let value = ending.trim_start_matches("end with ");
            assert_eq!(count, found.ending_with(value), "{version}: {ending}");
        }
        assert_eq!(plainly.count(), found.count(), "{version}");
    }
}
