//! Matching strings and brackets by arithmetic on masks.
//!
//! A text is taken chunk by chunk: first what stands where, then what of it is outside strings, then how many brackets are
//! open, all of it free of branches; and at last what few places have, the borders between objects, and names.

use super::classes::{AHEAD, BLOCK, BLOCKS, CHUNK, Classes, Classify, Depths, Rare};
use super::escapes::Escapes;
use super::marker::Looks;
use super::{Mark, Marker, Object, Split};
use crate::json::scan::MAX_DEPTH;
use std::marker::PhantomData;

/// Few objects are shorter, in the mean of a text, and few marks are closer together.
const USUAL_OBJECT: usize = 512;
const USUAL_DISTANCE: usize = 128;

/// Stands among the marks for what looks like a name, but may be another.
const ODD: u32 = u32::MAX;

/// Splits a row of objects; see [`super::split`]. Names are looked for only where some are to be marked.
#[inline(always)]
pub(super) fn split<C: Classify, const MARKING: bool>(
    text: &[u8],
    marker: &Marker,
    used: Split,
) -> Option<Split> {
    let mut splitter = Splitter::new(text, MARKING, used);
    splitter.begin_object(0)?;
    let way = C::new(marker);
    let mut padded = [b' '; CHUNK + AHEAD];
    let (mut base, mut depth, mut inside) = (0, 0, 0);
    let mut classes = Classes::default();
    let mut depths = Depths { before: [0; _], behind: 0, low: 0, is_too_deep: false };
    while base < text.len() {
        let chunk = text[base..].first_chunk().unwrap_or_else(|| {
            let rest = &text[base..];
            padded.fill(b' ');
            padded[..rest.len()].copy_from_slice(rest);
            &padded
        });
        C::fetch_ahead(chunk);
        let is_plain = way.classify::<MARKING>(chunk, &mut classes);
        if is_plain && splitter.unchecked.is_none() && !splitter.escapes.is_first_escaped() {
            (splitter.escaped, splitter.hidden) = (0, 0);
            C::strip(&mut classes, &mut inside);
        } else {
            let rare = splitter.note_escapes((base, chunk), &way, &mut classes);
            C::strip(&mut classes, &mut inside);
            splitter.check_unusual(base, &rare, &classes)?;
        }
        C::follow(&classes, depth, MAX_DEPTH as i16, &mut depths);
        splitter.end_objects::<C>(base, &classes, &depths)?;
        if MARKING {
            splitter.mark::<C>(base, &mut classes, &depths, marker);
        }
        if depths.is_too_deep {
            return None;
        }
        depth = depths.behind;
        base += CHUNK;
    }
    if inside != 0 || depth > 0 { None } else { splitter.finish() }
}

/// Finds the borders between the objects, and the marked names.
struct Splitter<'a> {
    text: &'a [u8],
    split: Split,
    escapes: Escapes,
    /// The blocks of the chunk with backslashes, and with letters that could be hidden in an escape.
    escaped: u32,
    hidden: u32,
    /// Where the blocks begin that hold more than ASCII, when the last one did.
    unchecked: Option<usize>,
    /// What is known of the object that has begun.
    start: usize,
    has_backslash: bool,
    has_hidden: bool,
}

impl<'a> Splitter<'a> {
    fn new(text: &'a [u8], is_marking: bool, mut used: Split) -> Self {
        used.objects.clear();
        used.marks.clear();
        // Memory that grows step by step costs more than memory that is not needed in the end.
        used.objects.reserve(text.len() / USUAL_OBJECT + 1);
        used.marks.reserve(if is_marking { text.len() / USUAL_DISTANCE + 1 } else { 0 });
        Self {
            text,
            split: used,
            escapes: Escapes::default(),
            escaped: 0,
            hidden: 0,
            unchecked: None,
            start: 0,
            has_backslash: false,
            has_hidden: false,
        }
    }

    /// Looks at a chunk in which anything may be, and removes the quotes that are escaped.
    #[inline(always)]
    fn note_escapes<C: Classify>(
        &mut self,
        (base, chunk): (usize, &[u8; CHUNK + AHEAD]),
        way: &C,
        classes: &mut Classes,
    ) -> [Rare; BLOCKS] {
        (self.escaped, self.hidden) = (0, 0);
        let mut rares = [Rare::default(); BLOCKS];
        let (blocks, _) = chunk.as_chunks();
        for (place, (block, rare)) in blocks.iter().zip(&mut rares).enumerate() {
            *rare = way.rare(block);
            let escaped = self.escapes.next(rare.backslashes);
            classes.quotes[place] &= !escaped;
            self.escaped |= u32::from(rare.backslashes | escaped != 0) << place;
            // Of all that can be escaped, only this can stand for a letter of a name.
            let letters_u = rare.letters_u & escaped;
            if letters_u != 0 {
                self.hidden |= u32::from(self.hides_ascii(base + place * BLOCK, letters_u)) << place;
            }
        }
        rares
    }

    /// Tells whether one of these escapes in a block stands for a character that a name may have: `\u00` begins it.
    #[cold]
    fn hides_ascii(&self, block: usize, mut letters_u: u64) -> bool {
        while letters_u != 0 {
            let at = block + letters_u.trailing_zeros() as usize;
            letters_u &= letters_u - 1;
            if self.text.get(at + 1..at + 3).is_none_or(|digits| digits == b"00") {
                return true;
            }
        }
        false
    }

    /// Refuses control characters, and backslashes between strings: they are in no compact JSON. What is beyond ASCII is
    /// checked when a block without it comes: a character does not reach beyond such blocks.
    #[inline(always)]
    fn check_unusual(&mut self, base: usize, rares: &[Rare; BLOCKS], classes: &Classes) -> Option<()> {
        for ((place, rare), inside) in (base..).step_by(BLOCK).zip(rares).zip(classes.quotes) {
            let unusual = rare.unusual | rare.backslashes & !inside;
            if unusual != 0 || self.unchecked.is_some() {
                self.check_block(place.min(self.text.len()), unusual)?;
            }
        }
        Some(())
    }

    fn check_block(&mut self, base: usize, unusual: u64) -> Option<()> {
        if unusual == 0 {
            let start = self.unchecked.take()?;
            return std::str::from_utf8(&self.text[start..base]).is_ok().then_some(());
        }
        self.unchecked.get_or_insert(base);
        let block = self.text[base..].iter().take(BLOCK).enumerate();
        let mut unusual = block.filter(|(place, _)| unusual >> place & 1 == 1);
        unusual.all(|(_, byte)| !byte.is_ascii()).then_some(())
    }

    /// Goes from bracket to bracket where the object may end.
    #[inline(always)]
    fn end_objects<C: Classify>(&mut self, base: usize, classes: &Classes, depths: &Depths) -> Option<()> {
        // The blocks that the object has in this chunk.
        let mut blocks = u32::MAX;
        let mut low = depths.low;
        while low != 0 {
            let span = Span::<C>::at(low.trailing_zeros() as usize * C::SPAN);
            low &= low - 1;
            let (opening, closing) =
                (classes.opening[span.block] & span.mask, classes.closing[span.block] & span.mask);
            let mut brackets = opening | closing;
            let mut depth = depths.before[span.number];
            while brackets != 0 {
                let place = brackets.trailing_zeros();
                brackets &= brackets - 1;
                if opening >> place & 1 == 1 {
                    depth += 1;
                    continue;
                }
                depth -= 1;
                if depth < 0 {
                    return None;
                }
                if depth == 0 {
                    self.note_blocks(blocks & !(u32::MAX << 1 << span.block));
                    self.end_object(base + span.block * BLOCK + place as usize + 1)?;
                    blocks = u32::MAX << span.block;
                }
            }
        }
        self.note_blocks(blocks);
        Some(())
    }

    /// Notes that the object is in some blocks. Where in them a backslash is, is not looked at: better one object too many.
    #[inline(always)]
    fn note_blocks(&mut self, blocks: u32) {
        self.has_backslash |= self.escaped & blocks != 0;
        self.has_hidden |= self.hidden & blocks != 0;
    }

    /// Ends the object before `end` and begins the one that must follow behind a comma, unless the text ends there.
    #[inline(always)]
    fn end_object(&mut self, end: usize) -> Option<()> {
        self.split.objects.push(Object {
            start: self.start as u32,
            end: end as u32,
            first_mark: 0,
            is_certain: !self.has_hidden,
            has_backslash: self.has_backslash,
        });
        if end == self.text.len() {
            return Some(());
        }
        (self.text[end] == b',').then_some(())?;
        self.begin_object(end + 1)
    }

    #[inline(always)]
    fn begin_object(&mut self, at: usize) -> Option<()> {
        (self.text.get(at) == Some(&b'{')).then_some(())?;
        (self.start, self.has_backslash, self.has_hidden) = (at, false, false);
        Some(())
    }

    /// Notes the members of the objects that have one of the names, and where in the text their values are; or the strings
    /// that say one of them.
    #[inline(always)]
    fn mark<C: Classify>(&mut self, base: usize, classes: &mut Classes, depths: &Depths, marker: &Marker) {
        // One loop, not one in another: how many names a block has is hard to guess.
        let Classes { names, named, opening, closing, .. } = classes;
        while *named != 0 {
            let block = named.trailing_zeros() as usize % BLOCKS;
            let here = names[block];
            let place = block * BLOCK + here.trailing_zeros() as usize;
            let before = here.wrapping_sub(1) & !here;
            let rest = here & here.wrapping_sub(1);
            names[block] = rest;
            *named = if rest == 0 { *named & (*named - 1) } else { *named };
            if marker.is_of_strings() {
                self.mark_string(base + place, marker);
                continue;
            }
            let span = Span::<C>::at(place);
            let opened = (opening[block] & span.mask & before).count_ones() as i16;
            let closed = (closing[block] & span.mask & before).count_ones() as i16;
            if depths.before[span.number] + opened - closed == 1 {
                self.mark_name(base + place, marker);
            }
        }
    }

    #[inline(always)]
    fn mark_string(&mut self, at: usize, marker: &Marker) {
        if let Some(name) = marker.look_at_string(self.text, at) {
            self.split.marks.push(Mark { name, value: at as u32 });
        }
    }

    #[inline(always)]
    fn mark_name(&mut self, at: usize, marker: &Marker) {
        let before = self.text[at - 1];
        // Texts of 4 GiB and more do not get here.
        let mark = match marker.look(self.text, at) {
            Looks::Foreign => return,
            Looks::Named(name, length) if matches!(before, b'{' | b',') => {
                Mark { name, value: (at + length) as u32 }
            }
            // A value.
            _ if matches!(before, b':' | b'[') => return,
            _ => Mark { name: ODD, value: at as u32 },
        };
        self.split.marks.push(mark);
    }

    fn finish(mut self) -> Option<Split> {
        let rest = &self.text[self.unchecked.unwrap_or(self.text.len())..];
        let is_even = self.split.objects.last()?.end as usize == self.text.len();
        self.split.share_out_marks();
        (is_even && std::str::from_utf8(rest).is_ok()).then_some(self.split)
    }
}

/// A span of a chunk: its number, its block, and which of the block's bytes it has.
struct Span<C> {
    number: usize,
    block: usize,
    mask: u64,
    way: PhantomData<C>,
}

impl<C: Classify> Span<C> {
    /// Returns the span with a byte of the chunk.
    #[inline(always)]
    fn at(place: usize) -> Self {
        let place = place % CHUNK;
        let mask = u64::MAX >> (BLOCK - C::SPAN) << (place % BLOCK / C::SPAN * C::SPAN);
        Self { number: place / C::SPAN, block: place / BLOCK, mask, way: PhantomData }
    }
}

impl Split {
    /// Gives every object its marks; they are in text order, as the objects are.
    fn share_out_marks(&mut self) {
        let mut next = 0;
        for object in &mut self.objects {
            object.first_mark = next as u32;
            let mut named = 0_u64;
            while let Some(mark) = self.marks.get_mut(next).filter(|mark| mark.value < object.end) {
                mark.value -= object.start;
                let name = 1_u64 << (mark.name % Marker::MOST_NAMES);
                object.is_certain &= mark.name != ODD && named & name == 0;
                named |= name;
                next += 1;
            }
        }
    }
}
