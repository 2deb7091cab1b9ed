//! The AWS SDK: configuration, credentials, the bucket's region, and the three requests that are made.

use super::address::Address;
use super::answer::Answer;
use super::folder::{Depth, Folder};
use super::list::Object;
use crate::source::{Error, LogKey, S3Options, UnknownRegion};
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    Credentials, ProvideCredentials, RequestChecksumCalculation, ResponseChecksumValidation,
    SharedCredentialsProvider, SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::{EncodingType, OptionalObjectAttributes, RequestPayer};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_types::service_config::ServiceConfigKey;
use std::time::Duration;

/// How long S3 may take to begin an answer, and to send the next part of one.
pub(super) const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// How often a page or an object is asked for. The SDK repeats refused requests within each; this repeats transfers
/// that broke off, and waits longer for a bucket that is busy.
pub(super) const ATTEMPTS: u32 = 4;

/// The pause before the second attempt; it doubles.
const PAUSE: Duration = Duration::from_millis(200);

/// Where a bucket is looked for first when nobody names a region.
const FIRST_REGION: &str = "us-east-1";

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

async fn connect(
    options: &S3Options,
    config: SdkConfig,
    address: &Address,
) -> Result<aws_sdk_s3::Client, Error> {
    if let Some(provider) = config.credentials_provider()
        && options.credentials.is_none()
    {
        provider.provide_credentials().await.map_err(|error| Error::Credentials {
            archive: address.archive.clone(),
            source: match (words(&error), &options.profile) {
                (words, Some(profile)) if words.is_empty() => format!("profile `{profile}` has none").into(),
                (words, _) => words.into(),
            },
        })?;
    }
    let is_path_style = options.force_path_style || has_endpoint(&config);
    let mut builder = aws_sdk_s3::config::Builder::from(&config)
        .force_path_style(is_path_style)
        // the shared bucket of retries would run dry in a throttled bucket, and turn "slow" into "lost"
        .retry_partition(RetryPartition::custom("backtrail").token_bucket(TokenBucket::unlimited()).build());
    if region_of(&config).is_none() {
        builder = builder.region(Region::new(FIRST_REGION));
    }
    if options.no_sign_request {
        builder = builder.allow_no_auth();
    }
    Ok(aws_sdk_s3::Client::from_conf(builder.build()))
}

/// Returns the region in which AWS's own S3 will be looked for, when it is not a known one. Another endpoint may call its
/// region as it likes.
fn unknown_region(config: &SdkConfig) -> Option<UnknownRegion> {
    let region = region_of(config).filter(|_| !has_endpoint(config));
    region.and_then(UnknownRegion::find)
}

/// Returns the region that somebody gave. A variable that is set to nothing gives none, as in the AWS command line.
fn region_of(config: &SdkConfig) -> Option<&str> {
    config.region().map(AsRef::as_ref).filter(|region: &&str| !region.is_empty())
}

/// Tells whether another endpoint than AWS's own is given, for all services or for S3 alone: the SDK looks for the
/// latter (`AWS_ENDPOINT_URL_S3`, or `services` of a profile) only while it builds a client, and does not say.
fn has_endpoint(config: &SdkConfig) -> bool {
    let key = ServiceConfigKey::builder().service_id("S3").env("AWS_ENDPOINT_URL").profile("endpoint_url");
    let key = key.build().expect("all parts of the key are given");
    let of_s3 = config.service_config().and_then(|given| given.load_config(key));
    config.endpoint_url().is_some() || of_s3.is_some()
}

/// The SDK's reason in one line: its outermost words say only that there is one, its list of places tried is long.
fn words(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    let lines = causes.map(|cause| cause.to_string().lines().next().unwrap_or_default().to_owned());
    let words = lines.collect::<Vec<_>>().join(": ");
    words.trim_end_matches(". Attempted:").to_owned()
}

async fn load(options: &S3Options, region: Option<String>) -> SdkConfig {
    let retries =
        RetryConfig::standard().with_max_attempts(5).with_initial_backoff(Duration::from_millis(200));
    let timeouts =
        TimeoutConfig::builder().connect_timeout(Duration::from_secs(5)).read_timeout(READ_TIMEOUT);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client(options))
        .retry_config(retries)
        .timeout_config(timeouts.build())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled()) // reading has a timeout of its own
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    if let Some(region) = region {
        loader = loader.region(Region::new(region));
    }
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &options.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if options.no_sign_request {
        loader = loader.no_credentials();
    } else if let Some(pair) = &options.credentials {
        let (id, secret) = (&pair.access_key_id, &pair.secret_access_key);
        loader = loader.credentials_provider(Credentials::new(id, secret, None, None, "given"));
    }
    let config = loader.load().await;
    match &options.profile {
        Some(profile) if options.credentials.is_none() && !options.no_sign_request => {
            with_keys_of(config, profile, options)
        }
        _ => config,
    }
}

/// Takes the keys from a profile only. The SDK's chain prefers keys in the environment even to a profile that was named
/// (`--profile`); the AWS command line does not, and nor does who names one.
fn with_keys_of(config: SdkConfig, profile: &str, options: &S3Options) -> SdkConfig {
    let provider = ProviderConfig::without_region()
        .with_region(config.region().cloned())
        .with_http_client(http_client(options));
    let provider =
        ProfileFileCredentialsProvider::builder().configure(&provider).profile_name(profile).build();
    config.into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build()
}

/// An endpoint without TLS, with no credentials to be fetched from elsewhere, spares loading certificates.
fn http_client(options: &S3Options) -> SharedHttpClient {
    let is_plain = options.endpoint_url.as_ref().is_some_and(|url| url.starts_with("http://"))
        && (options.credentials.is_some() || options.no_sign_request);
    let idle = options.requests_in_flight;
    Builder::new().pool_max_idle_per_host(idle).build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder().proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        if is_plain {
            connector.build_http()
        } else {
            connector.tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build()
        }
    })
}
