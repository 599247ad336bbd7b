//! Stands in for `std::sync::atomic`. Each call is one step, and all threads see the steps in one
//! order, whatever [`Ordering`] is asked for.

use std::sync::atomic as real;

pub use std::sync::atomic::Ordering;

use crate::every_order::stage::{At, Shared, me, note, turn};

macro_rules! atomic {
    ($name:ident: $value:ty $(, $extra:tt)?) => {
        #[doc = concat!("See [`std::sync::atomic::", stringify!($name), "`].")]
        pub struct $name {
            number: usize,
            real: real::$name,
        }

        impl $name {
            /// It is no `const fn`, so that no `static` can outlive an order.
            pub fn new(value: $value) -> Self {
                Self { number: me().0.new_atomic(), real: value.into() }
            }

            /// Reads the value.
            pub fn load(&self, order: Ordering) -> $value {
                turn(At::Ready);
                let value = self.real.load(order);
                self.note(format!("reads {value}"));
                value
            }

            /// Writes a value.
            pub fn store(&self, value: $value, order: Ordering) {
                turn(At::Ready);
                self.real.store(value, order);
                self.note(format!("writes {value}"));
            }

            /// Writes a value, and gives the one before.
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                turn(At::Ready);
                let before = self.real.swap(value, order);
                self.note(format!("writes {value} over {before}"));
                before
            }

            /// Writes `new` if the value is `current`; gives the value before, as an error if not.
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                turn(At::Ready);
                let outcome = self.real.compare_exchange(current, new, success, failure);
                self.note(match outcome {
                    Ok(before) => format!("writes {new} over {before}"),
                    Err(before) => format!("finds {before}, not {current}"),
                });
                outcome
            }

            /// Takes the value out. Who owns it is alone with it: this is no step.
            pub fn into_inner(self) -> $value {
                self.real.into_inner()
            }

            $(atomic!($extra $value);)?

            fn note(&self, text: String) {
                note(text, Some(Shared::Atomic(self.number)));
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new(<$value>::default())
            }
        }
    };
    (sums $value:ty) => {
        /// Adds to the value, and gives the one before.
        pub fn fetch_add(&self, value: $value, order: Ordering) -> $value {
            turn(At::Ready);
            let before = self.real.fetch_add(value, order);
            self.note(format!("adds {value} to {before}"));
            before
        }

        /// Takes from the value, and gives the one before.
        pub fn fetch_sub(&self, value: $value, order: Ordering) -> $value {
            turn(At::Ready);
            let before = self.real.fetch_sub(value, order);
            self.note(format!("takes {value} from {before}"));
            before
        }
    };
}

atomic!(AtomicBool: bool);
atomic!(AtomicI32: i32, sums);
atomic!(AtomicI64: i64, sums);
atomic!(AtomicU64: u64, sums);
atomic!(AtomicUsize: usize, sums);
