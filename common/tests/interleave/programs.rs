//! Programs for the oracle, run by the stand-in.

use common::interleave as std;
use common::interleave::crossbeam::channel::{Receiver, Sender, bounded};

use ::std::iter;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Condvar, Mutex, Once, RwLock};
use std::thread::{self, JoinHandle};

use crate::oracle::{Op, Sizes};

/// What the threads of a program share.
struct World {
    atoms: [AtomicI64; 2],
    locks: [Mutex<i64>; 2],
    rw: RwLock<i64>,
    store: Mutex<i64>,
    came: Condvar,
    queue: Option<(Sender<i64>, Receiver<i64>)>,
    meeting: Barrier,
    once: Once,
    flags: [AtomicUsize; 2],
    turn: AtomicUsize,
}

#[derive(Default)]
struct Me {
    sum: i64,
    spawned: Vec<JoinHandle<i64>>,
    out: Vec<i64>,
}

/// What the program ends with.
pub fn run(main: &[Op], sizes: Sizes) -> String {
    let uses_queue = format!("{main:?}").contains("Recv") || format!("{main:?}").contains("Send");
    let world = Arc::new(World {
        atoms: Default::default(),
        locks: Default::default(),
        rw: RwLock::new(0),
        store: Mutex::new(0),
        came: Condvar::new(),
        queue: uses_queue.then(|| bounded(sizes.room)),
        meeting: Barrier::new(sizes.meeting),
        once: Once::new(),
        flags: Default::default(),
        turn: Default::default(),
    });
    let mut me = Me::default();
    me.run(main, &world);
    format!("{} {:?}", me.sum, me.out)
}

fn start(ops: &[Op], world: &Arc<World>) -> impl FnOnce() -> i64 + use<> {
    let (ops, world) = (ops.to_vec(), world.clone());
    move || {
        let mut me = Me::default();
        me.run(&ops, &world);
        me.sum
    }
}

impl Me {
    fn run(&mut self, ops: &[Op], world: &Arc<World>) {
        ops.iter().for_each(|op| self.does(op, world));
    }

    fn does(&mut self, op: &Op, world: &Arc<World>) {
        let queue = || world.queue.as_ref().expect("there is a queue");
        match *op {
            Op::Load(x) => self.sum = world.atoms[x].load(SeqCst),
            Op::Store(x, n) => world.atoms[x].store(self.sum + n, SeqCst),
            Op::Add(x, n) => self.sum = world.atoms[x].fetch_add(n, SeqCst),
            Op::Swap(x, n) => self.sum = world.atoms[x].swap(n, SeqCst),
            Op::Cas(x, from, to) => {
                let before = world.atoms[x].compare_exchange(from, to, SeqCst, SeqCst);
                self.sum = before.unwrap_or_else(|before| before);
            }
            Op::CasLoop(x, n) => {
                world.atoms[x].fetch_update(SeqCst, SeqCst, |value| Some(value + n)).unwrap();
            }
            Op::Pause => thread::sleep(::std::time::Duration::ZERO),
            Op::Lock(m, ref body) => {
                let guard = world.locks[m].lock().unwrap_or_else(|poison| {
                    self.sum += 100;
                    poison.into_inner()
                });
                self.inside(guard, body, world);
            }
            Op::Try(m, ref body) => match world.locks[m].try_lock() {
                Ok(guard) => self.inside(guard, body, world),
                Err(std::sync::TryLockError::WouldBlock) => self.sum = -1,
                Err(std::sync::TryLockError::Poisoned(poison)) => {
                    self.sum += 100;
                    self.inside(poison.into_inner(), body, world);
                }
            },
            Op::Read(ref body) => {
                let guard = world.rw.read().unwrap();
                self.sum += *guard;
                self.run(body, world);
            }
            Op::Write(ref body) => {
                let mut guard = world.rw.write().unwrap();
                *guard = *guard * 2 + 1;
                self.run(body, world);
            }
            Op::Take { again } => {
                let mut store = world.store.lock().unwrap();
                if again {
                    store = world.came.wait_while(store, |store| *store == 0).unwrap();
                } else if *store == 0 {
                    store = world.came.wait(store).unwrap();
                }
                *store -= 1;
                self.sum += *store;
            }
            Op::Give { all } => {
                *world.store.lock().unwrap() += 1;
                if all { world.came.notify_all() } else { world.came.notify_one() }
            }
            Op::Send(n) => queue().0.send(n).unwrap(),
            Op::Recv => self.sum += queue().1.recv().unwrap(),
            Op::TryRecv => self.sum += queue().1.try_recv().unwrap_or(-1),
            Op::Await(x, value) => {
                while world.atoms[x].load(SeqCst) != value {
                    thread::yield_now();
                }
                self.sum += value;
            }
            Op::Meet => self.sum += if world.meeting.wait().is_leader() { 10 } else { 0 },
            Op::Once(ref body) => {
                let mut first = false;
                world.once.call_once(|| {
                    first = true;
                    self.run(body, world);
                });
                self.sum += if first { 0 } else { 1 };
            }
            Op::Park => thread::park(),
            Op::Unpark => {
                self.spawned.last().into_iter().for_each(|handle| handle.thread().unpark());
            }
            Op::Spawn(ref ops) => self.spawned.push(thread::spawn(start(ops, world))),
            Op::Join => {
                let handles = self.spawned.pop().into_iter();
                self.sum += handles.map(|handle| handle.join().unwrap_or(1000)).sum::<i64>();
            }
            Op::Scope(ref threads, ref body, join) => thread::scope(|scope| {
                let start = |ops: &Vec<Op>| scope.spawn(start(ops, world));
                let handles: Vec<_> = threads.iter().map(start).collect();
                self.run(body, world);
                for handle in handles.into_iter().filter(|_| join) {
                    self.sum = self.sum * 3 + handle.join().unwrap_or(1000);
                }
            }),
            Op::Panic => panic!("p{}", self.sum),
            Op::PanicIf(n) if self.sum == n => panic!("p{n}"),
            Op::PanicIf(_) => {}
            Op::Out(x) => self.out.push(world.atoms[x].load(SeqCst)),
            Op::Peterson(me) => {
                world.flags[me].store(1, SeqCst);
                world.turn.store(1 - me, SeqCst);
                let other = || world.flags[1 - me].load(SeqCst) == 1;
                while other() && world.turn.load(SeqCst) != me {
                    std::hint::spin_loop();
                }
            }
            Op::Leave(me) => world.flags[me].store(0, SeqCst),
            ref inner => unreachable!("{inner:?} is of the oracle only"),
        }
    }

    fn inside(&mut self, mut guard: std::sync::MutexGuard<i64>, body: &[Op], world: &Arc<World>) {
        *guard += 1;
        self.run(body, world);
        self.sum += *guard;
    }
}

/// Makes programs: the same seed, the same program.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn is_one_of(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn ops(&mut self, most: u64, depth: u32, some: fn(&mut Self, u32) -> Op) -> Vec<Op> {
        let count = self.below(most) + 1;
        (0..count).map(|_| some(self, depth)).collect()
    }

    fn atom(&mut self) -> usize {
        self.below(2) as usize
    }

    fn small(&mut self) -> i64 {
        self.below(3) as i64
    }

    fn simple(&mut self) -> Op {
        let (x, n, m) = (self.atom(), self.small(), self.small());
        match self.below(8) {
            0 | 1 => Op::Load(x),
            2 => Op::Store(x, n),
            3 => Op::Add(x, n),
            4 => Op::Swap(x, n),
            5 => Op::Cas(x, n, m),
            6 => Op::CasLoop(x, 1),
            _ => Op::Pause,
        }
    }

    /// Threads, locks, panics.
    fn op(&mut self, depth: u32) -> Op {
        if depth == 0 || !self.is_one_of(3) {
            return match self.below(8) {
                0 => Op::PanicIf(self.small()),
                1 if self.is_one_of(3) => Op::Panic,
                2 => Op::Unpark,
                _ => self.simple(),
            };
        }
        let body = self.ops(2, depth - 1, Self::op);
        match self.below(6) {
            0 | 1 => Op::Lock(self.atom(), body),
            2 => Op::Try(self.atom(), body),
            3 => Op::Spawn(body),
            4 => Op::Join,
            _ => Op::Scope(
                vec![body, self.ops(2, depth - 1, Self::op)],
                Vec::new(),
                self.is_one_of(2),
            ),
        }
    }

    /// All other things that threads share.
    fn other(&mut self, depth: u32) -> Op {
        if depth > 0 && self.is_one_of(4) {
            let body = self.ops(2, depth - 1, Self::other);
            return match self.below(3) {
                0 => Op::Read(body),
                1 => Op::Write(body),
                _ => Op::Once(self.ops(2, 0, Self::other)),
            };
        }
        match self.below(9) {
            0 => Op::Take { again: self.is_one_of(2) },
            1 | 2 => Op::Give { all: self.is_one_of(2) },
            3 => Op::Send(self.small()),
            4 => Op::Recv,
            5 => Op::TryRecv,
            6 => Op::Meet,
            _ => self.simple(),
        }
    }

    pub fn program(&mut self) -> (Vec<Op>, Sizes) {
        let sizes = Sizes { room: self.below(2) as usize + 1, meeting: 2 };
        let mut main = if self.is_one_of(2) {
            let mut main = vec![Op::Spawn(self.ops(3, 2, Self::op))];
            main.extend(iter::repeat_with(|| self.op(2)).take(3));
            main
        } else {
            let threads = self.below(2) + 2;
            let mut threads: Vec<_> = (0..threads).map(|_| self.ops(3, 1, Self::other)).collect();
            if self.is_one_of(3) {
                threads[0].push(Op::Await(0, 1));
            }
            vec![Op::Scope(threads, self.ops(2, 1, Self::other), self.is_one_of(2))]
        };
        if self.is_one_of(3) {
            main.insert(0, Op::Spawn(vec![Op::Park, Op::Add(0, 1)]));
            main.push(Op::Unpark);
        }
        main.extend([Op::Out(0), Op::Out(1)]);
        (main, sizes)
    }
}
