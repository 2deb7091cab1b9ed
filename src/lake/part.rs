//! Reads the wanted records of a part.

use super::manifest::Part;
use super::pages::{self, RecordPage, Records};
use crate::source::ReadFault;
use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};

/// The wanted records of one part, read when the first of its log files is.
#[derive(Debug)]
pub(super) struct Wanted {
    path: PathBuf,
    /// The pages, each with the number of its first row, in their order.
    pages: Vec<(u32, RecordPage)>,
    read: OnceLock<Result<Pages, String>>,
    /// Whether a thread has begun to read it.
    is_begun: AtomicBool,
    /// The part that is asked for after this one.
    next: OnceLock<Weak<Self>>,
}

/// The pages that were read, each with the number of its first row.
type Pages = Vec<(u32, Records)>;

impl Wanted {
    /// Prepares to read the pages that have rows of some kinds.
    pub fn new(path: PathBuf, part: &Part, is_wanted: impl Fn(u32) -> bool) -> Self {
        let mut runs = part.kinds.iter().map(|(kind, count)| (is_wanted(*kind), *count));
        let (mut is_run_wanted, mut left) = runs.next().unwrap_or_default();
        let mut first = 0;
        let mut pages = Vec::new();
        for page in &part.pages {
            let (mut rows, mut is_any_wanted) = (page.2, false);
            while rows > 0 {
                if left == 0 {
                    let Some(next) = runs.next() else { break };
                    (is_run_wanted, left) = next;
                }
                is_any_wanted |= is_run_wanted;
                let taken = rows.min(left);
                (rows, left) = (rows - taken, left - taken);
            }
            if is_any_wanted {
                pages.push((first, *page));
            }
            first += page.2;
        }
        Self { path, pages, read: OnceLock::new(), is_begun: AtomicBool::new(false), next: OnceLock::new() }
    }

    /// Says which part is asked for next. Said once.
    pub fn goes_before(&self, next: &Arc<Self>) {
        self.next.get_or_init(|| Arc::downgrade(next));
    }

    /// Adds a record to a text.
    ///
    /// # Errors
    /// Returns that the part is damaged.
    pub fn add(&self, row: u32, text: &mut Vec<u8>) -> Result<(), ReadFault> {
        if self.read.get().is_none() && self.is_begun.swap(true, Ordering::Relaxed) {
            // Another thread reads it: time for the next one.
            let next = self.next.get().and_then(Weak::upgrade);
            if let Some(next) = next.filter(|next| !next.is_begun.swap(true, Ordering::Relaxed)) {
                next.known();
            }
        }
        let damaged = |reason: &str| ReadFault::Unreadable {
            reason: format!("its records are damaged in `{}`: {reason}", self.path.display()),
        };
        let pages = self.known().as_ref().map_err(|reason| damaged(reason))?;
        let record = find(pages, row).ok_or_else(|| damaged("there are too few"))?;
        text.extend_from_slice(record);
        Ok(())
    }

    fn known(&self) -> &Result<Pages, String> {
        self.read.get_or_init(|| self.read())
    }

    fn read(&self) -> Result<Pages, String> {
        let file = File::open(&self.path).map_err(|error| error.to_string())?;
        self.pages.iter().map(|(first, page)| Ok((*first, pages::read(&file, *page)?))).collect()
    }
}

fn find(pages: &Pages, row: u32) -> Option<&[u8]> {
    let page = pages.partition_point(|(first, _)| *first <= row).checked_sub(1)?;
    let (first, records) = &pages[page];
    records.get((row - first) as usize)
}
