//! A converted folder as an archive.

use super::manifest::{Apart, Entry, Held, Manifest, Segment};
use super::part::Wanted;
use super::rebuild::{Rebuild, Standing};
use super::wants::{Asking, Wants};
use super::{FOLDER, rows};
use crate::source::{Chosen, Error, Item, LogFile, LogKey, Original, Rest, Scope, Sink, Source};
use jiff::Timestamp;
use std::collections::HashMap;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// What is known of every record of a segment, or why it is not.
type Rows = Arc<Result<File, String>>;

/// A folder that [`super::convert`] has filled.
#[derive(Debug)]
pub struct Lake {
    name: String,
    folder: PathBuf,
    manifest: Manifest,
    /// Parallel to the segments; opened when it is needed.
    rows: Vec<OnceLock<Rows>>,
    /// Segment and number of each log file, in the order of archives and keys.
    order: Vec<(u32, u32)>,
}

/// A log file that the scope needs.
struct Needed<'a> {
    /// Segment and number.
    at: (u32, u32),
    key: LogKey,
    entry: &'a Entry,
    extent: Extent,
}

/// How much of a log file is inside a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    All,
    /// Its records tell.
    Some,
    Nothing,
}

/// The parts of which records are wanted, by segment and number.
type Parts = HashMap<(u32, u32), Arc<Wanted>>;

impl Lake {
    /// Tells whether a folder is one.
    pub fn is_at(folder: &Path) -> bool {
        Manifest::is_in(folder)
    }

    /// Reads which log files are there.
    ///
    /// # Errors
    /// Returns an error when the manifest cannot be read.
    pub fn open(name: &str) -> Result<Self, super::Error> {
        let folder = PathBuf::from(name);
        let manifest = Manifest::load(&folder)?;
        let mut archives: Vec<&String> = Vec::new();
        for archive in manifest.segments.iter().flat_map(|segment| &segment.archives) {
            if !archives.contains(&archive) {
                archives.push(archive);
            }
        }
        let mut order = Vec::new();
        for (segment, number) in manifest.segments.iter().zip(0..) {
            let place =
                |name: &String| archives.iter().position(|known| *known == name).unwrap_or(usize::MAX);
            let places: Vec<usize> = segment.archives.iter().map(place).collect();
            for (entry, at) in segment.log_files.iter().zip(0..) {
                let archive = places.get(entry.archive as usize).copied().unwrap_or(usize::MAX);
                order.push((archive, entry.key.as_str(), (number, at)));
            }
        }
        order.sort_unstable();
        let order = order.into_iter().map(|(_, _, place)| place).collect();
        let rows = manifest.segments.iter().map(|_| OnceLock::new()).collect();
        Ok(Self { name: name.to_owned(), folder, manifest, rows, order })
    }

    /// Finds the log files that the scope needs.
    fn needed(&self, scope: &Scope) -> Vec<Needed<'_>> {
        let chosen = Chosen::new(scope);
        let mut needed = Vec::new();
        for at in &self.order {
            let segment = &self.manifest.segments[at.0 as usize];
            let entry = &segment.log_files[at.1 as usize];
            let key = LogKey::parse(entry.key.as_str());
            if chosen.has(&key, entry.stored) {
                let extent = match &entry.held {
                    Held::Apart(apart) => extent(segment, apart, &key, scope),
                    Held::Verbatim(_) => Extent::Some,
                };
                needed.push(Needed { at: *at, key, entry, extent });
            }
        }
        needed
    }

    /// Asks what is wanted of the kinds of each segment.
    fn wants(&self, needed: &[Needed<'_>], sink: &dyn Sink) -> Vec<Wants> {
        let mut asking = Asking::new(sink);
        let of_segment = |(number, segment): (u32, &Segment)| {
            let of_it =
                needed.iter().filter(|needed| needed.at.0 == number && needed.extent != Extent::Nothing);
            asking.ask(segment, of_it.filter_map(Needed::apart))
        };
        (0..).zip(&self.manifest.segments).map(of_segment).collect()
    }

    /// Prepares the parts of which records are wanted.
    fn parts(&self, needed: &[Needed<'_>], wants: &[Wants], scope: &Scope) -> Parts {
        let mut parts = Parts::new();
        for needed in needed.iter().filter(|needed| needed.extent != Extent::Nothing) {
            let Some((apart, part)) = needed.apart().zip(needed.part()) else { continue };
            let wants = &wants[needed.at.0 as usize];
            // Records that do not name their account may have to be asked for it.
            let is_every = !scope.accounts.is_empty() && needed.key.account().is_none();
            let is_wanted = |kind: u32| is_every || wants.is_record(kind);
            if !apart.kinds.iter().any(|(kind, _)| is_wanted(*kind)) || parts.contains_key(&part) {
                continue;
            }
            let found = self.manifest.segments[needed.at.0 as usize].parts.get(part.1 as usize);
            if let Some(found) = found {
                parts.insert(part, Arc::new(Wanted::new(self.folder.join(&found.path), found, is_wanted)));
            }
        }
        parts
    }

    fn log_file(&self, needed: Needed<'_>, wants: &[Wants], parts: &Parts, scope: &Scope) -> LogFile {
        let part = needed.part().and_then(|part| parts.get(&part)).cloned();
        let Needed { at, key, entry, extent } = needed;
        let apart = match &entry.held {
            Held::Verbatim(name) => {
                let path = self.folder.join(FOLDER).join("verbatim").join(name);
                return LogFile::at(key, entry.stored, path);
            }
            Held::Apart(apart) => apart,
        };
        let original = Original { stored_bytes: entry.stored, text_bytes: apart.text };
        let wants = &wants[at.0 as usize];
        let is_any_wanted = || apart.kinds.iter().any(|(kind, _)| wants.is_any(*kind));
        let left_out_in_scope = match extent {
            Extent::Nothing => Some(0),
            Extent::All if !is_any_wanted() => Some(apart.records),
            Extent::All | Extent::Some => None,
        };
        if let Some(left_out_in_scope) = left_out_in_scope {
            let rest = Rest { left_out: apart.records, left_out_in_scope, ..Rest::default() };
            let rebuild = move |text: &mut Vec<u8>| {
                text.extend_from_slice(b"{\"Records\":[]}");
                Ok(rest.clone())
            };
            return LogFile::rebuilt(key, original, Box::new(rebuild));
        }
        let segment = &self.manifest.segments[at.0 as usize];
        let place = |place: &u32| Standing::of(segment.places.get(*place as usize), &key, scope);
        let rebuild = Rebuild {
            standings: apart.places.iter().map(place).collect(),
            apart: apart.clone(),
            rows: self.rows(at.0),
            part,
            wants: wants.clone(),
            times: (extent == Extent::Some).then_some((scope.since, scope.until)),
        };
        LogFile::rebuilt(key, original, Box::new(move |text| rebuild.write(text)))
    }

    fn rows(&self, segment: u32) -> Rows {
        let known = self.rows[segment as usize].get_or_init(|| {
            let file = rows::open(&self.folder, self.manifest.numbers[segment as usize]);
            Arc::new(file.map_err(|error| error.to_string()))
        });
        Arc::clone(known)
    }
}

impl Needed<'_> {
    fn apart(&self) -> Option<&Apart> {
        match &self.entry.held {
            Held::Apart(apart) => Some(apart),
            Held::Verbatim(_) => None,
        }
    }

    /// Returns the part that the records are in.
    fn part(&self) -> Option<(u32, u32)> {
        self.apart().and_then(|apart| Some((self.at.0, apart.part?)))
    }
}

/// Decides how much of a log file is inside the scope.
fn extent(segment: &Segment, apart: &Apart, key: &LogKey, scope: &Scope) -> Extent {
    let standing = |place: &u32| Standing::of(segment.places.get(*place as usize), key, scope);
    let is_all = |wanted| apart.places.iter().all(|place| standing(place) == wanted);
    if apart.records == 0 {
        return Extent::All;
    }
    let times = apart.times.map_or(Some(true), |times| is_within(times, scope));
    match times {
        Some(false) => Extent::Nothing,
        _ if is_all(Standing::Outside) => Extent::Nothing,
        Some(true) if is_all(Standing::Inside) => Extent::All,
        _ => Extent::Some,
    }
}

/// Tells whether all that lies between two moments is within the scope, or nothing is; `None` when it is neither.
fn is_within((first, last): (Timestamp, Timestamp), scope: &Scope) -> Option<bool> {
    let is_late = |time: Timestamp| scope.until.is_some_and(|until| until <= time);
    let is_early = |time: Timestamp| scope.since.is_some_and(|since| time < since);
    if is_early(last) || is_late(first) {
        return Some(false);
    }
    (!is_early(first) && !is_late(last)).then_some(true)
}

/// Tells each part which one is asked for next, and returns how many log files each has.
fn line_up(needed: &[Needed<'_>], parts: &Parts) -> HashMap<(u32, u32), usize> {
    let mut log_files = HashMap::new();
    let mut last: Option<&Arc<Wanted>> = None;
    for part in needed.iter().filter_map(Needed::part) {
        let count = log_files.entry(part).or_insert(0);
        *count += 1;
        if let (1, Some(wanted)) = (*count, parts.get(&part)) {
            last.replace(wanted).into_iter().for_each(|last| last.goes_before(wanted));
        }
    }
    log_files
}

impl Source for Lake {
    fn feed(&self, scope: &Scope, sink: &mut dyn Sink) -> Result<(), Error> {
        let all = self.needed(scope);
        let wants = self.wants(&all, sink);
        let mut parts = self.parts(&all, &wants, scope);
        sink.announce(all.len() as u64, all.iter().map(|needed| needed.entry.stored).sum());
        sink.announce_end();
        let mut left = line_up(&all, &parts);
        for needed in all {
            let part = needed.part();
            let log_file = self.log_file(needed, &wants, &parts, scope);
            if sink.offer(Item::LogFile(log_file)) == ControlFlow::Break(()) {
                break;
            }
            // Whoever reads the last log file of a part lets go of its records.
            if let Some((part, left)) = part.and_then(|part| Some((part, left.get_mut(&part)?))) {
                *left -= 1;
                if *left == 0 {
                    parts.remove(&part);
                }
            }
        }
        Ok(())
    }

    fn name(&self) -> &str {
        &self.name
    }
}
