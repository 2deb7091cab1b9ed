//! What a sink wants of the records of a folder, by their kinds.

use super::manifest::{Apart, Segment};
use crate::source::{KindValue, RecordKind, Sink, Telling, Want};
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::sync::Arc;

/// What is wanted of the kinds of a segment.
#[derive(Debug, Clone)]
pub(super) struct Wants {
    /// By kind, and by place within it where places count.
    table: Arc<[Want]>,
    /// How many places a kind has.
    width: usize,
    /// The number of the kind that is none.
    none: Option<u32>,
}

/// Asks the sink about each kind once.
pub(super) struct Asking<'a> {
    sink: &'a dyn Sink,
    telling: Telling,
    known: HashMap<RecordKind, Want, FixedState>,
}

impl<'a> Asking<'a> {
    pub fn new(sink: &'a dyn Sink) -> Self {
        Self { sink, telling: sink.tells_by(), known: HashMap::default() }
    }

    /// Asks about the kinds that log files of a segment have at their places.
    pub fn ask<'e>(&mut self, segment: &Segment, needed: impl Iterator<Item = &'e Apart>) -> Wants {
        let is_by_place = self.telling[RecordKind::PLACELESS..].contains(&true);
        let width = if is_by_place { segment.places.len() } else { 1 };
        let mut table = vec![None; segment.kinds.len() * width];
        for apart in needed {
            for (kind, _) in &apart.kinds {
                for place in &apart.places {
                    let place = if is_by_place { *place as usize } else { 0 };
                    // A manifest that was tampered with has nothing there.
                    let Some(want) = table.get_mut(*kind as usize * width + place) else { continue };
                    *want = want.or_else(|| Some(self.want(segment, *kind as usize, place)));
                }
            }
        }
        let none = segment.kinds.iter().position(Option::is_none).map(|at| at as u32);
        Wants { table: table.into_iter().map(|want| want.unwrap_or(Want::Nothing)).collect(), width, none }
    }

    fn want(&mut self, segment: &Segment, kind: usize, place: usize) -> Want {
        // Of no kind it can be said.
        let Some(kind) = &segment.kinds[kind] else { return Want::Record };
        let place = segment.places.get(place);
        let value = |at: usize| match at.checked_sub(RecordKind::PLACELESS) {
            None => kind.0[at].clone(),
            Some(at) => {
                place.and_then(|place| [&place.region, &place.account][at].clone()).map(KindValue::Text)
            }
        };
        // What nobody tells records apart by is not asked about.
        let kind = RecordKind(std::array::from_fn(|at| self.telling[at].then(|| value(at)).flatten()));
        let sink = self.sink;
        *self.known.entry(kind).or_insert_with_key(|kind| sink.wants(kind))
    }
}

impl Wants {
    /// Says what is wanted of a kind at a place of the segment.
    pub fn want(&self, kind: u32, place: u32) -> Want {
        let place = if self.width == 1 { 0 } else { place as usize };
        self.table.get(kind as usize * self.width + place).copied().unwrap_or(Want::Record)
    }

    /// Tells whether a kind is none.
    pub fn is_none(&self, kind: u32) -> bool {
        self.none == Some(kind)
    }

    /// Tells whether records of a kind are wanted, wherever they are from.
    pub fn is_record(&self, kind: u32) -> bool {
        self.of_kind(kind).contains(&Want::Record)
    }

    /// Tells whether records of a kind are counted, wherever they are from.
    pub fn is_counted(&self, kind: u32) -> bool {
        self.of_kind(kind).iter().any(|want| matches!(want, Want::Count(_)))
    }

    /// Tells whether anything is wanted of a kind.
    pub fn is_any(&self, kind: u32) -> bool {
        self.of_kind(kind).iter().any(|want| *want != Want::Nothing)
    }

    fn of_kind(&self, kind: u32) -> &[Want] {
        self.table.get(kind as usize * self.width..(kind as usize + 1) * self.width).unwrap_or_default()
    }
}
