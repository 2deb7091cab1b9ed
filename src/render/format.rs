//! The names of the output formats.

use std::fmt;
use std::str::FromStr;

/// A format that hits can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Format {
    /// Aligned columns for people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// RFC 4180, with a header.
    Csv,
    /// The EventBridge events themselves, one a line.
    EventBridge,
}

impl Format {
    /// All formats, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Table, Self::Json, Self::Ndjson, Self::Csv, Self::EventBridge];

    /// Returns the name by which the format is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::EventBridge => "eventbridge",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// No format has that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a format; formats are `table`, `json`, `ndjson`, `csv` and `eventbridge`")]
pub struct UnknownFormat {
    /// What was asked for.
    pub name: String,
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let found = Self::ALL.into_iter().find(|format| format.name() == name);
        found.ok_or_else(|| UnknownFormat { name: name.to_owned() })
    }
}

/// A format that a list can be written in: all but the one that only fits events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ListFormat {
    /// Aligned columns for people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// RFC 4180, with a header.
    Csv,
}

/// The format can only hold events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("format `{format}` holds events, not a list; use `table`, `json`, `ndjson` or `csv`")]
pub struct NotAList {
    /// The format.
    pub format: Format,
}

impl TryFrom<Format> for ListFormat {
    type Error = NotAList;

    fn try_from(format: Format) -> Result<Self, NotAList> {
        match format {
            Format::Table => Ok(Self::Table),
            Format::Json => Ok(Self::Json),
            Format::Ndjson => Ok(Self::Ndjson),
            Format::Csv => Ok(Self::Csv),
            Format::EventBridge => Err(NotAList { format }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
            let message = UnknownFormat { name: String::new() }.to_string();
            assert!(message.contains(&format!("`{format}`")), "{message}");
        }
    }

    #[test]
    fn another_name_is_refused() {
        let error = "JSON".parse::<Format>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`JSON` is not a format; formats are `table`, `json`, `ndjson`, `csv` and `eventbridge`"
        );
    }

    #[test]
    fn events_are_no_list() {
        assert_eq!(ListFormat::try_from(Format::Csv), Ok(ListFormat::Csv));
        let error = ListFormat::try_from(Format::EventBridge).unwrap_err();
        assert_eq!(
            error.to_string(),
            "format `eventbridge` holds events, not a list; use `table`, `json`, `ndjson` or `csv`"
        );
    }
}
