//! Puts a log file together again, as far as somebody wants it.

use super::manifest::{Apart, Place};
use super::part::Wanted;
use super::rows::{self, Known};
use super::wants::Wants;
use crate::source::{Counted, LogKey, ReadFault, Rest, Scope, Want};
use jiff::Timestamp;
use std::fs::File;
use std::io;
use std::sync::Arc;

/// How records stand to a scope, by what they say of their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Inside,
    Outside,
    /// Only the records tell.
    Unknown,
}

/// Room is made for so many records that are only counted; what goes beyond that is made room for when it comes.
const MOST_COUNTED: usize = 1 << 20;

/// All that it takes.
pub(super) struct Rebuild {
    pub apart: Apart,
    /// What is known of all records of the segment.
    pub rows: Arc<Result<File, String>>,
    /// Where the records are, when some are wanted.
    pub part: Option<Arc<Wanted>>,
    pub wants: Wants,
    /// Parallel to the places of the log file.
    pub standings: Vec<Standing>,
    /// The time range, where it counts.
    pub times: Option<(Option<Timestamp>, Option<Timestamp>)>,
}

impl Rebuild {
    /// Writes the text with the records that are wanted, and returns the rest.
    ///
    /// # Errors
    /// Returns that the folder is damaged.
    pub fn write(&self, text: &mut Vec<u8>) -> Result<Rest, ReadFault> {
        let damaged = |reason: String| ReadFault::Unreadable {
            reason: format!("what is known of its records cannot be read: {reason}"),
        };
        let file = self.rows.as_ref().as_ref().map_err(|reason| damaged(reason.clone()))?;
        let first = self.apart.times.map_or(0, |(first, _)| first.as_second());
        let mut rest = Rest { counted: Vec::with_capacity(self.most_counted()), ..Rest::default() };
        text.extend_from_slice(b"{\"Records\":[");
        let unread = |error: io::Error| damaged(error.to_string());
        rows::read(file, &self.apart, unread, |number, row| {
            match self.want(row, first) {
                None => rest.left_out += 1,
                Some(Want::Nothing) => {
                    rest.left_out += 1;
                    rest.left_out_in_scope += 1;
                }
                Some(Want::Count(kind)) => {
                    let seconds = first + i64::from(row.seconds);
                    rest.counted.push(Counted { number, kind, seconds, identity: row.identity });
                }
                Some(Want::Record) => {
                    if !rest.numbers.is_empty() {
                        text.push(b',');
                    }
                    rest.numbers.push(number);
                    let part = self.part.as_ref().ok_or_else(|| damaged("they are in no part".to_owned()))?;
                    part.add(row.row, text)?;
                }
            }
            Ok(())
        })?;
        text.extend_from_slice(b"]}");
        Ok(rest)
    }

    /// Returns how many records there may be that are only counted.
    fn most_counted(&self) -> usize {
        let kinds = self.apart.kinds.iter().filter(|(kind, _)| self.wants.is_counted(*kind));
        // A folder that was tampered with may say anything.
        kinds.map(|(_, records)| *records as usize).sum::<usize>().min(MOST_COUNTED)
    }

    /// Says what is wanted of a record; `None` when it is outside the scope.
    fn want(&self, row: &Known, first: i64) -> Option<Want> {
        let standing = self.standings.get(row.place as usize).copied().unwrap_or(Standing::Unknown);
        if self.wants.is_none(row.kind) || standing == Standing::Unknown {
            return Some(Want::Record);
        }
        let is_outside = standing == Standing::Outside
            || self.times.is_some_and(|(since, until)| {
                let time = Timestamp::from_second(first + i64::from(row.seconds)).ok();
                time.is_some_and(|time| {
                    since.is_some_and(|since| time < since) || until.is_some_and(|until| until <= time)
                })
            });
        let place = self.apart.places.get(row.place as usize).copied().unwrap_or_default();
        (!is_outside).then(|| self.wants.want(row.kind, place))
    }
}

impl Standing {
    /// Decides about records that name a place, as a replay does it: the account counts where the key names none; a record
    /// that names no region, or `global`, is of that of its log file.
    pub fn of(place: Option<&Place>, key: &LogKey, scope: &Scope) -> Self {
        let Some(place) = place else { return Self::Unknown };
        let is_of_region = scope.regions.is_empty()
            || match place.region.as_deref() {
                None | Some("" | "global" | "aws-global") => {
                    key.region().is_some_and(|region| scope.regions.contains(region))
                }
                Some(region) => scope.regions.contains(region),
            };
        if !is_of_region {
            return Self::Outside;
        }
        if scope.accounts.is_empty() || key.account().is_some() {
            return Self::Inside;
        }
        match &place.account {
            Some(account) if scope.accounts.contains(account) => Self::Inside,
            Some(_) => Self::Outside,
            None => Self::Unknown,
        }
    }
}
