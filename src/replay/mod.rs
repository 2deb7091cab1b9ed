//! Runs queries over sources in parallel and yields hits and coverage, both in an order that does not depend on the
//! number of threads.
//!
//! One log file's way: a source offers it in key order (`feeder`), a pool thread reads and decodes it (`worker`), this
//! one and idle ones match its pieces (`job`). Where event names and literals tell, most records are passed over unread
//! (`prefilter`); of the others, a look at few marked members (`glance`) and the rule index (`index`, `plan`) leave few
//! queries, and these are asked (`matcher`, `asking`), after a second look at all members where the first does not do
//! (`look`); what they said of a record goes for all that are like it, or like it in what was called, or in who called
//! (`recall`, `answer`). One receiver puts the outcomes back into key order and hands the hits out (`receiver`), those that
//! are only counted many at once (`folded`). A gate between the first and the last keeps the number of files under way, and
//! so the memory, bounded. What to do with a hit is the caller's business.

mod answer;
mod asking;
pub mod checkpoint;
mod counted;
mod coverage;
mod duplicates;
mod feeder;
mod folded;
mod gate;
mod glance;
mod groups;
mod identities;
mod index;
mod job;
mod keep;
mod kind;
mod known_groups;
mod lately;
mod look;
mod matched;
mod matcher;
mod needle;
mod outcome;
mod place;
mod plan;
mod pool;
mod prefilter;
mod progress;
mod recall;
mod receiver;
mod synthesis;
mod told;
mod worker;

pub use coverage::{Cell, CountedTogether, Coverage, Fault, LeftOut, Note, RecordedTwice, Stopped};
pub use keep::{ACCOUNT, DAY, HOUR, Keep, MOST_GROUPINGS, MOST_GROUPS};
pub use matcher::Matcher;
pub use progress::{Progress, Silent, Tick};

use crate::hit::Hit;
use crate::source::{self, Scope, Source};
use checkpoint::Checkpoint;
use feeder::Feeder;
use gate::Gate;
use groups::Groups;
use matched::Asked;
use pool::Pool;
use receiver::Receiver;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;
use worker::Worker;

/// Default hard cap on the text of one log file: 256 MiB. CloudTrail's own files stay below 50 MB.
pub const DEFAULT_MAX_OBJECT_SIZE: u64 = 256 << 20;

/// How many log files may be under way at once. Most of them wait, and are no more than a name: their order must not make
/// threads idle while a large one among them is decompressed.
const PLACES: usize = 512;

/// How a replay runs.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which part of the archives.
    pub scope: Scope,
    /// Number of threads that decode and match.
    pub threads: usize,
    /// Hard cap in bytes on one log file, stored and decompressed.
    pub max_object_size: u64,
    /// Whether a record that was met before (same account and event id) is passed over.
    pub is_deduplicating: bool,
    /// Stop after that many hits.
    pub limit: Option<u64>,
    /// Whether to count which places record the same events: [`Coverage::recorded_twice`].
    pub is_pairing: bool,
}

/// Why a replay cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An archive cannot be opened or listed.
    #[error(transparent)]
    Source(#[from] source::Error),
    /// The worker threads cannot be started.
    #[error("cannot start {threads} worker threads")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// The cause.
        #[source]
        source: rayon::ThreadPoolBuildError,
    },
    /// What was done cannot be recorded.
    #[error(transparent)]
    Checkpoint(#[from] checkpoint::Error),
}

/// What takes the hits, in order. `Break` ends the replay (the output is closed).
pub type Take<'a> = dyn FnMut(&Hit<'_>) -> ControlFlow<()> + 'a;

/// Replays queries over archives and returns what was covered. Hits are handed to `take` in the order of archives, log
/// keys, records and queries; all hits of one record follow each other. Those of [`Keep::Counts`] come when and in what
/// order it suits.
///
/// # Errors
/// Returns an error when an archive cannot be reached before anything is read, or none can be read. Whatever fails later,
/// single objects or what is left of an archive, is a fault in the coverage.
pub fn run(
    sources: &[Box<dyn Source>],
    matcher: &Matcher<'_>,
    options: &Options,
    watch: Watch<'_>,
    take: &mut Take<'_>,
) -> Result<Coverage, Error> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .thread_name(|index| format!("decode-{index}"))
        .build()
        .map_err(|source| Error::Threads { threads: options.threads, source })?;
    let gate = Gate::new(PLACES);
    let groups = Groups::new(&matcher.keeps().groupings);
    let received = Pool::default();
    let asked = Asked { matcher, options, groups: &groups, received: &received };
    let worker = Worker::new(asked, watch);
    let (outcomes, arrivals) = crossbeam_channel::unbounded();
    let mut receiver = Receiver::new(asked, watch, &gate);

    std::thread::scope(|threads| -> Result<(), Error> {
        let feeding = threads.spawn(|| {
            pool.in_place_scope(|scope| {
                Feeder::new(scope, &worker, &gate, watch, outcomes).feed(sources, &options.scope)
            })
        });
        receiver.receive(&arrivals, take);
        match feeding.join() {
            Ok(fed) => Ok(fed?),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })?;
    receiver.into_coverage(sources, &options.scope)
}

/// What looks on while a replay runs, and may stop it.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Learns how far it is.
    pub progress: &'a dyn Progress,
    /// Set from outside (Ctrl-C) to end the replay early with what is covered so far.
    pub interrupt: &'a AtomicBool,
    /// Keeps what came of the log files, and knows it of those that an earlier run has read.
    pub checkpoint: Option<&'a Checkpoint>,
}
