//! Stands in for the handles of threads.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use std::thread::Result;

use super::park::Thread;
use super::shared::hold;

/// Where a thread leaves its value. If nobody is left to join it, the value is dropped as part of
/// what the thread does, not after its end.
pub(super) type Packet<T> = Arc<Mutex<Option<Result<T>>>>;

macro_rules! handle {
    ($name:ident $(<$scope:lifetime>)?) => {
        #[doc = concat!("See [`std::thread::", stringify!($name), "`].")]
        pub struct $name<$($scope,)? T> {
            pub(super) packet: Packet<T>,
            pub(super) thread: Thread,
            pub(super) scope: PhantomData<($(&$scope)? (),)>,
        }

        impl<$($scope,)? T> $name<$($scope,)? T> {
            /// Waits for the end of the thread. This is no step: only the waiting thread notices.
            pub fn join(self) -> Result<T> {
                self.thread.wait_for();
                hold(&self.packet).take().expect("a thread that has ended has left its value")
            }

            /// Has the thread ended? To look is a step.
            pub fn is_finished(&self) -> bool {
                self.thread.is_finished()
            }

            /// The thread itself.
            pub fn thread(&self) -> &Thread {
                &self.thread
            }
        }
    };
}

handle!(JoinHandle);
handle!(ScopedJoinHandle<'scope>);
