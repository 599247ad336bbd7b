//! The picture of a sale: a lane for each buyer, drawn from what the buyers have said and when.

use std::time::Duration;

use clap::ValueEnum;
use common::cli;
use common::picture::{Lane, bad, good, most_at_once, timeline};
use common::record::{Life, Record};

const MARKS: [(char, &str); 3] =
    [('·', "searches"), ('░', "waits for the lock"), ('█', "between reading and writing")];

/// Shows a sale: a lane for each buyer, an arrow to where the most of them are between reading and
/// writing, and what the marks mean. In a small picture, buyers of which each was started after the
/// end of the one before share a lane.
pub fn show(version: &impl ValueEnum, sale: &Record, is_small: bool) {
    let buyers = &sale.workers;
    let mut lanes: Vec<Lane> = buyers.iter().map(|buyer| lane(buyer, sale)).collect();
    let is_serial = buyers.windows(2).all(|two| two[0].to < Some(two[1].from));
    let in_one_lane = is_small && is_serial && lanes.len() > 1;
    if in_one_lane {
        let mut all = Lane::new(format!("{:8}", format!("1 to {}", lanes.len())));
        all.spans = lanes.into_iter().flat_map(|lane| lane.spans).collect();
        all.note = "one by one".into();
        lanes = vec![all];
    }
    let mut picture = timeline(&cli::name(version), sale, &lanes);
    let (count, column) = most_at_once(&picture, '█');
    if count > 1 {
        let text = format!("{count} buyers at the same time");
        let arrow = match column {
            ..40 => format!("{:column$}↑ {text}", ""),
            _ => format!("{text:>0$} ↑", column - 1),
        };
        picture += &format!("{}\n", bad(&arrow));
    }
    if !in_one_lane {
        let marks = MARKS.iter().filter(|(mark, _)| picture.contains(*mark));
        let marks: Vec<String> = marks.map(|(mark, means)| format!("{mark} {means}")).collect();
        picture += &format!("  {}", marks.join("   "));
    }
    if picture.contains('▒') {
        picture += "\n  ▒ killed or failed at some moment here";
    }
    common::picture::show(&picture);
}

/// What a buyer did, from when to when. One that reads 3, then writes 2, has ticket 3.
fn lane(buyer: &Life, sale: &Record) -> Lane {
    // What begins or ends within the same column is drawn so, where nothing depends on its order.
    let column = (sale.time() / 48).max(Duration::from_nanos(1));
    let rounded = |time: Duration| {
        let columns = time.saturating_sub(sale.from).div_duration_f64(column).ceil();
        sale.from + column.mul_f64(columns)
    };
    let mut lane = Lane::new(&buyer.name);
    let (mut since, mut mark, mut ticket, mut latest) = (rounded(buyer.from), '·', "", buyer.from);
    for (at, line) in sale.lines.iter().enumerate().filter(|(_, line)| line.pid == buyer.pid) {
        latest = line.at;
        let (to, next) = match line.text.split(' ').collect::<Vec<_>>()[..] {
            ["waits", "for", "the", "lock"] => (line.at, '░'),
            ["reads", left] => {
                ticket = left;
                (line.at, '█')
            }
            ["has", "a", "ticket:", ..] => {
                let is_new = sale.lines[..at].iter().all(|earlier| earlier.text != line.text);
                lane.note = if is_new { good(ticket) } else { bad(&format!("{ticket} again")) };
                lane.note.insert_str(0, "ticket ");
                (line.at, ' ')
            }
            ["finds", "none", "left"] => {
                lane.note = "none left".into();
                (if mark == '░' { rounded(line.at) } else { line.at }, 'x')
            }
            _ => continue,
        };
        lane.span(since.min(to), to, mark);
        (since, mark) = (to, next);
    }
    if mark == 'x' {
        lane.span(since, since + Duration::from_nanos(1), mark);
    } else if lane.note.is_empty() {
        // It was killed or has failed. When exactly, only the system knows: its parent sees it later.
        lane.span(since.min(latest), latest, mark);
        lane.span(latest, buyer.to.unwrap_or(latest), '▒');
        lane.note = bad("failed");
    }
    lane
}
