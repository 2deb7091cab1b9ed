//! Sizes as people write them.

/// Reads a number of bytes: `1048576`, `64k`, `256MiB`, `1g`. Units are powers of 1,024.
pub fn parse(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let factor = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1_u64 << 30,
        _ => return Err("give bytes, or a number with K, M or G (256M)".to_owned()),
    };
    let number: u64 =
        digits.parse().map_err(|_| "give bytes, or a number with K, M or G (256M)".to_owned())?;
    match number.checked_mul(factor) {
        Some(bytes) if bytes > 0 => Ok(bytes),
        _ => Err("must be at least one byte and fit into 64 bits".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn units_are_powers_of_1024() {
        assert_eq!(parse("256M"), Ok(256 << 20));
        assert_eq!(parse("1GiB"), Ok(1 << 30));
        assert_eq!(parse("77"), Ok(77));
        assert!(parse("0").is_err());
        assert!(parse("12 apples").is_err());
        assert!(parse("99999999999G").is_err());
    }
}
