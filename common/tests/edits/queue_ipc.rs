//! See `main.rs`.

use crate::Edit;

pub const EDITS: &[Edit] = &[];
