//! Matching strings and brackets by arithmetic on masks.

use super::classes::{AHEAD, BLOCK, Classes, Classify};
use super::escapes::Escapes;
use super::marker::Looks;
use super::{Mark, Marker, Object, Split};
use crate::json::scan::MAX_DEPTH;

/// How many blocks are turned into tokens before any of them is walked through: the first goes without a branch or a
/// call, so that all it needs stays in registers.
const BLOCKS: usize = 16;

/// Splits a row of objects; see [`super::split`].
#[inline(always)]
pub(super) fn split<C: Classify>(text: &[u8], marker: &Marker) -> Option<Split> {
    let mut splitter = Splitter::new(text, marker);
    splitter.begin_object(0, false)?;
    let way = C::new(marker);
    let mut strings = Strings::default();
    let mut tokens = [Tokens::default(); BLOCKS];
    let mut base = 0;
    while let Some(bytes) = text[base..].first_chunk::<{ BLOCKS * BLOCK + AHEAD }>() {
        let mut special = 0;
        for (place, tokens) in (0..).step_by(BLOCK).zip(&mut tokens) {
            let Some(block) = bytes[place..].first_chunk() else { break };
            *tokens = strings.next::<C>(&way.classify(block));
            special |= tokens.unusual | tokens.escapes;
        }
        if special != 0 || splitter.unchecked.is_some() {
            for (tokens, base) in tokens.iter().zip((base..).step_by(BLOCK)) {
                splitter.look_closer(base, tokens)?;
                splitter.block(base, tokens)?;
            }
        } else {
            for (tokens, base) in tokens.iter().zip((base..).step_by(BLOCK)) {
                splitter.block(base, tokens)?;
            }
        }
        base += BLOCKS * BLOCK;
    }
    while base < text.len() {
        let mut padded = [b' '; BLOCK + AHEAD];
        let rest = &text[base..text.len().min(base + BLOCK + AHEAD)];
        padded[..rest.len()].copy_from_slice(rest);
        let tokens = strings.next::<C>(&way.classify(&padded));
        splitter.look_closer(base, &tokens)?;
        splitter.block(base, &tokens)?;
        base += BLOCK;
    }
    if strings.is_open() { None } else { splitter.finish() }
}

/// What a block holds outside its strings, and what in it has to be looked at closer.
#[derive(Debug, Clone, Copy, Default)]
struct Tokens {
    opening: u64,
    closing: u64,
    /// Quotes that may open a marked name.
    names: u64,
    unusual: u64,
    /// Backslashes and the bytes that they escape.
    escapes: u64,
}

/// Tells strings from what stands between them.
#[derive(Debug, Default)]
struct Strings {
    escapes: Escapes,
    /// All ones inside a string.
    inside: u64,
}

impl Strings {
    #[inline(always)]
    fn next<C: Classify>(&mut self, classes: &Classes) -> Tokens {
        let escaped = self.escapes.next(classes.backslashes);
        let quotes = classes.quotes & !escaped;
        let inside = C::prefix_xor(quotes) ^ self.inside;
        self.inside = ((inside as i64) >> 63) as u64;
        Tokens {
            opening: classes.opening & !inside,
            closing: classes.closing & !inside,
            names: classes.before_names & quotes & inside,
            // A backslash between strings is in no JSON.
            unusual: classes.unusual | classes.backslashes & !inside,
            escapes: classes.backslashes | escaped,
        }
    }

    fn is_open(&self) -> bool {
        self.inside != 0
    }
}

/// Follows the brackets from block to block.
struct Splitter<'a> {
    text: &'a [u8],
    marker: &'a Marker,
    split: Split,
    /// Where the blocks begin that hold more than ASCII, when the last one did.
    unchecked: Option<usize>,
    /// How many brackets are open, without the array's own.
    depth: usize,
    object: Object,
    /// The marked names that the object has had, one bit each.
    named: u64,
}

impl<'a> Splitter<'a> {
    #[inline(always)]
    fn new(text: &'a [u8], marker: &'a Marker) -> Self {
        Self {
            text,
            marker,
            split: Split::default(),
            unchecked: None,
            depth: 0,
            object: Object::default(),
            named: 0,
        }
    }

    /// Looks at what few blocks have; has to be done before the block's brackets are followed.
    #[inline(never)]
    fn look_closer(&mut self, base: usize, tokens: &Tokens) -> Option<()> {
        if tokens.escapes != 0 {
            self.note_escapes(base, tokens.escapes);
        }
        if tokens.unusual != 0 || self.unchecked.is_some() {
            self.check_unusual(base, tokens.unusual)
        } else {
            Some(())
        }
    }

    #[inline(always)]
    fn block(&mut self, base: usize, tokens: &Tokens) -> Option<()> {
        let closings = tokens.closing.count_ones() as usize;
        if self.depth <= closings {
            return self.border(base, tokens);
        }
        if tokens.names != 0 {
            self.mark(base, tokens.names, (tokens.opening, tokens.closing));
        }
        self.depth = self.depth - closings + tokens.opening.count_ones() as usize;
        (self.depth <= MAX_DEPTH).then_some(())
    }

    /// Goes from bracket to bracket through a block in which the object may end.
    #[inline(never)]
    fn border(&mut self, base: usize, tokens: &Tokens) -> Option<()> {
        let Tokens { opening, closing, mut names, .. } = *tokens;
        let mut brackets = opening | closing;
        let mut done = 0;
        let mut depth = self.depth;
        while brackets != 0 {
            let place = brackets.trailing_zeros();
            brackets &= brackets - 1;
            if opening >> place & 1 == 1 {
                depth += 1;
                continue;
            }
            depth = depth.checked_sub(1)?;
            if depth > 0 {
                continue;
            }
            let upto = u64::MAX >> (63 - place);
            self.mark(base, names & upto, (opening & !done, closing & !done));
            names &= !upto;
            done = upto;
            self.depth = 0;
            self.end_object(base + place as usize + 1, tokens.escapes != 0)?;
        }
        self.mark(base, names, (opening & !done, closing & !done));
        self.depth = depth;
        (depth <= MAX_DEPTH).then_some(())
    }

    /// Marks the members of the object that have one of the names. Brackets in front of these places were counted
    /// into the depth already, but for those in the masks.
    #[inline(always)]
    fn mark(&mut self, base: usize, mut names: u64, (opening, closing): (u64, u64)) {
        while names != 0 {
            let place = names.trailing_zeros();
            names &= names - 1;
            let before = (1_u64 << place) - 1;
            let depth = self.depth + (opening & before).count_ones() as usize;
            if depth - (closing & before).count_ones() as usize == 1 {
                self.mark_name(base + place as usize);
            }
        }
    }

    #[inline(always)]
    fn mark_name(&mut self, at: usize) {
        match self.marker.look(self.text, at) {
            Looks::Foreign => {}
            Looks::Named(name, length) if matches!(self.text[at - 1], b'{' | b',') => {
                self.object.is_certain &= self.named >> name & 1 == 0;
                self.named |= 1 << name;
                // Texts of 4 GiB and more do not get here.
                let value = (at + length) as u32 - self.object.start;
                self.split.marks.push(Mark { name, value });
            }
            _ => self.object.is_certain &= matches!(self.text[at - 1], b':' | b'['),
        }
    }

    /// Refuses control characters and backslashes between strings. What is beyond ASCII is checked when a block without
    /// it comes: a character does not reach beyond such blocks.
    fn check_unusual(&mut self, base: usize, unusual: u64) -> Option<()> {
        if unusual == 0 {
            let start = self.unchecked.take()?;
            return std::str::from_utf8(&self.text[start..base]).is_ok().then_some(());
        }
        self.unchecked.get_or_insert(base);
        let block = self.text[base..].iter().take(BLOCK).enumerate();
        let mut unusual = block.filter(|(place, _)| unusual >> place & 1 == 1);
        unusual.all(|(_, byte)| !byte.is_ascii()).then_some(())
    }

    /// Notes that there are backslashes in this block; of escaped bytes only a `u` can stand for a letter of a name.
    fn note_escapes(&mut self, base: usize, mut escapes: u64) {
        self.object.has_backslash = true;
        while escapes != 0 {
            let at = base + escapes.trailing_zeros() as usize;
            self.object.is_certain &= self.text.get(at) != Some(&b'u');
            escapes &= escapes - 1;
        }
    }

    #[inline(always)]
    fn begin_object(&mut self, at: usize, has_backslash: bool) -> Option<()> {
        (self.text.get(at) == Some(&b'{')).then_some(())?;
        self.named = 0;
        self.object = Object {
            start: at as u32,
            end: 0,
            first_mark: self.split.marks.len() as u32,
            // Where in the block a backslash is, is not looked at: better one object too many.
            is_certain: !has_backslash,
            has_backslash,
        };
        Some(())
    }

    /// Ends the object before `end` and begins the one that must follow behind a comma, unless the text ends there.
    #[inline(always)]
    fn end_object(&mut self, end: usize, has_backslash: bool) -> Option<()> {
        self.object.end = end as u32;
        self.split.objects.push(self.object);
        if end == self.text.len() {
            return Some(());
        }
        (self.text[end] == b',').then_some(())?;
        self.begin_object(end + 1, has_backslash)
    }

    fn finish(self) -> Option<Split> {
        let rest = &self.text[self.unchecked.unwrap_or(self.text.len())..];
        let end = self.split.objects.last()?.end as usize;
        let is_even = end == self.text.len() && self.depth == 0;
        (is_even && std::str::from_utf8(rest).is_ok()).then_some(self.split)
    }
}
