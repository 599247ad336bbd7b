//! How many buyers are inside of the same part of a purchase at the same time. The shop is that of the
//! lesson, with a watch at the door of two parts: the pause before a buyer writes, and the write.

use std::sync::Arc;

use common::interleave::common::Worker;
use common::interleave::process::{Command, Stdio};
use common::interleave::{Ledger, fs};

use shop::{Shop, Watch};

type Start = Box<dyn Fn() -> anyhow::Result<Worker>>;
type Answers = anyhow::Result<Vec<anyhow::Result<bool>>>;

common::explore!(database, "../../src/database.rs");
common::explore!(real_shop, "../../src/shop.rs", use ::common::interleave::common);
common::explore!(unlocked, "../../src/unlocked.rs", use ::common::interleave::common);
common::explore!(locked, "../../src/locked.rs", use ::common::interleave::common);
common::explore!(yours, "../../src/yours.rs", use ::common::interleave::common);

/// What the versions know as the shop.
mod shop {
    use std::ops::Deref;
    use std::sync::Arc;

    use common::interleave::Ledger;

    use super::real_shop;
    pub use super::real_shop::Moment;

    /// Of each part: how many are inside, and how many have been at most.
    pub type Watch = Arc<Ledger<[(usize, usize); 2]>>;

    pub struct Shop {
        pub shop: real_shop::Shop,
        pub watch: Watch,
    }

    impl Deref for Shop {
        type Target = real_shop::Shop;

        fn deref(&self) -> &Self::Target {
            &self.shop
        }
    }

    impl Shop {
        pub fn pause_at(&self, moment: Moment) -> anyhow::Result<()> {
            match moment {
                Moment::Getting => self.inside(0, || self.shop.pause_at(moment)),
                _ => self.shop.pause_at(moment),
            }
        }

        pub fn write(&self, left: u64) -> anyhow::Result<()> {
            self.inside(1, || self.shop.write(left))
        }

        fn inside<T>(&self, part: usize, act: impl FnOnce() -> T) -> T {
            self.watch.write(|parts| {
                let (now, most) = parts[part];
                parts[part] = (now + 1, most.max(now + 1));
            });
            let outcome = act();
            self.watch.write(|parts| parts[part].0 -= 1);
            outcome
        }
    }
}

pub fn unlocked() -> String {
    sell(unlocked::buy, |start| unlocked::run(2, start))
}

pub fn locked() -> String {
    sell(locked::buy, |start| locked::run(2, start))
}

pub fn yours() -> String {
    sell(yours::buy, |start| yours::run(2, start))
}

/// Sells one ticket to two buyers. Gives how many of them were inside of each part at the same time.
fn sell(buy: fn(&Shop) -> anyhow::Result<bool>, run: impl FnOnce(Start) -> Answers) -> String {
    fs::prepare("db.json", "{\"count\":1}\n");
    fs::prepare("db.json.lock", "");
    let watch: Watch = Arc::new(Ledger::new([(0, 0); 2]));
    let (number, theirs) = (std::cell::Cell::new(0), watch.clone());
    let start = move || {
        number.update(|number| number + 1);
        let watch = theirs.clone();
        let role = move || {
            let pace = real_shop::Pace { pause_ms: 0, step: None };
            let shop = Shop { shop: real_shop::Shop { file: "db.json".into(), pace }, watch };
            common::show!("{}", buy(&shop)?);
            Ok(())
        };
        let mut buyer = Command::of(&format!("buyer {}", number.get()), role);
        Worker::start(buyer.stdout(Stdio::piped()))
    };
    match run(Box::new(start)) {
        Ok(_) => watch.with(|[(_, paused), (_, wrote)]| format!("{paused} {wrote}")),
        Err(fault) => format!("error: {fault:#}"),
    }
}
