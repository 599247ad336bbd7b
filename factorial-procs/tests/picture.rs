//! The picture shows what happened in a run: here, in runs that are written down.

use std::time::Duration;

use common::check::{most_at_once, squeezed};
use common::record::{Life, Line, Record};

#[path = "../src/picture.rs"]
mod picture;

const MS: fn(u64) -> Duration = Duration::from_millis;

/// A run, and for each of its processes the name, when it was started, and when it ended.
fn run(from: u64, to: u64, workers: &[(&str, u64, u64)]) -> Record {
    let life = |(&(name, from, to), pid)| Life {
        name: String::from(name),
        pid,
        from: MS(from),
        to: Some(MS(to)),
    };
    let workers = workers.iter().zip(71..).map(life).collect();
    Record { from: MS(from), to: MS(to), lines: vec![], workers }
}

fn draw(title: &str, run: &Record, scale: Duration, jobs: Option<u32>) -> String {
    anstream::adapter::strip_str(&picture::draw(title, run, scale, jobs)).to_string()
}

#[test]
fn half_the_time_is_half_as_long_on_the_scale_of_the_other_run() {
    let serial = run(0, 480, &[("process 1", 10, 240), ("process 2", 250, 480)]);
    let parallel = run(480, 730, &[("process 1", 490, 720), ("process 2", 500, 730)]);
    let pictures = draw("serial", &serial, Duration::ZERO, None)
        + &draw("parallel", &parallel, serial.time(), None);
    let expected = "\
serial       0 ms                                      480 ms
  process 1  ·███████████████████████                          PID 71
  process 2  ·························███████████████████████  PID 72
  · not started yet   █ runs   at most 1 at the same time
parallel     0 ms                                      480 ms
  process 1  ·███████████████████████                          PID 71
  process 2  ··███████████████████████                         PID 72
  · not started yet   █ runs   at most 2 at the same time
";
    assert_eq!(pictures, expected);
}

#[test]
fn a_thread_is_drawn_from_its_first_line_to_its_last_one() {
    let said = [(0, "2 starts"), (10, "1 starts"), (20, "10 starts")].into_iter();
    let said =
        said.chain([(30, "1 ends: 9! has"), (40, "10 ends: 9! has"), (48, "2 ends: 9! has")]);
    let line = |(at, text)| Line {
        at: MS(at),
        pid: 71,
        name: String::new(),
        text: format!("thread {text}"),
    };
    let run = Record { to: MS(48), lines: said.map(line).collect(), ..Record::default() };
    let expected = "\
threads      0 ms                                     48.0 ms
  thread 1   ··········████████████████████                    PID 71
  thread 2   ████████████████████████████████████████████████  PID 71
  thread 10  ····················████████████████████          PID 71
  · not started yet   █ runs   at most 3 at the same time
";
    assert_eq!(draw("threads", &run, Duration::ZERO, None), expected);
}

#[test]
fn of_few_processes_in_a_pool_each_can_be_seen() {
    let run =
        run(0, 48, &[("job 1", 0, 10), ("job 2", 5, 30), ("job 1", 12, 48), ("job 2", 32, 40)]);
    let expected = "\
pool     0 ms                                     48.0 ms
  alive  ▃▃▃▃▃▆▆▆▆▆▃▃▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▃▃▆▆▆▆▆▆▆▆▃▃▃▃▃▃▃▃
  job 1  ██████████  ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓  2 processes
  job 2       █████████████████████████  ▓▓▓▓▓▓▓▓          2 processes
  job 3                                                    0 processes
  █ a process   ▓ the next one   at most 2 at the same time (--jobs 3)
";
    assert_eq!(draw("pool", &run, Duration::ZERO, Some(3)), expected);
}

#[test]
fn of_many_processes_in_a_pool_a_column_shows_what_was_in_it_at_any_time() {
    // 100 in each job, but those of the second job are done in half of the time.
    let workers = (0..100)
        .flat_map(|task| [("job 1", 8 * task, 8 * task + 7), ("job 2", 4 * task, 4 * task + 3)]);
    let run = run(0, 800, &workers.collect::<Vec<_>>());
    let picture = draw("pool", &run, Duration::ZERO, Some(2));
    let expected = " alive █▄\n job 1 ██ 100 processes\n job 2 █  100 processes\n";
    let lanes: Vec<&str> = picture.lines().skip(1).take(3).collect();
    assert_eq!(squeezed(&lanes.join("\n")), expected, "{picture}");
    assert_eq!(most_at_once(&lanes[1..].join("\n"), '█'), 2, "{picture}");
    assert!(
        picture.ends_with("  █ a process   at most 2 at the same time (--jobs 2)\n"),
        "{picture}"
    );
}

#[test]
fn more_than_ten_lanes_are_not_drawn_and_how_many_are_alive_is_always_shown() {
    let run = run(0, 50, &[("job 64", 10, 40)]);
    let picture = draw("pool", &run, Duration::ZERO, Some(64));
    assert!(picture.lines().nth(1).unwrap().starts_with("  alive  "), "{picture}");
    assert!(picture.contains("  … and 55 more\n"), "{picture}");
    assert_eq!(picture.lines().count(), 13, "{picture}");
}
