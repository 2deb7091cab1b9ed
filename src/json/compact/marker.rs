//! What is marked: members by their names, or strings by what they say.

use super::classes::Letters;

/// A name is looked for by its first and its sixth letter.
const SHORTEST: usize = 6;

/// How much of a name, with its closing quote and colon, is compared at once.
const CHUNK: usize = 16;

/// Why names cannot be marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MarkerError {
    /// A name is too short, or would have to be written with an escape.
    #[error("a name has fewer than {SHORTEST} bytes, or a character that is no plain ASCII")]
    Name,
    /// A number is too high.
    #[error("a name has a number of {} or more", Marker::MOST_NAMES)]
    Number,
}

/// What is marked; built once, used for every text.
#[derive(Debug, Clone)]
pub struct Marker {
    /// Whether the names are what strings say, at whatever depth and in upper or lower case.
    is_of_strings: bool,
    /// Those with the same sixth letter side by side.
    names: Vec<Name>,
    /// For every sixth letter where the names that have it begin and end.
    by_sixth_letter: Box<[(u8, u8); 128]>,
    letters: Letters,
}

#[derive(Debug, Clone)]
struct Name {
    number: u32,
    /// With the closing quote and the colon.
    bytes: Box<[u8]>,
    /// The first bytes, and which of them are the name's own.
    chunk: u128,
    own: u128,
    /// The last bytes, of longer names.
    last: u128,
}

/// What stands behind the quote that opens a string.
pub(super) enum Looks {
    /// Nothing of interest.
    Foreign,
    /// A name: its number, and the offset of what follows the colon from the quote.
    Named(u32, usize),
    /// The bytes of a name, but not followed by a colon, or with a dot and more behind it.
    Odd,
}

impl Marker {
    /// Names are numbered from 0 to below this: one bit each.
    pub const MOST_NAMES: u32 = 64;

    /// Returns a marker for `names` and their numbers.
    ///
    /// # Errors
    /// Returns an error for names that cannot be marked; whoever wants them has to read all objects.
    pub fn new<'n>(names: impl IntoIterator<Item = (u32, &'n [u8])>) -> Result<Self, MarkerError> {
        let is_plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'.');
        let mut marker = Self {
            is_of_strings: false,
            names: Vec::new(),
            by_sixth_letter: Box::new([(0, 0); 128]),
            letters: Letters::default(),
        };
        for (number, name) in names {
            if name.len() < SHORTEST || !name.iter().all(is_plain) {
                return Err(MarkerError::Name);
            }
            if number >= Self::MOST_NAMES {
                return Err(MarkerError::Number);
            }
            marker.names.push(Name::new(number, name));
        }
        marker.names.sort_by_key(Name::sixth_letter);
        for (place, name) in (0..).zip(&marker.names) {
            let (begin, end) = &mut marker.by_sixth_letter[usize::from(name.sixth_letter() & 127)];
            (*begin, *end) = (if *end == 0 { place } else { *begin }, place + 1);
            marker.letters.insert(usize::from(place), name.letters());
        }
        Ok(marker)
    }

    /// Returns a marker for all strings that say one of `literals`, whatever the case of their letters; their numbers are
    /// the places in the list. A string with an escape in it is not marked, but [`super::Object::is_certain`] then says so
    /// where the escape could be a letter.
    ///
    /// # Errors
    /// Returns an error for literals that cannot be marked.
    pub fn of_strings(literals: &[&str]) -> Result<Self, MarkerError> {
        let literals: Vec<_> = literals.iter().map(|literal| literal.to_ascii_lowercase()).collect();
        if literals.iter().any(|literal| literal.contains('/')) {
            return Err(MarkerError::Name);
        }
        let mut marker = Self::new((0..).zip(literals.iter().map(String::as_bytes)))?;
        marker.is_of_strings = true;
        for (place, name) in marker.names.iter().enumerate() {
            marker.letters.insert(place, name.letters().map(|letter| letter.to_ascii_uppercase()));
        }
        Ok(marker)
    }

    /// Returns a marker that marks nothing.
    pub fn none() -> Self {
        Self::new([]).expect("no name is wrong where there is none")
    }

    /// Tells whether nothing is marked.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Tells whether strings are marked, not members.
    pub(super) fn is_of_strings(&self) -> bool {
        self.is_of_strings
    }

    /// Returns the letters that the names are looked for by.
    pub(super) fn letters(&self) -> &Letters {
        &self.letters
    }

    /// Returns the number of the literal that the string says whose opening quote is at `at`.
    #[inline(always)]
    pub(super) fn look_at_string(&self, text: &[u8], at: usize) -> Option<u32> {
        let sixth = text.get(at + SHORTEST)?.to_ascii_lowercase();
        let (begin, end) = self.by_sixth_letter[usize::from(sixth & 127)];
        let names = &self.names[usize::from(begin)..usize::from(end)];
        let is_said = |name: &&Name| {
            let literal = &name.bytes[..name.bytes.len() - 1];
            text[at + 1..].get(..literal.len()).is_some_and(|string| string.eq_ignore_ascii_case(literal))
        };
        names.iter().find(is_said).map(|name| name.number)
    }

    /// Tells what stands behind the quote at `at`, which may be a name.
    #[inline(always)]
    pub(super) fn look(&self, text: &[u8], at: usize) -> Looks {
        let Some(sixth) = text.get(at + SHORTEST) else { return Looks::Foreign };
        let (begin, end) = self.by_sixth_letter[usize::from(sixth & 127)];
        for name in &self.names[usize::from(begin)..usize::from(end)] {
            match name.look(text, at + 1) {
                Looks::Foreign => {}
                Looks::Odd => return Looks::Odd,
                named @ Looks::Named(..) => return named,
            }
        }
        Looks::Foreign
    }
}

impl Name {
    fn new(number: u32, name: &[u8]) -> Self {
        let bytes = [name, b"\":"].concat().into_boxed_slice();
        let (mut chunk, mut own) = ([0; CHUNK], [0; CHUNK]);
        for (place, byte) in name.iter().take(CHUNK).enumerate() {
            (chunk[place], own[place]) = (*byte, u8::MAX);
        }
        let last = bytes.last_chunk().copied().unwrap_or_default();
        let [chunk, own, last] = [chunk, own, last].map(u128::from_le_bytes);
        Self { number, bytes, chunk, own, last }
    }

    fn sixth_letter(&self) -> u8 {
        self.bytes[SHORTEST - 1]
    }

    /// Returns the letters that the name is looked for by.
    fn letters(&self) -> [u8; 2] {
        [self.bytes[0], self.sixth_letter()]
    }

    #[inline(always)]
    fn look(&self, text: &[u8], at: usize) -> Looks {
        let Some(chunk) = text.get(at..).and_then(<[u8]>::first_chunk::<CHUNK>) else {
            return self.look_closer(text, at);
        };
        if (u128::from_le_bytes(*chunk) ^ self.chunk) & self.own != 0 {
            return Looks::Foreign;
        }
        let end = self.bytes.len();
        let is_named = match text.get(at + end - 2..at + end) {
            Some(b"\":") if end <= CHUNK + 2 => true,
            Some(b"\":") => {
                text[at + end - CHUNK..].first_chunk().copied().map(u128::from_le_bytes) == Some(self.last)
            }
            _ => false,
        };
        if is_named { self.named() } else { self.look_closer(text, at) }
    }

    fn named(&self) -> Looks {
        Looks::Named(self.number, 1 + self.bytes.len())
    }

    fn look_closer(&self, text: &[u8], at: usize) -> Looks {
        let name = &self.bytes[..self.bytes.len() - 2];
        match text[at..].strip_prefix(name) {
            Some([b'"', b':', ..]) => self.named(),
            Some([b'"' | b'.', ..]) => Looks::Odd,
            _ => Looks::Foreign,
        }
    }
}
