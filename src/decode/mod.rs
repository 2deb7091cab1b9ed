//! Bytes to raw records: gunzips whole buffers under a cap and finds the records in any of the known shapes.
//! Whole-object faults are errors; single bad records are [`Rejected`] and the rest is kept.
//!
//! What a record says is left to [`crate::record`] and [`crate::event`]: here it is bytes that are checked JSON.

mod deflate;
mod document;
mod error;
#[cfg(test)]
mod faults;
mod find;
mod foreign;
mod gzip;
mod inflate;
mod lake;
mod log_file;
mod memory;
mod outline;
mod sequence;
mod shape;
mod text;

pub use error::Error;
pub use find::find_records;
pub use inflate::{Inflated, Trailing, inflate};
pub use log_file::{Pieces, cut, read_piece};
pub use shape::{Found, Kind, Records, Rejected, Shape};
pub use text::Text;
