//! Your turn, once more: the exercises of the folder `exercises`, each judged in every interleaving.

#![allow(dead_code, reason = "a file of yours may leave something unused for a while")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::panic;
use std::sync::{Mutex, OnceLock};

use common::check::{Exercise, Found, Verdict, code};
use common::interleave::io::named_pipe;
use common::interleave::{Explorer, Interleaving, Interleavings};

common::explore!(three_players, "../exercises/three_players.rs");
common::explore!(solution, "../exercises/three_players/solution.rs");
common::explore!(half_if, "../exercises/three_players/half_if.rs");
common::explore!(half_no_end, "../exercises/three_players/half_no_end.rs");
common::explore!(half_notify_one, "../exercises/three_players/half_notify_one.rs");

/// So many words are wanted in the exploration that is shown: one for each player.
const WANTED: u32 = 3;

/// With so many words, all interleavings of a right file can be tried.
const PROVED: u32 = 2;

const STUB: &str = "ping-pong/exercises/three_players.rs";
const TEXT: &str = include_str!("../exercises/three_players.rs");

const PLAYERS: [&str; 3] = ["Ping", "Pang", "Pong"];

const BUSY_WAITING: &str = "a player looks again and again, and never sleeps";
const TAKES_A_CORE: &str = "That is busy-waiting: it takes a processor from those that have \
    something to do.";

type Say<'a> = &'a (dyn Fn(&str, u32) + Sync);
type Play = fn(u32, Say);

fn judge(file: &'static str, text: &'static str, play: Play) -> Exercise {
    Exercise::new(file, text, "")
        .keeps(
            move || no_player_is_busy_waiting(explored(file, play, WANTED)),
            "Which line lets a player sleep, until a line of another player wakes it?",
        )
        .keeps(
            move || explored(file, play, WANTED).map(|_| String::new()),
            "Which line ends the loop of a player, also when another one has said the last word?",
        )
        .keeps(
            move || no_number_is_said_twice(explored(file, play, WANTED)?),
            "How does a player know which number is the next one?",
        )
        .keeps(
            move || each_player_is_a_thread(explored(file, play, WANTED)?),
            "Which thread is Ping, which is Pang, and which is Pong?",
        )
        .goal(
            move || ping_begins(explored(file, play, WANTED)?),
            "All three threads start at once. What makes Pang and Pong wait for their first turn?",
        )
        .goal(
            move || each_player_says_its_own_words(explored(file, play, WANTED)?),
            "A player that waits is woken. Is it really its turn, and which line asks that?",
        )
        .goal(
            move || a_player_that_waits_sleeps(explored(file, play, WANTED)?, text),
            "What wakes a thread that waits for a `Condvar`, or for a message?",
        )
        .goal(
            move || all_words_are_said(explored(file, play, WANTED)?, WANTED),
            "A word was said, and both other players wait. Which of them is next, and which line is sure \
             to wake that one?",
        )
        .goal(
            move || all_players_end(explored(file, play, WANTED)?, WANTED),
            "The last word was said, and a player still waits. Which line wakes all players then, or \
             closes the channel that each of them reads?",
        )
        .goal(
            move || other_counts_are_reached(file, play),
            "Which line knows how many words are wanted?",
        )
}

/// What comes of it in every interleaving, where so many words are wanted. Each is explored once.
fn explored(file: &'static str, play: Play, count: u32) -> Result<&'static Interleavings, String> {
    type Explored = OnceLock<Result<Interleavings, String>>;
    static FOUND: Mutex<BTreeMap<(&str, u32), &Explored>> = Mutex::new(BTreeMap::new());
    let found =
        *FOUND.lock().unwrap().entry((file, count)).or_insert_with(|| Box::leak(Box::default()));
    let found = found.get_or_init(|| {
        let most = match count {
            WANTED => 400,
            PROVED => 2500,
            _ => 40,
        };
        let explore = || Explorer::default().at_most(most).explore(move || said(play, count));
        panic::catch_unwind(explore).map_err(|fault| {
            let fault = fault.downcast::<String>().map(|text| *text).unwrap_or_default();
            let what = fault.split(". In a loop that waits").next().unwrap_or_default();
            match what.contains("again and again") && !what.contains("writes ") {
                true => format!("{BUSY_WAITING}: {what}. {TAKES_A_CORE}"),
                false => format!("the players do not come to an end: {what}."),
            }
        })
    });
    found.as_ref().map_err(String::clone)
}

/// The words in the order in which they are said: `Ping 1, Pang 2`.
fn said(play: Play, count: u32) -> String {
    let (ears, mouth) = named_pipe("mouth").expect("a modelled pipe can be had");
    play(count, &|player, number| {
        let word = format!("{player} {number}\n");
        (&mouth).write_all(word.as_bytes()).expect("the check hears it");
    });
    drop(mouth);
    let words = std::io::read_to_string(ears).expect("words are texts");
    Vec::from_iter(words.lines()).join(", ")
}

/// The words of an interleaving. Where it does not end, they are taken from its table.
fn words(ending: &str, interleaving: &Interleaving) -> Vec<String> {
    let said: Vec<String> = match ending.strip_prefix("end with ") {
        Some(said) => said.split(", ").map(str::to_string).collect(),
        None => {
            let steps = interleaving.rows().map(|(_, step)| step.trim_start_matches("writes "));
            steps.map(|text| text.trim_matches('"').replace("\\n", "")).collect()
        }
    };
    said.into_iter().filter(|word| number(word).is_some()).collect()
}

fn number(word: &str) -> Option<u32> {
    let (player, number) = word.split_once(' ')?;
    PLAYERS.contains(&player).then(|| number.parse().ok())?
}

/// The words in strict turns.
fn in_turns(count: u32) -> Vec<String> {
    let word = |number: u32| format!("{} {number}", PLAYERS[(number - 1) as usize % 3]);
    (1..=count).map(word).collect()
}

/// The verdict of `judge`, where the words of an interleaving tell whether it is right.
fn by_words(
    found: &Interleavings,
    is_right: impl Fn(&[String]) -> bool,
    right: &str,
    wrong: impl Fn(&[String]) -> String,
) -> Found {
    let endings = || found.endings().map(|(ending, _, sample)| (ending, words(ending, sample)));
    let right_ones: BTreeSet<&str> =
        endings().filter(|(_, said)| is_right(said)).map(|it| it.0).collect();
    let first = endings().find(|it| !right_ones.contains(it.0));
    let wrong = first.map(|(_, said)| wrong(&said)).unwrap_or_default();
    let judged = found.judge(|ending| right_ones.contains(ending), right, &wrong);
    unless_too_many(judged.map_err(|fault| with_players(&fault, found)), right)
}

/// Where there are more interleavings than can be tried, it is enough that none of them was wrong: all
/// those with fewer words must be right, too.
fn unless_too_many(found: Found, right: &str) -> Found {
    match found {
        Err(fault) if fault.starts_with("there are more interleavings") => Ok(right.into()),
        found => found.map(|_| right.into()),
    }
}

/// The player whose word is written in this step.
fn speaker(step: &str) -> Option<&'static str> {
    PLAYERS.into_iter().find(|it| step.starts_with(&format!("writes \"{it} ")))
}

/// A table in which each thread is named by the player that it is, as far as its words tell.
fn with_players(text: &str, found: &Interleavings) -> String {
    let rows = found.endings().flat_map(|(_, _, sample)| sample.rows());
    let names: BTreeMap<&str, &str> =
        rows.filter_map(|(thread, step)| Some((thread, speaker(step)?))).collect();
    let named = |line: &str| {
        names.iter().filter(|it| it.0.starts_with("thread ")).fold(line.to_string(), |line, it| {
            match line.starts_with("step ") {
                true => line.replace(it.0, &format!("{:1$}", it.1, it.0.len())), // the columns stay
                false => line.replace(it.0, it.1),
            }
        })
    };
    text.lines().map(|line| named(line).trim_end().to_string() + "\n").collect()
}

fn no_player_is_busy_waiting(found: Result<&Interleavings, String>) -> Found {
    match found {
        Err(fault) if fault.starts_with(BUSY_WAITING) => Err(fault),
        _ => Ok("no player is busy-waiting".into()),
    }
}

fn each_player_is_a_thread(found: &Interleavings) -> Found {
    let mut threads: BTreeMap<&str, &str> = BTreeMap::new();
    for (_, _, sample) in found.endings() {
        for (thread, step) in sample.rows() {
            let Some(player) = speaker(step) else { continue };
            let own = threads.entry(thread).or_insert(player);
            if *own != player {
                return Err(format!(
                    "{thread} says the words of {own} and of {player}.\n\n{sample}"
                ));
            }
        }
    }
    Ok("each player is a thread".into())
}

/// As far as the names of what it calls tell.
fn a_player_that_waits_sleeps(found: &Interleavings, text: &str) -> Found {
    each_player_says_its_own_words(found)?;
    let code = code(text);
    let asks = ["yield_now", "spin_loop", "sleep(", "try_recv", "try_lock", "_timeout"];
    match asks.into_iter().find(|it| code.contains(it)) {
        None => Ok("a player that waits sleeps".into()),
        Some(call) => Err(format!(
            "a player that waits asks again and again whether it is its turn (`{}`). {TAKES_A_CORE}",
            call.trim_matches(['(', '_'])
        )),
    }
}

fn no_number_is_said_twice(found: &Interleavings) -> Found {
    let is_right = |said: &[String]| {
        let numbers: BTreeSet<_> = said.iter().map(|word| number(word)).collect();
        numbers.len() == said.len()
    };
    by_words(found, is_right, "no number", |_| "a number is said twice".into())
}

fn ping_begins(found: &Interleavings) -> Found {
    let is_right = |said: &[String]| said.first().is_some_and(|word| word == "Ping 1");
    let wrong = |said: &[String]| match said.first() {
        Some(word) => format!("Ping 1 is to be the first word, and not {word}"),
        None => "no word is said".into(),
    };
    by_words(found, is_right, "Ping begins", wrong)
}

fn each_player_says_its_own_words(found: &Interleavings) -> Found {
    let is_right = |said: &[String]| !said.is_empty() && in_turns(said.len() as u32) == *said;
    let wrong = |said: &[String]| {
        let wanted = in_turns(said.len() as u32);
        let differs = said.iter().zip(&wanted).find(|(said, wanted)| said != wanted);
        match differs {
            Some((said, wanted)) => format!("{said} is said where it is the turn of {wanted}"),
            None => "no word is said".into(),
        }
    };
    by_words(found, is_right, "each word is said by the player whose turn it is", wrong)
}

fn all_words_are_said(found: &Interleavings, count: u32) -> Found {
    let is_right = |said: &[String]| *said == in_turns(count);
    let right = format!("where {count} words are wanted, all are said");
    let wrong = |said: &[String]| {
        format!(
            "where {} are wanted, this is said: {}",
            in_turns(count).join(", "),
            said.join(", ")
        )
    };
    by_words(found, is_right, &right, wrong)
}

fn all_players_end(found: &Interleavings, count: u32) -> Found {
    const RIGHT: &str = "all players end";
    all_words_are_said(found, count)?;
    let ends = |ending: &str| ending.starts_with("end with ");
    let judged = found.judge(ends, RIGHT, "not all players end when all words are said");
    unless_too_many(judged.map_err(|fault| with_players(&fault, found)), RIGHT)
}

fn other_counts_are_reached(file: &'static str, play: Play) -> Found {
    all_players_end(explored(file, play, WANTED)?, WANTED)?;
    for count in [1, PROVED, 4] {
        all_players_end(explored(file, play, count)?, count)?;
    }
    // Of these, there must not be too many.
    explored(file, play, PROVED)?.judge(|_| true, "so it is with 1, 2 and 4 words", "")
}

#[test]
#[ignore = "your turn: cargo test -p ping-pong --test exercises -- --ignored"]
fn three_players_take_strict_turns() {
    let play: Play = |count, say| three_players::play(count, say);
    judge(STUB, TEXT, play).must_be_right();
}

/// As long as it is the stub: one that a student has changed is judged with `--ignored` only.
#[test]
fn the_stub_is_still_wrong() {
    let marks =
        ["\nuse std::sync::Mutex;\nuse std::thread;\n", "say(player, *said);\n                }"];
    let verdict = judge(STUB, TEXT, |count, say| three_players::play(count, say)).judge();
    let is_stub = marks.iter().all(|mark| TEXT.contains(mark));
    assert!(!is_stub || matches!(verdict, Verdict::Wrong(_)), "{verdict}");
}

#[test]
fn the_solution_is_right() {
    judge("solution.rs", "a solution", |count, say| solution::play(count, say)).must_be_right();
}

#[track_caller]
fn must_be_half_fixed(file: &'static str, play: Play, fault: &str) {
    let verdict = judge(file, "half a solution", play).judge();
    assert!(matches!(verdict, Verdict::Half(_)), "{verdict}");
    assert!(verdict.to_string().contains(fault), "{verdict}");
}

#[test]
fn a_player_that_was_woken_and_does_not_look_again_is_half_fixed() {
    let play: Play = |count, say| half_if::play(count, say);
    must_be_half_fixed("half_if.rs", play, "\nBut Ping 3 is said where it is the turn of Pong 3");
}

#[test]
fn a_ring_of_channels_that_the_parent_holds_is_half_fixed() {
    let play: Play = |count, say| half_no_end::play(count, say);
    must_be_half_fixed("half_no_end.rs", play, "\nBut not all players end");
}

#[test]
fn a_word_that_wakes_only_one_player_is_half_fixed() {
    let play: Play = |count, say| half_notify_one::play(count, say);
    must_be_half_fixed("half_notify_one.rs", play, "deadlock");
}
