//! Numbers as EventBridge compares them: by value, but only where a double holds the decimal exactly as written.

/// A number that a pattern names.
#[derive(Debug, Clone, PartialEq)]
pub struct Decimal {
    text: Box<str>,
    value: Option<f64>,
}

impl Decimal {
    /// Reads a number in JSON's spelling.
    pub fn new(text: &str) -> Self {
        Self { text: text.into(), value: comparable(text) }
    }

    /// Returns the spelling.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the value when it can be compared.
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// Tells whether another number is this one: of equal value where both can be compared, or of equal spelling.
    pub fn is(&self, text: &str) -> bool {
        *self.text == *text || self.value.is_some_and(|value| comparable(text) == Some(value))
    }
}

/// One end of a [`Range`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// No end.
    None,
    /// The number itself is inside.
    Inclusive(f64),
    /// The number itself is outside.
    Exclusive(f64),
}

/// Numbers between two bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// Where it begins.
    pub low: Bound,
    /// Where it ends.
    pub high: Bound,
}

impl Range {
    /// Tells whether a number lies inside; one that cannot be compared never does.
    pub fn contains(&self, text: &str) -> bool {
        comparable(text).is_some_and(|value| self.has(value))
    }

    /// Tells whether the double nearest to a number lies inside; what is beyond all doubles never does.
    pub fn contains_double(&self, text: &str) -> bool {
        text.parse().is_ok_and(|value: f64| value.is_finite() && self.has(value))
    }

    /// Tells whether a value lies inside.
    pub fn has(&self, value: f64) -> bool {
        let is_above = match self.low {
            Bound::None => true,
            Bound::Inclusive(low) => value >= low,
            Bound::Exclusive(low) => value > low,
        };
        is_above
            && match self.high {
                Bound::None => true,
                Bound::Inclusive(high) => value <= high,
                Bound::Exclusive(high) => value < high,
            }
    }
}

/// Returns the value of a number that can be compared: one that is exactly the decimal that its nearest finite
/// double prints as in shortest form.
pub fn comparable(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    if !value.is_finite() {
        return None;
    }
    let written = Digits::read(text)?;
    (written == Digits::read(&format!("{value:e}"))?).then_some(value)
}

/// A decimal without its sign: significant digits and the power of ten of the last one. Zero has no digits.
#[derive(Debug, PartialEq, Eq)]
struct Digits {
    digits: Vec<u8>,
    exponent: i64,
}

impl Digits {
    fn read(text: &str) -> Option<Self> {
        let text = text.strip_prefix('-').unwrap_or(text);
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits: Vec<u8> =
            whole.bytes().chain(fraction.bytes()).skip_while(|digit| *digit == b'0').collect();
        let length = digits.len();
        while digits.pop_if(|digit| *digit == b'0').is_some() {}
        if digits.is_empty() {
            return Some(Self { digits, exponent: 0 });
        }
        let shift = (length - digits.len()) as i64 - fraction.len() as i64;
        let exponent = exponent.parse::<i64>().ok()?.checked_add(shift)?;
        Some(Self { digits, exponent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_comparable_when_a_double_prints_it_back() {
        for text in [
            "0",
            "-0",
            "-0.0",
            "0e99999",
            "0.1",
            "0.10",
            "1e-1",
            "123456789012",
            "9007199254740992",
            "1e300",
            "-1.5E+3",
            "1700000000000",
            "5e-10",
        ] {
            assert!(comparable(text).is_some(), "{text}");
        }
        for text in [
            "9007199254740993",
            "12345678901234567890",
            "0.12345678901234567890",
            "1e400",
            "-1e400",
            "1e-400",
            "1e99999999999999999999",
        ] {
            assert_eq!(comparable(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_equal_by_value_or_by_spelling() {
        for text in ["300", "300.0", "3e2", "3.0E+2", "30000e-2"] {
            assert!(Decimal::new("300").is(text), "{text}");
        }
        assert!(Decimal::new("0").is("-0.0"));
        assert!(Decimal::new("12345678901234567890").is("12345678901234567890"));
        assert!(!Decimal::new("12345678901234567890").is("12345678901234567890.0"));
        assert!(!Decimal::new("9007199254740992").is("9007199254740993"));
        assert!(!Decimal::new("1").is("-1"));
    }

    #[test]
    fn a_range_holds_its_inclusive_ends_only() {
        let range = Range { low: Bound::Exclusive(0.0), high: Bound::Inclusive(5.0) };
        assert!(range.contains("5.0") && range.contains("1e-9"));
        assert!(!range.contains("0") && !range.contains("-0") && !range.contains("5.000001"));
        let all = Range { low: Bound::None, high: Bound::None };
        assert!(all.contains("-1e300") && !all.contains("12345678901234567890"));
    }
}
