//! Adds to every source address where it is. Which file knows that is left to whoever has an [`Atlas`].

use super::{Column, Document, Error, Kind, Table};
use polars::prelude::{Column as Series, PolarsError};
use std::collections::HashMap;
use std::net::IpAddr;

/// What is known about an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The country, as two letters of ISO 3166.
    pub country: Option<String>,
    /// Whose network it is in, in words.
    pub network: Option<String>,
}

/// Knows where addresses are.
pub trait Atlas {
    /// Returns what is known about an address, which may be nothing.
    ///
    /// # Errors
    /// Returns in words why the atlas cannot be read there.
    fn find(&self, address: IpAddr) -> Result<Place, String>;
}

/// How looking up the addresses of a document went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Located {
    /// How many different addresses were looked up.
    pub addresses: u64,
    /// How many of them could not be.
    pub failed: u64,
    /// Why the first could not be.
    pub reason: Option<String>,
}

const COUNTRY: &str = "country of the address (ISO 3166); none for names of services and for addresses that the file of \
    --geoip does not know";
const NETWORK: &str = "whose network the address is in; none for names of services and for addresses that the file of \
    --geoip does not know";

/// Looks every address up once.
struct Found<'a> {
    atlas: &'a dyn Atlas,
    places: HashMap<IpAddr, Place>,
    located: Located,
}

impl Document {
    /// Inserts two columns after each of addresses: `NAME_country` and `NAME_network`. CloudTrail gives the name of a
    /// service instead of an address where a service called; nothing is known of those.
    ///
    /// # Errors
    /// Returns an error when Polars refuses a column: there is one of that name.
    pub fn locate(&mut self, atlas: &dyn Atlas) -> Result<Located, Error> {
        let mut found = Found { atlas, places: HashMap::new(), located: Located::default() };
        for table in self.sections.iter_mut().flat_map(|section| &mut section.tables) {
            // From the end, so that what is inserted moves nothing that is still to come.
            for index in (0..table.columns.len()).rev() {
                if table.columns[index].kind == Kind::Address {
                    found.insert(table, index)?;
                }
            }
        }
        Ok(found.located)
    }
}

impl Found<'_> {
    fn insert(&mut self, table: &mut Table, index: usize) -> Result<(), PolarsError> {
        let name = table.columns[index].name.clone();
        let (mut countries, mut networks) = (Vec::new(), Vec::new());
        for address in table.frame.column(&name)?.str()?.iter() {
            let place = address.and_then(|address| address.parse().ok()).map(|address| self.find(address));
            countries.push(place.and_then(|place| place.country.clone()));
            networks.push(place.and_then(|place| place.network.clone()));
        }
        let (country, network) = (format!("{name}_country"), format!("{name}_network"));
        table.frame.insert_column(index + 1, Series::new(country.as_str().into(), countries))?;
        table.frame.insert_column(index + 2, Series::new(network.as_str().into(), networks))?;
        let columns = [Column::new(country, Kind::Text, COUNTRY), Column::new(network, Kind::Text, NETWORK)];
        table.columns.splice(index + 1..index + 1, columns);
        Ok(())
    }

    fn find(&mut self, address: IpAddr) -> &Place {
        let Self { atlas, places, located } = self;
        places.entry(address).or_insert_with(|| {
            located.addresses += 1;
            atlas.find(address).unwrap_or_else(|reason| {
                located.failed += 1;
                located.reason.get_or_insert(reason);
                Place::default()
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::Coverage;
    use crate::report::{Rows, Section, Value};

    /// Knows one address and is damaged at another.
    struct Two;

    impl Atlas for Two {
        fn find(&self, address: IpAddr) -> Result<Place, String> {
            match address.to_string().as_str() {
                "192.0.2.7" => Ok(Place { country: Some("CH".to_owned()), network: None }),
                "192.0.2.8" => Err("damaged".to_owned()),
                _ => Ok(Place::default()),
            }
        }
    }

    fn document(addresses: &[Option<&str>]) -> Document {
        let mut rows = Rows::new([
            Column::new("source_ip", Kind::Address, ""),
            Column::new("records", Kind::Count, ""),
            Column::new("other", Kind::Address, ""),
        ]);
        for address in addresses {
            rows.push([(*address).into(), 1_u64.into(), (*address).into()]);
        }
        let mut section = Section::new("invented", "Invented");
        section.tables.push(rows.into_table("t", "T", "").unwrap());
        let created = "2026-04-01T00:00:00Z".parse().unwrap();
        let coverage = Coverage::default();
        Document { title: String::new(), created, sections: vec![section], coverage }
    }

    #[test]
    fn every_column_of_addresses_is_followed_by_country_and_network() {
        let all = [Some("192.0.2.7"), Some("iam.amazonaws.com"), None, Some("198.51.100.1")];
        let mut document = document(&all);
        let located = document.locate(&Two).unwrap();
        assert_eq!(located, Located { addresses: 2, failed: 0, reason: None });
        let table = &document.sections[0].tables[0];
        let names: Vec<_> = table.columns.iter().map(|column| column.name.as_str()).collect();
        let expected = [
            "source_ip",
            "source_ip_country",
            "source_ip_network",
            "records",
            "other",
            "other_country",
            "other_network",
        ];
        assert_eq!(names, expected);
        let rows = table.rows().unwrap();
        assert_eq!(rows[0][1..6], ["CH".into(), Value::Null, 1_u64.into(), "192.0.2.7".into(), "CH".into()]);
        assert!(rows[1..].iter().all(|row| row[1] == Value::Null && row[2] == Value::Null));
    }

    #[test]
    fn an_atlas_that_is_damaged_leaves_a_gap_and_says_so() {
        let mut document = document(&[Some("192.0.2.8"), Some("192.0.2.7")]);
        let located = document.locate(&Two).unwrap();
        assert_eq!(located, Located { addresses: 2, failed: 1, reason: Some("damaged".to_owned()) });
        let rows = document.sections[0].tables[0].rows().unwrap();
        assert_eq!([&rows[0][1], &rows[1][1]], [&Value::Null, &"CH".into()]);
    }

    #[test]
    fn a_table_without_rows_gets_the_columns_too() {
        let mut document = document(&[]);
        document.locate(&Two).unwrap();
        assert_eq!(document.sections[0].tables[0].frame.shape(), (0, 7));
    }
}
