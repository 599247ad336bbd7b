//! How a writer rests: between two items, or in the middle of a message.

use std::thread;
use std::time::Duration;

use common::cli::wait_for_enter;

pub struct Pace {
    pub pause: Duration,
    /// Wait for Enter.
    pub step: bool,
}

impl Pace {
    pub fn rests(&self) -> bool {
        self.step || !self.pause.is_zero()
    }

    pub fn rest(&self) -> anyhow::Result<()> {
        if self.step {
            wait_for_enter()?;
        }
        thread::sleep(self.pause);
        Ok(())
    }
}
