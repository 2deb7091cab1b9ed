//! An object to be read, as a listing describes it.

use crate::source::LogKey;
use aws_sdk_s3::types::ObjectStorageClass;

/// An object to be read.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub key: LogKey,
    /// Its key in the bucket.
    pub full: String,
    /// Stored bytes, where somebody has said.
    pub size: Option<u64>,
    pub etag: Option<String>,
    /// Where it is not the standard one.
    pub class: Option<String>,
    /// A copy can be read although the class says otherwise.
    pub is_restored: bool,
}

impl Object {
    /// Takes what a listing says.
    pub fn listed(key: LogKey, full: &str, object: &aws_sdk_s3::types::Object) -> Self {
        let class = object.storage_class().map(ObjectStorageClass::as_str);
        let is_restored = object.restore_status().is_some_and(|status| {
            status.is_restore_in_progress() != Some(true) && status.restore_expiry_date().is_some()
        });
        Self {
            key,
            full: full.to_owned(),
            size: object.size().and_then(|size| u64::try_from(size).ok()),
            etag: object.e_tag().map(str::to_owned),
            class: class.filter(|class| *class != "STANDARD").map(str::to_owned),
            is_restored,
        }
    }

    /// Returns the storage class that it has to be restored from before it can be read. Which tier of
    /// `INTELLIGENT_TIERING` it lies in, only reading it shows.
    pub fn archived(&self) -> Option<&str> {
        let class = self.class.as_deref().filter(|_| !self.is_restored)?;
        matches!(class, "GLACIER" | "DEEP_ARCHIVE").then_some(class)
    }
}
