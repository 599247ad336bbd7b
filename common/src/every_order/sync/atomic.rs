//! Stands in for `std::sync::atomic`. Each call is one step, and all threads see the steps in one
//! order, whatever [`Ordering`] is asked for.

use std::sync::atomic as real;

pub use std::sync::atomic::Ordering;

use crate::every_order::stage::Shared;

macro_rules! atomic {
    ($name:ident: $value:ty $(, $sums:tt)?) => {
        #[doc = concat!("See [`std::sync::atomic::", stringify!($name), "`].")]
        pub struct $name {
            shared: Shared,
            real: real::$name,
        }

        impl $name {
            /// It is no `const fn`, so that no `static` can outlive an order.
            pub fn new(value: $value) -> Self {
                Self { shared: Shared::new("atomic"), real: value.into() }
            }

            /// Reads the value.
            pub fn load(&self, order: Ordering) -> $value {
                self.step(|real| real.load(order), |value| format!("reads {value}"))
            }

            /// Writes a value.
            pub fn store(&self, value: $value, order: Ordering) {
                self.step(|real| real.store(value, order), |()| format!("writes {value}"))
            }

            /// Writes a value, and gives the one before.
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                let told = |before: &$value| format!("writes {value} over {before}");
                self.step(|real| real.swap(value, order), told)
            }

            /// Writes `new` if the value is `current`; gives the value before, as an error if not.
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                let told = |outcome: &Result<$value, $value>| match outcome {
                    Ok(before) => format!("writes {new} over {before}"),
                    Err(before) => format!("finds {before}, not {current}"),
                };
                self.step(|real| real.compare_exchange(current, new, success, failure), told)
            }

            $(atomic!($sums $value);)?

            /// Takes the value out. Who owns it is alone with it: this is no step.
            pub fn into_inner(self) -> $value {
                self.real.into_inner()
            }

            fn step<R>(
                &self,
                act: impl FnOnce(&real::$name) -> R,
                told: impl FnOnce(&R) -> String,
            ) -> R {
                self.shared.step(|| {
                    let outcome = act(&self.real);
                    let text = told(&outcome);
                    (outcome, text)
                })
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
            let told = |before: &$value| format!("adds {value} to {before}");
            self.step(|real| real.fetch_add(value, order), told)
        }

        /// Takes from the value, and gives the one before.
        pub fn fetch_sub(&self, value: $value, order: Ordering) -> $value {
            let told = |before: &$value| format!("takes {value} from {before}");
            self.step(|real| real.fetch_sub(value, order), told)
        }
    };
}

atomic!(AtomicBool: bool);
atomic!(AtomicI32: i32, sums);
atomic!(AtomicI64: i64, sums);
atomic!(AtomicU64: u64, sums);
atomic!(AtomicUsize: usize, sums);
