//! What a version is judged by: `yours.rs`, and the pair itself.

#[path = "../../src/modelled.rs"]
pub mod modelled;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::panic;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use common::check::{Exercise, Found, Run, command};
use common::interleave::{Explorer, Interleaving, Interleavings};

/// So many words are wanted in the exploration that is shown.
pub const WANTED: u32 = 2;

/// The file of the student's own, as a student would open it.
pub const YOURS: &str = "ping-pong/src/yours.rs";

const ISOLATED: &str = "ping-pong/src/isolated.rs";

/// What the student's own file starts as.
const WRONG: &str = include_str!("../../src/isolated.rs");

/// In a table, the parent is the first column.
const NOT_BOTH_END: &str = "not both players end, so the parent (`main`) waits for ever, too";

/// The words of a program that has ended, such as `Ping 1`.
type Words = Vec<String>;

/// One counter for both players, so that they say as many words as are wanted.
pub fn exercise(version: &'static str, file: &'static str, text: &str) -> Exercise {
    Exercise::new(file, text, WRONG)
        .keeps(
            move || explored(version, WANTED).map(|_| String::new()),
            "In which line does the number rise, and which line ends the loop of a player?",
        )
        .keeps(
            move || both_players_speak(explored(version, WANTED)?),
            "Which line starts the other player, and what does that one find in the pipe?",
        )
        .keeps(
            move || a_word_is_said(explored(version, WANTED)?),
            "Who writes the first number, and into which pipe?",
        )
        .goal(
            move || no_number_is_said_twice(explored(version, WANTED)?),
            "From where does a player take the number that it raises, and where does it put the new \
             one?",
        )
        .goal(
            move || all_numbers_are_said(explored(version, WANTED)?, WANTED),
            "With which number does the counter begin, and at which one does a player stop?",
        )
        .goal(
            move || no_player_waits_for_ever(explored(version, WANTED)?, WANTED),
            "A player waits for a number that never comes. Which line would write one more number, or \
             which process still holds a write end, so that the player does not read end of file?",
        )
        .goal(
            move || both_players_end(explored(version, WANTED)?, WANTED),
            "Which process ends too early, and what does another one still need from it?",
        )
        .goal(
            move || a_number_passes(explored(version, WANTED)?),
            "One player is slow. In which order are the words said then?",
        )
        .goal(
            move || other_counts_are_reached(version),
            "Which line knows how many words are wanted?",
        )
        .goal(
            move || fifty_words_are_said(version),
            "Does the parent wait for both players? What becomes of a `Worker` that is dropped?",
        )
}

/// The wrong version shows the fault, and as it is told on the page.
#[track_caller]
pub fn isolated_must_show_the_fault() {
    exercise("isolated", ISOLATED, "changed").must_stay_wrong(YOURS);
    let found = explored("isolated", WANTED).unwrap();
    let is_fault = |(ending, _, sample): (&str, u128, &Interleaving)| {
        let mut said = words(ending, sample);
        said.sort();
        said == ["Ping 1", "Ping 2", "Pong 1", "Pong 2"]
    };
    assert!(
        found.endings().count() == 6 && found.endings().all(is_fault),
        "{ISOLATED} no longer shows the fault: where 2 words are wanted, each player is to say 2, so \
         that all interleavings end with 4 words. Instead:\n{found}\
         `git checkout {ISOLATED}` brings it back. Your own file is {YOURS}."
    );
}

/// The right version.
pub fn shared() -> Exercise {
    exercise("shared", "ping-pong/src/shared.rs", "changed")
}

/// The one in which Ping and Pong take strict turns, too.
pub fn turns() -> Exercise {
    exercise("turns", "ping-pong/src/turns.rs", "changed").goal(
        move || players_take_turns(explored("turns", WANTED)?),
        "When does a player pass the number on: before it has said its word, or after that?",
    )
}

/// What comes of a version in every interleaving, where so many words are wanted. Each is explored
/// once.
pub fn explored(version: &'static str, count: u32) -> Result<&'static Interleavings, String> {
    type Explored = OnceLock<Result<Interleavings, String>>;
    static FOUND: Mutex<BTreeMap<(&str, u32), &Explored>> = Mutex::new(BTreeMap::new());
    let mut all = FOUND.lock().unwrap();
    let found: &Explored = all.entry((version, count)).or_insert_with(|| Box::leak(Box::default()));
    drop(all);
    let found = found.get_or_init(|| {
        let most = if count == WANTED { 8000 } else { 400 };
        let explore = || Explorer::default().at_most(most).explore(move || told(version, count));
        panic::catch_unwind(explore).map_err(|fault| {
            let fault = fault.downcast::<String>().map(|text| *text).unwrap_or_default();
            let what = fault.split(". In a loop that waits").next().unwrap_or_default();
            let what = what.trim_end_matches('.');
            match what.starts_with("two processes use a lock") {
                true => format!("{what}."),
                false => format!("the players do not come to an end: {what}."),
            }
        })
    });
    found.as_ref().map_err(String::clone)
}

/// The words that are said in an interleaving. Where it does not end, they are taken from its table.
fn words(ending: &str, interleaving: &Interleaving) -> Words {
    let said: Words = match ending.strip_prefix("end with ") {
        Some(told) => told.split(", ").map(str::to_string).collect(),
        None => {
            let written = interleaving.rows().map(|(_, step)| step.trim_start_matches("writes "));
            written.map(|text| text.trim_matches('"').replace("\\n", "")).collect()
        }
    };
    said.into_iter().filter(|line| modelled::is_word(line)).collect()
}

/// How an interleaving ends: `Ping 1, Pong 2`.
pub fn told(version: &str, count: u32) -> String {
    let (words, outcome) = modelled::said(version, count);
    let words = if words.is_empty() { "no word".into() } else { words.join(", ") };
    match outcome {
        Ok(()) => words,
        Err(fault) => format!("{words}, and an error: {fault:#}"),
    }
}

fn numbers(words: &Words) -> Vec<u32> {
    words.iter().filter_map(|word| word.split(' ').nth(1)?.parse().ok()).collect()
}

/// Each number once, in any order.
fn are_all(words: &Words, count: u32) -> bool {
    words.len() == count as usize && BTreeSet::from_iter(numbers(words)).into_iter().eq(1..=count)
}

/// The verdict of `judge`, where the words of an interleaving tell whether it is right. The text of
/// what is wrong is made for the first such ending.
fn judge(
    found: &Interleavings,
    is_right: impl Fn(&str, &Words) -> bool,
    right: &str,
    wrong: impl Fn(&str, &Words) -> String,
) -> Found {
    let endings = || found.endings().map(|(ending, _, sample)| (ending, words(ending, sample)));
    let right_endings: BTreeSet<&str> =
        endings().filter(|(ending, said)| is_right(ending, said)).map(|it| it.0).collect();
    let first = endings().find(|it| !right_endings.contains(it.0));
    let wrong = first.map(|(ending, said)| wrong(ending, &said)).unwrap_or_default();
    found.judge(|ending| right_endings.contains(ending), right, &wrong)
}

fn where_wanted(count: u32) -> String {
    let words = if count == 1 { "word is" } else { "words are" };
    format!("where {count} {words} wanted")
}

/// `4 are said`.
fn are_said(count: usize) -> String {
    format!("{count} {} said", if count == 1 { "is" } else { "are" })
}

fn both_players_speak(found: &Interleavings) -> Found {
    let ends = || found.endings().filter(|(ending, ..)| ending.starts_with("end with "));
    let speaks = |player: &str| {
        let says = |word: &String| word.starts_with(player);
        ends().any(|(ending, _, sample)| words(ending, sample).iter().any(says))
    };
    match ["Ping", "Pong"].map(speaks) {
        [true, false] => Err(format!("only Ping says anything.\n\n{found}")),
        [false, true] => Err(format!("only Pong says anything.\n\n{found}")),
        _ => Ok("both players speak".into()),
    }
}

/// Unless each player waits for a first number.
fn a_word_is_said(found: &Interleavings) -> Found {
    let waits = |(ending, _, sample): (&str, u128, &Interleaving)| {
        ending == "deadlock" && words(ending, sample).is_empty()
    };
    if found.endings().all(waits) {
        return found.judge(|_| false, "", "no word is said: both players wait for a first number");
    }
    Ok("a word is said".into())
}

fn no_number_is_said_twice(found: &Interleavings) -> Found {
    let is_right = |ending: &str, said: &Words| {
        let numbers = numbers(said);
        let is_once = BTreeSet::from_iter(&numbers).len() == numbers.len();
        is_once && !said.is_empty() && (ending.starts_with("end with ") || are_all(said, WANTED))
    };
    let wrong = |_: &str, said: &Words| {
        let (said, numbers) = (said.len(), BTreeSet::from_iter(numbers(said)).len());
        match said.cmp(&(WANTED as usize)) {
            _ if numbers == said => format!("{}, {}", where_wanted(WANTED), are_said(said)),
            Ordering::Equal => {
                format!("of {WANTED} numbers, one is said twice, and another one never")
            }
            _ => format!(
                "{}, {}, since a number is said twice",
                where_wanted(WANTED),
                are_said(said)
            ),
        }
    };
    judge(found, is_right, "each number is said at most once", wrong)
}

fn all_numbers_are_said(found: &Interleavings, count: u32) -> Found {
    let is_right = |_: &str, said: &Words| are_all(said, count);
    let wrong = |_: &str, said: &Words| match said.len() {
        length if length == count as usize => {
            format!("{}, they are not numbered from 1 to {count}", where_wanted(count))
        }
        length => format!("{}, {}", where_wanted(count), are_said(length)),
    };
    let right = format!("{}, all are said", where_wanted(count));
    judge(found, is_right, &right, wrong).map(|_| right)
}

fn no_player_waits_for_ever(found: &Interleavings, count: u32) -> Found {
    let is_right = |ending: &str, said: &Words| are_all(said, count) && ending != "deadlock";
    let wrong = |_: &str, _: &Words| NOT_BOTH_END.to_string();
    judge(found, is_right, "no player waits for ever", wrong)
        .map(|_| "no player waits for ever".into())
}

fn both_players_end(found: &Interleavings, count: u32) -> Found {
    let is_right = |ending: &str, said: &Words| {
        are_all(said, count)
            && ending.starts_with("end with ")
            && !ending.contains(", and an error")
    };
    let wrong = |ending: &str, _: &Words| match ending {
        "deadlock" => NOT_BOTH_END.into(),
        _ if ending.contains("drops a `Worker`") => {
            "the parent does not wait for its players".into()
        }
        _ => "a player fails".to_string(),
    };
    judge(found, is_right, "both players end", wrong).map(|_| "both players end".into())
}

/// Does one player read what the other one has counted? (It may have come through other hands: then
/// it is enough that both read something, and that the words are right.)
fn a_number_passes(found: &Interleavings) -> Found {
    let mut passes = BTreeSet::new();
    for (_, _, sample) in found.endings() {
        let mut written: Vec<(&str, &str)> = Vec::new();
        for (player, step) in sample.rows() {
            let texts = step.split('"').nth(1).unwrap_or_default().split("\\n");
            let numbers = texts.filter(|text| !text.is_empty() && !modelled::is_word(text));
            for number in numbers {
                let has_written = |it: &str| written.contains(&(it, number));
                let other = if player == "Ping" { "Pong" } else { "Ping" };
                match step {
                    _ if step.starts_with("writes ") => written.push((player, number)),
                    _ if !step.starts_with("reads ") => {}
                    _ if has_written(other) && !has_written(player) => {
                        passes.insert(player);
                    }
                    _ => {}
                }
            }
        }
    }
    let is_right = both_players_end(found, WANTED).is_ok() && found.mentions("reads ");
    match Vec::from_iter(passes)[..] {
        ["Ping"] => Ok("Ping counts on from the number of Pong".into()),
        ["Pong"] => Ok("Pong counts on from the number of Ping".into()),
        [] if !is_right => Err(format!(
            "no player counts on from the number of the other one: each counts for itself.\n\n{found}"
        )),
        _ => Ok("each player counts on from the number of the other one".into()),
    }
}

fn other_counts_are_reached(version: &'static str) -> Found {
    both_players_end(explored(version, WANTED)?, WANTED)?;
    for count in [1, 3] {
        let found = explored(version, count)?;
        for claim in [all_numbers_are_said, both_players_end] {
            match claim(found, count) {
                // Where it is right with 2 words in every interleaving, it is enough to have tried some.
                Err(fault) if !fault.starts_with("there are more interleavings") => {
                    return Err(fault);
                }
                _ => {}
            }
        }
    }
    Ok("so it is with 1 and 3 words".into())
}

/// The program itself, which is not started in vain where it would not end.
fn fifty_words_are_said(version: &'static str) -> Found {
    other_counts_are_reached(version)?;
    let (words, _) = run(&format!("{version} --pause-ms 0"));
    if are_all(&words, 50) {
        return Ok("the program says 50 words".into());
    }
    Err(format!("where the program is to say 50 words, {}.", are_said(words.len())))
}

fn players_take_turns(found: &Interleavings) -> Found {
    let in_turns: Words = vec!["Ping 1".into(), "Pong 2".into()];
    let wrong = |_: &str, said: &Words| {
        let said = said.join(", ");
        format!("where Ping 1 and Pong 2 are wanted, in this order, {said} is said")
    };
    judge(found, |_, said| *said == in_turns, "Ping and Pong take turns", wrong)
}

/// What the program shows of a version: all its words, and its result line.
pub fn run(arguments: &str) -> (Words, String) {
    let run = Run::start(command(env!("CARGO_BIN_EXE_ping-pong"), &format!("{arguments} --all")));
    let said = run.at_most(Duration::from_secs(3)).end().stdout();
    let words = said.lines().flat_map(|line| line.split("  "));
    let words = words.filter(|word| modelled::is_word(word)).map(str::to_string).collect();
    let version = arguments.split(' ').next().unwrap_or_default();
    let result = said.lines().rfind(|line| line.starts_with(version)).unwrap_or_default();
    (words, result.to_string())
}
