//! The picture of a run: a row for each player, a column for each word.

use std::collections::BTreeSet;

use common::picture::{bad, good, paint};
use common::record::Record;

use crate::words::{PLAYERS, Word};

/// A picture is at most so wide.
const WIDTH: usize = 78;

/// Draws the words in the order in which they were said, each as the number that its player had. Of
/// very many, it draws the first ones, the last ones, and the first one whose player had spoken just
/// before.
pub fn draw(title: &str, words: &[Word], run: &Record) -> String {
    let said_by = |player: usize| -> BTreeSet<u32> {
        words.iter().filter(|word| word.player == player).map(|word| word.number).collect()
    };
    let [ping, pong] = [said_by(0), said_by(1)];
    let (all, both) = (ping.union(&pong).count(), ping.intersection(&pong).count());
    let repeated = words.iter().filter(|word| word.repeated).count();
    let name = |player: &str| {
        let worker = run.workers.iter().find(|worker| worker.name == player);
        worker.map_or(player.into(), |worker| format!("{player} (PID {})", worker.pid))
    };
    let names = [name(PLAYERS[0]), name(PLAYERS[1]), format!("same player again: {repeated}")];
    let left = names.iter().map(String::len).max().unwrap_or_default();
    let [ping, pong, again] = names.map(|name| format!("{name:<left$}"));
    let names = [paint(0, &ping), paint(1, &pong), judged(repeated, again.trim_end())];
    let mut rows = names.map(|name| format!("  {name}  "));
    rows[2] += &" ".repeat(left - again.trim_end().len());

    let chosen = choose(words, WIDTH - left - 4);
    for &at in &chosen {
        if at > 0 && !chosen.contains(&(at - 1)) {
            rows.iter_mut().zip(["... ", "... ", "    "]).for_each(|(row, gap)| *row += gap);
        }
        let Word { player, number, is_old, repeated } = words[at];
        let number = number.to_string();
        let mut cells = [0, 1, 2].map(|_| " ".repeat(number.len()));
        cells[player] = if is_old { bad(&number) } else { paint(player, &number) };
        if repeated {
            cells[2].replace_range(..1, &bad("↑"));
        }
        rows.iter_mut().zip(cells).for_each(|(row, cell)| *row += &format!("{cell} "));
    }
    let verdict = judged(both, &format!("{both} of {all} numbers counted by both"));
    let title = format!("{title:<0$}in order of time →  {verdict}", left + 4);
    [title].into_iter().chain(rows).map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Any of it is bad.
fn judged(count: usize, text: &str) -> String {
    if count > 0 { bad(text) } else { good(text) }
}

/// Which words have a column. The most important ones come first.
fn choose(words: &[Word], columns: usize) -> BTreeSet<usize> {
    let last = words.len().saturating_sub(1);
    let again = words.iter().position(|word| word.repeated);
    let again = again.into_iter().flat_map(|at| [at - 1, at, at + 1]);
    let ends = [0, last, 1, last.saturating_sub(1), last.saturating_sub(2)];
    let mut chosen = BTreeSet::new();
    for at in ends.into_iter().chain(again).chain(2..=last).filter(|at| *at < words.len()) {
        if chosen.insert(at) && width(words, &chosen) > columns {
            chosen.remove(&at);
            break;
        }
    }
    chosen
}

/// How many columns these words need.
fn width(words: &[Word], chosen: &BTreeSet<usize>) -> usize {
    let gaps = chosen.iter().filter(|at| **at > 0 && !chosen.contains(&(**at - 1))).count();
    let numbers = chosen.iter().map(|at| words[*at].number.to_string().len() + 1);
    4 * gaps + numbers.sum::<usize>()
}
