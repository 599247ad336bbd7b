//! An enumerator that knows nothing of the stand-in: it counts the interleavings of a program that
//! is given as a list of operations, and how each one ends. It keeps whole states, not hashes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What a thread can do. Each thread has a number of its own, its sum.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// The sum becomes what is in this atomic.
    Load(usize),
    /// The atomic becomes the sum and so much more.
    Store(usize, i64),
    Add(usize, i64),
    Swap(usize, i64),
    /// From this value to that.
    Cas(usize, i64, i64),
    /// A read and exchanges, until one of them works.
    CasLoop(usize, i64),
    Pause,
    /// Within the lock, or only if it is free at once: the value inside is counted up.
    Lock(usize, Vec<Op>),
    Try(usize, Vec<Op>),
    Read(Vec<Op>),
    Write(Vec<Op>),
    /// Takes one from a store under a lock; waits on a condition variable for one to come, and looks
    /// again after that, or not.
    Take {
        again: bool,
    },
    /// Puts one there, and notifies one or all.
    Give {
        all: bool,
    },
    Send(i64),
    Recv,
    TryRecv,
    /// Reads an atomic until it is this, and yields in between. At most once in a thread.
    Await(usize, i64),
    Meet,
    Once(Vec<Op>),
    Park,
    /// Unparks the thread that was spawned last.
    Unpark,
    Spawn(Vec<Op>),
    /// Joins the thread that was spawned last, and adds its sum.
    Join,
    /// Threads in a scope, what its owner does meanwhile, and whether it joins each of them.
    Scope(Vec<Vec<Op>>, Vec<Op>, bool),
    Panic,
    PanicIf(i64),
    /// Reads an atomic into the result of the program.
    Out(usize),
    /// Peterson's lock: the flags and the turn are atomics of their own.
    Peterson(usize),
    Leave(usize),

    // What some of these lead to.
    Exchange(usize, i64, i64),
    Unlock(usize),
    AddInside(usize),
    EndRead,
    EndWrite,
    WaitInside {
        again: bool,
    },
    Wake {
        again: bool,
    },
    Untake,
    Ungive {
        all: bool,
    },
    Notify {
        all: bool,
    },
    /// What was read last, and when.
    AwaitOnce(usize, i64, i64),
    AwaitChange(usize, i64, i64, usize),
    Gather(usize),
    EndOnce,
    Turn(usize),
    Flag(usize, usize),
    LookAtTurn(usize, usize, usize),
    Again(usize, usize, [usize; 2]),
    Close(usize, bool),
}
use Op::*;

pub const DEADLOCK: &str = "deadlock";

#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Thread {
    /// What is left to do; the next is the last.
    todo: Vec<Op>,
    sum: i64,
    spawned: Vec<usize>,
    scope: Option<usize>,
    ended: bool,
    panicking: bool,
    token: bool,
    out: Vec<i64>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    atoms: [i64; 2],
    changes: [usize; 2],
    peterson: [usize; 3],
    peterson_changes: [usize; 3],
    locks: [(bool, bool, i64); 2],
    rw: (usize, bool, i64),
    store: (bool, i64),
    waiting: BTreeSet<usize>,
    calls: Vec<BTreeSet<usize>>,
    queue: Vec<i64>,
    met: (usize, usize),
    /// 0 new, 1 running, 2 done
    once: u8,
    threads: Vec<Thread>,
    panic: Option<String>,
    scopes: usize,
}

/// The sizes of a program's things.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub room: usize,
    pub meeting: usize,
}

pub type Counts = BTreeMap<String, u128>;

struct Memo {
    known: HashMap<State, Counts>,
    most_states: usize,
}

fn reversed(ops: &[Op]) -> Vec<Op> {
    ops.iter().rev().cloned().collect()
}

/// How many interleavings of the main thread's program end in which way. Nothing if there are
/// more states than that.
pub fn count(main: &[Op], sizes: Sizes, most_states: usize) -> Option<Counts> {
    let first = State {
        atoms: [0; 2],
        changes: [0; 2],
        peterson: [0; 3],
        peterson_changes: [0; 3],
        locks: [(false, false, 0); 2],
        rw: (0, false, 0),
        store: (false, 0),
        waiting: BTreeSet::new(),
        calls: Vec::new(),
        queue: Vec::new(),
        met: (0, 0),
        once: 0,
        threads: vec![Thread { todo: reversed(main), ..Thread::default() }],
        panic: None,
        scopes: 0,
    };
    let mut memo = Memo { known: HashMap::new(), most_states };
    count_from(first.settled(), sizes, &mut memo)
}

fn count_from(state: State, sizes: Sizes, memo: &mut Memo) -> Option<Counts> {
    if let Some(known) = memo.known.get(&state) {
        return Some(known.clone());
    }
    if memo.known.len() == memo.most_states {
        return None;
    }
    let main = &state.threads[0];
    let mut counts = Counts::new();
    if main.ended {
        let ending = match &state.panic {
            Some(panic) if main.panicking => format!("panic: {panic}"),
            _ => format!("end with {} {:?}", main.sum, main.out),
        };
        counts.insert(ending, 1);
    } else {
        for thread in 0..state.threads.len() {
            let mut next = state.clone();
            if next.step(thread, sizes) {
                for (ending, count) in count_from(next.settled(), sizes, memo)? {
                    *counts.entry(ending).or_default() += count;
                }
            }
        }
        if counts.is_empty() {
            counts.insert(DEADLOCK.into(), 1);
        }
    }
    memo.known.insert(state, counts.clone());
    Some(counts)
}

impl State {
    /// Does all that is no step, for all threads.
    fn settled(mut self) -> Self {
        let mut moved = true;
        while moved {
            moved = false;
            for thread in 0..self.threads.len() {
                while !self.threads[thread].ended && self.settle(thread) {
                    moved = true;
                }
            }
        }
        self
    }

    /// Does what this thread does next, if that is no step.
    fn settle(&mut self, thread: usize) -> bool {
        let now = [self.seen(0), self.seen(1)];
        let me = &mut self.threads[thread];
        let Some(op) = me.todo.pop() else {
            me.ended = true;
            return true;
        };
        let unwinds = matches!(op, Unlock(_) | EndRead | EndWrite | Close(..) | Untake | EndOnce);
        if me.panicking && !unwinds {
            return true;
        }
        match op {
            CasLoop(x, n) => me.todo.extend([Exchange(x, n, i64::MIN)]),
            Panic => self.panics(thread),
            PanicIf(n) if me.sum == n => self.panics(thread),
            PanicIf(_) => {}
            AddInside(m) => me.sum += self.locks[m].2,
            Spawn(ops) => {
                let number = self.threads.len();
                self.threads[thread].spawned.push(number);
                self.threads.push(Thread { todo: reversed(&ops), ..Thread::default() });
            }
            Join => {
                let Some(&other) = me.spawned.last() else { return true };
                if !self.threads[other].ended {
                    self.threads[thread].todo.push(Join);
                    return false;
                }
                let other = self.threads[other].clone();
                let me = &mut self.threads[thread];
                me.spawned.pop();
                me.sum += if other.panicking { 1000 } else { other.sum };
            }
            Scope(threads, body, join) => {
                self.scopes += 1;
                let number = self.scopes;
                me.todo.push(Close(number, join));
                me.todo.extend(reversed(&body));
                for ops in threads {
                    let todo = reversed(&ops);
                    self.threads.push(Thread { todo, scope: Some(number), ..Thread::default() });
                }
            }
            Close(number, join) => {
                let mine = self.threads.iter().filter(|other| other.scope == Some(number));
                if mine.clone().any(|other| !other.ended) {
                    self.threads[thread].todo.push(Close(number, join));
                    return false;
                }
                let mine: Vec<Thread> = mine.cloned().collect();
                let me = &mut self.threads[thread];
                if me.panicking {
                    return true;
                }
                if join {
                    for other in &mine {
                        let sum = if other.panicking { 1000 } else { other.sum };
                        me.sum = me.sum * 3 + sum;
                    }
                } else if mine.iter().any(|other| other.panicking) {
                    me.panicking = true;
                }
            }
            Gather(times) if self.met.1 > times => {}
            // A wait in a loop goes on when the atomic has changed since it was read.
            AwaitChange(x, value, last, seen) if self.changes[x] != seen => {
                me.todo.push(AwaitOnce(x, value, last));
            }
            Unpark if me.spawned.is_empty() => {}
            // The first round of the loop is never a wait.
            Again(number, round, seen) if round == 1 || seen != now[number] => {
                me.todo.push(Flag(number, round + 1));
            }
            step => {
                me.todo.push(step);
                return false;
            }
        }
        true
    }

    /// How often the flag of the other, and the turn, have changed.
    fn seen(&self, me: usize) -> [usize; 2] {
        [self.peterson_changes[1 - me], self.peterson_changes[2]]
    }

    fn panics(&mut self, thread: usize) {
        let me = &mut self.threads[thread];
        me.panicking = true;
        self.panic.get_or_insert(format!("p{}", me.sum));
    }

    fn set_peterson(&mut self, x: usize, value: usize) {
        self.peterson_changes[x] += usize::from(self.peterson[x] != value);
        self.peterson[x] = value;
    }

    fn set(&mut self, x: usize, value: i64) {
        self.changes[x] += usize::from(self.atoms[x] != value);
        self.atoms[x] = value;
    }

    /// Takes the next step of this thread, if it can.
    fn step(&mut self, thread: usize, sizes: Sizes) -> bool {
        if self.threads[thread].ended {
            return false;
        }
        let Some(op) = self.threads[thread].todo.pop() else { return false };
        let sum = self.threads[thread].sum;
        let mut new_sum = sum;
        let mut then = Vec::new();
        match op {
            Load(x) => new_sum = self.atoms[x],
            Store(x, n) => self.set(x, sum + n),
            Add(x, n) => {
                new_sum = self.atoms[x];
                self.set(x, new_sum + n);
            }
            Swap(x, n) => {
                new_sum = self.atoms[x];
                self.set(x, n);
            }
            Cas(x, from, to) => {
                new_sum = self.atoms[x];
                if new_sum == from {
                    self.set(x, to);
                }
            }
            Exchange(x, n, i64::MIN) => then = vec![Exchange(x, n, self.atoms[x])],
            Exchange(x, n, seen) if self.atoms[x] == seen => self.set(x, seen + n),
            Exchange(x, n, _) => then = vec![Exchange(x, n, self.atoms[x])],
            Pause => {}
            Try(m, _) if self.locks[m].0 => new_sum = -1,
            Lock(m, body) | Try(m, body) if !self.locks[m].0 => {
                self.locks[m].0 = true;
                self.locks[m].2 += 1;
                new_sum += if self.locks[m].1 { 100 } else { 0 };
                then = [body, vec![AddInside(m), Unlock(m)]].concat();
            }
            Unlock(m) => {
                self.locks[m].0 = false;
                self.locks[m].1 |= self.threads[thread].panicking;
            }
            Read(body) if !self.rw.1 => {
                self.rw.0 += 1;
                new_sum += self.rw.2;
                then = [body, vec![EndRead]].concat();
            }
            Write(body) if !self.rw.1 && self.rw.0 == 0 => {
                self.rw.1 = true;
                self.rw.2 = self.rw.2 * 2 + 1;
                then = [body, vec![EndWrite]].concat();
            }
            EndRead => self.rw.0 -= 1,
            EndWrite => self.rw.1 = false,
            Take { again } if !self.store.0 => {
                self.store.0 = true;
                then = self.look(again, false);
            }
            WaitInside { again } => {
                self.store.0 = false;
                self.waiting.insert(thread);
                then = vec![Wake { again }];
            }
            Wake { again } if !self.store.0 => {
                let Some(call) = self.calls.iter().position(|call| call.contains(&thread)) else {
                    return false;
                };
                self.calls.remove(call);
                self.calls.iter_mut().for_each(|call| _ = call.remove(&thread));
                self.calls.retain(|call| !call.is_empty());
                self.waiting.remove(&thread);
                self.store.0 = true;
                then = self.look(again, true);
            }
            Untake => {
                self.store.0 = false;
                new_sum += self.store.1;
            }
            Give { all } if !self.store.0 => {
                self.store = (true, self.store.1 + 1);
                then = vec![Ungive { all }];
            }
            Ungive { all } => {
                self.store.0 = false;
                then = vec![Notify { all }];
            }
            Notify { all: true } => {
                self.calls = self.waiting.iter().map(|waiting| [*waiting].into()).collect();
            }
            Notify { all: false } => {
                if self.calls.len() < self.waiting.len() {
                    self.calls.push(self.waiting.clone());
                }
            }
            Send(n) if self.queue.len() < sizes.room => self.queue.push(n),
            Recv if !self.queue.is_empty() => new_sum += self.queue.remove(0),
            TryRecv if self.queue.is_empty() => new_sum -= 1,
            TryRecv => new_sum += self.queue.remove(0),
            Await(x, value) | AwaitOnce(x, value, _) if self.atoms[x] == value => new_sum += value,
            AwaitOnce(x, value, last) if self.atoms[x] == last => {
                then = vec![AwaitChange(x, value, last, self.changes[x])];
            }
            Await(x, value) | AwaitOnce(x, value, _) => {
                then = vec![AwaitOnce(x, value, self.atoms[x])];
            }
            Meet => {
                let times = self.met.1;
                self.met.0 += 1;
                if self.met.0 == sizes.meeting {
                    self.met = (0, times + 1);
                    new_sum += 10;
                } else {
                    then = vec![Gather(times)];
                }
            }
            Once(body) if self.once == 0 => {
                self.once = 1;
                then = [body, vec![EndOnce]].concat();
            }
            Once(_) if self.once == 2 => new_sum += 1,
            EndOnce => self.once = 2,
            Park if self.threads[thread].token => self.threads[thread].token = false,
            Unpark => {
                let other = *self.threads[thread].spawned.last().expect("there is one");
                self.threads[other].token = true;
            }
            Peterson(me) => {
                self.set_peterson(me, 1);
                then = vec![Turn(me)];
            }
            Turn(me) => {
                self.set_peterson(2, 1 - me);
                then = vec![Flag(me, 1)];
            }
            Flag(me, _) if self.peterson[1 - me] == 0 => {}
            Flag(me, round) => then = vec![LookAtTurn(me, round, self.seen(me)[0])],
            LookAtTurn(me, ..) if self.peterson[2] == me => {}
            LookAtTurn(me, round, flag) => {
                then = vec![Again(me, round.min(2), [flag, self.seen(me)[1]])];
            }
            Leave(me) => self.set_peterson(me, 0),
            Out(x) => self.threads[thread].out.push(self.atoms[x]),
            _ => return false,
        }
        let me = &mut self.threads[thread];
        me.sum = new_sum;
        me.todo.extend(then.into_iter().rev());
        true
    }

    /// What comes after the lock of the store was acquired: to take what is there, or to wait.
    fn look(&mut self, again: bool, woken: bool) -> Vec<Op> {
        if self.store.1 == 0 && (again || !woken) {
            return vec![WaitInside { again }];
        }
        self.store.1 -= 1;
        vec![Untake]
    }
}
