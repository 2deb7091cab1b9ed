//! One bucket: its region, and the three requests that are made.

use super::address::Address;
use super::answer::Answer;
use super::connect::{connect, connector, has_endpoint, load, once, region_of, unknown_region};
use super::folder::{Depth, Folder};
use super::object::Object;
use super::page::Page;
use super::plain::{Noted, Plain, Signer};
use super::transfer::Rest;
use crate::source::{Error, LogKey, Requests, S3Options, UnknownRegion};
use aws_sdk_s3::config::SharedCredentialsProvider;
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use aws_sdk_s3::types::{ChecksumMode, EncodingType, OptionalObjectAttributes, RequestPayer};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Mutex;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// How often a page is asked for. The SDK repeats refused requests within each; this waits longer for a bucket that is
/// busy.
const ATTEMPTS: u32 = 4;

/// The pause before the second attempt; it doubles up to the longest.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// One bucket, reached with one pool of connections. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pub address: Address,
    options: S3Options,
    line: Arc<RwLock<Line>>,
    renewing: Arc<Mutex<()>>,
    made: Arc<Made>,
}

/// Requests that were made, retries not counted.
#[derive(Debug, Default)]
struct Made {
    list: AtomicU64,
    head: AtomicU64,
}

/// What may change while it is used: where S3 is looked for, and with which credentials.
#[derive(Debug, Clone)]
struct Line {
    /// Repeats what is refused.
    s3: aws_sdk_s3::Client,
    /// Does not: what waits for its turn does that itself.
    once: aws_sdk_s3::Client,
    credentials: Option<SharedCredentialsProvider>,
    /// The short way, when the SDK has shown where it leads.
    plain: Option<Arc<Plain>>,
    region: Option<String>,
    /// Where this machine is configured to be.
    own_region: Option<String>,
    is_settled: bool,
    /// Where S3 is looked for, when that may be a slip.
    unknown_region: Option<UnknownRegion>,
    /// How often credentials were renewed.
    generation: u32,
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
        let own_region = region_of(&config).map(str::to_owned).filter(|_| !has_endpoint(&config));
        let credentials = config.credentials_provider();
        let s3 = connect(options, config, address).await?;
        let line = Line {
            once: once(&s3),
            s3,
            credentials,
            plain: None,
            region: options.region.clone(),
            own_region,
            is_settled: false,
            unknown_region,
            generation: 0,
        };
        Ok(Self {
            address: address.clone(),
            options: options.clone(),
            line: Arc::new(RwLock::new(line)),
            renewing: Arc::default(),
            made: Arc::default(),
        })
    }

    /// Turns to the region where the bucket is, if this is what an answer says, once.
    pub async fn settle(&self, answer: &Answer) -> Result<bool, Error> {
        if self.line().is_settled || !answer.is_other_region() {
            return Ok(false);
        }
        let region = match &answer.region {
            Some(region) => Some(region.clone()),
            None => self.ask_region().await,
        };
        let is_known = region.is_some();
        self.dial(region.or(self.line().region)).await?;
        let mut line = self.line.write().unwrap_or_else(PoisonError::into_inner);
        line.is_settled = true;
        line.unknown_region = line.unknown_region.take().filter(|_| !is_known);
        Ok(is_known)
    }

    /// Looks for credentials anew, unless somebody has done so since the generation that was refused.
    pub async fn renew(&self, generation: u32) -> Result<(), Error> {
        let _only_one = self.renewing.lock().await;
        if self.generation() == generation {
            self.dial(self.line().region).await?;
        }
        Ok(())
    }

    /// Returns how often credentials were renewed.
    pub fn generation(&self) -> u32 {
        self.line().generation
    }

    /// Reads configuration and credentials again, for the bucket's region.
    async fn dial(&self, region: Option<String>) -> Result<(), Error> {
        let config = load(&self.options, region.clone()).await;
        let credentials = config.credentials_provider();
        let s3 = connect(&self.options, config, &self.address).await?;
        let mut line = self.line.write().unwrap_or_else(PoisonError::into_inner);
        (line.once, line.s3, line.region) = (once(&s3), s3, region);
        (line.credentials, line.plain) = (credentials, None);
        line.generation += 1;
        Ok(())
    }

    fn line(&self) -> Line {
        self.line.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns how long S3 may take to begin an answer, and to send the next part of one.
    pub fn timeout(&self) -> Duration {
        self.options.timeout
    }

    /// Turns an answer that ends the run into an error.
    pub fn error(&self, answer: Answer) -> Error {
        answer.into_error(&self.address, self.line().unknown_region)
    }

    /// S3 names the region of a bucket even to those who may not read it.
    async fn ask_region(&self) -> Option<String> {
        self.made.head.fetch_add(1, Ordering::Relaxed);
        match self.line().s3.head_bucket().bucket(&self.address.bucket).send().await {
            Ok(output) => output.bucket_region().map(str::to_owned),
            Err(error) => Answer::from(error).region,
        }
    }

    /// Finds the one object that the address may mean. Whoever may read an object but not list its bucket can name it.
    pub async fn find_single(&self) -> Result<Option<Object>, Error> {
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
        self.made.head.fetch_add(1, Ordering::Relaxed);
        let request = self.line().s3.head_object().bucket(&self.address.bucket).key(key);
        let output = request.set_request_payer(self.payer()).send().await?;
        Ok(Some(Object {
            key: LogKey::parse(self.address.single_name(key)),
            full: key.to_owned(),
            size: output.content_length().and_then(|size| u64::try_from(size).ok()),
            etag: output.e_tag().map(str::to_owned),
            // what it says about archived objects is said better when it is read
            class: None,
            is_restored: false,
        }))
    }

    /// Asks for one page of a listing.
    pub async fn list(&self, folder: &Folder) -> Result<Page, Answer> {
        self.made.list.fetch_add(1, Ordering::Relaxed);
        match self.list_plainly(folder).await {
            // The SDK knows how long to wait, and where new credentials come from.
            Some(Err(answer)) if answer.is_passing() || answer.is_expired() => {}
            Some(page) => return page,
            None => {}
        }
        let (mut attempt, mut is_renewed) = (1, false);
        loop {
            let generation = self.generation();
            match Box::pin(self.list_with_sdk(folder)).await {
                Err(answer) if answer.is_throttled() && attempt < ATTEMPTS => {
                    pause(attempt, &folder.prefix).await;
                    attempt += 1;
                }
                Err(answer) if answer.is_expired() && !is_renewed => {
                    is_renewed = true;
                    self.renew(generation).await.map_err(|error| answer.because(&error))?;
                }
                result => return result,
            }
        }
    }

    async fn list_plainly(&self, folder: &Folder) -> Option<Result<Page, Answer>> {
        let plain = self.plain()?;
        let (start, size) = (first_page_start(folder), self.options.page_size.map(|size| size.to_string()));
        let asked = [
            ("prefix", Some(folder.prefix.as_str())),
            ("delimiter", delimiter(folder)),
            ("start-after", start.as_deref()),
            ("continuation-token", folder.token.as_deref()),
            ("max-keys", size.as_deref()),
        ];
        let asked: Vec<_> = asked.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
        plain.list(&asked).await
    }

    async fn list_with_sdk(&self, folder: &Folder) -> Result<Page, Answer> {
        let line = self.line();
        let request = line
            .s3
            .list_objects_v2()
            .bucket(&self.address.bucket)
            .prefix(&folder.prefix)
            .set_delimiter(delimiter(folder).map(str::to_owned))
            .set_start_after(first_page_start(folder))
            .set_continuation_token(folder.token.clone())
            .set_max_keys(self.options.page_size)
            .set_request_payer(self.payer())
            .optional_object_attributes(OptionalObjectAttributes::RestoreStatus)
            .encoding_type(EncodingType::Url); // XML cannot carry every key
        let address = Noted::default();
        let note = address.clone();
        let request = request.customize().mutate_request(move |request| note.put(request.uri()));
        let page = request.send().await?;
        let address = address.take();
        self.learn(&address, line.generation, |plain| plain.learn_listings(&address));
        Ok(page.into())
    }

    /// Asks for an object, or what is left of it; the body is still to be read.
    pub async fn get(&self, key: &str, rest: Option<Rest<'_>>) -> Result<GetObjectOutput, Answer> {
        if let Some(plain) = self.plain().filter(|_| !self.is_verifying())
            && let Some(answer) = plain.get(key, rest.as_ref()).await
        {
            return answer;
        }
        // What seldom happens lies apart: every read would be as large otherwise, and is moved on its way.
        Box::pin(self.get_with_sdk(key, rest)).await
    }

    fn plain(&self) -> Option<Arc<Plain>> {
        self.line.read().unwrap_or_else(PoisonError::into_inner).plain.clone()
    }

    /// Learns from an address of the SDK where requests lead, unless that is out of the ordinary or no longer so.
    fn learn(&self, address: &str, generation: u32, learn: impl FnOnce(&Plain)) {
        let bucket = &self.address.bucket;
        if bucket.starts_with("arn:") || bucket.ends_with("--x-s3") {
            return;
        }
        let mut line = self.line.write().unwrap_or_else(PoisonError::into_inner);
        if line.generation != generation {
            return;
        }
        if line.plain.is_none() {
            line.plain = self.way(&line, address).map(Arc::new);
        }
        if let Some(plain) = &line.plain {
            learn(plain);
        }
    }

    /// Returns the short way over a line, which has to be shown where it leads.
    fn way(&self, line: &Line, address: &str) -> Option<Plain> {
        let config = line.s3.config();
        let (region, clock) = (config.region().map(ToString::to_string), config.time_source());
        let signer = match self.options.no_sign_request {
            true => None,
            false => Some(Signer::new(line.credentials.clone()?, region?, clock?)),
        };
        let connector = connector(&self.options, address);
        Some(Plain::new(connector, signer, self.options.request_payer, self.options.timeout))
    }

    /// S3 keeps checksums of whole objects: none is asked for with a part, which would not have it.
    async fn get_with_sdk(&self, key: &str, rest: Option<Rest<'_>>) -> Result<GetObjectOutput, Answer> {
        let checksum = self.is_verifying().then_some(ChecksumMode::Enabled);
        let line = self.line();
        let request = line.once.get_object().bucket(&self.address.bucket).key(key);
        let request = match rest {
            None => request.set_checksum_mode(checksum),
            Some(rest) => request.range(format!("bytes={}-", rest.from)).if_match(rest.etag),
        };
        let address = Noted::default();
        let note = address.clone();
        let request = request.set_request_payer(self.payer()).customize();
        let answer = request.mutate_request(move |request| note.put(request.uri())).send().await;
        if answer.is_ok() {
            let address = address.take();
            self.learn(&address, line.generation, |plain| plain.learn_objects(&address, key));
        }
        answer.map_err(|error| {
            let state = match error.as_service_error() {
                Some(GetObjectError::InvalidObjectState(state)) => Some(state),
                _ => None,
            };
            let tier = state.and_then(|state| state.access_tier()).map(|tier| tier.as_str().to_owned());
            let class = state.and_then(|state| state.storage_class()).map(|class| class.as_str().to_owned());
            Answer::from(error).with_archive(tier.or(class))
        })
    }

    /// Asks for one object, so that the bucket's region is known before many are.
    pub async fn try_one(&self, key: &str) -> Result<(), Error> {
        if let Err(answer) = self.head(key).await {
            if answer.is_other_region() {
                self.settle(&answer).await?;
            } else if answer.is_fatal() || answer.is_passing() {
                return Err(self.error(answer));
            }
        }
        Ok(())
    }

    /// Returns how many requests were made so far.
    pub fn requests(&self) -> Requests {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Requests { list: get(&self.made.list), head: get(&self.made.head) }
    }

    /// Returns where this machine is configured to be, and where the bucket is.
    pub async fn regions(&self) -> (Option<String>, Option<String>) {
        (self.line().own_region, self.ask_region().await)
    }

    /// Returns the KMS key that an object is encrypted with, or why that is not known.
    pub async fn kms_key(&self, key: &str) -> Result<Option<String>, String> {
        let request = self.line().s3.head_object().bucket(&self.address.bucket).key(key);
        let output = request.set_request_payer(self.payer()).send().await;
        let output = output.map_err(|error| Answer::from(error).fault("s3:GetObject").to_string())?;
        Ok(output.ssekms_key_id().map(str::to_owned))
    }

    /// Tells whether more than the length of an object is checked.
    pub fn is_verifying(&self) -> bool {
        self.options.is_verifying
    }

    fn payer(&self) -> Option<RequestPayer> {
        self.options.request_payer.then_some(RequestPayer::Requester)
    }
}

/// Returns the key that a listing begins behind. S3 looks at it on the first page only; other servers may not.
fn first_page_start(folder: &Folder) -> Option<String> {
    folder.start().filter(|_| folder.token.is_none())
}

fn delimiter(folder: &Folder) -> Option<&'static str> {
    (folder.depth != Depth::Whole).then_some("/")
}

/// Waits before the next attempt: longer each time, and not as long as others do, so that they do not all come back at
/// once. What is asked for stands in for chance.
pub(super) async fn pause(attempt: u32, asked: &str) {
    let pause = PAUSE.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(LONGEST_PAUSE);
    let spread = xxh3_64_with_seed(asked.as_bytes(), u64::from(attempt)) % 1000;
    tokio::time::sleep(pause / 2 + pause.mul_f64(spread as f64 / 1000.0)).await;
}
