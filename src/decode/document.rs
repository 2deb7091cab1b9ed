//! Reads one JSON document: tells its shape from its top-level names and collects the records in it.

use std::ops::Range;

use super::outline::{Name, Outline};
use super::shape::MAX_NAMED;
use super::{Error, Found, Kind, Records, Rejected, Shape};
use crate::json::scan::{self, Elements, Members, SyntaxError};
use crate::json::unescape;

/// How many strings a record may be wrapped in: an SQS body that holds an SNS notification that holds the record.
pub(super) const MAX_UNWRAPPED: usize = 2;

/// How many records are kept whatever their size, and the size from which on all are kept.
const ALWAYS_KEPT: usize = 1_000_000;
const SHORTEST_RECORD: usize = 64;

/// A text to read documents from, and where it will be found again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'t> {
    /// The text.
    pub(super) text: &'t [u8],
    /// Where the text begins in the unescaped bytes, when it was a string.
    base: Option<usize>,
    /// How many strings were unwrapped to get here.
    unwrapped: usize,
    /// Whether the document stands in a wrapper's array already: wrappers do not nest.
    is_wrapped: bool,
}

impl<'t> Part<'t> {
    /// The text of the object itself.
    pub(super) fn whole(text: &'t [u8]) -> Self {
        Self { text, base: None, unwrapped: 0, is_wrapped: false }
    }
}

/// A document that was read: where it ends, and what it is or why it is nothing.
pub(super) type Read = (usize, Result<Shape, Error>);

/// A state to go back to when a document turns out to be broken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    found: usize,
    rejected: usize,
    unnamed: usize,
    unescaped: usize,
}

/// Collects what documents hold.
#[derive(Debug)]
pub(super) struct Finder {
    /// What was collected so far.
    pub(super) records: Records,
    /// Position of the document among others; elements are counted within it.
    pub(super) position: Option<usize>,
    /// How many records are kept.
    limit: usize,
}

impl Finder {
    /// Returns a finder for a text of that many bytes. What holds more records than a text of real ones could, is
    /// made to fill the memory with their offsets.
    pub(super) fn new(has_bom: bool, length: usize) -> Self {
        let records = Records { has_bom, ..Records::default() };
        Self { records, position: None, limit: record_limit(length) }
    }

    /// Returns the present state.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            found: self.records.found.len(),
            rejected: self.records.rejected.len(),
            unnamed: self.records.rejected_unnamed,
            unescaped: self.records.unescaped.len(),
        }
    }

    /// Forgets what was collected since.
    pub(super) fn rewind(&mut self, mark: Mark) {
        self.records.found.truncate(mark.found);
        self.records.rejected.truncate(mark.rejected);
        self.records.rejected_unnamed = mark.unnamed;
        self.records.unescaped.truncate(mark.unescaped);
    }

    /// Notes a line or document that gives nothing.
    pub(super) fn reject(&mut self, index: usize, reason: &Error) {
        self.name(index, || reason.to_string());
    }

    /// Notes an array element that gives nothing.
    fn reject_element(&mut self, element: usize, reason: &Error) {
        match self.position {
            Some(position) => self.name(position, || format!("element {element} {reason}")),
            None => self.reject(element, reason),
        }
    }

    fn name(&mut self, index: usize, reason: impl FnOnce() -> String) {
        if self.records.rejected.len() < MAX_NAMED {
            self.records.rejected.push(Rejected { index, reason: reason() });
        } else {
            self.records.rejected_unnamed += 1;
        }
    }

    /// Reads the document that begins at `at`. A document that is nested too deep is stepped over and refused.
    ///
    /// # Errors
    /// Returns where the text stops being JSON; nothing of the document is kept then.
    pub(super) fn document(&mut self, part: Part, at: usize) -> Result<Read, SyntaxError> {
        let mark = self.mark();
        let read = match part.text.get(at) {
            Some(b'{') => self.object(part, at),
            Some(b'[') => self.array(part, at),
            _ => scan::skip_value(part.text, at).map(|end| (end, Err(Error::NotAnObject))),
        };
        if !matches!(read, Ok((_, Ok(_)))) {
            self.rewind(mark);
        }
        match read {
            Err(SyntaxError::TooDeep { .. }) => {
                Ok((scan::skip_brackets(part.text, at)?, Err(Error::TooDeep)))
            }
            read => read,
        }
    }

    /// Reads a bare array. When none of its objects looks like a record, it is some other document.
    fn array(&mut self, part: Part, at: usize) -> Result<Read, SyntaxError> {
        let mut elements = Elements::open(part.text, at)?;
        let (mut index, mut recognised) = (0, 0);
        while let Some(start) = elements.next_start()? {
            let verdict = if part.text[start] == b'{' {
                let (end, verdict) = self.document(part, start)?;
                elements.resume(end);
                if matches!(verdict, Err(Error::NoRecords)) {
                    self.push(part, Kind::Record, start..end);
                    index += 1;
                    continue;
                }
                verdict
            } else {
                elements.resume(skip_deep(part.text, start)?);
                Err(Error::NotAnObject)
            };
            match verdict {
                Ok(_) => recognised += 1,
                Err(error) => self.reject_element(index, &error),
            }
            index += 1;
        }
        let is_known = index == 0 || recognised > 0;
        Ok((elements.at(), if is_known { Ok(Shape::Array) } else { Err(Error::NoRecords) }))
    }

    fn object(&mut self, part: Part, at: usize) -> Result<Read, SyntaxError> {
        let mark = self.mark();
        let mut outline = Outline::default();
        let mut members = Members::open(part.text, at)?;
        while let Some(name) = members.next_name()? {
            let name = Name::of(&part.text[name]);
            let start = members.at();
            if name == Some(Name::Records) {
                self.rewind(mark);
                if part.text.get(start) == Some(&b'[') {
                    members.resume(self.split(part, start)?);
                    outline.note(name, start..members.at());
                    continue;
                }
            }
            outline.note(name, members.skip()?);
        }
        Ok((members.at(), self.read(part, &outline, at..members.at())))
    }

    /// Splits the array of a log file: the path that nearly every byte of an archive takes.
    fn split(&mut self, part: Part, at: usize) -> Result<usize, SyntaxError> {
        let mut elements = Elements::open(part.text, at)?;
        let mut index = 0;
        while let Some(start) = elements.next_start()? {
            let is_object = part.text[start] == b'{';
            match scan::skip_value(part.text, start) {
                Ok(end) if is_object => {
                    self.push(part, Kind::Record, start..end);
                    elements.resume(end);
                }
                Ok(end) => {
                    self.reject_element(index, &Error::NotAnObject);
                    elements.resume(end);
                }
                Err(SyntaxError::TooDeep { .. }) => {
                    self.reject_element(index, if is_object { &Error::TooDeep } else { &Error::NotAnObject });
                    elements.resume(scan::skip_brackets(part.text, start)?);
                }
                Err(error) => return Err(error),
            }
            index += 1;
        }
        Ok(elements.at())
    }

    /// Tells an object's shape and collects what it holds. The order decides when names of several shapes are
    /// there: a record that somebody has decorated with a `message` is a record.
    fn read(&mut self, part: Part, outline: &Outline, whole: Range<usize>) -> Result<Shape, Error> {
        let text = part.text;
        if let Some(value) = outline.get(Name::Records) {
            return match describe(text, value.start) {
                "an array" => Ok(Shape::LogFile),
                found => Err(Error::RecordsNotArray { found }),
            };
        }
        if outline.has(Name::DetailType) && outline.get_as(text, Name::Detail, b'{').is_some() {
            self.push(part, Kind::Event, whole);
            return Ok(Shape::Event);
        }
        if outline.has(Name::OfRecord) {
            self.push(part, Kind::Record, whole);
            return Ok(Shape::Record);
        }
        if let Some(shape) = self.read_wrapper(part, outline)? {
            return Ok(shape);
        }
        self.read_message(part, outline)
    }

    /// Reads the objects in the array of a wrapper; `None` when this is none.
    fn read_wrapper(&mut self, part: Part, outline: &Outline) -> Result<Option<Shape>, Error> {
        const WRAPPERS: [(Name, Shape); 4] = [
            (Name::SubscriptionEvents, Shape::LogSubscription),
            (Name::LookupEvents, Shape::LookupEvents),
            (Name::LogEvents, Shape::LogEvents),
            (Name::QueueMessages, Shape::QueueMessages),
        ];
        if part.is_wrapped {
            return Ok(None);
        }
        if let Some(value) = outline.get(Name::MessageType)
            && &part.text[value] == b"\"CONTROL_MESSAGE\""
        {
            return Ok(Some(Shape::LogSubscription));
        }
        for (name, shape) in WRAPPERS {
            let Some(value) = outline.get_as(part.text, name, b'[') else { continue };
            let is_empty = scan::skip_whitespace(part.text, value.start + 1) + 1 == value.end;
            // Empty arrays of such plain names are in many documents that have nothing to do with CloudTrail.
            if is_empty && outline.has_others && shape != Shape::LogSubscription {
                continue;
            }
            self.elements(part, value.start)?;
            return Ok(Some(shape));
        }
        Ok(None)
    }

    fn elements(&mut self, part: Part, at: usize) -> Result<(), Error> {
        let part = Part { is_wrapped: true, ..part };
        let mut elements = Elements::open(part.text, at)?;
        let mut index = 0;
        while let Some(start) = elements.next_start()? {
            let (end, verdict) = if part.text[start] == b'{' {
                self.document(part, start)?
            } else {
                (elements.skip()?.end, Err(Error::NotAnObject))
            };
            elements.resume(end);
            if let Err(error) = verdict {
                self.reject_element(index, &error);
            }
            index += 1;
        }
        Ok(())
    }

    /// Reads the one string (or object) that carries a record; names the documents of other kinds.
    fn read_message(&mut self, part: Part, outline: &Outline) -> Result<Shape, Error> {
        let is_notice =
            outline.get(Name::NoticeType).is_some_and(|value| &part.text[value] == b"\"Notification\"");
        let carriers = [
            (Name::LookupEvent, Shape::LookupEvents, true),
            (Name::LogMessage, Shape::LogEvents, true),
            (Name::QueueBody, Shape::QueueMessages, true),
            (Name::NoticeMessage, Shape::Notification, is_notice),
        ];
        for (name, shape, is_carrier) in carriers {
            if let Some(value) = outline.get(name)
                && is_carrier
            {
                return self.unwrap_message(part, value).map(|()| shape);
            }
        }
        Err(match () {
            () if outline.has(Name::Digest) => Error::Digest,
            () if outline.has(Name::ConfigItems) => Error::Config,
            () if outline.has(Name::DeliveryNotice) => Error::DeliveryNotice,
            () => Error::NoRecords,
        })
    }

    fn unwrap_message(&mut self, part: Part, value: Range<usize>) -> Result<(), Error> {
        if part.unwrapped == MAX_UNWRAPPED {
            return Err(Error::WrappedTooOften);
        }
        match part.text.get(value.start) {
            Some(b'"') => {
                let mut message = Vec::new();
                unescape(&part.text[value.start + 1..value.end - 1], &mut message);
                self.read_text(&message, part.unwrapped + 1)
            }
            // Tools that print messages for people resolve the string beforehand.
            Some(b'{') => {
                let part = Part { unwrapped: part.unwrapped + 1, is_wrapped: false, ..part };
                self.document(part, value.start)?.1.map(|_shape| ())
            }
            _ => Err(Error::ForeignMessage),
        }
    }

    /// Reads a text that was a string in another text, after `unwrapped` others.
    pub(super) fn read_text(&mut self, text: &[u8], unwrapped: usize) -> Result<(), Error> {
        let mark = self.mark();
        let base = self.records.unescaped.len();
        self.records.unescaped.extend_from_slice(text);
        let part = Part { text, base: Some(base), unwrapped, is_wrapped: false };
        let verdict = match self.document(part, scan::skip_whitespace(text, 0)) {
            Ok((end, verdict)) if scan::skip_whitespace(text, end) == text.len() => verdict,
            _ => Err(Error::ForeignMessage),
        };
        if verdict.is_err() {
            self.rewind(mark);
        }
        match verdict {
            Err(Error::NoRecords | Error::NotAnObject) => Err(Error::ForeignMessage),
            verdict => verdict.map(|_shape| ()),
        }
    }

    fn push(&mut self, part: Part, kind: Kind, range: Range<usize>) {
        if self.records.found.len() == self.limit {
            return self
                .reject(self.position.unwrap_or(self.limit), &Error::TooManyRecords { max: self.limit });
        }
        let base = part.base.unwrap_or(0);
        let (start, end) = (base + range.start, base + range.end);
        self.records.found.push(Found {
            kind,
            marks: None,
            has_backslash: true,
            unescaped: part.base.is_some(),
            start,
            end,
        });
    }
}

/// Returns how many records are kept of a text of that many bytes.
pub(super) fn record_limit(length: usize) -> usize {
    ALWAYS_KEPT + length / SHORTEST_RECORD
}

/// Steps over any value, however deep.
fn skip_deep(text: &[u8], at: usize) -> Result<usize, SyntaxError> {
    match scan::skip_value(text, at) {
        Err(SyntaxError::TooDeep { .. }) => scan::skip_brackets(text, at),
        skipped => skipped,
    }
}

fn describe(text: &[u8], at: usize) -> &'static str {
    match text.get(at) {
        Some(b'[') => "an array",
        Some(b'{') => "an object",
        Some(b'"') => "a string",
        Some(b'n') => "null",
        Some(b't' | b'f') => "a boolean",
        _ => "a number",
    }
}
