// Your turn: Ping, Pang and Pong are three threads. Together they say `count` words: Ping 1, Pang 2,
// Pong 3, Ping 4, and so on. As it stands, the count is right, but any player may say any word.
// Let them take strict turns, and let all three end. A player that has to wait sleeps: use a `Mutex`
// with a `Condvar`, or channels, and no pause. `play` keeps its name and its arguments.
// `cargo test -p ping-pong --test exercises -- --ignored` judges it. Where it says
// "thread 1", it means the one that was started first, which is Ping; 2 is Pang, and 3 is Pong.

use std::sync::Mutex;
use std::thread;

/// Calls `say` for each word, as in `say("Ping", 1)`. Returns when all players have ended.
pub fn play(count: u32, say: impl Fn(&str, u32) + Sync) {
    let said = Mutex::new(0); // so many words have been said
    thread::scope(|scope| {
        for player in ["Ping", "Pang", "Pong"] {
            let (said, say) = (&said, &say);
            scope.spawn(move || {
                loop {
                    let mut said = said.lock().unwrap();
                    if *said == count {
                        break;
                    }
                    *said += 1;
                    say(player, *said);
                }
            });
        }
    });
}
