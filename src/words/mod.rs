//! Words for people: counts, sizes, nouns in the right number. Knows nothing of what is counted.

/// Returns `count` with its thousands set apart: `1,234,567`.
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut spelled = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            spelled.push(',');
        }
        spelled.push(digit);
    }
    spelled
}

/// Returns a number of bytes in the largest binary unit that keeps it above one: `512 B`, `1.5 MiB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if count < 1024 {
        return format!("{count} B");
    }
    // Tenths of the unit, rounded half up; 128 bits hold the tenths of any count.
    let tenths =
        |power: usize| ((u128::from(count) * 10 + (1_u128 << (10 * power - 1))) >> (10 * power)) as u64;
    let mut power = 1;
    while power < UNITS.len() && tenths(power) >= 10_240 {
        power += 1;
    }
    format!("{}.{} {}", tenths(power) / 10, tenths(power) % 10, UNITS[power - 1])
}

/// Returns the count and the noun in the right number: `1 query`, `1,234 queries`.
pub fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(count), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_000), "1,000");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn bytes_are_spelled_in_binary_units() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1024), "1.0 KiB");
        assert_eq!(bytes(1_572_864), "1.5 MiB");
        assert_eq!(bytes(1_048_575), "1.0 MiB");
        assert_eq!(bytes(u64::MAX), "16.0 EiB");
    }

    #[test]
    fn nouns_agree_with_their_count() {
        assert_eq!(plural(1, "query", "queries"), "1 query");
        assert_eq!(plural(0, "hit", "hits"), "0 hits");
        assert_eq!(plural(1_234, "query", "queries"), "1,234 queries");
    }
}
