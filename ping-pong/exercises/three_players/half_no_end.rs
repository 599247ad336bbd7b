// A ring of channels: the turns are right, but `senders` lives on in the thread that waits for the
// players, so no channel is ever disconnected.

use std::sync::mpsc::channel;
use std::thread;

/// Calls `say` for each word, as in `say("Ping", 1)`. Returns when all players have ended.
pub fn play(count: u32, say: impl Fn(&str, u32) + Sync) {
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..3).map(|_| channel()).unzip();
    senders[0].send(1).unwrap(); // Ping begins
    thread::scope(|scope| {
        for ((place, player), turns) in (1..).zip(["Ping", "Pang", "Pong"]).zip(receivers) {
            let (next, say) = (senders[place % 3].clone(), &say);
            scope.spawn(move || {
                for number in turns {
                    if number > count {
                        break;
                    }
                    say(player, number);
                    next.send(number + 1).unwrap();
                }
            });
        }
    });
}
