//! One bucket: its region, and the three requests that are made.

use super::address::Address;
use super::answer::Answer;
use super::connect::{connect, load, unknown_region};
use super::folder::{Depth, Folder};
use super::list::Object;
use crate::source::{Error, LogKey, S3Options, UnknownRegion};
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::{EncodingType, OptionalObjectAttributes, RequestPayer};
use std::time::Duration;

/// How long S3 may take to begin an answer, and to send the next part of one.
pub(super) const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// How often a page or an object is asked for. The SDK repeats refused requests within each; this repeats transfers
/// that broke off, and waits longer for a bucket that is busy.
pub(super) const ATTEMPTS: u32 = 4;

/// The pause before the second attempt; it doubles.
const PAUSE: Duration = Duration::from_millis(200);

/// One bucket, reached with one pool of connections.
#[derive(Debug, Clone)]
pub(super) struct Client {
    s3: aws_sdk_s3::Client,
    pub address: Address,
    options: S3Options,
    is_settled: bool,
    /// Where S3 is looked for, when that may be a slip.
    unknown_region: Option<UnknownRegion>,
}

impl Client {
    /// Loads configuration and credentials, so that missing ones are known before anything is asked.
    pub async fn connect(options: &S3Options, address: &Address) -> Result<Self, Error> {
        let config = load(options, options.region.clone()).await;
        let unknown_region = unknown_region(&config);
        if let Some(region) = unknown_region.clone().filter(|region| !region.is_possible()) {
            let is_given = options.region.is_some();
            let origin = if is_given { "`--bucket-region`" } else { "the environment or the profile" };
            return Err(Error::Region { archive: address.archive.clone(), region, origin });
        }
        let s3 = connect(options, config, address).await?;
        Ok(Self { s3, address: address.clone(), options: options.clone(), is_settled: false, unknown_region })
    }

    /// Turns to the region where the bucket is, if this is what an answer says, once.
    pub async fn settle(&mut self, answer: &Answer) -> Result<bool, Error> {
        if self.is_settled || !answer.is_other_region() {
            return Ok(false);
        }
        self.is_settled = true;
        let region = match &answer.region {
            Some(region) => Some(region.clone()),
            None => self.ask_region().await,
        };
        if region.is_some() {
            let config = load(&self.options, region.clone()).await;
            self.s3 = connect(&self.options, config, &self.address).await?;
            self.unknown_region = None;
        }
        Ok(region.is_some())
    }

    /// Turns an answer that ends the run into an error.
    pub fn error(&self, answer: Answer) -> Error {
        answer.into_error(&self.address, self.unknown_region.clone())
    }

    /// S3 names the region of a bucket even to those who may not read it.
    async fn ask_region(&self) -> Option<String> {
        match self.s3.head_bucket().bucket(&self.address.bucket).send().await {
            Ok(output) => output.bucket_region().map(str::to_owned),
            Err(error) => Answer::from(error).region,
        }
    }

    /// Finds the one object that the address may mean. Whoever may read an object but not list its bucket can name it.
    pub async fn find_single(&mut self) -> Result<Option<Object>, Error> {
        let Some(key) = self.address.single.clone() else { return Ok(None) };
        let mut found = self.head(&key).await;
        if let Err(answer) = &found
            && self.settle(answer).await?
        {
            found = self.head(&key).await;
        }
        // a refusal has no words here: if it is more than "no such object", the listing that follows will say so
        Ok(found.ok().flatten())
    }

    async fn head(&self, key: &str) -> Result<Option<Object>, Answer> {
        let request = self.s3.head_object().bucket(&self.address.bucket).key(key);
        let output = request.set_request_payer(self.payer()).send().await?;
        let size = output.content_length().and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
        let name = LogKey::parse(self.address.single_name(key));
        Ok(Some(Object { key: name, full: key.to_owned(), size, archived: None }))
    }

    /// Asks for one page of a listing.
    pub async fn list(&self, folder: &Folder) -> Result<ListObjectsV2Output, Answer> {
        // S3 looks at it on the first page only; other servers may not.
        let start = folder.start().filter(|_| folder.token.is_none());
        let request = self
            .s3
            .list_objects_v2()
            .bucket(&self.address.bucket)
            .prefix(&folder.prefix)
            .set_delimiter((folder.depth != Depth::Whole).then(|| "/".to_owned()))
            .set_start_after(start.map(str::to_owned))
            .set_continuation_token(folder.token.clone())
            .set_max_keys(self.options.page_size)
            .set_request_payer(self.payer())
            .optional_object_attributes(OptionalObjectAttributes::RestoreStatus)
            .encoding_type(EncodingType::Url); // XML cannot carry every key
        let mut attempt = 1;
        loop {
            match request.clone().send().await.map_err(Answer::from) {
                Err(answer) if answer.is_throttled() && attempt < ATTEMPTS => pause(attempt).await,
                result => return result,
            }
            attempt += 1;
        }
    }

    /// Asks for an object; the body is still to be read.
    pub async fn get(&self, key: &str) -> Result<GetObjectOutput, Answer> {
        let request = self.s3.get_object().bucket(&self.address.bucket).key(key);
        request.set_request_payer(self.payer()).send().await.map_err(|error| {
            let state = match error.as_service_error() {
                Some(GetObjectError::InvalidObjectState(state)) => Some(state),
                _ => None,
            };
            let tier = state.and_then(|state| state.access_tier()).map(|tier| tier.as_str().to_owned());
            let class = state.and_then(|state| state.storage_class()).map(|class| class.as_str().to_owned());
            let archived = tier.or(class);
            Answer::from(error).with_archive(archived)
        })
    }

    fn payer(&self) -> Option<RequestPayer> {
        self.options.request_payer.then_some(RequestPayer::Requester)
    }
}

/// Waits before the next attempt.
pub(super) async fn pause(attempt: u32) {
    tokio::time::sleep(PAUSE * 2_u32.pow(attempt - 1)).await;
}
