//! How long things take, and when they happen.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The environment variable that carries a lesson's zero of time to its worker processes, in
/// microseconds since 1970.
pub const ZERO: &str = "LESSON_ZERO_MICROSECONDS";

/// The time since the lesson began. A worker process counts from the zero of the lesson that
/// started it; a program that nobody gave a zero counts from its own first call.
///
/// It is the wall clock, since no other clock is the same in all processes, so use it to tell
/// people when, and [`timed`] to measure.
///
/// ```
/// let before = common::clock::since_zero();
/// assert!(common::clock::since_zero() >= before);
/// ```
pub fn since_zero() -> Duration {
    SystemTime::now().duration_since(zero()).unwrap_or_default()
}

/// This lesson's zero of time, to be handed on in [`ZERO`].
pub(crate) fn zero() -> SystemTime {
    static OWN: OnceLock<SystemTime> = OnceLock::new();
    *OWN.get_or_init(|| {
        let given = std::env::var(ZERO).ok().and_then(|text| text.parse().ok());
        let given = given.and_then(|us| UNIX_EPOCH.checked_add(Duration::from_micros(us)));
        given.unwrap_or_else(SystemTime::now)
    })
}

static WALL_CLOCK: AtomicBool = AtomicBool::new(false);

/// From now on, lines show the minutes and seconds of the clock on the wall: the same for two
/// lessons in two terminals.
pub fn show_wall_clock() {
    WALL_CLOCK.store(true, SeqCst);
}

/// A time since the lesson began, as a line shows it.
pub(crate) fn at(time: Duration) -> String {
    if !WALL_CLOCK.load(SeqCst) {
        return format!("{:>6} ms", time.as_millis());
    }
    let wall = zero().duration_since(UNIX_EPOCH).unwrap_or_default() + time;
    let (seconds, milliseconds) = (wall.as_secs(), wall.subsec_millis());
    format!("{:02}:{:02}.{milliseconds:03}", seconds / 60 % 60, seconds % 60)
}

/// Does the work, and measures how long it takes.
///
/// ```
/// let (sum, time) = common::timed(|| (1..=100).sum::<u32>());
/// assert_eq!(sum, 5050);
/// println!("{}", common::readable(time));
/// ```
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let outcome = work();
    (outcome, start.elapsed())
}

/// A time with a unit and three significant digits.
///
/// ```
/// use std::time::Duration;
///
/// assert_eq!(common::readable(Duration::from_micros(11_340)), "11.3 ms");
/// assert_eq!(common::readable(Duration::from_millis(1012)), "1.01 s");
/// ```
pub fn readable(time: Duration) -> String {
    let nanoseconds = time.as_nanos() as f64;
    for (unit, size) in [("ns", 1e0), ("µs", 1e3), ("ms", 1e6)] {
        if nanoseconds / size < 999.5 {
            return format!("{} {unit}", three_digits(nanoseconds / size));
        }
    }
    format!("{} s", three_digits(nanoseconds / 1e9))
}

/// A number, not negative, with three significant digits.
///
/// ```
/// assert_eq!(common::clock::three_digits(89.37), "89.4");
/// assert_eq!(common::clock::three_digits(123_456.0), "123000");
/// ```
pub fn three_digits(number: f64) -> String {
    match number {
        0.0 => "0".into(),
        ..9.995 => format!("{number:.2}"),
        ..99.95 => format!("{number:.1}"),
        ..999.5 => format!("{number:.0}"),
        _ => format!("{}0", three_digits(number / 10.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_three_digits_on_both_sides_of_every_border() {
        let times = [
            (0, "0 ns"),
            (7, "7.00 ns"),
            (999, "999 ns"),
            (1_000, "1.00 µs"),
            (9_994, "9.99 µs"),
            (9_996, "10.0 µs"),
            (99_940, "99.9 µs"),
            (99_960, "100 µs"),
            (999_499, "999 µs"),
            (999_500, "1.00 ms"),
            (46_509_590_000, "46.5 s"),
            (999_600_000_000, "1000 s"),
            (3_726_000_000_000, "3730 s"),
        ];
        for (nanoseconds, text) in times {
            assert_eq!(readable(Duration::from_nanos(nanoseconds)), text);
        }
    }
}
