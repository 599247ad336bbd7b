//! The picture of a run: when each process was alive, and how many were at the same time.

use std::time::Duration;

use common::picture::{Lane, block, timeline};
use common::record::{Life, Line, Record};

/// So many columns a timeline has.
const COLUMNS: usize = 48;

/// A lane for each process or thread, or for each job of the pool. The scale of time is at least so
/// long, so that two runs can be compared.
pub fn draw(title: &str, run: &Record, scale: Duration, jobs: Option<u32>) -> String {
    let lives = if run.workers.is_empty() { threads(run) } else { run.workers.clone() };
    let most = most_alive(&lives, run.from, run.to);
    let (lanes, marks, limit) = match jobs {
        Some(jobs) => (of_jobs(run, jobs), "█ a process", format!(" (--jobs {jobs})")),
        None => {
            let lanes = lives.iter().map(|life| of_life(run, life)).collect();
            (lanes, "· not started yet   █ runs", String::new())
        }
    };
    let has = |mark| lanes.iter().any(|lane| lane.spans.iter().any(|span| span.mark == mark));
    let next = if has('▓') { "   ▓ the next one" } else { "" };
    let held = if has('░') { "   ░ waits for Enter" } else { "" };
    let to = run.from + scale.max(run.time());
    let picture = timeline(title, &Record { from: run.from, to, ..Record::default() }, &lanes);
    format!("{picture}  {marks}{next}{held}   at most {most} at the same time{limit}\n")
}

/// A process or thread. With `--step`, it also waits for Enter.
fn of_life(run: &Record, life: &Life) -> Lane {
    let said = |text| {
        let mut lines = run.lines.iter().filter(|line| line.pid == life.pid);
        lines.find(|line| line.text.starts_with(text)).map(|line| line.at)
    };
    let begin = [
        Some((run.from, '·')),
        Some((life.from, '█')),
        said("waits for Enter").map(|at| (at, '░')),
        said("goes on: ").map(|at| (at, '█')),
    ];
    let begin: Vec<(Duration, char)> = begin.into_iter().flatten().collect();
    let ends = begin.iter().skip(1).map(|(at, _)| *at).chain([life.to.unwrap_or(run.to)]);
    let mut lane = Lane::new(&life.name);
    begin.iter().zip(ends).for_each(|((from, mark), to)| lane.span(*from, to, *mark));
    lane.note = format!("PID {}", life.pid);
    lane
}

/// How many processes are alive, and a lane for each job. Of few processes, each has its beginning and
/// its end there; of many, a column shows what was in it at any time.
fn of_jobs(run: &Record, jobs: u32) -> Vec<Lane> {
    let lives = &run.workers;
    let ends = lives.iter().filter_map(|life| life.to);
    let mut cuts: Vec<Duration> = lives.iter().map(|life| life.from).chain(ends).collect();
    cuts.sort();
    let is_fine = cuts.len() <= COLUMNS;
    if !is_fine {
        cuts = (0..=COLUMNS).map(|it| run.from + run.time() * it as u32 / COLUMNS as u32).collect();
    }
    let lane = |name: &str, mark: &dyn Fn(Duration, Duration) -> Option<char>| {
        let mut lane = Lane::new(name);
        for cut in cuts.windows(2) {
            lane.span(cut[0], cut[1], mark(cut[0], cut[1]).unwrap_or(' '));
        }
        lane
    };
    let level = |from, to| Some(block(most_alive(lives, from, to), jobs as usize));
    let mut lanes = vec![lane("alive", &level)];
    for name in (1..=jobs).map(|job| format!("job {job}")) {
        let own: Vec<&Life> = lives.iter().filter(|life| life.name == name).collect();
        let is_alive = |life: &Life, from, to| life.from < to && life.to.is_none_or(|it| it > from);
        let mark = |from, to| {
            let number = own.iter().position(|life| is_alive(life, from, to))?;
            Some(if is_fine && number % 2 == 1 { '▓' } else { '█' })
        };
        let mut lane = lane(&name, &mark);
        lane.note = format!("{} process{}", own.len(), if own.len() == 1 { "" } else { "es" });
        lanes.push(lane);
    }
    lanes
}

/// How many of them were alive at the same time, at most. That grows only when one begins.
fn most_alive(lives: &[Life], from: Duration, to: Duration) -> usize {
    let is_alive = |life: &Life, at| life.from <= at && life.to.is_none_or(|to| at < to);
    let alive = |at| lives.iter().filter(|life| is_alive(life, at)).count();
    let begin = lives.iter().map(|life| life.from).filter(|at| (from..to).contains(at));
    begin.chain([from]).map(alive).max().unwrap_or_default()
}

/// When each thread computes, as it says itself.
fn threads(run: &Record) -> Vec<Life> {
    let starts =
        run.lines.iter().filter_map(|line| Some((line.text.strip_suffix(" starts")?, line)));
    let life = |(name, line): (&str, &Line)| {
        let ends = format!("{name} ends: ");
        let end = run.lines.iter().find(|line| line.text.starts_with(&ends));
        let to = end.map(|line| line.at);
        Life { name: name.into(), pid: line.pid, from: line.at, to }
    };
    let mut lives: Vec<Life> = starts.map(life).collect();
    lives.sort_by_key(|life| (life.name.len(), life.name.clone())); // by their numbers
    lives
}
