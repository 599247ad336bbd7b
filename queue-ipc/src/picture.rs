//! What happened in a run, drawn from the lines that were said, and from the answers of the readers.

use std::time::Duration;

use common::picture::{Lane, bad, good, paint, timeline};
use common::record::{Line, Record};

use crate::messages::Taken;

/// So many items are drawn one by one.
const FEW: usize = 8;

/// How wide a row of messages is at most.
const COLUMNS: u64 = 40;

/// So many writers, and so many torn messages, are shown at most.
const MOST: usize = 8;

/// A timeline of a reader and a writer.
pub fn of_items(title: &str, run: &Record, items: u32, taken: u64) -> String {
    let said = |start| run.lines.iter().find(move |line| line.text.starts_with(start));
    let broken = said("stops: item ");
    let put = broken.and_then(|line| line.text["stops: item ".len()..].split(':').next());
    let empty = said("finds the queue empty");
    let end = empty.or(said("stops; "));
    let mut writer = lane(run, "writer", "puts item ", broken, 'x');
    let mut reader =
        lane(run, "reader", "takes item ", end, if empty.is_some() { '?' } else { '|' });
    writer.note = format!("puts {} of {items}", put.unwrap_or(&items.to_string()));
    let all = taken == u64::from(items);
    let note = format!("takes {taken} of {items}");
    reader.note = if all { good(&note) } else { bad(&note) };
    let mut legend = String::from("  · waits   █ an item");
    legend +=
        if empty.is_some() { "   ? the queue is empty: stops" } else { "   | end of file: stops" };
    legend += if broken.is_some() { "   x no reader: broken pipe" } else { "" };
    format!("{}{legend}\n", timeline(title, run, &[reader, writer]))
}

/// The lane of a worker: its items, and its end.
fn lane(run: &Record, name: &str, does: &str, end: Option<&Line>, mark: char) -> Lane {
    let one = Duration::from_micros(1); // is at least a column
    let from = run.workers.iter().find(|it| it.name == name).map_or(run.from, |it| it.from);
    let is_item = |line: &&Line| line.name == name && line.text.starts_with(does);
    let mut items: Vec<Duration> = run.lines.iter().filter(is_item).map(|line| line.at).collect();
    if mark == 'x' && end.is_some() {
        items.pop(); // it was not put
    }
    let end = end.map(|line| line.at);
    let mut lane = Lane::new(name);
    lane.span(from, end.or(items.last().copied()).unwrap_or(from), '·');
    match items[..] {
        [first, .., last] if items.len() > FEW => lane.span(first, last + one, '█'),
        _ => items.iter().for_each(|at| lane.span(*at, *at + one, '█')),
    }
    end.iter().for_each(|at| lane.span(*at, *at + one, mark));
    lane
}

/// Which messages were taken whole, and what was in the pipe where one was torn.
pub fn of_messages(title: &str, run: &Record, writers: u8, items: u32, taken: &[Taken]) -> String {
    let who = ["1", "1, 2", "1, 2, …"][taken.len().clamp(1, 3) - 1];
    let mut picture = format!("{title:<9}  {who}: taken by reader {who}   · missing\n");
    for letter in ('A'..).take(writers.into()).take(MOST) {
        picture += &format!("  writer {letter}  {}\n", messages_of(letter, items.into(), taken));
    }
    if usize::from(writers) > MOST {
        picture += &format!("  … and {} more\n", usize::from(writers) - MOST);
    }
    let torn =
        |line: &Line| Some((line.name.clone(), line.text.strip_prefix("torn: ")?.to_string()));
    let torn: Vec<(String, String)> = run.lines.iter().filter_map(torn).collect();
    if !torn.is_empty() {
        picture += "  Torn messages, as they were read: [length] text\n";
    }
    for (reader, place) in torn.iter().take(MOST) {
        let (whole, rest) = place.split_once('|').unwrap_or((place, ""));
        let why = match rest {
            "end of file" => "the queue ends inside a message",
            _ if whole.is_empty() && is_text(rest) => "these 4 bytes are text, not a length",
            _ if whole.is_empty() => "no writer has put such a length",
            _ if rest.starts_with('[') => "the length of another message",
            _ => "not the text of this length",
        };
        let margin = " ".repeat(format!("  {reader:<8}  {whole}").chars().count());
        let read = if rest.is_empty() { whole.trim_end() } else { whole };
        picture += &format!("  {reader:<8}  {read}{}\n{margin}↑ {why}\n", bad(rest));
    }
    if torn.len() > MOST {
        picture += &format!("  … and {} more\n", torn.len() - MOST);
    }
    picture
}

/// Does this begin with text in the place of a length, such as `[ B0 ]`? A length is shown as a number.
fn is_text(read: &str) -> bool {
    let inside = read.strip_prefix('[').and_then(|read| read.split_once(']'));
    let is_word = |text: &str| text.len() == 4 && text.contains(|one: char| !one.is_ascii_digit());
    inside.is_some_and(|(text, _)| is_word(text) && !text.contains('\\'))
}

/// A mark for each message of this writer, or for several: the number of the reader that has taken it.
fn messages_of(writer: char, items: u64, taken: &[Taken]) -> String {
    let columns = items.min(COLUMNS);
    let (mut row, mut whole, mut drawn) = (String::new(), 0, 0);
    for (reader, number) in taken.iter().zip(1..) {
        whole += reader.whole.get(&writer).copied().unwrap_or_default();
        let most = if whole < items { columns - 1 } else { columns };
        let end = (whole * columns).div_ceil(items).min(most) as usize;
        let mark = char::from_digit(number, 36).unwrap_or('+').to_string();
        row += &paint(number as usize - 1, &mark.repeat(end - drawn));
        drawn = end;
    }
    let missing = "·".repeat(columns as usize - drawn);
    let sum = format!("{whole} of {items} whole");
    let sum = if whole == items { good(&sum) } else { bad(&sum) };
    format!("{row}{missing}  {sum}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::{tear, text};

    /// Without colours.
    fn plain(text: &str) -> String {
        let parts = text.split('\u{1b}').enumerate();
        parts
            .map(|(at, part)| if at == 0 { part } else { part.split_once('m').unwrap().1 })
            .collect()
    }

    /// A length, and these texts behind it.
    fn message(length: u32, texts: &[&[u8]]) -> Vec<u8> {
        [&length.to_be_bytes(), &texts.concat()[..]].concat()
    }

    #[test]
    fn a_torn_message_shows_its_bytes_and_the_place_where_it_is_torn() {
        let long = text('B', 1);
        let (half, length) = (&long.as_bytes()[..60], [0, 0, 0x4e, 0x21]);
        let another = "the length of another message";
        let not_its = "not the text of this length";
        for (read, bytes, why) in [
            (message(6, &[&length, b"A0"]), "[6] [20001]A0\n  reader 1      ↑", another),
            (
                message(402, &[half, &length, b"C3 C3 C3 C3 C3 "]),
                "[402] B1 B1 .. B1 B1 [20001]C3 C3 C3..\n  reader 1                       ↑",
                another,
            ),
            (message(6, &[b"A0 ", b"B0 "]), "[6] A0 B0\n  reader 1         ↑", not_its),
            (message(6, &[b"B1 B1 "]), "[6] B1 B1\n  reader 1            ↑", not_its),
            (
                message(0x4130_2041, &[b"0 ", &length]),
                "[A0 A] 0 [20001]\n  reader 1  ↑",
                "these 4 bytes are text, not a length",
            ),
            (
                message(0x0006_4130, &[b" A0 "]),
                "[\\0\\6A0]  A0\n  reader 1  ↑",
                "no writer has put such a length",
            ),
            (
                message(402, &[half]),
                "[402] B1 B1 .. B1 B1 end of file\n  reader 1                       ↑",
                "the queue ends inside a message",
            ),
        ] {
            let text = format!("torn: {}", tear(&read).unwrap());
            let line = Line { at: Duration::ZERO, pid: 1, name: "reader 1".into(), text };
            let run = Record { lines: vec![line], ..Record::default() };
            let drawn = of_messages("unlocked", &run, 0, 1, &[]);
            let drawn = plain(&drawn);
            let expected =
                format!("  reader 1  {bytes} {why}\n").replace("\n  reader 1", "\n          ");
            assert!(drawn.ends_with(&expected), "{drawn}\n{expected}");
        }
        assert_eq!(tear(&message(402, &[long.as_bytes()])), None);
    }

    #[test]
    fn a_row_has_a_mark_for_each_message_or_for_several_and_none_is_too_wide() {
        let count = |a, b| Taken { whole: [('A', a), ('B', b)].into(), torn: 0 };
        for (items, taken, a, b) in [
            (3, [count(1, 0), count(2, 1)], "122  3 of 3 whole", "2··  1 of 3 whole"),
            (
                400,
                [count(1, 0), count(0, 399)],
                &format!("1{}  1 of 400 whole", "·".repeat(39)),
                &format!("{}·  399 of 400 whole", "2".repeat(39)),
            ),
        ] {
            let drawn = of_messages("locked", &Record::default(), 2, items, &taken);
            let drawn = plain(&drawn);
            let rows: Vec<&str> = drawn.lines().skip(1).collect();
            assert_eq!(rows, [format!("  writer A  {a}"), format!("  writer B  {b}")]);
        }
    }
}
