//! What a service that refuses says.

use std::error::Error as StdError;
use std::fmt;

/// A service that could not be read in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: `events in eu-west-1`.
    pub origin: String,
    /// Why, with the action that was refused.
    pub reason: String,
}

impl Fault {
    /// Makes the fault of a request, from the chain of its reasons.
    pub(super) fn of(action: &str, error: impl StdError + 'static) -> Self {
        let chain = std::iter::successors(error.source(), |&cause| cause.source());
        let mut reasons: Vec<String> = Vec::new();
        for cause in chain.map(ToString::to_string) {
            // Each layer of the SDK tells what the one below says, too.
            if !cause.is_empty() && !reasons.iter().any(|known| known.contains(&cause)) {
                reasons.push(cause);
            }
        }
        Self { origin: String::new(), reason: format!("{action}: {}", reasons.join(": ")) }
    }

    pub(super) fn no_region() -> Self {
        Self { origin: "AWS".to_owned(), reason: "no region is given: name one with --region".to_owned() }
    }

    pub(super) fn at(self, origin: String) -> Self {
        Self { origin, ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.origin, self.reason)
    }
}
