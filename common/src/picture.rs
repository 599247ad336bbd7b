//! Pictures in text: what has happened in a run, at a glance.
//!
//! They are drawn with block characters; [`show()`] replaces them where there are none.

use std::env;
use std::time::Duration;

use anstream::adapter::strip_str;
use anstyle::{AnsiColor, Style};

use crate::record::Record;
use crate::{readable, show};

/// A picture is at most so wide, in columns.
const WIDTH: usize = 78;

/// A lane has at most so many columns for its spans.
const MOST_COLUMNS: usize = 48;

/// So many lanes are drawn at most.
const MOST_LANES: usize = 10;

/// What the lane of a thread or process shows from one time to another.
#[derive(Clone, Debug)]
pub struct Span {
    /// Its beginning, since the lesson began.
    pub from: Duration,
    /// Its end.
    pub to: Duration,
    /// The character for it, such as `█`.
    pub mark: char,
}

/// A line of a timeline: a thread or a process.
#[derive(Clone, Debug)]
pub struct Lane {
    /// Stands before it, such as "buyer 3".
    pub name: String,
    /// What is drawn, in the order of time.
    pub spans: Vec<Span>,
    /// Stands after it: what came of it.
    pub note: String,
}

impl Lane {
    /// A lane without anything in it.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), spans: Vec::new(), note: String::new() }
    }

    /// Adds a span.
    pub fn span(&mut self, from: Duration, to: Duration, mark: char) {
        self.spans.push(Span { from, to, mark });
    }
}

/// Draws lanes below each other, with a common scale of time from the beginning of the run to its
/// end. More than ten lanes are not drawn.
///
/// Two lanes have something in the same column only if both were in it at the same time: where things
/// happen in quick succession, the scale is stretched, so that each of them has a column.
///
/// ```
/// use std::time::Duration;
///
/// use common::picture::{Lane, timeline};
/// use common::record::Record;
///
/// let ms = Duration::from_millis;
/// let mut lane = Lane::new("buyer 1");
/// lane.span(ms(0), ms(50), '·');
/// lane.span(ms(50), ms(100), '█');
/// let run = Record { to: ms(100), ..Record::default() };
/// let picture = anstream::adapter::strip_str(&timeline("locked", &run, &[lane])).to_string();
/// assert!(picture.starts_with("locked     0 ms"));
/// assert!(picture.ends_with("  buyer 1  ························████████████████████████\n"));
/// ```
pub fn timeline(title: &str, run: &Record, lanes: &[Lane]) -> String {
    let shown = &lanes[..lanes.len().min(MOST_LANES)];
    let longest = |text: fn(&Lane) -> &String| shown.iter().map(|it| width(text(it))).max();
    let names = longest(|lane| &lane.name).unwrap_or_default().max(width(title).saturating_sub(2));
    let notes = longest(|lane| &lane.note).unwrap_or_default();
    let columns = WIDTH.saturating_sub(2 + names + 2 + 2 + notes).clamp(10, MOST_COLUMNS);
    let scale = Scale::new(run, shown, columns);
    let end = readable(run.time());
    let mut picture = format!("{title:<0$}  0 ms{end:>1$}\n", names + 2, columns - 4);
    for (number, lane) in shown.iter().enumerate() {
        let cells = paint(number, &scale.cells(&lane.spans));
        let name = paint(number, &format!("{:<names$}", lane.name));
        let line = format!("  {name}  {cells}  {}", lane.note);
        picture += line.trim_end();
        picture.push('\n');
    }
    if shown.len() < lanes.len() {
        picture += &format!("  … and {} more\n", lanes.len() - shown.len());
    }
    picture
}

/// Which column a time has.
struct Scale {
    /// Each time at which something begins or ends, and its column.
    places: Vec<(Duration, usize)>,
    columns: usize,
}

impl Scale {
    fn new(run: &Record, lanes: &[Lane], columns: usize) -> Self {
        let spans = || lanes.iter().flat_map(|lane| &lane.spans);
        let mut times: Vec<Duration> = spans().flat_map(|span| [span.from, span.to]).collect();
        times.sort();
        times.dedup();
        let whole = run.time().as_secs_f64().max(1e-9);
        let linear = |time: &Duration| {
            let part = time.saturating_sub(run.from).as_secs_f64() / whole;
            (part * columns as f64).round() as usize
        };
        let mut places: Vec<usize> = times.iter().map(linear).collect();
        let count = places.len();
        if count <= columns {
            for at in 1..count {
                places[at] = places[at].max(places[at - 1] + 1);
            }
            for (place, after) in places.iter_mut().rev().zip(0..) {
                *place = (*place).min(columns - after);
            }
        }
        Self { places: times.into_iter().zip(places).collect(), columns }
    }

    fn column(&self, time: Duration) -> usize {
        let at = self.places.partition_point(|(other, _)| *other < time);
        self.places.get(at).map_or(self.columns, |(_, column)| (*column).min(self.columns))
    }

    fn cells(&self, spans: &[Span]) -> String {
        let mut cells = vec![' '; self.columns];
        for span in spans {
            let from = self.column(span.from);
            cells[from..self.column(span.to).max(from)].fill(span.mark); // clocks are set back, too
        }
        cells.into_iter().collect::<String>()
    }
}

/// A level as it changes over time, such as that of a queue: in each column, the highest one.
/// `changes` are the times since the lesson began, and the level from then on.
///
/// ```
/// use std::time::Duration;
///
/// use common::picture::levels;
/// use common::record::Record;
///
/// let ms = Duration::from_millis;
/// let run = Record { to: ms(40), ..Record::default() };
/// assert_eq!(levels(&run, &[(ms(10), 4), (ms(20), 8), (ms(30), 1)], 8, 8), "  ▄▄██▁▁");
/// ```
pub fn levels(run: &Record, changes: &[(Duration, usize)], most: usize, columns: usize) -> String {
    let ends = changes.iter().skip(1).map(|(time, _)| *time).chain([run.to]);
    let pieces: Vec<_> = changes.iter().zip(ends).collect();
    let time = |column: usize| run.from + run.time() * column as u32 / columns as u32;
    let highest = |column| {
        let (from, to) = (time(column), time(column + 1));
        let inside = pieces.iter().filter(|((begin, _), end)| *begin < to && *end > from);
        inside.map(|((_, level), _)| *level).max().unwrap_or_default()
    };
    (0..columns).map(|column| block(highest(column), most)).collect()
}

/// The block for a level, such as that of a queue with room for `most`.
///
/// ```
/// assert_eq!([0, 1, 4, 8].map(|level| common::picture::block(level, 8)), [' ', '▁', '▄', '█']);
/// ```
pub fn block(level: usize, most: usize) -> char {
    let blocks = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    blocks[(level * 8).div_ceil(most.max(1)).min(8)]
}

/// In how many lines of a picture this mark stands in the same column, at most, and the first column
/// with so many.
///
/// ```
/// let picture = "  buyer 1  ··████····\n  buyer 2  ·····███··\n";
/// assert_eq!(common::picture::most_at_once(picture, '█'), (2, 16));
/// ```
pub fn most_at_once(picture: &str, mark: char) -> (usize, usize) {
    let picture = strip_str(picture).to_string();
    let lines: Vec<Vec<char>> = picture.lines().map(|line| line.chars().collect()).collect();
    let longest = lines.iter().map(Vec::len).max().unwrap_or_default();
    let count = |at: usize| lines.iter().filter(|line| line.get(at) == Some(&mark)).count();
    let counts = (0..longest).rev().map(|at| (count(at), at)); // of equal counts, the last one is it
    counts.max_by_key(|(count, _)| *count).unwrap_or_default()
}

/// Shows a picture. Where the locale or the terminal has no block characters, in ASCII.
pub fn show(picture: &str) {
    let picture = picture.trim_end_matches('\n');
    if has_blocks() { show!("{picture}") } else { show!("{}", in_ascii(picture)) }
}

/// On Unix, the locale tells; if it is not set, the terminal most likely has them. On Windows, the
/// old console has not.
fn has_blocks() -> bool {
    if cfg!(windows) {
        return env::var_os("WT_SESSION").is_some();
    }
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].map(|name| env::var(name).unwrap_or_default());
    let locale = set.into_iter().find(|locale| !locale.is_empty()).unwrap_or("UTF-8".into());
    locale.to_uppercase().replace('-', "").contains("UTF8")
}

/// A character that becomes longer takes the place of spaces after it: columns stay columns.
fn in_ascii(picture: &str) -> String {
    let (mut text, mut too_far) = (String::new(), 0);
    for character in picture.chars() {
        match character {
            ' ' if too_far > 0 && text.ends_with(' ') => {
                too_far -= 1;
                continue;
            }
            '\n' => too_far = 0,
            _ => {}
        }
        let before = text.len();
        match character {
            '█' | '▇' | '▆' | '▅' => text.push('#'),
            '▄' | '▃' | '▂' | '▁' => text.push('_'),
            '▓' | '▒' => text.push('%'),
            '░' => text.push(':'),
            '·' => text.push('.'),
            '═' => text.push('='),
            '─' => text.push('-'),
            '│' => text.push('|'),
            '→' => text.push('>'),
            '←' => text.push('<'),
            '↑' => text.push('^'),
            '↓' => text.push('v'),
            '⏎' => text.push_str("\\n"),
            '…' => text.push_str("..."),
            '×' => text.push('x'),
            '¥' => text.push_str("JPY "),
            'µ' => text.push('u'),
            other if other.is_ascii() => text.push(other),
            _ => text.push('?'),
        }
        too_far += text.len() - before - 1;
    }
    text
}

/// In red: what is lost, torn or sold twice. The text must say so, too.
///
/// ```
/// assert!(common::picture::bad("¥1 lost").contains("¥1 lost"));
/// ```
pub fn bad(text: &str) -> String {
    styled(AnsiColor::Red.on_default().bold(), text)
}

/// In green: what is kept.
pub fn good(text: &str) -> String {
    styled(AnsiColor::Green.on_default(), text)
}

/// In the colour of the worker with this number, as its lines are.
pub fn paint(number: usize, text: &str) -> String {
    use AnsiColor::{Blue, BrightBlue, BrightMagenta, Cyan, Magenta, Yellow};
    let colours = [Cyan, Yellow, Magenta, BrightBlue, BrightMagenta, Blue];
    styled(colours[number % colours.len()].on_default(), text)
}

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// How many columns a text has, without its colours, also in ASCII.
fn width(text: &str) -> usize {
    let text = strip_str(text).to_string();
    text.chars().count().max(in_ascii(&text).len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn plain(text: &str) -> String {
        strip_str(text).to_string()
    }

    fn run(to: u64) -> Record {
        Record { to: MS(to), ..Record::default() }
    }

    #[test]
    fn two_lanes_share_a_column_only_if_they_overlap_in_time() {
        // Nine short spans, one right after the other, at the end of a long run.
        let lanes: Vec<Lane> = (0..9)
            .map(|number| {
                let mut lane = Lane::new("lane");
                lane.span(MS(990 + number), MS(991 + number), '█');
                lane
            })
            .collect();
        let picture = plain(&timeline("", &run(1000), &lanes));
        let marks = |line: &str| line.chars().enumerate().filter(|it| it.1 == '█').count();
        assert!(picture.lines().skip(1).all(|line| marks(line) > 0), "{picture}");
        let columns = picture.lines().skip(1).flat_map(|line| {
            line.chars().enumerate().filter(|it| it.1 == '█').map(|it| it.0).collect::<Vec<_>>()
        });
        let mut columns: Vec<_> = columns.collect();
        let all = columns.len();
        columns.sort();
        columns.dedup();
        assert_eq!(columns.len(), all, "{picture}");
    }

    #[test]
    fn a_picture_is_never_wider_than_the_screen() {
        let mut lane = Lane::new("a long name");
        lane.note = "x".repeat(30);
        lane.span(MS(0), MS(10), '█');
        let lanes = vec![lane.clone(); 30];
        let picture = plain(&timeline("title", &run(10), &lanes));
        assert!(picture.lines().all(|line| line.chars().count() <= 80), "{picture}");
        assert_eq!(picture.lines().count(), 1 + MOST_LANES + 1);

        lane.note = "reads 0, writes 1  ← ¥1 lost".into();
        let picture = in_ascii(&plain(&timeline("title", &run(10), &[lane])));
        assert!(picture.lines().all(|line| line.len() <= 80), "{picture}");
    }

    #[test]
    fn without_block_characters_a_picture_is_ascii() {
        let text = in_ascii("▁▂▃▄▅▆▇█ ░ · ═ → ← … ⏎ ¥1 µs ß");
        assert!(text.is_ascii(), "{text}");
    }

    #[test]
    fn without_block_characters_columns_stay_columns() {
        let text = in_ascii("|one⏎two⏎|    |\n|one…|        |\n|one|         |");
        assert_eq!(text, "|one\\ntwo\\n|  |\n|one...|      |\n|one|         |");
    }
}
