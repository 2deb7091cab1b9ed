//! Repeatable chance: the same seed gives the same numbers and names on every machine.

/// A small generator of numbers (SplitMix64). No use for secrets.
pub struct Chance(u64);

impl Chance {
    /// Starts a sequence that depends on nothing but `name`.
    pub fn named(name: &str) -> Self {
        // FNV-1a spreads short names well enough for a seed.
        let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Chance(seed)
    }

    /// Returns the next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// Returns one of `choices`.
    ///
    /// # Panics
    /// Panics when there is nothing to choose from.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let index = self.below(choices.len() as u64);
        &choices[usize::try_from(index).expect("an index below a length fits")]
    }

    /// Returns `length` characters of `alphabet`.
    pub fn text(&mut self, length: usize, alphabet: &str) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..length).map(|_| *self.pick(&letters)).collect()
    }

    /// Puts `items` into another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = usize::try_from(self.below(last as u64 + 1)).expect("an index below a length fits");
            items.swap(last, other);
        }
    }
}

const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &str = "0123456789abcdef";
const MIXED: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Returns the unique id of an IAM principal: `prefix`, then 17 characters that say they are an example.
pub fn principal_id(prefix: &str, name: &str) -> String {
    format!("{prefix}EXAMPLE{}", Chance::named(name).text(10, UPPER))
}

/// Returns an access key id: `prefix`, then 16 characters that end in `EXAMPLE`.
pub fn access_key(prefix: &str, name: &str) -> String {
    format!("{prefix}{}EXAMPLE", Chance::named(name).text(9, UPPER))
}

/// Returns the id of an EC2 resource: `i-0…`, `sg-0…`, `snap-0…`.
pub fn resource_id(kind: &str, name: &str) -> String {
    format!("{kind}-0{}", Chance::named(name).text(16, HEX))
}

/// Returns `length` lower-case hexadecimal digits.
pub fn hex(length: usize, name: &str) -> String {
    Chance::named(name).text(length, HEX)
}

/// Returns `length` letters or digits.
pub fn letters(length: usize, name: &str) -> String {
    Chance::named(name).text(length, MIXED)
}

/// Returns a UUID that belongs to `name`.
pub fn uuid(name: &str) -> String {
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, format!("https://example.com/backtrail/{name}").as_bytes())
        .to_string()
}
