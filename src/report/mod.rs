//! Folds hits into Polars frames. With `render`, the only room that knows Polars.

mod counts;

pub use counts::{Counts, Error};
