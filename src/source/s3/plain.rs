//! Requests without the machinery of the SDK, which takes longer than all the rest where objects are small, and reads
//! pages of listings twice and slowly.
//!
//! The SDK makes the first request of each kind and so shows where it leads; those that follow lead to the same place,
//! over a pool of connections of the same make, signed by the same library. What is out of the ordinary stays with the
//! SDK: checksums, access points, directory buckets, keys that it writes otherwise, and asking again.

use super::answer::Answer;
use super::page::Page;
use super::transfer::{Failure, Rest, receive};
use super::xml;
use crate::source::fault::words;
use aws_sdk_s3::config::http::{HttpRequest, HttpResponse};
use aws_sdk_s3::config::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::identity::Identity;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::Mutex;

/// How long before their end credentials are looked for anew.
const MARGIN: Duration = Duration::from_secs(10);

/// Pages of listings are far smaller.
const LARGEST_PAGE: u64 = 64 << 20;

/// The way to one bucket.
#[derive(Debug)]
pub(super) struct Plain {
    connector: Connector,
    /// What stands before the key in the address of every object, when the SDK has shown it …
    objects: OnceLock<String>,
    /// … and the address at which listings are asked for.
    listings: OnceLock<String>,
    /// Whether a page of a listing came that only the SDK may understand.
    has_odd_pages: AtomicBool,
    signer: Option<Signer>,
    is_paying: bool,
    timeout: Duration,
}

/// Signs requests for one region.
#[derive(Debug)]
pub(super) struct Signer {
    provider: SharedCredentialsProvider,
    region: String,
    /// The clock of the SDK.
    clock: SharedTimeSource,
    identity: Mutex<Option<Identity>>,
}

type Unsent = Box<dyn StdError + Send + Sync>;

/// The address of a request that the SDK makes.
#[derive(Debug, Clone, Default)]
pub(super) struct Noted(Arc<std::sync::Mutex<String>>);

impl Noted {
    pub fn put(&self, address: &str) {
        address.clone_into(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub fn take(&self) -> String {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Plain {
    pub fn new(connector: Connector, signer: Option<Signer>, is_paying: bool, timeout: Duration) -> Self {
        let (objects, listings) = (OnceLock::new(), OnceLock::new());
        Self {
            connector,
            objects,
            listings,
            has_odd_pages: AtomicBool::new(false),
            signer,
            is_paying,
            timeout,
        }
    }

    /// Learns from the address that the SDK has made for an object where all others are.
    pub fn learn_objects(&self, address: &str, key: &str) {
        if let Some(base) = base(address, key) {
            self.objects.get_or_init(|| base.to_owned());
        }
    }

    /// Learns from the address that the SDK has made for a page of a listing where all others are.
    pub fn learn_listings(&self, address: &str) {
        let address = address.split('?').next().unwrap_or_default();
        self.listings.get_or_init(|| address.to_owned());
    }

    /// Asks for an object, or for what is left of it; the body is still to be read. `None` when the way is not known.
    pub async fn get(&self, key: &str, rest: Option<&Rest<'_>>) -> Option<Result<GetObjectOutput, Answer>> {
        let address = [self.objects.get()?, &*encode(key)].concat();
        let headers = rest.into_iter().flat_map(|rest| {
            [("range", format!("bytes={}-", rest.from)), ("if-match", rest.etag.to_owned())]
        });
        Some(self.call(address, headers).await.map(|response| {
            let header = |name: &str| response.headers().get(name).map(str::to_owned);
            let output = GetObjectOutput::builder()
                .set_content_length(header("content-length").and_then(|length| length.parse().ok()))
                .set_content_range(header("content-range"))
                .set_e_tag(header("etag"));
            output.body(ByteStream::new(response.into_body())).build()
        }))
    }

    /// Asks for a page of a listing by what stands in a query. `None` when the way is not known, or what came is for the SDK
    /// to understand.
    pub async fn list(&self, asked: &[(&str, &str)]) -> Option<Result<Page, Answer>> {
        let listings = self.listings.get().filter(|_| !self.has_odd_pages.load(Ordering::Relaxed))?;
        let mut address = format!("{listings}?list-type=2&encoding-type=url");
        for (name, value) in asked {
            address.extend(["&", name, "=", &encode(value)]);
        }
        let restored = ("x-amz-optional-object-attributes", "RestoreStatus".to_owned());
        let response = match self.call(address, [restored].into_iter()).await {
            Ok(response) => response,
            Err(answer) => return Some(Err(answer)),
        };
        let (mut text, body) = (Vec::new(), ByteStream::new(response.into_body()));
        match receive(body, self.timeout, LARGEST_PAGE, &mut text).await {
            Ok(()) => {}
            Err(Failure::Broken(reason)) => return Some(Err(Answer::broken(reason))),
            Err(_) => return None,
        }
        let page = std::str::from_utf8(&text).ok().and_then(Page::read);
        self.has_odd_pages.fetch_or(page.is_none(), Ordering::Relaxed);
        page.map(Ok)
    }

    async fn call(
        &self,
        address: String,
        headers: impl Iterator<Item = (&'static str, String)>,
    ) -> Result<HttpResponse, Answer> {
        let request = self.request(address, headers).await;
        let request = request.map_err(|error| Answer::broken(words(error.as_ref())))?;
        let response = self.connector.call(request).await;
        let response = response.map_err(|error| Answer::broken(words(&error)))?;
        if response.status().is_success() { Ok(response) } else { Err(Box::pin(refusal(response)).await) }
    }

    async fn request(
        &self,
        address: String,
        others: impl Iterator<Item = (&'static str, String)>,
    ) -> Result<HttpRequest, Unsent> {
        let mut request = HttpRequest::get(address)?;
        let headers = request.headers_mut();
        headers.insert("user-agent", concat!("backtrail/", env!("CARGO_PKG_VERSION")));
        others.for_each(|(name, value)| {
            headers.insert(name, value);
        });
        if self.is_paying {
            headers.insert("x-amz-request-payer", "requester");
        }
        if let Some(signer) = &self.signer {
            signer.sign(&mut request).await?;
        }
        Ok(request)
    }
}

/// Returns what stands before the keys in an address that the SDK has made for one of them.
fn base<'a>(address: &'a str, key: &str) -> Option<&'a str> {
    address.split('?').next()?.strip_suffix(&*encode(key))
}

impl Signer {
    pub fn new(provider: SharedCredentialsProvider, region: String, clock: SharedTimeSource) -> Self {
        Self { provider, region, clock, identity: Mutex::default() }
    }

    async fn identity(&self) -> Result<Identity, Unsent> {
        let mut known = self.identity.lock().await;
        let is_lasting = |identity: &&Identity| {
            identity.expiration().is_none_or(|expiration| self.clock.now() + MARGIN < expiration)
        };
        if let Some(identity) = known.as_ref().filter(is_lasting) {
            return Ok(identity.clone());
        }
        let identity = Identity::from(self.provider.provide_credentials().await?);
        *known = Some(identity.clone());
        Ok(identity)
    }

    async fn sign(&self, request: &mut HttpRequest) -> Result<(), Unsent> {
        let identity = self.identity().await?;
        // As S3 wants it, and no other service (AWS API reference, "Authenticating Requests (AWS Signature Version 4)").
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let params = v4::SigningParams::builder().identity(&identity).region(&self.region).name("s3");
        let params = params.time(self.clock.now()).settings(settings).build()?.into();
        let signable =
            SignableRequest::new("GET", request.uri(), request.headers().iter(), SignableBody::empty())?;
        let (instructions, _) = sign(signable, &params)?.into_parts();
        for (name, value) in instructions.headers() {
            request.headers_mut().insert(name.to_owned(), value.to_owned());
        }
        Ok(())
    }
}

/// Reads what S3 says when it refuses.
async fn refusal(response: HttpResponse) -> Answer {
    let status = response.status().as_u16();
    let header = |name: &str| response.headers().get(name).map(str::to_owned);
    let (region, marked) = (header("x-amz-bucket-region"), header("x-amz-delete-marker"));
    // An answer that breaks off here says what its status says.
    let body = ByteStream::new(response.into_body()).collect().await.map(|body| body.into_bytes());
    let text = String::from_utf8_lossy(&body.unwrap_or_default()).into_owned();
    let Said { code, message, tier, class } = Said::read(&text);
    let answer = Answer::refused(status, code.unwrap_or_default(), message.unwrap_or_default());
    let is_marked = marked.is_some_and(|value| value == "true");
    answer.with_archive(tier.or(class)).with_place(region, is_marked)
}

/// What a refusal says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    code: Option<String>,
    message: Option<String>,
    tier: Option<String>,
    class: Option<String>,
}

impl Said {
    fn read(document: &str) -> Self {
        let mut said = Self::default();
        // Of a document that breaks off counts what came.
        let _ = xml::read(document, |_, name, text| {
            let member = match name {
                b"Code" => &mut said.code,
                b"Message" => &mut said.message,
                b"AccessTier" => &mut said.tier,
                b"StorageClass" => &mut said.class,
                _ => return Some(()),
            };
            member.get_or_insert_with(|| text.to_owned());
            Some(())
        });
        said
    }
}

/// Writes a key as it stands in an address, or a value as it stands in a query.
fn encode(key: &str) -> Cow<'_, str> {
    let is_plain =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/');
    // Nearly always.
    if key.as_bytes().iter().all(is_plain) {
        return key.into();
    }
    let mut text = String::with_capacity(key.len() + 16);
    for byte in key.bytes() {
        if is_plain(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_one_key_shows_those_of_all_others() {
        let address = "https://b.s3.eu-west-1.amazonaws.com/a%20b/c%2B.gz?x-id=GetObject";
        assert_eq!(base(address, "a b/c+.gz"), Some("https://b.s3.eu-west-1.amazonaws.com/"));
        assert_eq!(base("https://host/b/other", "a b/c+.gz"), None);
    }

    #[test]
    fn refusals_are_read_as_they_are_written() {
        let text = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>&quot;a&quot; &amp;lt; b</Message></Error>";
        let said = Said::read(text);
        assert_eq!(said.code.as_deref(), Some("AccessDenied"));
        assert_eq!(said.message.as_deref(), Some("\"a\" &lt; b"));
        assert_eq!(said.class, None);
        let broken = Said::read(&text[..text.len() - 20]);
        assert_eq!(broken, Said { code: said.code, ..Said::default() });
    }
}
