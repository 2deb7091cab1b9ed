//! `--geoip`: files in MaxMind's format that know where addresses are.

use super::exit::{OrBadArguments as _, say};
use anyhow::Context as _;
use backtrail::report::{Atlas, Document, Place};
use backtrail::words::plural;
use maxminddb::Reader;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::net::IpAddr;
use std::path::PathBuf;

/// Files, of which the first that knows something is believed: MaxMind keeps countries and networks apart.
pub struct Files(Vec<Reader<Vec<u8>>>);

/// What makers of such files say about an address. MaxMind and DB-IP have the country as an object, IPinfo and IPLocate
/// as a text.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Entry {
    country: Option<Country>,
    country_code: Option<String>,
    autonomous_system_organization: Option<String>,
    as_name: Option<String>,
    organization: Option<String>,
    org: Option<String>,
    isp: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Country {
    Object { iso_code: Option<String> },
    Text(String),
    Other(IgnoredAny),
}

impl Files {
    /// Opens the files.
    pub fn open(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let open = |path: &PathBuf| {
            let blame = || format!("--geoip: cannot read `{}`", path.display());
            let bytes = std::fs::read(path).with_context(blame)?;
            Reader::from_source(bytes).with_context(|| format!("{}: it is no MaxMind DB file", blame()))
        };
        Ok(Self(paths.iter().map(open).collect::<anyhow::Result<_>>().or_bad_arguments()?))
    }

    /// Adds country and network to the addresses of a document, when there is a file.
    pub fn locate(&self, document: &mut Document) -> anyhow::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let located = document.locate(self)?;
        if let Some(reason) = located.reason {
            let addresses = plural(located.failed, "address", "addresses");
            say(&format!("warning: --geoip: {addresses} could not be looked up: {reason}"));
        }
        Ok(())
    }
}

impl Atlas for Files {
    fn find(&self, address: IpAddr) -> Result<Place, String> {
        let address = address.to_canonical();
        let mut place = Place::default();
        for file in &self.0 {
            // A file of IPv4 knows nothing of others, and would call them an error.
            if address.is_ipv6() && file.metadata().ip_version == 4 {
                continue;
            }
            let found = file.lookup(address).and_then(|found| found.decode::<Entry>());
            let entry = found.map_err(|error| error.to_string())?.unwrap_or_default();
            place = Place {
                country: place.country.or(entry.country()),
                network: place.network.or(entry.network()),
            };
        }
        Ok(place)
    }
}

impl Entry {
    fn country(&self) -> Option<String> {
        let named = match &self.country {
            Some(Country::Object { iso_code }) => iso_code.clone(),
            // Some makers give the name here and the code beside it.
            Some(Country::Text(text)) if self.country_code.is_none() => Some(text.clone()),
            Some(Country::Text(_) | Country::Other(_)) | None => None,
        };
        named.or_else(|| self.country_code.clone())
    }

    fn network(&self) -> Option<String> {
        let names =
            [&self.autonomous_system_organization, &self.as_name, &self.organization, &self.org, &self.isp];
        names.into_iter().find_map(Clone::clone)
    }
}

#[cfg(test)]
#[path = "../../tests/support/mmdb.rs"]
mod mmdb;

#[cfg(test)]
mod tests {
    use super::mmdb::{Data, mmdb};
    use super::*;

    fn files(all: &[Vec<u8>]) -> Files {
        Files(all.iter().map(|bytes| Reader::from_source(bytes.clone()).unwrap()).collect())
    }

    fn at(files: &Files, address: &str) -> (Option<String>, Option<String>) {
        let place = files.find(address.parse().unwrap()).unwrap();
        (place.country, place.network)
    }

    fn known(country: &str, network: &str) -> (Option<String>, Option<String>) {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        (text(country), text(network))
    }

    #[test]
    fn countries_are_read_as_objects_and_as_texts() {
        use Data::{Map, Text};
        let files = files(&[mmdb(&[
            ([192, 0, 2, 0], 25, Map(&[("country", Map(&[("iso_code", Text("CH"))]))])),
            ([198, 51, 100, 0], 24, Map(&[("country_code", Text("DE")), ("country", Text("Germany"))])),
            ([203, 0, 113, 0], 24, Map(&[("country", Text("US")), ("as_name", Text("Example LLC"))])),
            ([10, 0, 0, 0], 8, Text("an entry of another kind")),
        ])]);
        assert_eq!(at(&files, "192.0.2.7"), known("CH", ""));
        assert_eq!(at(&files, "::ffff:192.0.2.7"), known("CH", ""));
        assert_eq!(at(&files, "192.0.2.200"), known("", ""));
        assert_eq!(at(&files, "198.51.100.1"), known("DE", ""));
        assert_eq!(at(&files, "203.0.113.9"), known("US", "Example LLC"));
        assert_eq!(at(&files, "2001:db8::1"), known("", ""));
        assert!(files.find("10.1.2.3".parse().unwrap()).is_err());
    }

    #[test]
    fn countries_and_networks_may_lie_in_files_of_their_own() {
        use Data::{Map, Text};
        let networks = Map(&[("autonomous_system_organization", Text("A network with a rather long name"))]);
        let countries = Map(&[("country", Map(&[("iso_code", Text("CH"))]))]);
        let files =
            files(&[mmdb(&[([192, 0, 2, 0], 24, networks)]), mmdb(&[([192, 0, 2, 0], 24, countries)])]);
        assert_eq!(at(&files, "192.0.2.7"), known("CH", "A network with a rather long name"));
    }
}
