//! See `main.rs`.

use crate::Edit;
use crate::Verdict::{Half, Red, Right, Wrong};

const YOURS: &str = "src/yours.rs";
const ISOLATED: &str = "src/isolated.rs";
const SHARED: &str = "src/shared.rs";
const TURNS: &str = "src/turns.rs";

type Change = (&'static str, &'static str);

/// The queue of `shared`: made, and given to both players.
const QUEUE: Change = (
    "    let mut players",
    "    let (get, mut put) = io::pipe()?;\n    writeln!(put, \"0\")?;\n    let mut players",
);
const CONNECTED: Change = (
    "        players.push(",
    "        player.stdin(get.try_clone()?).stdout(put.try_clone()?);\n        players.push(",
);
/// The number is taken, raised and put back.
const TAKEN: Change = (
    "    for counter in 1.. {\n",
    "    for line in io::stdin().lines() {\n        let counter = line?.parse::<u32>()? + 1;\n        \
     writeln!(io::stdout(), \"{counter}\")?;\n",
);

/// The two queues of `turns`.
const RING: Change = (
    "    let mut players = Vec::new();
    for word in [\"Ping\", \"Pong\"] {
        let mut player = player(word)?;
        players.push(Worker::start(&mut player)?);
    }
    join_all(players)",
    "    let (ping_gets, mut pong_puts) = io::pipe()?;
    let (pong_gets, ping_puts) = io::pipe()?;
    writeln!(pong_puts, \"0\")?;
    let ping = Worker::start(player(\"Ping\")?.stdin(ping_gets).stdout(ping_puts))?;
    let pong = Worker::start(player(\"Pong\")?.stdin(pong_gets).stdout(pong_puts))?;
    join_all(vec![ping, pong])",
);
const TAKEN_IN_TURN: Change = (
    "    for counter in 1.. {\n",
    "    for line in io::stdin().lines() {\n        let counter = line?.parse::<u32>()? + 1;\n",
);
const PUT_AFTER_THE_WORD: Change = (
    "        thread::sleep(pause);\n",
    "        thread::sleep(pause);\n        writeln!(io::stdout(), \"{counter}\")?;\n",
);

pub const EDITS: &[Edit] = &[
    // A file of the student's own: still wrong.
    Edit {
        what: "the counter is a static",
        file: YOURS,
        changes: &[(
            "    for counter in 1.. {\n",
            "    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    loop {
        let counter = COUNTER.fetch_add(1, SeqCst) + 1;\n",
        )],
        verdict: Wrong,
    },
    Edit {
        what: "a lock in a static",
        file: YOURS,
        changes: &[(
            "    for counter in 1.. {\n",
            "    static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());
    for counter in 1.. {
        let _guard = LOCK.lock().unwrap();\n",
        )],
        verdict: Wrong,
    },
    Edit {
        what: "each player says half of the words",
        file: YOURS,
        changes: &[("counter > count", "counter > count / 2")],
        verdict: Wrong,
    },
    Edit {
        what: "only Ping plays",
        file: YOURS,
        changes: &[("[\"Ping\", \"Pong\"]", "[\"Ping\"]")],
        verdict: Wrong,
    },
    Edit {
        what: "there is a queue, but no player reads from it",
        file: YOURS,
        changes: &[QUEUE, CONNECTED],
        verdict: Wrong,
    },
    Edit {
        what: "a queue of its own for each player",
        file: YOURS,
        changes: &[
            (
                "        players.push(",
                "        let (get, mut put) = io::pipe()?;\n        writeln!(put, \"0\")?;\n        \
                 player.stdin(get).stdout(put);\n        players.push(",
            ),
            TAKEN,
        ],
        verdict: Wrong,
    },
    Edit {
        what: "there is no first number in the queue",
        file: YOURS,
        changes: &[
            ("    let mut players", "    let (get, put) = io::pipe()?;\n    let mut players"),
            CONNECTED,
            TAKEN,
        ],
        verdict: Wrong,
    },
    Edit {
        what: "the number is passed on before it is raised",
        file: YOURS,
        changes: &[
            QUEUE,
            CONNECTED,
            (
                "    for counter in 1.. {\n",
                "    for line in io::stdin().lines() {
        let counter = line?.parse::<u32>()?;
        writeln!(io::stdout(), \"{counter}\")?;
        let counter = counter + 1;\n",
            ),
        ],
        verdict: Wrong,
    },
    Edit {
        what: "a player goes on for ever",
        file: YOURS,
        changes: &[QUEUE, CONNECTED, TAKEN, ("            break;\n", "")],
        verdict: Wrong,
    },
    Edit {
        what: "a player computes for ever",
        file: YOURS,
        changes: &[("            break;\n", "            loop {}\n")],
        verdict: Wrong,
    },
    Edit {
        what: "the queues lead back to the players that have put",
        file: YOURS,
        changes: &[(RING.0, RING_TO_ITSELF), TAKEN_IN_TURN, PUT_AFTER_THE_WORD],
        verdict: Wrong,
    },
    // Half fixed.
    Edit {
        what: "the number passes only from Ping to Pong",
        file: YOURS,
        changes: &[
            ("    let mut players", "    let (get, put) = io::pipe()?;\n    let mut players"),
            (
                "        players.push(",
                "        if word == \"Ping\" {
            player.stdout(put.try_clone()?);
        } else {
            player.stdin(get.try_clone()?);
        }
        players.push(",
            ),
            ("    join_all", "    drop(put);\n    join_all"),
            (
                "    for counter in 1.. {\n",
                "    let mut lines = io::stdin().lines();
    for own in 1.. {
        let counter = if word == \"Ping\" {
            own
        } else if let Some(line) = lines.next() {
            line?.parse::<u32>()? + 1
        } else {
            break;
        };\n",
            ),
            (
                "        thread::sleep(pause);\n",
                "        if word == \"Ping\" {
            writeln!(io::stdout(), \"{counter}\")?;
        }
        thread::sleep(pause);\n",
            ),
        ],
        verdict: Half,
    },
    Edit {
        what: "Pong keeps a count of its own",
        file: YOURS,
        changes: &[
            QUEUE,
            CONNECTED,
            (
                "    for counter in 1.. {\n",
                "    for (line, own) in io::stdin().lines().zip(1..) {
        let counter = line?.parse::<u32>()? + 1;
        let counter = if word == \"Pong\" { own } else { counter };
        writeln!(io::stdout(), \"{counter}\")?;\n",
            ),
        ],
        verdict: Half,
    },
    Edit {
        what: "one word too few",
        file: YOURS,
        changes: &[QUEUE, CONNECTED, TAKEN, ("counter > count", "counter >= count")],
        verdict: Half,
    },
    Edit {
        what: "one word too many",
        file: YOURS,
        changes: &[QUEUE, CONNECTED, TAKEN, ("counter > count", "counter > count + 1")],
        verdict: Half,
    },
    Edit {
        what: "the counter begins with 1",
        file: YOURS,
        changes: &[(QUEUE.0, BEGINS_WITH_1), CONNECTED, TAKEN],
        verdict: Half,
    },
    Edit {
        what: "the number beyond the last one is not put back, so the other player waits for ever",
        file: YOURS,
        changes: &[QUEUE, CONNECTED, TAKEN_IN_TURN, PUT_AFTER_THE_WORD],
        verdict: Half,
    },
    Edit {
        what: "two words, whatever is wanted",
        file: YOURS,
        changes: &[QUEUE, CONNECTED, TAKEN, ("counter > count", "counter > 2")],
        verdict: Half,
    },
    Edit {
        what: "the parent does not wait for the players",
        file: YOURS,
        changes: &[
            QUEUE,
            CONNECTED,
            TAKEN,
            ("    join_all(players)", "    drop(players);\n    Ok(())"),
            ("use common::{Worker, worker::join_all}", "use common::Worker"),
        ],
        verdict: Half,
    },
    Edit {
        what: "the odd numbers are for Ping, the even ones for Pong, and neither hears of the other",
        file: YOURS,
        changes: &[(
            "    for counter in 1.. {\n",
            "    for counter in (if word == \"Ping\" { 1 } else { 2 }..).step_by(2) {\n",
        )],
        verdict: Half,
    },
    Edit {
        what: "two queues in a ring, and the parent keeps an end that puts",
        file: YOURS,
        changes: &[(RING.0, KEEPS_AN_END), TAKEN_IN_TURN, PUT_AFTER_THE_WORD],
        verdict: Half,
    },
    Edit {
        what: "two queues in a ring, and the last number is put where nobody is left to read it",
        file: YOURS,
        changes: &[RING, TAKEN],
        verdict: Half,
    },
    // Right.
    Edit {
        what: "one queue, as in shared",
        file: YOURS,
        changes: &[QUEUE, CONNECTED, TAKEN],
        verdict: Right,
    },
    Edit {
        what: "two queues in a ring, as in turns",
        file: YOURS,
        changes: &[RING, TAKEN_IN_TURN, PUT_AFTER_THE_WORD],
        verdict: Right,
    },
    Edit {
        what: "read_line and println",
        file: YOURS,
        changes: &[
            QUEUE,
            CONNECTED,
            (
                "    for counter in 1.. {\n",
                "    let mut text = String::new();
    while io::stdin().read_line(&mut text)? > 0 {
        let counter: u32 = text.trim().parse::<u32>()? + 1;
        text.clear();
        println!(\"{counter}\");\n",
            ),
        ],
        verdict: Right,
    },
    Edit {
        what: "the number as four bytes, and other names",
        file: YOURS,
        changes: &[
            ("use std::io::{self, Write};", "use std::io::{self, Read, Write};"),
            (
                "    let mut players",
                "    let (from, mut to) = io::pipe()?;
    to.write_all(&0_u32.to_le_bytes())?;
    let mut players",
            ),
            (
                "        players.push(",
                "        player.stdin(from.try_clone()?);
        player.stdout(to.try_clone()?);
        players.push(",
            ),
            (
                "    for counter in 1.. {\n",
                "    let (mut input, mut output) = (io::stdin(), io::stdout());
    loop {
        let mut number = [0; 4];
        input.read_exact(&mut number)?;
        let counter = u32::from_le_bytes(number) + 1;
        output.write_all(&counter.to_le_bytes())?;
        output.flush()?;\n",
            ),
        ],
        verdict: Right,
    },
    Edit {
        what: "the word is said before the number is put back, with a debug line on stderr",
        file: YOURS,
        changes: &[
            QUEUE,
            CONNECTED,
            (
                "    for counter in 1.. {\n        if counter > count {\n            break;",
                "    for line in io::stdin().lock().lines() {
        let counter = 1 + line?.parse::<u32>()?;
        eprintln!(\"has read a number\");
        if counter > count {
            writeln!(io::stdout(), \"{counter}\")?;
            break;",
            ),
            PUT_AFTER_THE_WORD,
            ("use std::io::{self, Write};", "use std::io::{self, BufRead, Write};"),
        ],
        verdict: Right,
    },
    // The versions of the lesson.
    Edit {
        what: "the fix is typed into isolated.rs",
        file: ISOLATED,
        changes: &[QUEUE, CONNECTED, TAKEN],
        verdict: Red("ping-pong/src/isolated.rs is right: "),
    },
    Edit {
        what: "half of the fix is typed into isolated.rs",
        file: ISOLATED,
        changes: &[QUEUE, CONNECTED, TAKEN_IN_TURN, PUT_AFTER_THE_WORD],
        verdict: Red("ping-pong/src/isolated.rs is half fixed. "),
    },
    Edit {
        what: "isolated counts only to 1",
        file: ISOLATED,
        changes: &[("counter > count", "counter > count.min(1)")],
        verdict: Red("isolated.rs no longer shows the fault: "),
    },
    Edit {
        what: "the number does not rise",
        file: SHARED,
        changes: &[("parse::<u32>()? + 1", "parse::<u32>()?")],
        verdict: Red("ping-pong/src/shared.rs is still wrong: the players do not come to an end"),
    },
    Edit {
        what: "the number beyond the last one is not put back",
        file: SHARED,
        changes: &[
            (
                "        writeln!(io::stdout(), \"{counter}\")?; // also beyond `count`: the other one must know\n",
                "",
            ),
            (
                "        thread::sleep(pause);\n",
                "        writeln!(io::stdout(), \"{counter}\")?;\n        thread::sleep(pause);\n",
            ),
        ],
        verdict: Red("ping-pong/src/shared.rs is half fixed. "),
    },
    Edit {
        what: "one word too few",
        file: SHARED,
        changes: &[("counter > count", "counter >= count")],
        verdict: Red("But where 2 words are wanted, 1 is said"),
    },
    Edit {
        what: "a text that is no number counts as 0",
        file: SHARED,
        changes: &[("parse::<u32>()? + 1", "parse::<u32>().unwrap_or(0) + 1")],
        verdict: Red("a player that reads \"x\" where a number should be must fail"),
    },
    Edit {
        what: "a player computes for ever",
        file: SHARED,
        changes: &[("            break;\n", "            loop {}\n")],
        verdict: Red("ping-pong/src/shared.rs is still wrong: the players do not come to an end"),
    },
    Edit {
        what: "the number is put back before the word is said",
        file: TURNS,
        changes: &[
            (
                "        if counter > count {\n            break;\n        }\n",
                "        if counter > count {\n            break;\n        }\n        writeln!(io::stdout(), \"{counter}\")?;\n",
            ),
            (
                "        writeln!(io::stdout(), \"{counter}\")?; // only now is it the other one's turn\n",
                "",
            ),
        ],
        verdict: Red(
            "But where Ping 1 and Pong 2 are wanted, in this order, Pong 2, Ping 1 is said",
        ),
    },
    Edit {
        what: "the parent keeps an end that puts",
        file: TURNS,
        changes: &[("stdout(ping_puts)", "stdout(ping_puts.try_clone()?)")],
        verdict: Red("not both players end"),
    },
    Edit {
        what: "Pong begins",
        file: TURNS,
        changes: &[
            ("let (ping_gets, mut pong_puts)", "let (ping_gets, pong_puts)"),
            ("let (pong_gets, ping_puts)", "let (pong_gets, mut ping_puts)"),
            ("writeln!(pong_puts, \"0\")?; // Ping begins", "writeln!(ping_puts, \"0\")?;"),
        ],
        verdict: Red("in this order, Pong 1, Ping 2 is said"),
    },
    Edit {
        what: "a text that is no number counts as 0",
        file: TURNS,
        changes: &[("parse::<u32>()? + 1", "parse::<u32>().unwrap_or(0) + 1")],
        verdict: Red("a player that reads \"x\" where a number should be must fail"),
    },
    Edit {
        what: "read_line and println",
        file: SHARED,
        changes: &[
            (
                "    for line in io::stdin().lines() {",
                "    let mut line = String::new();\n    while io::stdin().read_line(&mut line)? > 0 {",
            ),
            (
                "line?.parse::<u32>()? + 1;",
                "line.trim().parse::<u32>()? + 1;\n        line.clear();",
            ),
            ("writeln!(io::stdout(), \"{counter}\")?; //", "println!(\"{counter}\"); //"),
        ],
        verdict: Right,
    },
    Edit {
        what: "a lock on standard input, and a debug line on stderr",
        file: SHARED,
        changes: &[
            ("io::{self, Write}", "io::{self, BufRead, Write}"),
            (
                "io::stdin().lines() {",
                "io::stdin().lock().lines() {\n        eprintln!(\"debug\");",
            ),
        ],
        verdict: Right,
    },
    Edit {
        what: "lines from a loop",
        file: TURNS,
        changes: &[
            (
                "    for line in io::stdin().lines() {\n",
                "    let mut lines = io::stdin().lines();\n    while let Some(line) = lines.next().transpose()? {\n",
            ),
            ("line?.parse", "line.parse"),
        ],
        verdict: Right,
    },
];

const BEGINS_WITH_1: &str =
    "    let (get, mut put) = io::pipe()?;\n    writeln!(put, \"1\")?;\n    let mut players";

const KEEPS_AN_END: &str = "    let (ping_gets, mut pong_puts) = io::pipe()?;
    let (pong_gets, ping_puts) = io::pipe()?;
    writeln!(pong_puts, \"0\")?;
    let ping = Worker::start(player(\"Ping\")?.stdin(ping_gets).stdout(ping_puts.try_clone()?))?;
    let pong = Worker::start(player(\"Pong\")?.stdin(pong_gets).stdout(pong_puts))?;
    join_all(vec![ping, pong])";

const RING_TO_ITSELF: &str = "    let (ping_gets, mut ping_puts) = io::pipe()?;
    let (pong_gets, mut pong_puts) = io::pipe()?;
    writeln!(ping_puts, \"0\")?;
    writeln!(pong_puts, \"0\")?;
    let ping = Worker::start(player(\"Ping\")?.stdin(ping_gets).stdout(ping_puts))?;
    let pong = Worker::start(player(\"Pong\")?.stdin(pong_gets).stdout(pong_puts))?;
    join_all(vec![ping, pong])";
