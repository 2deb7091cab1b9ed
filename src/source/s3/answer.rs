//! What a refusal of S3 means: a fault of one object or one listing, or the end of the run.

use super::address::Address;
use crate::source::fault::words;
use crate::source::{Error, ReadFault, UnknownRegion};
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use std::error::Error as StdError;

type Cause = Box<dyn StdError + Send + Sync>;

/// A request that did not succeed, after all retries of the SDK.
#[derive(Debug)]
pub(super) struct Answer {
    status: Option<u16>,
    code: String,
    message: String,
    /// Where S3 says the bucket is.
    pub region: Option<String>,
    /// The archive tier or storage class that an object has to be restored from, where S3 says it.
    archived: Option<String>,
    /// The key leads to a delete marker, which hides older versions.
    is_marked: bool,
    cause: Cause,
}

/// Codes of credentials that S3 does not take, and what to do.
const REJECTED: [(&str, &str); 6] = [
    ("ExpiredToken", "they have expired, sign in again"),
    ("TokenRefreshRequired", "they have expired, sign in again"),
    ("InvalidToken", "the session token is not valid, sign in again"),
    ("InvalidAccessKeyId", "the access key does not exist, check the profile and the endpoint"),
    ("SignatureDoesNotMatch", "the secret key does not fit the access key"),
    ("RequestTimeTooSkewed", "this machine's clock is wrong by more than 15 minutes"),
];

/// Codes of keys that nobody can decrypt with, and what to do.
const KMS: [(&str, &str); 3] = [
    ("KMS.DisabledException", "its KMS key is disabled, enable it"),
    ("KMS.NotFoundException", "its KMS key does not exist, or is to be deleted"),
    (
        "KMS.KMSInvalidStateException",
        "its KMS key is not in a state to be used, cancel its deletion or finish its import",
    ),
];

impl<E> From<SdkError<E, HttpResponse>> for Answer
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let response = error.raw_response();
        let header =
            |name: &str| response.and_then(|response| response.headers().get(name)).map(str::to_owned);
        Self {
            status: response.map(|response| response.status().as_u16()),
            code: error.code().unwrap_or_default().to_owned(),
            message: error.message().unwrap_or_default().to_owned(),
            region: header("x-amz-bucket-region"),
            archived: None,
            is_marked: header("x-amz-delete-marker").is_some_and(|value| value == "true"),
            cause: cause_of(error),
        }
    }
}

/// S3's own words where there are some, otherwise the innermost causes: the SDK's outer ones say nothing.
fn cause_of<E>(error: SdkError<E, HttpResponse>) -> Cause
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}").into(),
        (Some(code), None) => code.to_owned().into(),
        _ => error.into_source().unwrap_or_else(|error| Box::new(error)),
    }
}

impl Answer {
    /// An answer that was given but broke off or cannot be what was asked for.
    pub fn broken(reason: impl Into<String>) -> Self {
        let message: String = reason.into();
        let cause = message.clone().into();
        Self {
            status: None,
            code: String::new(),
            message,
            region: None,
            archived: None,
            is_marked: false,
            cause,
        }
    }

    /// An answer that refuses with a code and a message; either may be empty.
    pub fn refused(status: u16, code: String, message: String) -> Self {
        let cause = match (code.as_str(), message.as_str()) {
            ("", _) => format!("S3 answered with status {status}"),
            (code, "") => code.to_owned(),
            (code, message) => format!("{code}: {message}"),
        };
        Self { status: Some(status), code, cause: cause.into(), ..Self::broken(message) }
    }

    /// Adds where S3 says the bucket is, and whether the key leads to a delete marker.
    pub fn with_place(self, region: Option<String>, is_marked: bool) -> Self {
        Self { region, is_marked, ..self }
    }

    /// Adds where an object has to be restored from.
    pub fn with_archive(self, archived: Option<String>) -> Self {
        Self { archived, ..self }
    }

    /// Says why newer credentials were not to be had.
    pub fn because(self, error: &Error) -> Self {
        Self { cause: error.words().into(), ..self }
    }

    /// Says whether the bucket has to be asked in another region.
    pub fn is_other_region(&self) -> bool {
        let codes =
            ["PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"];
        matches!(self.status, Some(301 | 307)) || codes.contains(&self.code.as_str())
    }

    /// Says whether the whole run ends: no other request would fare better.
    pub fn is_fatal(&self) -> bool {
        self.advice().is_some() || self.code == "NoSuchBucket"
    }

    /// Says whether S3 asks for patience.
    pub fn is_throttled(&self) -> bool {
        matches!(self.code.as_str(), "SlowDown" | "ServiceUnavailable") || self.status == Some(503)
    }

    /// Says whether nothing was answered, or to wait: the same request may succeed a little later.
    pub fn is_passing(&self) -> bool {
        let is_passing = matches!(self.status, None | Some(408 | 500 | 502 | 504));
        is_passing || matches!(self.code.as_str(), "InternalError" | "RequestTimeout") || self.is_throttled()
    }

    /// Says whether newer credentials may be all that is needed.
    pub fn is_expired(&self) -> bool {
        matches!(self.code.as_str(), "ExpiredToken" | "TokenRefreshRequired")
    }

    /// Says whether the rest of an object was asked for and is not what it was, or not there.
    pub fn is_unmet(&self) -> bool {
        matches!(self.status, Some(412 | 416))
    }

    /// Says whether S3 does not allow it.
    pub fn is_denied(&self) -> bool {
        self.status == Some(403) || self.code == "AccessDenied"
    }

    fn advice(&self) -> Option<&'static str> {
        // The SDK looks for newer credentials before those it has expire.
        if self.status.is_none() && self.words().contains("loading credentials") {
            return Some("they have expired and no newer ones are to be had, sign in again");
        }
        REJECTED.iter().find(|(code, _)| *code == self.code).map(|(_, advice)| *advice)
    }

    /// Turns the answer to a request for an object, or for a listing, into a fault; `action` is the permission that
    /// the request needs.
    pub fn fault(self, action: &str) -> ReadFault {
        match self.code.as_str() {
            "NoSuchKey" if self.is_marked => return ReadFault::Marked,
            "NoSuchKey" => return ReadFault::Gone,
            "InvalidObjectState" => {
                let class = self.archived.unwrap_or_else(|| "of an archive".to_owned());
                return ReadFault::Archived { class };
            }
            code if code.starts_with("KMS.") => {
                let advice = KMS
                    .iter()
                    .find(|(kms, _)| *kms == code)
                    .map_or("its KMS key cannot be used", |(_, advice)| advice);
                return ReadFault::AccessDenied { reason: format!("{advice} ({})", self.words()) };
            }
            _ => {}
        }
        if self.is_denied() {
            let action = if self.message.contains("kms:Decrypt") { "kms:Decrypt" } else { action };
            return ReadFault::AccessDenied { reason: format!("needs `{action}` ({})", self.words()) };
        }
        ReadFault::Transfer { reason: self.words() }
    }

    /// Turns the answer to the first listing, or one that ends the run, into an error; `unknown_region` is where S3 was
    /// looked for, when that may be a slip.
    pub fn into_error(self, address: &Address, unknown_region: Option<UnknownRegion>) -> Error {
        let (archive, bucket) = (address.archive.clone(), address.bucket.clone());
        if let Some(advice) = self.advice() {
            return Error::Rejected { archive, advice, source: self.cause };
        }
        if self.code == "NoSuchBucket" {
            return Error::NoSuchBucket { bucket, source: self.cause };
        }
        if self.is_other_region() {
            let region = self.region.unwrap_or_else(|| "another".to_owned());
            return Error::OtherRegion { bucket, region, source: self.cause };
        }
        if self.is_denied() {
            return Error::Denied { archive, source: self.cause };
        }
        match self.status {
            None => Error::Unreachable { archive, unknown_region, source: self.cause },
            Some(_) => Error::List { archive, source: self.cause },
        }
    }

    /// Everything there is to say.
    fn words(&self) -> String {
        words(self.cause.as_ref())
    }
}
