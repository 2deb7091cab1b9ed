//! The rules of compact JSON as arithmetic on masks.
//!
//! Outside strings every token may only follow certain others, whatever it is nested in; that is checked for a whole
//! block at once. What depends on the nesting (colons in arrays, names in objects) is checked between two brackets,
//! where the nesting does not change. Only brackets and scalars are looked at one by one.

use super::classes::{BLOCK, Classes, Classify};
use super::escapes::Escapes;
use super::{Object, Split};
use crate::json::scan::{MAX_DEPTH, skip_scalar};

/// Length of a marked name with its quotes and colon.
const MARKED: usize = 12;

/// How many blocks are turned into tokens before any of them is walked through. Tokens are found without a branch that
/// could be guessed wrong, and a wrong guess on the walk then costs little: the tokens are there already.
const BLOCKS: usize = 32;

/// Splits the array whose first element begins at `at`; see [`super::split`].
#[inline(always)]
pub(super) fn split<C: Classify>(text: &[u8], at: usize, limit: usize) -> Option<Split> {
    let mut checker = Checker::new(text, limit);
    let mut tokens = [const { Tokens::NONE }; BLOCKS];
    let mut base = at;
    loop {
        let rest = text.get(base..).filter(|rest| !rest.is_empty())?;
        let mut blocks = 0;
        for (block, tokens) in rest.chunks(BLOCK).zip(&mut tokens) {
            let at = base + blocks * BLOCK;
            *tokens = match block.first_chunk::<BLOCK>() {
                Some(whole) => checker.tokens::<C>(at, BLOCK, &C::classify(whole))?,
                None => {
                    let mut padded = [b' '; BLOCK];
                    padded[..block.len()].copy_from_slice(block);
                    checker.tokens::<C>(at, block.len(), &C::classify(&padded))?
                }
            };
            blocks += 1;
        }
        for (number, tokens) in tokens[..blocks].iter().enumerate() {
            if checker.walk(base + number * BLOCK, tokens)? {
                return Some(checker.split);
            }
        }
        base += blocks * BLOCK;
    }
}

/// What goes over from block to block.
struct Checker<'a> {
    text: &'a [u8],
    limit: usize,
    split: Split,
    escapes: Escapes,
    /// All ones inside a string.
    in_string: u64,
    /// Whether the string that goes on may be a name.
    in_name: bool,
    last: Last,
    /// How many bytes at the end of the last block begin a character.
    unfinished: usize,
    /// One bit a level, set for an object.
    kinds: [u64; MAX_DEPTH / 64],
    depth: usize,
    context: Context,
    /// The object that is being read.
    object: Object,
}

/// What brackets the present place is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    /// The array that is being split.
    Top,
    Array,
    Object,
}

/// What the last bytes of the block before were; each in the lowest bits.
#[derive(Default)]
struct Last {
    value_end: u64,
    opening: u64,
    comma: u64,
    colon: u64,
    scalar: u64,
    name_end: u64,
    /// The last six of these.
    names: u64,
    letters: u64,
}

/// What a block holds outside its strings.
struct Tokens {
    opening: u64,
    closing: u64,
    scalars: u64,
    /// The sixth letter of names that may be marked.
    marks: u64,
    /// Cannot stand there, by [`Context`].
    wrong_in: [u64; 3],
    /// Cannot stand there at all.
    wrong: u64,
    backslashes: u64,
    /// Backslashes in what may be a name.
    escaped_names: u64,
}

impl Tokens {
    const NONE: Self = Self {
        opening: 0,
        closing: 0,
        scalars: 0,
        marks: 0,
        wrong_in: [0; 3],
        wrong: 0,
        backslashes: 0,
        escaped_names: 0,
    };
}

impl<'a> Checker<'a> {
    #[inline(always)]
    fn new(text: &'a [u8], limit: usize) -> Self {
        Self {
            text,
            limit,
            split: Split::default(),
            escapes: Escapes::default(),
            in_string: 0,
            in_name: false,
            // The array's own bracket.
            last: Last { opening: 1, ..Last::default() },
            unfinished: 0,
            kinds: [0; MAX_DEPTH / 64],
            depth: 0,
            context: Context::Top,
            object: Object::default(),
        }
    }

    /// Walks through the brackets of one block; tells whether the array ends in it.
    #[inline(always)]
    fn walk(&mut self, base: usize, tokens: &Tokens) -> Option<bool> {
        self.object.has_backslash |= tokens.backslashes != 0;
        self.object.has_escaped_name |= tokens.escaped_names != 0;
        let mut brackets = tokens.opening | tokens.closing;
        let mut marks = tokens.marks;
        let mut rest = u64::MAX;
        while brackets != 0 {
            let place = brackets.trailing_zeros();
            let upto = u64::MAX >> (63 - place);
            let here = rest & upto;
            if tokens.wrong_in[self.context as usize] & here != 0 {
                return None;
            }
            if marks & here != 0 {
                self.mark(base, marks & here);
                marks &= !here;
            }
            rest = !upto;
            brackets &= brackets - 1;
            let at = base + place as usize;
            if tokens.opening >> place & 1 == 1 {
                self.open(at, tokens)?;
            } else if self.close(at)? {
                self.split.end = at + 1;
                self.check_scalars(base, tokens.scalars & upto)?;
                return (tokens.wrong & upto == 0 && self.unfinished == 0).then_some(true);
            }
        }
        self.check_scalars(base, tokens.scalars)?;
        if marks != 0 {
            self.mark(base, marks);
        }
        (tokens.wrong | tokens.wrong_in[self.context as usize] & rest == 0).then_some(false)
    }

    /// Finds the strings and what stands between them, and what is wrong with it.
    #[inline(always)]
    fn tokens<C: Classify>(&mut self, base: usize, length: usize, classes: &Classes) -> Option<Tokens> {
        if classes.non_ascii != 0 || self.unfinished != 0 {
            self.check_utf8(base, length)?;
        }
        let escaped = self.escapes.next(classes.backslashes);
        let quotes = classes.quotes & !escaped;
        let inside = C::prefix_xor(quotes) ^ self.in_string;
        self.in_string = ((inside as i64) >> 63) as u64;
        let (string_starts, string_ends) = (quotes & inside, quotes & !inside);
        let opening = classes.opening & !inside;
        let closing = classes.closing & !inside;
        let colons = classes.colons & !inside;
        let commas = classes.commas & !inside;
        let scalars = !(inside | string_ends | opening | closing | colons | commas);
        let value_ends = string_ends | closing | scalars;

        let last = &self.last;
        let after_value = value_ends << 1 | last.value_end;
        let after_opening = opening << 1 | last.opening;
        let after_comma = commas << 1 | last.comma;
        let after_colon = colons << 1 | last.colon;
        let scalar_starts = scalars & !(scalars << 1 | last.scalar);
        let names = string_starts & (after_opening | after_comma);
        // Where a name begins, the carry runs through the string and comes out at its closing quote.
        let (sum, carry) = inside.overflowing_add(names);
        let (sum, more_carry) = sum.overflowing_add(u64::from(self.in_name));
        self.in_name = carry | more_carry;
        let name_ends = sum & !inside;
        let after_name = name_ends << 1 | last.name_end;
        let marks =
            (names << 6 | last.names) & (classes.first_letters << 5 | last.letters) & classes.sixth_letters;

        let starts = string_starts | opening | scalar_starts;
        let wrong = classes.controls
            | starts & !(after_opening | after_comma | after_colon)
            | commas & !after_value
            | closing & !(after_value | after_opening)
            | colons & !after_name;
        self.last = Last {
            value_end: value_ends >> 63,
            opening: opening >> 63,
            comma: commas >> 63,
            colon: colons >> 63,
            scalar: scalars >> 63,
            name_end: name_ends >> 63,
            names: names >> 58,
            letters: classes.first_letters >> 59,
        };
        let escaped_names = classes.backslashes & inside & !sum;
        if escaped != 0 {
            // Quotes and backslashes are the escaped bytes that abound.
            self.check_escapes(base, escaped & !(classes.quotes | classes.backslashes))?;
        }
        let wrong_in_object = after_name & !colons | after_comma & !string_starts;
        let wrong_at_top = colons | string_starts | scalar_starts;
        let wrong_in = [wrong_at_top, colons, wrong_in_object];
        let backslashes = classes.backslashes;
        Some(Tokens {
            opening,
            closing,
            scalars: scalar_starts,
            marks,
            wrong_in,
            wrong,
            backslashes,
            escaped_names,
        })
    }

    /// Notes the values of the marked names. Of equal ones the last counts.
    #[inline(always)]
    fn mark(&mut self, base: usize, marks: u64) {
        let mut marks = if self.depth == 1 { marks } else { 0 };
        while marks != 0 {
            // Behind the quote and five letters.
            let name = base + marks.trailing_zeros() as usize - 6;
            let member = self.text.get(name..).and_then(<[u8]>::first_chunk::<MARKED>);
            // Texts of 4 GiB and more do not get here.
            let value = (name + MARKED - self.object.start) as u32;
            match member {
                Some(b"\"eventName\":") => self.object.event_name = value,
                Some(b"\"eventTime\":") => self.object.event_time = value,
                Some(b"\"eventType\":") => self.object.event_type = value,
                _ => {}
            }
            marks &= marks - 1;
        }
    }

    #[inline(always)]
    fn check_scalars(&self, base: usize, starts: u64) -> Option<()> {
        let mut starts = starts;
        while starts != 0 {
            let at = base + starts.trailing_zeros() as usize;
            let end = match self.text.get(at..).and_then(<[u8]>::first_chunk::<4>) {
                Some(b"true" | b"null") => at + 4,
                _ => skip_scalar(self.text, at).ok()?,
            };
            matches!(self.text.get(end), Some(b',' | b'}' | b']')).then_some(())?;
            starts &= starts - 1;
        }
        Some(())
    }

    #[inline(always)]
    fn open(&mut self, at: usize, tokens: &Tokens) -> Option<()> {
        let is_object = self.text[at] == b'{';
        if is_object && !matches!(self.text.get(at + 1), Some(b'"' | b'}')) {
            return None;
        }
        if self.context == Context::Top {
            if !is_object || self.split.objects.len() == self.limit {
                return None;
            }
            // Where in the block a backslash is, is not looked at: better one object too many.
            self.object = Object {
                start: at,
                has_backslash: tokens.backslashes != 0,
                has_escaped_name: tokens.escaped_names != 0,
                ..Object::default()
            };
        }
        // Bit `n` is the level that encloses level `n + 1`.
        let word = self.kinds.get_mut(self.depth / 64)?;
        let bit = 1 << (self.depth % 64);
        *word = if self.context == Context::Object { *word | bit } else { *word & !bit };
        self.depth += 1;
        self.context = if is_object { Context::Object } else { Context::Array };
        Some(())
    }

    /// Closes a bracket; tells whether it is the array's own.
    #[inline(always)]
    fn close(&mut self, at: usize) -> Option<bool> {
        if (self.text[at] == b'}') != (self.context == Context::Object) {
            return None;
        }
        if self.depth == 0 {
            return Some(true);
        }
        self.depth -= 1;
        let is_object = self.kinds[self.depth / 64] >> (self.depth % 64) & 1 == 1;
        self.context = if is_object { Context::Object } else { Context::Array };
        if self.depth == 0 {
            self.context = Context::Top;
            self.split.objects.push(Object { end: at + 1, ..self.object });
        }
        Some(false)
    }

    /// Checks a block together with the character that the last one began.
    #[cold]
    fn check_utf8(&mut self, base: usize, length: usize) -> Option<()> {
        let bytes = &self.text[base - self.unfinished..base + length];
        self.unfinished = match std::str::from_utf8(bytes) {
            Ok(_) => 0,
            Err(error) if error.error_len().is_none() => bytes.len() - error.valid_up_to(),
            Err(_) => return None,
        };
        Some(())
    }

    #[cold]
    fn check_escapes(&self, base: usize, escaped: u64) -> Option<()> {
        let mut escaped = escaped;
        while escaped != 0 {
            let at = base + escaped.trailing_zeros() as usize;
            match self.text.get(at)? {
                b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                b'u' if self.text.get(at + 1..at + 5)?.iter().all(u8::is_ascii_hexdigit) => {}
                _ => return None,
            }
            escaped &= escaped - 1;
        }
        Some(())
    }
}
