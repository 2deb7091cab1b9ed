//! A converted folder as an archive.

use super::FOLDER;
use super::manifest::{Apart, Entry, Held, Manifest, Segment};
use super::part::Wanted;
use crate::source::{Chosen, Error, Item, LogFile, LogKey, Original, Scope, Sink, Source};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder that [`super::convert`] has filled.
#[derive(Debug)]
pub struct Lake {
    name: String,
    folder: PathBuf,
    manifest: Manifest,
    /// Segment and number of each log file, in the order of archives and keys.
    order: Vec<(u32, u32)>,
}

/// What is to be fed of a log file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Share {
    /// The file that was kept.
    Verbatim,
    /// Every record: only they can tell whether they are inside the scope.
    Whole,
    /// The records of wanted kinds; all are inside the scope.
    Wanted,
    /// Nothing: all is outside the scope.
    Outside,
}

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
        Ok(Self { name: name.to_owned(), folder, manifest, order })
    }

    fn entry(&self, (segment, number): (u32, u32)) -> (&Segment, &Entry) {
        let segment = &self.manifest.segments[segment as usize];
        (segment, &segment.log_files[number as usize])
    }

    /// Returns the part that a log file's records are in.
    fn part(&self, place: (u32, u32)) -> Option<(u32, u32)> {
        match &self.entry(place).1.held {
            Held::Apart(apart) => apart.part.map(|part| (place.0, part)),
            Held::Verbatim(_) => None,
        }
    }

    /// Decides what is fed of each log file that the scope needs.
    fn shares(&self, scope: &Scope) -> Vec<((u32, u32), LogKey, Share)> {
        let chosen = Chosen::new(scope);
        let mut shares = Vec::new();
        for place in &self.order {
            let (segment, entry) = self.entry(*place);
            let key = LogKey::parse(entry.key.as_str());
            if chosen.has(&key, entry.stored) {
                let share = share(segment, entry, &key, scope);
                shares.push((*place, key, share));
            }
        }
        shares
    }

    /// Prepares the parts that hold something wanted.
    fn parts(
        &self,
        shares: &[((u32, u32), LogKey, Share)],
        is_wanted: &[Vec<bool>],
    ) -> HashMap<(u32, u32), Arc<Wanted>> {
        let mut whole: HashMap<(u32, u32), HashSet<String>> = HashMap::new();
        for (place, key, share) in shares {
            let Held::Apart(apart) = &self.entry(*place).1.held else { continue };
            let Some(part) = &apart.part else { continue };
            let is_any_wanted = || apart.wanted(&is_wanted[place.0 as usize]) > 0;
            match share {
                Share::Whole => {
                    whole.entry((place.0, *part)).or_default().insert(key.as_str().to_owned());
                }
                Share::Wanted if is_any_wanted() => drop(whole.entry((place.0, *part)).or_default()),
                _ => {}
            }
        }
        let prepared = whole.into_iter().filter_map(|((segment, part), whole)| {
            let number = segment;
            let segment = &self.manifest.segments[segment as usize];
            let found = segment.parts.get(part as usize)?;
            let is_wanted = is_wanted[number as usize].as_slice();
            let wanted = Wanted::new(self.folder.join(&found.path), found, is_wanted, whole);
            Some(((number, part), Arc::new(wanted)))
        });
        prepared.collect()
    }

    /// Tells each part which one is asked for next, and returns how many log files each has.
    fn line_up(
        &self,
        shares: &[((u32, u32), LogKey, Share)],
        parts: &HashMap<(u32, u32), Arc<Wanted>>,
    ) -> HashMap<(u32, u32), usize> {
        let mut log_files = HashMap::new();
        let mut last: Option<&Arc<Wanted>> = None;
        for (place, _, _) in shares {
            let Some(part) = self.part(*place) else { continue };
            let count = log_files.entry(part).or_insert(0);
            *count += 1;
            if let (1, Some(wanted)) = (*count, parts.get(&part)) {
                last.replace(wanted).into_iter().for_each(|last| last.goes_before(wanted));
            }
        }
        log_files
    }

    fn log_file(
        &self,
        (place, key, share): ((u32, u32), LogKey, Share),
        is_wanted: &[bool],
        parts: &HashMap<(u32, u32), Arc<Wanted>>,
    ) -> LogFile {
        let entry = self.entry(place).1;
        let apart = match &entry.held {
            Held::Verbatim(name) => {
                let path = self.folder.join(FOLDER).join("verbatim").join(name);
                return LogFile::at(key, entry.stored, path);
            }
            Held::Apart(apart) => apart,
        };
        let wanted = match share {
            Share::Whole => apart.records,
            Share::Wanted => apart.wanted(is_wanted),
            Share::Verbatim | Share::Outside => 0,
        };
        let left_out = apart.records - wanted;
        let original = Original {
            stored_bytes: entry.stored,
            text_bytes: apart.text,
            left_out,
            left_out_in_scope: if share == Share::Wanted { left_out } else { 0 },
        };
        let part = apart.part.and_then(|part| parts.get(&(place.0, part))).filter(|_| wanted > 0).cloned();
        let name = key.clone();
        let rebuild = move |text: &mut Vec<u8>| match &part {
            Some(part) => part.rebuild(name.as_str(), text),
            None => {
                text.extend_from_slice(b"{\"Records\":[]}");
                Ok(())
            }
        };
        LogFile::rebuilt(key, original, Box::new(rebuild))
    }
}

impl Apart {
    /// Returns how many records are of wanted kinds.
    fn wanted(&self, is_wanted: &[bool]) -> u64 {
        let wanted = self.kinds.iter().filter(|(kind, _)| is_wanted.get(*kind as usize) == Some(&true));
        wanted.map(|(_, count)| u64::from(*count)).sum()
    }
}

/// Decides what is fed of one log file.
fn share(segment: &Segment, entry: &Entry, key: &LogKey, scope: &Scope) -> Share {
    let apart = match &entry.held {
        Held::Verbatim(_) => return Share::Verbatim,
        Held::Apart(apart) => apart,
    };
    if !scope.accounts.is_empty() && key.account().is_none() {
        return Share::Whole;
    }
    let is_of = |region: &u32| is_of_region(segment.regions.get(*region as usize), key, scope);
    let (of_region, all) = (apart.regions.iter().filter(|region| is_of(region)).count(), apart.regions.len());
    let times = apart.times.map_or(Some(true), |times| is_within(times, scope));
    match (of_region, times) {
        (0, _) if all > 0 => Share::Outside,
        (_, Some(false)) => Share::Outside,
        (_, Some(true)) if of_region == all => Share::Wanted,
        _ => Share::Whole,
    }
}

/// Tells whether records that name a region are of the scope, as a replay does it: one that names none, or `global`, is of
/// the region of its log file.
fn is_of_region(named: Option<&Option<String>>, key: &LogKey, scope: &Scope) -> bool {
    let named = named.and_then(Option::as_deref);
    scope.regions.is_empty()
        || match named {
            None | Some("" | "global" | "aws-global") => {
                key.region().is_some_and(|region| scope.regions.contains(region))
            }
            Some(region) => scope.regions.contains(region),
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

impl Source for Lake {
    fn feed(&self, scope: &Scope, sink: &mut dyn Sink) -> Result<(), Error> {
        let is_wanted: Vec<Vec<bool>> =
            self.manifest.segments.iter().map(|segment| wanted(segment, sink)).collect();
        let shares = self.shares(scope);
        let mut parts = self.parts(&shares, &is_wanted);
        let bytes = shares.iter().map(|(place, _, _)| self.entry(*place).1.stored).sum();
        sink.announce(shares.len() as u64, bytes);
        sink.announce_end();
        let mut left = self.line_up(&shares, &parts);
        for share in shares {
            let place = share.0;
            let log_file = self.log_file(share, &is_wanted[place.0 as usize], &parts);
            if sink.offer(Item::LogFile(log_file)) == ControlFlow::Break(()) {
                break;
            }
            // Whoever reads the last log file of a part lets go of its records.
            if let Some(part) = self.part(place)
                && let Some(left) = left.get_mut(&part)
            {
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

/// Tells which of a segment's kinds are wanted. Records of no kind always are.
fn wanted(segment: &Segment, sink: &dyn Sink) -> Vec<bool> {
    segment.kinds.iter().map(|kind| kind.as_ref().is_none_or(|kind| sink.wants(kind))).collect()
}
