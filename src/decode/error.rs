//! Why an object gives no records.

use crate::json::scan::SyntaxError;

/// Why an object gives no records at all. Each message is one phrase that reads well behind the object's key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Zero bytes, or nothing but white space.
    #[error("is empty")]
    Empty,
    /// The object ends inside the header of a gzip member.
    #[error("gzip header ends early")]
    HeaderEndsEarly,
    /// A gzip header with reserved flags or a wrong checksum of its own.
    #[error("gzip header at byte {at} is damaged")]
    DamagedHeader {
        /// Offset of the header in the stored bytes.
        at: usize,
    },
    /// A gzip member that is not deflated.
    #[error("gzip member is compressed with the unknown method `{method}`")]
    UnknownMethod {
        /// The number of the method; only 8 is defined.
        method: u8,
    },
    /// The object ends inside the compressed data or the trailer of a gzip member.
    #[error("gzip stream ends early")]
    StreamEndsEarly,
    /// The compressed data breaks the rules of deflate.
    #[error("gzip stream is damaged at byte {at}")]
    DamagedStream {
        /// Offset in the stored bytes, at most a little behind the damage.
        at: usize,
    },
    /// The text is not the one that was compressed.
    #[error("gzip checksum does not match")]
    WrongChecksum,
    /// The text is not as long as the one that was compressed.
    #[error("gzip length does not match")]
    WrongLength,
    /// More text than the cap allows.
    #[error("holds more than {cap} bytes (raise `--max-object-size`)")]
    TooLarge {
        /// The cap in bytes.
        cap: u64,
    },
    /// Bytes that are not UTF-8.
    #[error("is not UTF-8 at byte {at}")]
    NotUtf8 {
        /// Offset of the first wrong byte.
        at: usize,
    },
    /// A file format that never holds CloudTrail JSON, or holds it under a compression that trails do not write.
    #[error("is {format}, not CloudTrail JSON")]
    Foreign {
        /// The format, with its article.
        format: &'static str,
    },
    /// Security Lake stores Parquet in a schema of its own.
    #[error("is Parquet, which Security Lake writes in OCSF, not as CloudTrail records")]
    Parquet,
    /// An XML page, such as the error answers of S3.
    #[error("is XML{}, not CloudTrail JSON", describe(.code.as_deref()))]
    Xml {
        /// The page's `Code`, when it has one.
        code: Option<String>,
    },
    /// The event history's CSV download.
    #[error("is the console's CSV download, which leaves out requests and responses (download JSON instead)")]
    ConsoleCsv,
    /// A CloudTrail Lake export that does not select `eventjson`.
    #[error("is a CSV export without an `eventjson` column, from which records cannot be rebuilt")]
    LakeCsvWithoutEventJson,
    /// The text breaks the rules of JSON.
    #[error("is not valid JSON at byte {at}")]
    InvalidJson {
        /// Offset of the first wrong byte.
        at: usize,
    },
    /// The JSON text is cut short.
    #[error("JSON ends early, at byte {at}")]
    JsonEndsEarly {
        /// Length of the text.
        at: usize,
    },
    /// Nested deeper than anything reads it.
    #[error("is nested deeper than {max} levels", max = crate::json::scan::MAX_DEPTH)]
    TooDeep,
    /// Text that is neither JSON nor lines of JSON.
    #[error("is not JSON")]
    NotJson,
    /// JSON, but not an object, where a record should be.
    #[error("is not a JSON object")]
    NotAnObject,
    /// A JSON document in no known shape.
    #[error("is JSON without CloudTrail records")]
    NoRecords,
    /// `Records` is there, with something else in it.
    #[error("`Records` is {found}, not an array")]
    RecordsNotArray {
        /// What it is, with its article.
        found: &'static str,
    },
    /// A string that should hold a record holds something else.
    #[error("holds a message that is no CloudTrail record")]
    ForeignMessage,
    /// Strings in strings in strings.
    #[error("wraps its record in more than {max} messages", max = super::document::MAX_UNWRAPPED)]
    WrappedTooOften,
    /// So many tiny records that their number is an attack.
    #[error("is beyond the {max} records that are kept of one object")]
    TooManyRecords {
        /// How many are kept.
        max: usize,
    },
    /// A digest file of the trail, which names log files.
    #[error("is a digest file, which names log files but holds no records")]
    Digest,
    /// An AWS Config snapshot or history.
    #[error("is an AWS Config file, not CloudTrail records")]
    Config,
    /// The trail's notice that it has delivered log files.
    #[error("is a delivery notice, which names log files but holds no records")]
    DeliveryNotice,
}

fn describe(code: Option<&str>) -> String {
    code.map(|code| format!(" with the error code `{code}`")).unwrap_or_default()
}

impl From<SyntaxError> for Error {
    fn from(error: SyntaxError) -> Self {
        match error {
            SyntaxError::Unexpected { at } => Self::InvalidJson { at },
            SyntaxError::End { at } => Self::JsonEndsEarly { at },
            SyntaxError::TooDeep { .. } => Self::TooDeep,
        }
    }
}
