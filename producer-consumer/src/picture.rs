//! The picture of a run: what each producer and consumer does, and how full the queue is.

use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::time::Duration;

use common::picture::{Lane, Span, bad, block, good, timeline};
use common::record::Record;

use crate::Options;

/// So many of the last lines are drawn. A record has them all, also of a long run.
const DRAWN: usize = 2000;

/// So many producers are drawn, and so many consumers.
const LANES: u32 = 4;

/// The work of a consumer on an item.
#[derive(Clone)]
pub struct Work {
    /// When the consumer was free to take it: at the end of its work before, if there was any.
    pub free: Option<Duration>,
    pub to: Duration,
}

/// By their items.
pub type Works = BTreeMap<u32, Work>;

/// A line such as `producer 1 wants to put 7   5 of 5 queued`, `consumer 1 takes 7` or `consumer 1 is done`.
struct Said<'a> {
    at: Duration,
    /// The time of the next line of the same thread.
    next: Duration,
    who: &'a str,
    what: &'a str,
    item: u32,
    queued: usize,
}

/// Draws a run. If Ctrl-C has stopped it, or if it was very long, only its end.
pub fn draw(
    version: &str,
    options: &Options,
    record: &Record,
    works: &Works,
    stopped: Option<Duration>,
) -> String {
    let Record { from, to, ref lines, .. } = *record;
    let Options { producers, consumers, capacity, .. } = *options;
    let cut = lines.len().saturating_sub(DRAWN);
    let (mut said, mut next) = (Vec::new(), HashMap::new());
    for line in lines[cut..].iter().rev() {
        let words: Vec<&str> = line.text.split_whitespace().collect();
        let (role, number, what, numbers) = match words[..] {
            [role, number, "wants", "to", what, ref numbers @ ..]
            | [role, number, what, ref numbers @ ..] => (role, number, what, numbers),
            _ => continue,
        };
        let who = &line.text[..role.len() + 1 + number.len()];
        let number = |at: usize| numbers.get(at).and_then(|word| word.parse().ok()).unwrap_or(0);
        let (item, queued) = (number(0), number(1) as usize);
        let next = next.insert(who, line.at).unwrap_or(to);
        said.push(Said { at: line.at, next, who, what, item, queued });
    }
    said.reverse();

    // What a producer does is known from the first of its lines on.
    let known = next.into_iter().filter(|(who, _)| cut > 0 && who.starts_with("producer"));
    let known = known.map(|(_, at)| at).max().unwrap_or(from);
    let stop = stopped.map_or(from, |stop| stop.saturating_sub(to.saturating_sub(stop)));
    let shown = Record { from: known.max(stop), to, ..Record::default() };

    // The queue of a student's own may have another limit or none, and lose items.
    let is_known = version != "yours";
    let soon = if is_known { Duration::ZERO } else { shown.time() / 50 };

    let mut lanes = Vec::new();
    for number in 1..=producers.min(LANES) {
        lanes.push(producer(&format!("producer {number}"), &said, capacity, soon));
    }
    let mut levels = levels(&said, works, cut > 0, is_known);
    levels.retain(|(at, _)| *at >= known);
    lanes.push(queue(&levels, capacity, &shown));
    if let Some(stop) = stopped {
        let span = Span { from: stop, to, mark: '─' };
        lanes.push(Lane { spans: vec![span], ..Lane::new("Ctrl-C") });
    }
    // Why a consumer ends is known of the versions of the page only.
    let ends = if is_known { "ends: disconnected" } else { "ends" };
    let is_done = |it: &&Said<'_>| it.who.starts_with("producer") && it.what == "is";
    let all_are_done = said.iter().filter(is_done).count() == producers as usize;
    let waits = if all_are_done { "waits: nobody will send" } else { "waits" };
    for number in 1..=consumers.min(LANES) {
        let mut lane = consumer(&format!("consumer {number}"), &said, works, &shown);
        let has_ended = mem::take(&mut lane.note) == "is done";
        lane.note = if has_ended { good(ends) } else { bad(waits) };
        lanes.push(lane);
    }
    for lane in &mut lanes {
        lane.spans.iter_mut().for_each(|span| span.from = span.from.max(shown.from));
        lane.spans.retain(|span| span.from < span.to);
    }
    let title = if shown.from > from { "at the end" } else { version };
    let mut picture = timeline(title, &shown, &lanes);
    if let more @ 1.. = producers.saturating_sub(LANES) + consumers.saturating_sub(LANES) {
        picture += &format!("  … and {more} more producers and consumers\n");
    }
    let skips = if picture.contains('×') { "× skips one: no room   " } else { "" };
    picture + &format!("  · puts an item   {skips}░ waits   █ works on an item\n")
}

/// What a producer does lasts until its next line. It waits for room if it has seen none, and goes on
/// no sooner than this.
fn producer(who: &str, said: &[Said<'_>], capacity: usize, soon: Duration) -> Lane {
    let mut lane = Lane::new(who);
    let mut skipped = Vec::new();
    for line in said.iter().filter(|line| line.who == who) {
        let mark = match line.what {
            "put" if line.queued < capacity || line.next < line.at + soon => '·',
            "put" => '░',
            "skips" => '×',
            _ => continue,
        };
        lane.spans.push(Span { from: line.at, to: line.next, mark });
        match mark {
            '░' => lane.note = "waits for room".into(),
            '×' => skipped.push(line.item.to_string()),
            _ => {}
        }
    }
    if skipped.len() > 5 {
        skipped.splice(3.., ["…".into()]);
    }
    if !skipped.is_empty() {
        lane.note = bad(&format!("skips {}", skipped.join(", ")));
    }
    lane
}

/// How many items are in the queue from a time on, never more than there were: an item is counted
/// when its producer goes on, and no more when a consumer is free to take it. In between, producers
/// have read the number, and say it.
fn levels(
    said: &[Said<'_>],
    works: &Works,
    is_cut: bool,
    is_known: bool,
) -> Vec<(Duration, usize)> {
    let mut changes = BTreeMap::<Duration, (i32, Option<usize>)>::new();
    // One that is never taken was perhaps not put.
    let is_put = |it: &Said<'_>| it.what == "put" && (is_known || works.contains_key(&it.item));
    for line in said.iter().filter(|line| line.what != "is") {
        changes.entry(line.at).or_default().1 = Some(line.queued);
        changes.entry(line.next).or_default().0 += i32::from(is_put(line));
    }
    let begin = said.first().filter(|_| is_cut).map(|line| line.at).unwrap_or_default();
    let free = works.values().map(|work| work.free.unwrap_or_default());
    for free in free.filter(|free| *free >= begin) {
        let (change, read) = changes.entry(free).or_default();
        (*change, *read) = (*change - 1, Some(0));
    }
    let sum: i32 = changes.values().map(|(change, _)| *change).sum();
    let (mut level, mut read) = (if is_cut { -sum } else { 0 }, 0); // in the end, nothing is left
    let level = |(at, (change, now)): (Duration, (i32, Option<usize>))| {
        (level, read) = (level + change, now.unwrap_or(read));
        (at, read.max(level.max(0) as usize))
    };
    changes.into_iter().map(level).collect()
}

/// A gap that is filled within less than a column is not drawn.
fn queue(levels: &[(Duration, usize)], capacity: usize, run: &Record) -> Lane {
    let mut drawn = vec![(Duration::ZERO, 0)];
    for (number, &(at, level)) in levels.iter().enumerate() {
        let before = drawn[drawn.len() - 1].1;
        let mut soon = levels[number..].iter().take_while(|it| it.0 < at + run.time() / 50);
        if level > before || level < before && !soon.any(|it| it.1 >= before) {
            drawn.push((at, level));
        }
    }
    drawn.push((run.to, 0));
    let highest = drawn.iter().map(|it| it.1).max().unwrap_or_default();
    let mut lane = Lane::new("queue");
    for two in drawn.windows(2) {
        lane.span(two[0].0, two[1].0, block(two[0].1, highest.max(capacity)));
    }
    lane.note = format!("room for {capacity}");
    if highest > capacity {
        lane.note = bad(&format!("{highest} queued: more than {capacity}"));
    }
    lane
}

/// What a consumer does, and whether it is done. Less than a column is no wait.
fn consumer(who: &str, said: &[Said<'_>], works: &Works, shown: &Record) -> Lane {
    let mut lane = Lane::new(who);
    let mut free = None;
    for line in said.iter().filter(|line| line.who == who) {
        let takes = works.get(&line.item).filter(|_| line.what == "takes");
        let since = free.unwrap_or(if takes.is_some() { line.at } else { shown.from });
        let waits = line.at.saturating_sub(since) > shown.time() / 50;
        if waits {
            lane.span(since, line.at, '░');
        }
        if let Some(work) = takes {
            lane.span(if waits { line.at } else { since }, work.to, '█');
        } else {
            lane.note = "is done".into();
        }
        free = Some(takes.map_or(shown.to, |work| work.to));
    }
    lane.span(free.unwrap_or(shown.from), shown.to, '░');
    lane
}
