//! One attempt to have an object's bytes, which goes on where the one before broke off.

use super::answer::Answer;
use super::client::Client;
use super::md5::Md5;
use super::object::Object;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use std::time::Duration;

/// What has come of an object so far.
#[derive(Debug, Default)]
pub(super) struct Partial {
    pub bytes: Vec<u8>,
    /// Which content the bytes are of: what follows must be of the same.
    etag: Option<String>,
    /// What the whole must have, where that is known and checked.
    md5: Option<Md5>,
}

/// Why an attempt did not bring an object's bytes.
#[derive(Debug)]
pub(super) enum Failure {
    /// S3 refused.
    Answer(Answer),
    /// The answer began and did not end as it should.
    Broken(String),
    /// More bytes than the cap, and than were listed.
    TooLarge,
}

/// The part of an object that is still to come.
#[derive(Debug)]
pub(super) struct Rest<'a> {
    pub from: usize,
    pub etag: &'a str,
}

impl Partial {
    fn clear(&mut self) {
        self.bytes.clear();
        (self.etag, self.md5) = (None, None);
    }

    fn rest(&self) -> Option<Rest<'_>> {
        let etag = self.etag.as_deref().filter(|_| !self.bytes.is_empty())?;
        Some(Rest { from: self.bytes.len(), etag })
    }

    /// Begins to take an answer: at its place if it goes on, from the start otherwise. Returns the whole length, as far as
    /// it is known.
    fn begin(&mut self, output: &GetObjectOutput, is_verifying: bool) -> Option<u64> {
        let from = self.bytes.len() as u64;
        let is_rest =
            output.content_range().is_some_and(|range| range.starts_with(&format!("bytes {from}-")));
        if !is_rest {
            self.clear();
        }
        self.etag = output.e_tag().map(str::to_owned);
        self.md5 = if is_verifying { Md5::of(output) } else { None };
        let length = output.content_length().and_then(|length| u64::try_from(length).ok());
        length.map(|length| length + self.bytes.len() as u64)
    }

    /// Tells whether what broke off may be gone on with where all is to be checked: not when all bytes came and were found
    /// wrong, nor without an MD5, since checksums are compared with what comes in one answer only.
    fn can_be_checked(&self, expected: Option<u64>) -> bool {
        let is_part = expected.is_none_or(|length| (self.bytes.len() as u64) < length);
        is_part && self.md5.is_some()
    }
}

/// Asks for an object, or for what is left of it.
pub(super) async fn transfer(
    client: &Client,
    object: &Object,
    cap: u64,
    partial: &mut Partial,
) -> Result<(), Failure> {
    let rest = partial.rest();
    let is_rest = rest.is_some();
    let output = match client.get(&object.full, rest).await {
        // It is another one by now, or ends sooner: from the start, then.
        Err(answer) if is_rest && answer.is_unmet() => {
            partial.clear();
            Box::pin(client.get(&object.full, None)).await
        }
        answer => answer,
    };
    let output = output.map_err(Failure::Answer)?;
    let expected = partial.begin(&output, client.is_verifying());
    if expected.is_some_and(|length| length > cap) {
        return Err(Failure::TooLarge);
    }
    let missing = expected.map_or(0, |length| length - partial.bytes.len() as u64);
    partial.bytes.reserve_exact(usize::try_from(missing).unwrap_or(0));
    let received = receive(output.body, client.timeout(), cap, &mut partial.bytes).await;
    if received.is_err() && client.is_verifying() && !partial.can_be_checked(expected) {
        partial.clear();
    }
    received?;
    let (came, is_same) = (partial.bytes.len() as u64, is_same(object, partial));
    match expected.filter(|length| *length != came).or(object.size.filter(|size| is_same && *size != came)) {
        None if partial.md5.as_ref().is_some_and(|md5| !md5.fits(&partial.bytes)) => {
            partial.clear();
            Err(Failure::Broken("its bytes do not fit its ETag".to_owned()))
        }
        None => Ok(()),
        Some(length) => {
            if came > length {
                partial.clear();
            }
            Err(Failure::Broken(format!("{came} of {length} bytes came")))
        }
    }
}

/// Tells whether what came is what was listed, and so has its length: whoever does not say is taken at the listing's word.
fn is_same(object: &Object, partial: &Partial) -> bool {
    match (&object.etag, &partial.etag) {
        (Some(listed), Some(came)) => listed == came,
        _ => true,
    }
}

/// Reads a body to its end.
pub(super) async fn receive(
    mut body: ByteStream,
    timeout: Duration,
    cap: u64,
    bytes: &mut Vec<u8>,
) -> Result<(), Failure> {
    loop {
        let chunk = tokio::time::timeout(timeout, body.next()).await;
        let seconds = timeout.as_secs_f64();
        match chunk.map_err(|_| Failure::Broken(format!("nothing came for {seconds} seconds")))? {
            None => return Ok(()),
            Some(Ok(chunk)) => bytes.extend_from_slice(&chunk),
            Some(Err(error)) => return Err(Failure::Broken(innermost(&error))),
        }
        if bytes.len() as u64 > cap {
            return Err(Failure::TooLarge);
        }
    }
}

/// Returns the innermost cause: the outer ones say "streaming error" only.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost.to_string()
}
