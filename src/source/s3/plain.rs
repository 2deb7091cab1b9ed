//! GET requests without the machinery of the SDK, which takes longer than all the rest where objects are small.
//!
//! The SDK makes the first request and so shows where it leads; those that follow lead to the same place, over a pool of
//! connections of the same make, signed by the same library. What is out of the ordinary stays with the SDK: checksums,
//! access points, directory buckets, and keys that it writes otherwise.

use super::answer::Answer;
use super::transfer::Rest;
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
use std::error::Error as StdError;
use std::time::Duration;
use tokio::sync::Mutex;

/// How long before their end credentials are looked for anew.
const MARGIN: Duration = Duration::from_secs(10);

/// The way to the objects of one bucket.
#[derive(Debug)]
pub(super) struct Plain {
    connector: Connector,
    /// What stands before the key in every address.
    base: String,
    signer: Option<Signer>,
    is_paying: bool,
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

type Failure = Box<dyn StdError + Send + Sync>;

impl Plain {
    /// Returns what stands before the keys in an address that the SDK has made for one of them.
    pub fn base(address: &str, key: &str) -> Option<String> {
        let address = address.split('?').next()?;
        address.strip_suffix(&encode(key)).map(str::to_owned)
    }

    pub fn new(connector: Connector, base: String, signer: Option<Signer>, is_paying: bool) -> Self {
        Self { connector, base, signer, is_paying }
    }

    /// Asks for an object, or for what is left of it; the body is still to be read.
    pub async fn get(&self, key: &str, rest: Option<&Rest<'_>>) -> Result<GetObjectOutput, Answer> {
        let request = self.request(key, rest).await.map_err(|error| Answer::broken(words(error.as_ref())))?;
        let response = self.connector.call(request).await;
        let response = response.map_err(|error| Answer::broken(words(&error)))?;
        let header = |name: &str| response.headers().get(name).map(str::to_owned);
        if !response.status().is_success() {
            return Err(Box::pin(refusal(response)).await);
        }
        let output = GetObjectOutput::builder()
            .set_content_length(header("content-length").and_then(|length| length.parse().ok()))
            .set_content_range(header("content-range"))
            .set_e_tag(header("etag"));
        Ok(output.body(ByteStream::new(response.into_body())).build())
    }

    async fn request(&self, key: &str, rest: Option<&Rest<'_>>) -> Result<HttpRequest, Failure> {
        let mut request = HttpRequest::get(format!("{}{}", self.base, encode(key)))?;
        let headers = request.headers_mut();
        headers.insert("user-agent", concat!("backtrail/", env!("CARGO_PKG_VERSION")));
        if let Some(rest) = rest {
            headers.insert("range", format!("bytes={}-", rest.from));
            headers.insert("if-match", rest.etag.to_owned());
        }
        if self.is_paying {
            headers.insert("x-amz-request-payer", "requester");
        }
        if let Some(signer) = &self.signer {
            signer.sign(&mut request).await?;
        }
        Ok(request)
    }
}

impl Signer {
    pub fn new(provider: SharedCredentialsProvider, region: String, clock: SharedTimeSource) -> Self {
        Self { provider, region, clock, identity: Mutex::default() }
    }

    async fn identity(&self) -> Result<Identity, Failure> {
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

    async fn sign(&self, request: &mut HttpRequest) -> Result<(), Failure> {
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
    let said = |name: &str| member(&text, name);
    let answer =
        Answer::refused(status, said("Code").unwrap_or_default(), said("Message").unwrap_or_default());
    let is_marked = marked.is_some_and(|value| value == "true");
    answer.with_archive(said("AccessTier").or(said("StorageClass"))).with_place(region, is_marked)
}

/// Returns the text of a member of an XML document of S3, whose members lie side by side.
fn member(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (value, _) = rest.split_once(&format!("</{name}>"))?;
    let plain =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&amp;", "&")];
    Some(plain.iter().fold(value.to_owned(), |value, (escape, letter)| value.replace(escape, letter)))
}

/// Writes a key as it stands in an address.
fn encode(key: &str) -> String {
    let mut text = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                text.push(char::from(byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_one_key_shows_those_of_all_others() {
        let base =
            Plain::base("https://b.s3.eu-west-1.amazonaws.com/a%20b/c%2B.gz?x-id=GetObject", "a b/c+.gz");
        assert_eq!(base.as_deref(), Some("https://b.s3.eu-west-1.amazonaws.com/"));
        assert_eq!(Plain::base("https://host/b/other", "a b/c+.gz"), None);
    }

    #[test]
    fn refusals_are_read_as_they_are_written() {
        let text = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>&quot;a&quot; &amp;lt; b</Message></Error>";
        assert_eq!(member(text, "Code").as_deref(), Some("AccessDenied"));
        assert_eq!(member(text, "Message").as_deref(), Some("\"a\" &lt; b"));
        assert_eq!(member(text, "StorageClass"), None);
    }
}
