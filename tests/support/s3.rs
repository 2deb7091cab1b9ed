//! A bucket in this process: S3 over HTTP on loopback with real signatures, told by a test how to fail.

use futures_util::stream::{self, StreamExt};
use http::{HeaderMap, HeaderValue, StatusCode};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use md5::{Digest as _, Md5};
use s3s::auth::SimpleAuth;
use s3s::dto::*;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::ops::Bound;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The one bucket that exists.
pub const BUCKET: &str = "trail-bucket";
/// The keys that the bucket accepts.
pub const ACCESS_KEY: &str = "AKIDTESTTESTTESTTEST";
pub const OTHER_ACCESS_KEY: &str = "AKIDOTHEROTHEROTHERO";
pub const SECRET_KEY: &str = "test-only-secret";

/// How the bucket fails. Everything is off by default.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// Every n-th GET is answered with `503 SlowDown`.
    pub slow_down_every: Option<u64>,
    /// GETs beyond so many at the same time are answered with `503 SlowDown`.
    pub most_at_once: Option<u64>,
    /// Objects whose first so many GETs end before their length is reached.
    pub short: BTreeMap<String, u64>,
    /// Objects whose first so many GETs bring bytes that are not theirs.
    pub wrong: BTreeMap<String, u64>,
    /// Objects that are listed but gone when they are read.
    pub gone: BTreeSet<String>,
    /// Objects that may not be read, with the message.
    pub denied: BTreeMap<String, String>,
    /// Prefixes that may not be listed.
    pub denied_prefixes: BTreeSet<String>,
    /// Prefixes that may be listed with a delimiter only.
    pub shallow_prefixes: BTreeSet<String>,
    /// Whether listings start as SeaweedFS starts them: not with the folder of the name that they are to start after; and
    /// those that start inside a folder give this folder, and the ones beside the key.
    pub is_starting_oddly: bool,
    /// Whether listings are in the order of a tree of folders, as SeaweedFS has them, and not in that of bytes: `a/b` before
    /// `a-c`.
    pub is_in_tree_order: bool,
    /// Whether keys are listed as they are, whatever is asked for.
    pub is_listing_unencoded: bool,
    /// One in so many pages of listings is refused with the wish for patience.
    pub slow_page_every: Option<u64>,
    /// Storage classes as they are listed.
    pub classes: BTreeMap<String, String>,
    /// Objects that an Intelligent-Tiering archive holds: listed as any other, refused when read.
    pub frozen: BTreeSet<String>,
    /// Requests signed for another region than this are redirected.
    pub region: Option<String>,
    /// Whether every request must say that the requester pays.
    pub is_requester_paying: bool,
    /// The KMS key that every object is encrypted with.
    pub kms_key: Option<String>,
    /// The CRC-32 of every object, for whoever asks for it with the whole.
    pub crc32: Option<&'static str>,
    /// Every request is refused with this code.
    pub refusal: Option<(String, u16)>,
    /// How long each GET takes.
    pub delay: Option<Duration>,
    /// Keys in a page at most.
    pub page_size: Option<usize>,
    /// What goes wrong with the n-th GET of an object, counted from 0.
    pub mischief: Option<fn(&str, u64) -> Option<Mischief>>,
    /// Keys that were valid: whoever signs with them after so many GETs is told that they have expired.
    pub expired: Option<(&'static str, u64)>,
    /// Objects that differ from what was listed from their n-th GET on.
    pub rewritten: BTreeMap<String, u64>,
}

/// What goes wrong with one GET.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mischief {
    /// Refused with a code and a status.
    Refuse(&'static str, u16),
    /// Denied with a message.
    Deny(&'static str),
    /// Deleted, in a bucket that keeps versions.
    Marked,
    /// The body comes after a while.
    Late(Duration),
    /// The connection ends in the middle.
    Cut,
    /// Half of the body comes as if it were all.
    Half,
}

/// How often the bucket was asked.
#[derive(Debug, Default)]
pub struct Requests {
    /// ListObjectsV2 …
    pub list: AtomicU64,
    /// … and by the SDK.
    pub list_with_sdk: AtomicU64,
    /// GetObject.
    pub get: AtomicU64,
    /// HeadObject and HeadBucket.
    pub head: AtomicU64,
    /// The most GetObject at the same time.
    pub most_gets: AtomicU64,
    gets_now: AtomicU64,
}

/// What was asked for with ListObjectsV2.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listing {
    pub prefix: String,
    pub is_whole: bool,
    pub start_after: Option<String>,
    pub token: Option<String>,
}

/// A running server; it stops when it is dropped.
pub struct Server {
    /// Where it listens.
    pub endpoint_url: String,
    bucket: Bucket,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Clone, Default)]
struct Bucket(Arc<State>);

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Vec<u8>>,
    faults: Mutex<Faults>,
    requests: Requests,
    /// GETs of each object.
    gets: Mutex<BTreeMap<String, u64>>,
    /// What GETs asked for from the middle on.
    ranges: Mutex<Vec<String>>,
    /// What each listing asked for.
    listed: Mutex<Vec<Listing>>,
}

impl Server {
    /// Starts a server that holds these objects.
    pub fn start<K: Into<String>, B: Into<Vec<u8>>>(objects: impl IntoIterator<Item = (K, B)>) -> Self {
        let objects = objects.into_iter().map(|(key, bytes)| (key.into(), bytes.into())).collect();
        let bucket = Bucket(Arc::new(State { objects, ..State::default() }));
        let mut builder = S3ServiceBuilder::new(bucket.clone());
        let mut keys = SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY);
        keys.register(OTHER_ACCESS_KEY.to_owned(), SECRET_KEY.into());
        builder.set_auth(keys);
        let service = builder.build();
        let (stop, stopped) = oneshot::channel();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let endpoint_url = format!("http://{}", listener.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, service) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { endpoint_url, bucket, stop: Some(stop), thread: Some(thread) }
    }

    /// Changes how the bucket fails from now on.
    pub fn set_faults(&self, faults: Faults) {
        *self.bucket.0.faults.lock().unwrap() = faults;
    }

    /// Returns how often it was asked.
    pub fn requests(&self) -> &Requests {
        &self.bucket.0.requests
    }

    /// Returns the objects of which a part was asked for, and from where on.
    pub fn ranges(&self) -> Vec<String> {
        self.bucket.0.ranges.lock().unwrap().clone()
    }

    /// Returns what was listed so far, one for each page, sorted.
    pub fn listed(&self) -> Vec<Listing> {
        let mut listed = self.bucket.0.listed.lock().unwrap().clone();
        listed.sort();
        listed
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(()); // it may have ended by itself
        }
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

async fn accept(listener: std::net::TcpListener, service: S3Service) {
    let listener = TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        let service = service.clone();
        tokio::spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new();
            // clients hang up, and short bodies end connections: both are what tests want
            let _ = connection.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = S3Result<S3Response<T>>> + Send + 'a>>;

// The trait's methods are written out as its attribute would write them, which spares a dependency.
impl S3 for Bucket {
    fn list_objects_v2<'life0, 'async_trait>(
        &'life0 self,
        request: S3Request<ListObjectsV2Input>,
    ) -> Answer<'async_trait, ListObjectsV2Output>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(async move { self.list(&request).map(S3Response::new) })
    }

    fn get_object<'life0, 'async_trait>(
        &'life0 self,
        request: S3Request<GetObjectInput>,
    ) -> Answer<'async_trait, GetObjectOutput>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(async move {
            let requests = &self.0.requests;
            let now = requests.gets_now.fetch_add(1, Ordering::SeqCst) + 1;
            requests.most_gets.fetch_max(now, Ordering::SeqCst);
            let delay = self.faults().delay;
            if let Some(delay) = delay {
                tokio::time::sleep(delay).await;
            }
            let is_too_much = self.faults().most_at_once.is_some_and(|most| now > most);
            let result = self.get(&request).and_then(|output| match is_too_much {
                true => Err(refusal("SlowDown", 503)),
                false => Ok(S3Response::new(output)),
            });
            requests.gets_now.fetch_sub(1, Ordering::SeqCst);
            result
        })
    }

    fn head_object<'life0, 'async_trait>(
        &'life0 self,
        request: S3Request<HeadObjectInput>,
    ) -> Answer<'async_trait, HeadObjectOutput>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(async move {
            self.check(&request, &request.input.bucket)?;
            self.0.requests.head.fetch_add(1, Ordering::SeqCst);
            let bytes = self.0.objects.get(&request.input.key).ok_or_else(|| refusal("NoSuchKey", 404))?;
            let content_length = Some(bytes.len() as i64);
            let ssekms_key_id = self.faults().kms_key;
            Ok(S3Response::new(HeadObjectOutput {
                content_length,
                ssekms_key_id,
                ..HeadObjectOutput::default()
            }))
        })
    }

    fn head_bucket<'life0, 'async_trait>(
        &'life0 self,
        request: S3Request<HeadBucketInput>,
    ) -> Answer<'async_trait, HeadBucketOutput>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(async move {
            self.check(&request, &request.input.bucket)?;
            self.0.requests.head.fetch_add(1, Ordering::SeqCst);
            let bucket_region = self.faults().region;
            Ok(S3Response::new(HeadBucketOutput { bucket_region, ..HeadBucketOutput::default() }))
        })
    }
}

impl Bucket {
    fn faults(&self) -> Faults {
        self.0.faults.lock().unwrap().clone()
    }

    /// What is asked of every request.
    fn check<T>(&self, request: &S3Request<T>, bucket: &str) -> S3Result<()> {
        let faults = self.faults();
        if let Some((code, status)) = &faults.refusal {
            return Err(refusal(code, *status));
        }
        if bucket != BUCKET {
            return Err(refusal("NoSuchBucket", 404));
        }
        let payer = request.headers.get("x-amz-request-payer");
        if faults.is_requester_paying && payer.is_none_or(|payer| payer != "requester") {
            return Err(refusal("AccessDenied", 403));
        }
        let signed_for = request.region.as_ref().map(|region| region.as_str());
        match faults.region {
            Some(region) if signed_for != Some(region.as_str()) => {
                let mut error = refusal("PermanentRedirect", 301);
                let value = HeaderValue::from_str(&region).unwrap();
                error.set_headers(HeaderMap::from_iter([("x-amz-bucket-region".parse().unwrap(), value)]));
                Err(error)
            }
            _ => Ok(()),
        }
    }

    fn list(&self, request: &S3Request<ListObjectsV2Input>) -> S3Result<ListObjectsV2Output> {
        let input = &request.input;
        self.check(request, &input.bucket)?;
        let faults = self.faults();
        let prefix = input.prefix.clone().unwrap_or_default();
        let number = self.0.requests.list.fetch_add(1, Ordering::SeqCst) + 1;
        let agent = request.headers.get("user-agent").and_then(|agent| agent.to_str().ok());
        let is_of_sdk = agent.is_some_and(|agent| agent.starts_with("aws-sdk-rust/"));
        self.0.requests.list_with_sdk.fetch_add(u64::from(is_of_sdk), Ordering::SeqCst);
        if faults.slow_page_every.is_some_and(|every| number.is_multiple_of(every)) {
            return Err(refusal("SlowDown", 503));
        }
        let is_whole = input.delimiter.is_none();
        self.0.listed.lock().unwrap().push(Listing {
            prefix: prefix.clone(),
            is_whole,
            start_after: input.start_after.clone(),
            token: input.continuation_token.clone(),
        });
        if faults.denied_prefixes.contains(&prefix) || is_whole && faults.shallow_prefixes.contains(&prefix) {
            return Err(refusal("AccessDenied", 403));
        }
        let most = input.max_keys.and_then(|most| usize::try_from(most).ok()).unwrap_or(1000);
        let most = most.min(faults.page_size.unwrap_or(1000));
        let after = input.continuation_token.clone().or(input.start_after.clone());
        let rank = |text: &str| if faults.is_in_tree_order { low(text) } else { text.to_owned() };
        let is_passed =
            |folder: &String| input.start_after.as_ref().is_some_and(|start| rank(folder) <= rank(start));
        let mut page = self.page(&prefix, input.delimiter.as_deref(), after, most);
        page.folders.retain(|folder| faults.is_starting_oddly || !is_passed(folder));
        if let Some(start) = input.start_after.as_ref().filter(|_| faults.is_starting_oddly) {
            let is_of_name = |key: &String| key.starts_with(&format!("{start}/"));
            page.keys.retain(|key| !is_of_name(key));
            let beside = &start[..start.rfind('/').map_or(0, |slash| slash + 1)];
            if input.delimiter.is_some() && beside.len() > prefix.len() {
                page.folders.extend(self.page(beside, Some("/"), Some(start.clone()), most).folders);
            }
        }
        let encoding_type = input.encoding_type.clone().filter(|_| !faults.is_listing_unencoded);
        let is_encoded = encoding_type.is_some();
        let written = |key: &String| if is_encoded { encode(key) } else { key.clone() };
        let object = |key: &String| Object {
            key: Some(written(key)),
            size: Some(self.0.objects[key].len() as i64),
            e_tag: Some(etag(&self.0.objects[key])),
            storage_class: faults.classes.get(key).map(|class| ObjectStorageClass::from(class.clone())),
            ..Object::default()
        };
        Ok(ListObjectsV2Output {
            key_count: Some((page.keys.len() + page.folders.len()) as i32),
            contents: Some(page.keys.iter().map(object).collect()),
            common_prefixes: Some(
                page.folders.iter().map(|folder| CommonPrefix { prefix: Some(written(folder)) }).collect(),
            ),
            is_truncated: Some(page.next.is_some()),
            next_continuation_token: page.next,
            encoding_type,
            ..ListObjectsV2Output::default()
        })
    }

    fn page(&self, prefix: &str, delimiter: Option<&str>, after: Option<String>, most: usize) -> Page {
        if !self.faults().is_in_tree_order {
            return page(&self.0.objects, prefix, delimiter, after, most);
        }
        let high = |texts: Vec<String>| texts.iter().map(|text| text.replace('\0', "/")).collect();
        let keys: BTreeMap<String, ()> = self.0.objects.keys().map(|key| (low(key), ())).collect();
        let after = after.map(|after| low(&after));
        let page = page(&keys, &low(prefix), delimiter.map(low).as_deref(), after, most);
        Page {
            keys: high(page.keys),
            folders: high(page.folders),
            next: page.next.map(|next| next.replace('\0', "/")),
        }
    }

    fn get(&self, request: &S3Request<GetObjectInput>) -> S3Result<GetObjectOutput> {
        let key = &request.input.key;
        self.check(request, &request.input.bucket)?;
        let count = self.0.requests.get.fetch_add(1, Ordering::SeqCst) + 1;
        let faults = self.faults();
        if faults.slow_down_every.is_some_and(|every| count.is_multiple_of(every)) {
            return Err(refusal("SlowDown", 503));
        }
        if let Some(message) = faults.denied.get(key) {
            let mut error = refusal("AccessDenied", 403);
            error.set_message(message.clone());
            return Err(error);
        }
        if faults.frozen.contains(key) {
            return Err(refusal("InvalidObjectState", 403));
        }
        let nth = {
            let mut gets = self.0.gets.lock().unwrap();
            let nth = gets.entry(key.clone()).or_default();
            *nth += 1;
            *nth - 1
        };
        let signed_by = request.credentials.as_ref().map(|credentials| credentials.access_key.as_str());
        if faults.expired.is_some_and(|(access_key, after)| signed_by == Some(access_key) && count > after) {
            return Err(refusal("ExpiredToken", 400));
        }
        let mischief = faults.mischief.and_then(|mischief| mischief(key, nth));
        refuse(mischief)?;
        let bytes = self.0.objects.get(key).filter(|_| !faults.gone.contains(key));
        let mut bytes = bytes.ok_or_else(|| refusal("NoSuchKey", 404))?.clone();
        if faults.rewritten.get(key).is_some_and(|from| nth >= *from) {
            bytes.extend(b" rewritten");
        }
        let e_tag = etag(&bytes);
        if let Some(times) = self.0.faults.lock().unwrap().wrong.get_mut(key).filter(|times| **times > 0) {
            *times -= 1;
            bytes[0] ^= 1;
        }
        let (from, content_range) = self.range(request, &bytes, &e_tag)?;
        let is_short = match self.0.faults.lock().unwrap().short.get_mut(key) {
            Some(times) if *times > 0 => {
                *times -= 1;
                true
            }
            _ => mischief == Some(Mischief::Cut),
        };
        let mut bytes = bytes.split_off(from);
        if mischief == Some(Mischief::Half) {
            bytes.truncate(bytes.len() / 2);
        }
        let content_length = Some(bytes.len() as i64);
        let late = match mischief {
            Some(Mischief::Late(late)) => late,
            _ => Duration::ZERO,
        };
        let body = Some(if is_short {
            // the pause lets the first half out before the connection ends
            let half = stream::iter([Ok(Bytes::copy_from_slice(&bytes[..bytes.len() / 2]))]);
            StreamingBlob::wrap(half.chain(stream::once(async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Err(std::io::Error::other("told to break off"))
            })))
        } else if late.is_zero() {
            StreamingBlob::from(Body::from(bytes))
        } else {
            StreamingBlob::wrap(stream::once(async move {
                tokio::time::sleep(late).await;
                Ok::<_, std::io::Error>(Bytes::from(bytes))
            }))
        });
        let is_asked = request.input.checksum_mode.is_some();
        Ok(GetObjectOutput {
            body,
            checksum_crc32: faults.crc32.filter(|_| is_asked && content_range.is_none()).map(str::to_owned),
            server_side_encryption: faults
                .kms_key
                .as_ref()
                .map(|_| ServerSideEncryption::from_static("aws:kms")),
            ssekms_key_id: faults.kms_key,
            content_length,
            content_range,
            e_tag: Some(e_tag),
            ..GetObjectOutput::default()
        })
    }

    /// Reads from where on an object is asked for, and whether it still is the one that is meant.
    fn range(
        &self,
        request: &S3Request<GetObjectInput>,
        bytes: &[u8],
        e_tag: &ETag,
    ) -> S3Result<(usize, Option<String>)> {
        let is_other = |wanted: &ETagCondition| wanted.as_etag().is_some_and(|wanted| wanted != e_tag);
        if request.input.if_match.as_ref().is_some_and(is_other) {
            return Err(refusal("PreconditionFailed", 412));
        }
        let Some(Range::Int { first, .. }) = &request.input.range else { return Ok((0, None)) };
        let key = &request.input.key;
        self.0.ranges.lock().unwrap().push(format!("{key} {first}"));
        let from = usize::try_from(*first).unwrap();
        if from >= bytes.len() {
            return Err(refusal("InvalidRange", 416));
        }
        Ok((from, Some(format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len()))))
    }
}

/// Returns a key with the least of all letters for slashes: the order of bytes is that of a tree then.
fn low(key: &str) -> String {
    key.replace('/', "\0")
}

/// Returns a page of keys, in the order of bytes; a folder ends with the delimiter.
fn page<T>(
    objects: &BTreeMap<String, T>,
    prefix: &str,
    delimiter: Option<&str>,
    after: Option<String>,
    most: usize,
) -> Page {
    let mut page = Page::default();
    let mut last = after;
    loop {
        let from = last.as_deref().map_or(Bound::Included(prefix), Bound::Excluded);
        // keys below a folder that was given already are part of it
        let is_folder =
            |last: &str| last.len() > prefix.len() && delimiter.is_some_and(|mark| last.ends_with(mark));
        let is_given =
            |key: &str| last.as_deref().is_some_and(|last| is_folder(last) && key.starts_with(last));
        let mut rest = objects.range::<str, _>((from, Bound::Unbounded)).map(|(key, _)| key);
        let key = rest.find(|key| delimiter.is_none() || !is_given(key));
        let Some(key) = key.filter(|key| key.starts_with(prefix)) else { return page };
        if page.keys.len() + page.folders.len() == most {
            page.next = last;
            return page;
        }
        let folder =
            delimiter.and_then(|mark| key[prefix.len()..].find(mark).map(|at| prefix.len() + at + 1));
        last = Some(match folder {
            Some(end) => {
                page.folders.push(key[..end].to_owned());
                key[..end].to_owned()
            }
            None => {
                page.keys.push(key.clone());
                key.clone()
            }
        });
    }
}

fn refuse(mischief: Option<Mischief>) -> S3Result<()> {
    let mut error = match mischief {
        Some(Mischief::Refuse(code, status)) => refusal(code, status),
        Some(Mischief::Deny(_)) => refusal("AccessDenied", 403),
        Some(Mischief::Marked) => refusal("NoSuchKey", 404),
        _ => return Ok(()),
    };
    if let Some(Mischief::Deny(message)) = mischief {
        error.set_message(message);
    }
    if mischief == Some(Mischief::Marked) {
        let value = HeaderValue::from_static("true");
        error.set_headers(HeaderMap::from_iter([("x-amz-delete-marker".parse().unwrap(), value)]));
    }
    Err(error)
}

fn etag(bytes: &[u8]) -> ETag {
    ETag::Strong(Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

#[derive(Default)]
struct Page {
    keys: Vec<String>,
    folders: Vec<String>,
    next: Option<String>,
}

fn refusal(code: &str, status: u16) -> S3Error {
    let code_text = code;
    let code = S3ErrorCode::from_bytes(code.as_bytes()).unwrap();
    let mut error = S3Error::with_message(code, format!("told to answer {code_text}"));
    error.set_status_code(StatusCode::from_u16(status).unwrap());
    error
}

/// Encodes a key as S3 does in listings.
fn encode(key: &str) -> String {
    key.bytes()
        .map(|byte| match byte {
            b' ' => "+".to_owned(),
            b'/' | b'-' | b'_' | b'.' | b'*' => char::from(byte).to_string(),
            _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
