//! How archives are reached.

use super::ObjectList;
use std::sync::Arc;
use std::time::Duration;

/// How archives are reached, whatever their kind.
#[derive(Debug, Clone)]
pub struct Options {
    /// Stored bytes of a log file beyond which it is a fault and not read.
    pub max_object_size: u64,
    /// How S3 is reached.
    pub s3: S3Options,
    /// Objects that are in the buckets: these are read, and the buckets not listed.
    pub objects: Option<Arc<ObjectList>>,
}

/// How S3 is reached. What is left open, the AWS SDK finds as it always does: in the environment, the profile files,
/// or from the machine's role.
#[derive(Debug, Clone)]
pub struct S3Options {
    /// The bucket's region; a wrong one is corrected by asking the bucket.
    pub region: Option<String>,
    /// A profile of the AWS configuration files.
    pub profile: Option<String>,
    /// Another endpoint than AWS's own; it is addressed path style.
    pub endpoint_url: Option<String>,
    /// Keys that are used instead of looking for any.
    pub credentials: Option<Credentials>,
    /// Sends unsigned requests, for public buckets.
    pub no_sign_request: bool,
    /// Accepts to pay for requests to a requester-pays bucket.
    pub request_payer: bool,
    /// Names the bucket in the path and not in the host. An endpoint, here or from the SDK's own sources, turns it on.
    pub force_path_style: bool,
    /// Objects that are read at the same time, at most: a run begins with few, and asks for more while that brings more.
    pub requests_in_flight: usize,
    /// Bytes that may be on the way or wait for a worker; a larger object takes all of it.
    pub bytes_in_flight: u32,
    /// Checks what was read against the checksums that S3 keeps of it, and against its ETag where that is an MD5. Its length
    /// is checked in any case.
    pub is_verifying: bool,
    /// Keys asked for with one listing request; S3 gives 1,000 at most.
    pub page_size: Option<i32>,
    /// How long S3 may take to begin an answer, and to send the next part of one.
    pub timeout: Duration,
}

/// A pair of long-lived keys.
#[derive(Clone)]
pub struct Credentials {
    /// The public half.
    pub access_key_id: String,
    /// The secret half; never shown.
    pub secret_access_key: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

impl Default for Options {
    /// Log files of a trail have at most 50 MB before compression; 1 GiB leaves room for other inputs.
    fn default() -> Self {
        Self { max_object_size: 1 << 30, s3: S3Options::default(), objects: None }
    }
}

impl Default for S3Options {
    fn default() -> Self {
        Self {
            region: None,
            profile: None,
            endpoint_url: None,
            credentials: None,
            no_sign_request: false,
            request_payer: false,
            force_path_style: false,
            requests_in_flight: 256,
            bytes_in_flight: 64 << 20,
            is_verifying: false,
            page_size: None,
            timeout: Duration::from_secs(30),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown() {
        let credentials = Credentials { access_key_id: "shown".into(), secret_access_key: "hidden".into() };
        let text = format!("{credentials:?}");
        assert!(text.contains("shown") && !text.contains("hidden"));
    }
}
