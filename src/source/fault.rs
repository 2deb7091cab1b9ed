//! What can go wrong on the way to the bytes.

use super::UnknownRegion;
use std::path::PathBuf;

/// Why one object (or one listing) could not be had. It is data: counted and named in the coverage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadFault {
    /// The operating system refused.
    #[error("cannot be read: {reason}")]
    Unreadable {
        /// The system's reason.
        reason: String,
    },
    /// More stored bytes than the cap allows.
    #[error("is larger than {cap} bytes (raise `--max-object-size`)")]
    TooLarge {
        /// The cap in bytes.
        cap: u64,
    },
    /// S3 refused; the message names the missing permission where S3 says it.
    #[error("access denied: {reason}")]
    AccessDenied {
        /// What S3 said, with the action that is missing.
        reason: String,
    },
    /// Deleted between listing and reading, for good.
    #[error("no longer exists")]
    Gone,
    /// Deleted in a bucket that keeps versions: the listing was older.
    #[error(
        "was deleted, and the bucket keeps its versions (`aws s3api list-object-versions` shows them, which needs \
         `s3:ListBucketVersions`)"
    )]
    Marked,
    /// In an archive storage class: needs a restore first.
    #[error("is archived in storage class {class} and needs a restore (see `backtrail plan --restore-hint`)")]
    Archived {
        /// Storage class as S3 names it.
        class: String,
    },
    /// The transfer kept breaking off.
    #[error("transfer failed: {reason}")]
    Transfer {
        /// The last error.
        reason: String,
    },
}

/// Why an archive cannot be opened or listed at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No such file or directory.
    #[error("cannot open `{archive}`")]
    Open {
        /// The archive as the user named it.
        archive: String,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// An input that cannot be replayed, with the reason.
    #[error("`{archive}` cannot be replayed: {reason}")]
    Unsupported {
        /// The archive as the user named it.
        archive: String,
        /// One sentence.
        reason: String,
    },
    /// Not a list of objects.
    #[error("`{}` {reason}", path.display())]
    ObjectList {
        /// The list.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Not the address of a bucket.
    #[error("`{archive}` is no address in S3: expected `s3://bucket/prefix`")]
    Address {
        /// The archive as the user named it.
        archive: String,
    },
    /// No credentials anywhere.
    #[error(
        "found no AWS credentials for `{archive}` (sign in, choose a `--profile`, or use `--no-sign-request` for a \
         public bucket)"
    )]
    Credentials {
        /// The archive as the user named it.
        archive: String,
        /// What was looked at and why it gave none.
        #[source]
        source: Cause,
    },
    /// Credentials that AWS does not take.
    #[error("the AWS credentials for `{archive}` are refused: {advice}")]
    Rejected {
        /// The archive as the user named it.
        archive: String,
        /// What to do.
        advice: &'static str,
        /// What S3 said.
        #[source]
        source: Cause,
    },
    /// The first listing was denied.
    #[error(
        "may not list `{archive}` (needs `s3:ListBucket` for this prefix; in a requester-pays bucket `--request-payer`)"
    )]
    Denied {
        /// The archive as the user named it.
        archive: String,
        /// What S3 said.
        #[source]
        source: Cause,
    },
    /// No such bucket.
    #[error("there is no bucket `{bucket}`")]
    NoSuchBucket {
        /// Its name.
        bucket: String,
        /// What S3 said.
        #[source]
        source: Cause,
    },
    /// The bucket is in another region, and asking there did not help.
    #[error("bucket `{bucket}` is in region `{region}` (give it with `--bucket-region`)")]
    OtherRegion {
        /// Its name.
        bucket: String,
        /// Where it is, or `another` where S3 did not say.
        region: String,
        /// What S3 said.
        #[source]
        source: Cause,
    },
    /// No region can have this name, and no other endpoint is given.
    #[error(
        "cannot look for `{archive}` in region `{}` (from {origin}): that is no name of a region{}",
        region.name(),
        region.advice()
    )]
    Region {
        /// The archive as the user named it.
        archive: String,
        /// The name.
        region: UnknownRegion,
        /// Where the name comes from.
        origin: &'static str,
    },
    /// No answer.
    #[error("cannot reach S3 for `{archive}` ({})", reaching(unknown_region.as_ref()))]
    Unreachable {
        /// The archive as the user named it.
        archive: String,
        /// The region that was asked, when it is not a known one.
        unknown_region: Option<UnknownRegion>,
        /// What failed.
        #[source]
        source: Cause,
    },
    /// The first listing failed in another way.
    #[error("cannot list `{archive}`")]
    List {
        /// The archive as the user named it.
        archive: String,
        /// What S3 said.
        #[source]
        source: Cause,
    },
}

impl Error {
    /// Returns the error and its causes in one line, for a fault.
    pub fn words(&self) -> String {
        words(self)
    }
}

/// What lies behind an error of S3.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Says everything there is to say in one line, for faults, which carry no causes.
pub(super) fn words(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words = error.to_string();
    for cause in std::iter::successors(error.source(), |cause| cause.source()) {
        let text = cause.to_string();
        if !words.contains(&text) {
            words = format!("{words}: {text}");
        }
    }
    words
}

/// Says what to look at when nothing answers.
fn reaching(unknown_region: Option<&UnknownRegion>) -> String {
    match unknown_region {
        Some(region) => region.to_string(),
        None => "check the network, the endpoint and the region".to_owned(),
    }
}
