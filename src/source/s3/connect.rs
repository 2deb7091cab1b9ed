//! The AWS SDK: configuration, credentials and connections.

use super::address::Address;
use crate::source::{Error, S3Options, UnknownRegion};
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    Credentials, ProvideCredentials, RequestChecksumCalculation, ResponseChecksumValidation,
    SharedCredentialsProvider, SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::HttpConnectorSettings;
use aws_types::service_config::ServiceConfigKey;
use std::time::Duration;

/// How long it may take to connect.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Where a bucket is looked for first when nobody names a region.
const FIRST_REGION: &str = "us-east-1";

pub(super) async fn connect(
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

/// Returns the same client that asks once.
pub(super) fn once(s3: &aws_sdk_s3::Client) -> aws_sdk_s3::Client {
    let config = s3.config().to_builder().retry_config(RetryConfig::disabled());
    aws_sdk_s3::Client::from_conf(config.build())
}

/// Returns the region in which AWS's own S3 will be looked for, when it is not a known one. Another endpoint may call its
/// region as it likes.
pub(super) fn unknown_region(config: &SdkConfig) -> Option<UnknownRegion> {
    let region = region_of(config).filter(|_| !has_endpoint(config));
    region.and_then(UnknownRegion::find)
}

/// Returns the region that somebody gave. A variable that is set to nothing gives none, as in the AWS command line.
pub(super) fn region_of(config: &SdkConfig) -> Option<&str> {
    config.region().map(AsRef::as_ref).filter(|region: &&str| !region.is_empty())
}

/// Tells whether another endpoint than AWS's own is given, for all services or for S3 alone: the SDK looks for the
/// latter (`AWS_ENDPOINT_URL_S3`, or `services` of a profile) only while it builds a client, and does not say.
pub(super) fn has_endpoint(config: &SdkConfig) -> bool {
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

pub(crate) async fn load(options: &S3Options, region: Option<String>) -> SdkConfig {
    let retries =
        RetryConfig::standard().with_max_attempts(5).with_initial_backoff(Duration::from_millis(200));
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(options.timeout);
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

/// Returns a pool of connections for requests to one address that are not made by the SDK.
pub(super) fn connector(options: &S3Options, address: &str) -> Connector {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT);
    let connector = Connector::builder()
        .proxy_config(ProxyConfig::from_env())
        .pool_max_idle_per_host(options.requests_in_flight)
        .connector_settings(settings.read_timeout(options.timeout).build());
    if address.starts_with("http://") {
        connector.build_http()
    } else {
        connector.tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build()
    }
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
