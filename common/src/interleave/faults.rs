//! What is said of a lesson that cannot be run in every interleaving.

use super::actor::Actor;
use super::state::{MOST_STEPS, State};

impl State {
    /// What is said of a run that has too many steps: which thread does the same again and again.
    pub(super) fn endless(&self) -> String {
        let last = &self.lines[self.lines.len() - 60..];
        let steps_of = |thread: usize| last.iter().filter(move |line| line.thread == thread);
        let threads = 0..self.threads.len();
        let thread = threads.max_by_key(|thread| steps_of(*thread).count()).unwrap_or(0);
        let texts: Vec<&str> = steps_of(thread).map(|line| &*line.text).collect();
        let steps: Vec<&str> = texts.iter().rev().copied().collect();
        let repeats = |length: &usize| {
            steps.len() >= 3 * length && steps.chunks_exact(*length).all(|s| s == &steps[..*length])
        };
        let Some(length) = (1..=20).find(repeats) else {
            let latest = &texts[texts.len().saturating_sub(4)..];
            return format!(
                "an interleaving has over {MOST_STEPS} steps. Is there a loop? The latest steps of \
                 {}: {}",
                self.title(thread),
                latest.join(", ")
            );
        };
        format!(
            "{} does this again and again: {}. In a loop that waits for another thread, call \
             `std::thread::yield_now()` or `std::hint::spin_loop()`",
            self.title(thread),
            texts[texts.len() - length..].join(", ")
        )
    }

    /// What is said of a thread that does not come to its next step.
    pub(super) fn blocked(&self) -> String {
        let running = self.threads.iter().position(Actor::is_running).unwrap_or(0);
        let last = self.lines.iter().rfind(|line| line.thread == running);
        let after = last.map_or("before its first step".into(), |line| {
            format!("after its step \"{}\"", line.text)
        });
        format!(
            "{} is blocked {after}: it waits for something that is not modelled by \
             `common::interleave`, such as a lock of the real std, or it computes for ever",
            self.title(running)
        )
    }
}
