//! See `main.rs`.

use crate::Edit;
use crate::Verdict::{Half, Red, Right, Wrong};

const YOURS: &str = "src/yours.rs";
const SERIAL: &str = "src/serial.rs";
const PARALLEL: &str = "src/parallel.rs";
const POOL: &str = "src/pool.rs";

const JOIN: &str = "        answers.push(worker.answer()?); // waits for its end\n";
const JOINS_EARLY: &str =
    "        answers.push(worker.answer()?); // waits for its end\n    }\n    Ok(answers)";
const NEW: &str = "    let mut answers = Vec::new();\n";
const WORKERS: &str = "    let mut answers = Vec::new();\n    let mut workers = Vec::new();\n";
const PUSH: &str = "        workers.push(worker);\n    }\n";

const LOOP: &str = "    let mut answers = Vec::new();
    for number in 1..=procs {
        let mut worker = worker(&format!(\"process {number}\"));
        worker.arg(n.to_string()).args(args).stdout(Stdio::piped());
        let worker = Worker::start(&mut worker)?;
        answers.push(worker.answer()?); // waits for its end
    }
    Ok(answers)
";

const LOOPS: &str = "    let mut answers = Vec::new();
    let mut workers = Vec::new();
    for number in 1..=procs {
        let mut worker = worker(&format!(\"process {number}\"));
        worker.arg(n.to_string()).args(args).stdout(Stdio::piped());
        let worker = Worker::start(&mut worker)?;
        workers.push(worker);
    }
    for worker in workers {
        answers.push(worker.answer()?); // waits for its end
    }
    Ok(answers)
";

const ITERATORS: &str = "    let start = |number| {
        let mut worker = worker(&format!(\"process {number}\"));
        worker.arg(n.to_string()).args(args).stdout(Stdio::piped());
        Worker::start(&mut worker)
    };
    let workers: Vec<Worker> = (1..=procs).map(start).collect::<Result<_, _>>()?;
    workers.into_iter().map(Worker::answer).collect()
";

const THREADS: &str = "    std::thread::scope(|scope| {
        let compute = |number: u32| -> anyhow::Result<u64> {
            let mut worker = worker(&format!(\"process {number}\"));
            worker.arg(n.to_string()).args(args).stdout(Stdio::piped());
            Worker::start(&mut worker)?.answer()
        };
        let threads: Vec<_> = (1..=procs).map(|it| scope.spawn(move || compute(it))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
";

const CHANNEL: &str = "    let (tell, told) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        for number in 1..=procs {
            let tell = tell.clone();
            scope.spawn(move || {
                let mut worker = worker(&format!(\"process {number}\"));
                worker.arg(n.to_string()).args(args).stdout(Stdio::piped());
                let _ = tell.send(Worker::start(&mut worker).and_then(Worker::answer));
            });
        }
        drop(tell);
        told.iter().collect()
    })
";

const LAST_FIRST: &str = "    let mut workers = Vec::new();
    for number in 1..=procs {
        let mut child = worker(&format!(\"child {number}\"));
        child.args([\"process\", &n.to_string()]);
        child = worker(&format!(\"process {number} of {procs}\"));
        child.arg(n.to_string()).args(args).stdout(Stdio::piped());
        workers.push(Worker::start(&mut child)?);
    }
    let mut answers = Vec::new();
    while let Some(worker) = workers.pop() {
        answers.push(worker.answer()?);
    }
    Ok(answers)
";

const POLLS: &str = "        workers.push(worker);
    }
    while workers.iter().any(Worker::is_alive) {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
";

const TWO_LOOPS: (&str, &str) = (
    JOIN,
    "        workers.push(worker);\n    }\n    for worker in workers {\n        answers.push(worker.answer()?);\n",
);

pub const EDITS: &[Edit] = &[
    // Still serial, or not at all.
    Edit {
        what: "the same loop with other names",
        file: YOURS,
        changes: &[
            (
                "        let worker = Worker::start(&mut worker)?;\n",
                "        let child = Worker::start(&mut worker)?;\n",
            ),
            ("worker.answer()?", "child.answer()?"),
        ],
        verdict: Wrong,
    },
    Edit {
        what: "collects the workers, and waits for each in the same loop",
        file: YOURS,
        changes: &[
            (NEW, WORKERS),
            (
                JOIN,
                "        workers.push(worker);\n        for worker in workers.drain(..) {\n            answers.push(worker.answer()?);\n        }\n",
            ),
        ],
        verdict: Wrong,
    },
    Edit {
        what: "waits for each in the loop but the last one",
        file: YOURS,
        changes: &[
            (NEW, WORKERS),
            (
                JOINS_EARLY,
                "        if number < procs {\n            answers.push(worker.answer()?);\n        } else {\n            workers.push(worker);\n        }\n    }\n    for worker in workers {\n        answers.push(worker.answer()?);\n    }\n    Ok(answers)",
            ),
        ],
        verdict: Wrong,
    },
    Edit {
        what: "an iterator, which is lazy",
        file: YOURS,
        changes: &[(
            LOOP,
            "    let start = |number| {\n        let mut worker = worker(&format!(\"process {number}\"));\n        worker.arg(n.to_string()).args(args).stdout(Stdio::piped());\n        Worker::start(&mut worker)\n    };\n    (1..=procs).map(start).map(|worker| worker?.answer()).collect()\n",
        )],
        verdict: Wrong,
    },
    Edit {
        what: "a thread for each process, and each thread is joined at once",
        file: YOURS,
        changes: &[(
            JOIN,
            "        let answer = std::thread::spawn(move || worker.answer());\n        answers.push(answer.join().unwrap()?);\n",
        )],
        verdict: Wrong,
    },
    Edit {
        what: "threads that hold a lock while their process runs",
        file: YOURS,
        changes: &[(
            LOOP,
            "    let lock = std::sync::Mutex::new(());\n    std::thread::scope(|scope| {\n        let compute = |number: u32| -> anyhow::Result<u64> {\n            let mut worker = worker(&format!(\"process {number}\"));\n            worker.arg(n.to_string()).args(args).stdout(Stdio::piped());\n            let _guard = lock.lock().unwrap();\n            Worker::start(&mut worker)?.answer()\n        };\n        let threads: Vec<_> = (1..=procs).map(|it| scope.spawn(move || compute(it))).collect();\n        threads.into_iter().map(|thread| thread.join().unwrap()).collect()\n    })\n",
        )],
        verdict: Wrong,
    },
    Edit {
        what: "waits in a busy loop after each start",
        file: YOURS,
        changes: &[
            (NEW, WORKERS),
            (
                JOIN,
                "        while worker.is_alive() {}\n        workers.push(worker);\n    }\n    for worker in workers {\n        answers.push(worker.answer()?);\n",
            ),
        ],
        verdict: Wrong,
    },
    Edit {
        what: "the arguments are not handed on",
        file: YOURS,
        changes: &[(NEW, WORKERS), TWO_LOOPS, (".args(args)", "")],
        verdict: Wrong,
    },
    Edit {
        what: "starts no process and returns nothing",
        file: YOURS,
        changes: &[("for number in 1..=procs", "for number in 1..=procs.min(0)")],
        verdict: Wrong,
    },
    Edit {
        what: "each process is killed at once, and another one started",
        file: YOURS,
        changes: &[(
            "        let worker = Worker::start(&mut worker)?;\n",
            "        let _ = Worker::start(&mut worker)?;\n        let worker = Worker::start(&mut worker)?;\n",
        )],
        verdict: Wrong,
    },
    Edit {
        what: "never ends",
        file: YOURS,
        changes: &[
            (NEW, WORKERS),
            TWO_LOOPS,
            (
                "    Ok(answers)",
                "    while !answers.is_empty() {\n        std::hint::black_box(&answers);\n    }\n    Ok(answers)",
            ),
        ],
        verdict: Wrong,
    },
    Edit {
        what: "computes in the parent",
        file: YOURS,
        changes: &[(JOIN, "        drop(worker);\n        answers.push(answer(&factorial(n)));\n")],
        verdict: Wrong,
    },
    // Half.
    Edit {
        what: "waits for one only",
        file: YOURS,
        changes: &[
            (NEW, WORKERS),
            (
                JOIN,
                "        workers.push(worker);\n    }\n    for worker in workers.into_iter().take(1) {\n        answers.push(worker.answer()?);\n",
            ),
        ],
        verdict: Half,
    },
    Edit {
        what: "waits for all and returns the first answer only",
        file: YOURS,
        changes: &[
            (NEW, WORKERS),
            TWO_LOOPS,
            ("    Ok(answers)", "    answers.truncate(1);\n    Ok(answers)"),
        ],
        verdict: Half,
    },
    Edit {
        what: "waits for the previous one after each start",
        file: YOURS,
        changes: &[
            (
                NEW,
                "    let mut answers = Vec::new();\n    let mut previous: Option<Worker> = None;\n",
            ),
            (
                JOIN,
                "        if let Some(worker) = previous.replace(worker) {\n            answers.push(worker.answer()?);\n        }\n    }\n    for worker in previous {\n        answers.push(worker.answer()?);\n",
            ),
        ],
        verdict: Half,
    },
    Edit {
        what: "two at a time",
        file: YOURS,
        changes: &[
            (NEW, WORKERS),
            (
                JOIN,
                "        workers.push(worker);\n        if number % 2 == 0 || number == procs {\n            for worker in workers.drain(..) {\n                answers.push(worker.answer()?);\n            }\n        }\n",
            ),
        ],
        verdict: Half,
    },
    Edit {
        what: "the last one is forgotten, and the first answer taken twice",
        file: YOURS,
        changes: &[
            (NEW, WORKERS),
            (
                JOIN,
                "        workers.push(worker);\n    }\n    let last = workers.pop();\n    for worker in workers {\n        answers.push(worker.answer()?);\n    }\n    if let Some(last) = last {\n        answers.extend(answers.first().copied());\n        std::mem::forget(last);\n",
            ),
        ],
        verdict: Half,
    },
    Edit {
        what: "one process too many is left running",
        file: YOURS,
        changes: &[
            (NEW, WORKERS),
            TWO_LOOPS,
            (
                "    Ok(answers)",
                "    let mut spare = worker(\"process 0\");\n    std::mem::forget(Worker::start(spare.arg(n.to_string()).args(args))?);\n    Ok(answers)",
            ),
        ],
        verdict: Half,
    },
    Edit {
        what: "the failure of a process is swallowed",
        file: YOURS,
        changes: &[
            (NEW, WORKERS),
            (
                JOIN,
                "        workers.push(worker);\n    }\n    for worker in workers {\n        answers.extend(worker.answer::<u64>());\n",
            ),
        ],
        verdict: Half,
    },
    Edit {
        what: "the failure of the last process is swallowed",
        file: YOURS,
        changes: &[
            (NEW, WORKERS),
            (
                JOIN,
                "        workers.push(worker);\n    }\n    let last = workers.pop();\n    for worker in workers {\n        answers.push(worker.answer()?);\n    }\n    if let Some(Ok(answer)) = last.map(Worker::answer) {\n        answers.push(answer);\n",
            ),
        ],
        verdict: Half,
    },
    Edit {
        what: "always two, whatever is asked for",
        file: YOURS,
        changes: &[
            (NEW, WORKERS),
            TWO_LOOPS,
            ("for number in 1..=procs", "for number in 1..=procs.clamp(2, 2)"),
        ],
        verdict: Half,
    },
    Edit {
        what: "a failure is never heard of, since the channel stays open",
        file: YOURS,
        changes: &[(
            LOOP,
            "    let (tell, told) = std::sync::mpsc::channel();\n    std::thread::scope(|scope| {\n        for number in 1..=procs {\n            let tell = tell.clone();\n            scope.spawn(move || {\n                let mut worker = worker(&format!(\"process {number}\"));\n                worker.arg(n.to_string()).args(args).stdout(Stdio::piped());\n                if let Ok(answer) = Worker::start(&mut worker).and_then(Worker::answer) {\n                    let _ = tell.send(answer);\n                }\n            });\n        }\n        Ok(told.iter().take(procs as usize).collect())\n    })\n",
        )],
        verdict: Half,
    },
    Edit {
        what: "the processes do not answer",
        file: YOURS,
        changes: &[
            (NEW, WORKERS),
            TWO_LOOPS,
            ("    show!(\"{}\", answer(&product));", "    say!(\"{}\", answer(&product));"),
        ],
        verdict: Half,
    },
    // Right, in the student's own file and in that of the pair.
    Edit {
        what: "the fix",
        file: YOURS,
        changes: &[
            (NEW, WORKERS),
            (
                JOIN,
                "        workers.push(worker);\n    }\n    for worker in workers {\n        answers.push(worker.answer()?); // waits for its end\n",
            ),
        ],
        verdict: Right,
    },
    Edit { what: "iterators", file: YOURS, changes: &[(LOOP, ITERATORS)], verdict: Right },
    Edit {
        what: "a thread for each process",
        file: YOURS,
        changes: &[(LOOP, THREADS)],
        verdict: Right,
    },
    Edit {
        what: "a channel for the answers",
        file: YOURS,
        changes: &[(LOOP, CHANNEL)],
        verdict: Right,
    },
    Edit {
        what: "the last one first, other names",
        file: YOURS,
        changes: &[(LOOP, LAST_FIRST)],
        verdict: Right,
    },
    Edit {
        what: "asks whether all have ended",
        file: YOURS,
        changes: &[
            (NEW, WORKERS),
            (
                JOIN,
                "        workers.push(worker);\n    }\n    while workers.iter().any(Worker::is_alive) {\n        std::thread::sleep(std::time::Duration::from_millis(1));\n    }\n    for worker in workers {\n        answers.push(worker.answer()?);\n",
            ),
        ],
        verdict: Right,
    },
    Edit {
        what: "a debug line",
        file: YOURS,
        changes: &[
            (NEW, WORKERS),
            TWO_LOOPS,
            ("    Ok(answers)", "    eprintln!(\"{answers:?}\");\n    Ok(answers)"),
        ],
        verdict: Right,
    },
    Edit {
        what: "a panic instead of an error",
        file: YOURS,
        changes: &[
            (NEW, WORKERS),
            (
                JOIN,
                "        workers.push(worker);\n    }\n    for worker in workers {\n        answers.push(worker.answer().unwrap());\n",
            ),
        ],
        verdict: Right,
    },
    Edit { what: "iterators", file: PARALLEL, changes: &[(LOOPS, ITERATORS)], verdict: Right },
    Edit {
        what: "a thread for each process",
        file: PARALLEL,
        changes: &[(LOOPS, THREADS)],
        verdict: Right,
    },
    Edit {
        what: "a channel for the answers",
        file: PARALLEL,
        changes: &[(LOOPS, CHANNEL)],
        verdict: Right,
    },
    Edit {
        what: "the last one first, other names",
        file: PARALLEL,
        changes: &[(LOOPS, LAST_FIRST)],
        verdict: Right,
    },
    Edit {
        what: "asks whether all have ended",
        file: PARALLEL,
        changes: &[(PUSH, POLLS)],
        verdict: Right,
    },
    // The lesson's own files.
    Edit {
        what: "waits for each in the first loop",
        file: PARALLEL,
        changes: &[(LOOPS, LOOP)],
        verdict: Red("parallel.rs is still wrong"),
    },
    Edit {
        what: "the last one is not waited for",
        file: PARALLEL,
        changes: &[("for worker in workers {", "for worker in workers.into_iter().skip(1) {")],
        verdict: Red("not every answer is returned"),
    },
    Edit {
        what: "failures are swallowed",
        file: PARALLEL,
        changes: &[("answers.push(worker.answer()?)", "answers.extend(worker.answer::<u64>())")],
        verdict: Red("a failure is not returned as an error"),
    },
    Edit {
        what: "the arguments are not handed on",
        file: PARALLEL,
        changes: &[(".args(args)", "")],
        verdict: Red("`args` are not handed on"),
    },
    Edit {
        what: "two loops",
        file: SERIAL,
        changes: &[(NEW, WORKERS), TWO_LOOPS],
        verdict: Red("serial.rs is right: "),
    },
    Edit {
        what: "failures are swallowed",
        file: SERIAL,
        changes: &[("answers.push(worker.answer()?)", "answers.extend(worker.answer::<u64>())")],
        verdict: Red("a failure is not returned as an error"),
    },
    Edit {
        what: "the last one is not waited for",
        file: SERIAL,
        changes: &[(
            JOIN,
            "        if number == procs {\n            std::mem::forget(worker);\n            break;\n        }\n        answers.push(worker.answer()?);\n",
        )],
        verdict: Red("not every answer is returned"),
    },
    Edit {
        what: "the next task is taken by a load and a store",
        file: POOL,
        changes: &[
            (
                "    let numbers = Mutex::new(numbers.iter());\n",
                "    let next = std::sync::atomic::AtomicUsize::new(0);\n    let failed = Mutex::new(false);\n",
            ),
            (
                "            let Some(&n) = numbers.lock().unwrap().next() else { return Ok(answers) };\n",
                "            let task = next.load(std::sync::atomic::Ordering::SeqCst);\n            next.store(task + 1, std::sync::atomic::Ordering::SeqCst);\n            let Some(&n) = numbers.get(task) else { return Ok(answers) };\n",
            ),
            (
                "                *numbers.lock().unwrap() = [].iter(); // no job takes a further one\n",
                "                *failed.lock().unwrap() = true;\n",
            ),
        ],
        verdict: Red("pool.rs does a task twice, or leaves one out"),
    },
    Edit {
        what: "failures are swallowed",
        file: POOL,
        changes: &[(
            "            answers.push(outcome?);\n",
            "            answers.extend(outcome);\n",
        )],
        verdict: Red("pool.rs goes on although a process has failed"),
    },
    Edit {
        what: "a process that fails stops no other job",
        file: POOL,
        changes: &[(
            "                *numbers.lock().unwrap() = [].iter(); // no job takes a further one\n",
            "",
        )],
        verdict: Red("always starts all processes"),
    },
    Edit {
        what: "one job only",
        file: POOL,
        changes: &[("(1..=jobs).map(start)", "(1..=jobs.min(1)).map(start)")],
        verdict: Red("pool.rs does not have 2 alive"),
    },
    Edit {
        what: "one thread after the other",
        file: "src/threads.rs",
        changes: &[(
            "            handles.push(scope.spawn(move || work(thread, n)));\n        }\n        handles.into_iter().map(|handle| handle.join().unwrap()).collect()",
            "            handles.push(scope.spawn(move || work(thread, n)).join().unwrap());\n        }\n        handles",
        )],
        verdict: Red("threads.rs does not start all threads"),
    },
    Edit {
        what: "a process does not answer",
        file: SERIAL,
        changes: &[("    show!(\"{}\", answer(&product));", "    say!(\"{}\", answer(&product));")],
        verdict: Red("serial.rs is slow, but must not be wrong"),
    },
    Edit {
        what: "a process does not answer",
        file: PARALLEL,
        changes: &[("    show!(\"{}\", answer(&product));", "    say!(\"{}\", answer(&product));")],
        verdict: Red("gave a wrong answer"),
    },
    Edit {
        what: "a process does not answer",
        file: POOL,
        changes: &[("    show!(\"{}\", answer(&product));", "    say!(\"{}\", answer(&product));")],
        verdict: Red("pool.rs: a process does not answer"),
    },
    Edit {
        what: "only the first answer is checked",
        file: "src/main.rs",
        changes: &[(
            "answer::check(&numbers, answers?)?",
            "answer::check(&numbers[..1], answers?[..1].to_vec())?",
        )],
        verdict: Red("the program does not check two answers"),
    },
    Edit {
        what: "a wrong answer is no error",
        file: "src/answer.rs",
        changes: &[(
            "        answers.swap_remove(place.with_context(|| format!(\"no right answer came for {n}!\"))?);\n",
            "        place.map(|place| answers.swap_remove(place));\n",
        )],
        verdict: Red("one_right_answer_for_each_number"),
    },
    Edit {
        what: "n! is wrong",
        file: "src/factorial.rs",
        changes: &[("quotient % 2 == 1", "quotient % 2 == 0")],
        verdict: Red("factorial"),
    },
    Edit {
        what: "the last download is not waited for",
        file: "examples/downloads.rs",
        changes: &[("first?.join().and(second?.join())", "second?;\n            first?.join()")],
        verdict: Red("downloads_take_the_sum"),
    },
];
