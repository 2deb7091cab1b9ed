//! How buckets are listed: with few requests, and what may not be listed is named.

use crate::sources::*;
use crate::support::s3::{Faults, Listing, Server};
use backtrail::source::{Error, Look, Memory, Scope};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;

/// A trail of one account with so many log files a day in each region, for the three months around February.
fn quarter(regions: &[(&str, usize)]) -> Vec<(String, Vec<u8>)> {
    let mut keys = Vec::new();
    for (region, files) in regions {
        for (month, days) in [(1, 31), (2, 29), (3, 31)] {
            for day in 1..=days {
                let folder = format!("AWSLogs/111122223333/CloudTrail/{region}/2024/{month:02}/{day:02}");
                keys.extend((0..*files).map(|file| format!("{folder}/{file:05}.json.gz")));
            }
        }
    }
    keys.into_iter().map(|key| (key, b"{}".to_vec())).collect()
}

fn february() -> Scope {
    let (since, until) = ("2024-02-01T00:00:00Z".parse().unwrap(), "2024-03-01T00:00:00Z".parse().unwrap());
    Scope { since: Some(since), until: Some(until), late_slack_days: 0, ..wide() }
}

#[test]
fn a_time_lists_each_folder_once_and_none_outside_it() {
    let server = Server::start(trail());
    feed(&*bucket(&server), &january());
    let listed = server.listed();
    let once: BTreeSet<_> = listed.iter().collect();
    assert_eq!(once.len(), listed.len());
    let month = "AWSLogs/111122223333/CloudTrail/us-east-1/2024/01/";
    let days = Listing {
        prefix: month.to_owned(),
        is_whole: true,
        start_after: Some(format!("{month}04~")),
        token: None,
    };
    assert!(listed.contains(&days), "{listed:?}");
    for other in ["2023", "01/0", "Config", "Digest"] {
        assert!(listed.iter().all(|listing| !listing.prefix.contains(other)), "{other}");
    }
}

#[test]
fn the_days_of_a_quiet_region_are_one_listing() {
    let server = Server::start(quarter(&[("eu-west-1", 2), ("us-east-1", 30)]));
    assert_eq!(files(&feed(&*bucket(&server), &february())).len(), 30 * 32);
    // The way down to the regions takes 5, each region its years and months, its days one.
    assert_eq!(server.listed().iter().filter(|listing| listing.is_whole).count(), 2 * 2);
    assert_eq!(server.listed().len(), 4 + 2 * (2 + 2) + 4);
}

#[test]
fn a_busy_region_costs_hardly_more_requests_than_it_has_pages() {
    let server = Server::start(quarter(&[("us-east-1", 12)]));
    server.set_faults(Faults { page_size: Some(5), ..Faults::default() });
    assert_eq!(files(&feed(&*bucket(&server), &february())).len(), 30 * 12);
    let pages = server.listed().iter().filter(|listing| listing.is_whole).count();
    assert!((72..=95).contains(&pages), "{pages} pages");
}

#[test]
fn a_long_listing_is_split_and_gives_the_same() {
    let objects = quarter(&[("eu-west-1", 1), ("us-east-1", 10)]);
    let server = Server::start(objects.clone());
    let expected = feed(&Memory::new("memory", objects), &wide());
    for is_starting_oddly in [false, true] {
        server.set_faults(Faults { page_size: Some(5), is_starting_oddly, ..Faults::default() });
        assert_same(&feed(&*bucket(&server), &wide()), &expected, "split");
    }
    let listed = server.listed();
    let (whole, levels): (Vec<_>, Vec<_>) = listed.iter().partition(|listing| listing.is_whole);
    assert!(!levels.is_empty() && levels.len() < 80, "{} levels", levels.len());
    let pages = expected.len() / 5;
    assert!(whole.len() / 2 < pages + pages / 4, "{} pages of {pages}", whole.len() / 2);
}

#[test]
fn no_day_is_lost_where_listings_start_oddly() {
    let server = Server::start(quarter(&[("eu-west-1", 2), ("us-east-1", 3)]));
    server.set_faults(Faults { is_starting_oddly: true, ..Faults::default() });
    assert_eq!(files(&feed(&*bucket(&server), &february())).len(), 30 * 5);
}

#[test]
fn nothing_is_lost_or_listed_twice_where_folders_are_in_the_order_of_a_tree() {
    let mut objects = quarter(&[("us-east-1", 3)]);
    let beside = |folder: &str, (key, bytes): &(String, Vec<u8>)| {
        (key.replace("/CloudTrail/", &format!("/{folder}/")), bytes.clone())
    };
    let insights: Vec<_> =
        objects.iter().step_by(7).map(|object| beside("CloudTrail-Insight", object)).collect();
    let network: Vec<_> =
        objects.iter().step_by(5).map(|object| beside("CloudTrail-NetworkActivity", object)).collect();
    objects.extend(insights.into_iter().chain(network));
    let server = Server::start(objects.clone());
    let of_account = Scope { accounts: ["111122223333".to_owned()].into(), ..wide() };
    for scope in [wide(), of_account, february()] {
        let expected = sorted(&feed(&Memory::new("memory", objects.clone()), &scope));
        assert!(expected.len() > 50);
        for (is_starting_oddly, page_size) in [(false, 1000), (true, 90), (true, 7)] {
            let page_size = Some(page_size);
            let faults = Faults { is_in_tree_order: true, is_starting_oddly, page_size, ..Faults::default() };
            server.set_faults(faults);
            let found = sorted(&feed(&*bucket(&server), &scope));
            let missing: Vec<_> = expected.iter().filter(|key| found.binary_search(key).is_err()).collect();
            assert!(missing.is_empty() && found.len() == expected.len(), "{page_size:?}: {missing:?}");
        }
    }
}

/// The keys of all log files.
fn sorted(seen: &[Seen]) -> Vec<String> {
    let mut keys: Vec<_> = seen.iter().map(|seen| key(seen).to_owned()).collect();
    keys.sort();
    keys
}

#[test]
fn the_requests_of_a_listing_do_not_depend_on_time() {
    let server = Server::start(quarter(&[("eu-west-1", 1), ("us-east-1", 10)]));
    server.set_faults(Faults { page_size: Some(5), ..Faults::default() });
    let asked = |scope: &Scope| {
        let before = server.listed().len();
        let mut take = |_| ControlFlow::Continue(());
        bucket(&server).survey(scope, &mut Look { take: &mut take, is_open: &|| true }).unwrap();
        server.listed().len() - before
    };
    for scope in [wide(), february()] {
        assert_eq!(asked(&scope), asked(&scope));
    }
}

#[test]
fn a_folder_that_may_not_be_listed_is_a_fault_and_the_others_are_fed() {
    let server = Server::start(trail());
    let denied = "AWSLogs/111122223333/CloudTrail/us-east-1/2024/01/";
    server.set_faults(Faults { denied_prefixes: [denied.to_owned()].into(), ..Faults::default() });
    let mut collect = Collect::default();
    bucket(&server).feed(&january(), &mut collect).unwrap();
    let faults: Vec<_> = collect.seen.iter().filter(|seen| matches!(seen, Seen::Fault(..))).collect();
    assert_eq!(faults.iter().map(|seen| key(seen)).collect::<Vec<_>>(), [denied]);
    assert_eq!(files(&collect.seen).len(), 6 * 2 * 3 * 3 + 5 - 9);
}

/// Returns how many pages were asked for in all, and by the SDK.
fn pages(server: &Server) -> (u64, u64) {
    let requests = server.requests();
    (requests.list.load(Ordering::SeqCst), requests.list_with_sdk.load(Ordering::SeqCst))
}

#[test]
fn the_sdk_shows_the_way_and_the_pages_that_follow_go_it() {
    let server = Server::start(trail());
    let wanted = feed(&Memory::new("memory", trail()), &january());
    let seen = feed(&*bucket(&server), &january());
    assert_eq!(files(&seen), files(&wanted));
    let (all, with_sdk) = pages(&server);
    assert!(all > 1 && with_sdk == 1, "{with_sdk} of {all}");
}

#[test]
fn pages_that_are_written_otherwise_are_left_to_the_sdk() {
    let server = Server::start(trail());
    let wanted = feed(&*bucket(&server), &january());
    let (before, _) = pages(&server);
    let server = Server::start(trail());
    server.set_faults(Faults { is_listing_unencoded: true, ..Faults::default() });
    assert_eq!(files(&feed(&*bucket(&server), &january())), files(&wanted));
    let (all, with_sdk) = pages(&server);
    assert_eq!(with_sdk, before);
    // Those that were under way when the first one came.
    assert!(all - with_sdk > 0 && all - with_sdk <= 32, "{with_sdk} of {all}");
}

#[test]
fn pages_that_are_refused_for_now_are_asked_for_again() {
    let server = Server::start(quarter(&[("us-east-1", 2)]));
    let wanted = feed(&*bucket(&server), &february());
    server.set_faults(Faults { slow_page_every: Some(3), ..Faults::default() });
    assert_eq!(files(&feed(&*bucket(&server), &february())), files(&wanted));
}

#[test]
fn days_that_may_be_listed_one_by_one_only_are() {
    let server = Server::start(trail());
    let month = "AWSLogs/111122223333/CloudTrail/us-east-1/2024/01/";
    let day = format!("{month}05/");
    server.set_faults(Faults {
        shallow_prefixes: [month.to_owned()].into(),
        denied_prefixes: [day.clone()].into(),
        ..Faults::default()
    });
    let mut collect = Collect::default();
    bucket(&server).feed(&january(), &mut collect).unwrap();
    let faults: Vec<_> = collect.seen.iter().filter(|seen| matches!(seen, Seen::Fault(..))).collect();
    assert_eq!(faults.iter().map(|seen| key(seen)).collect::<Vec<_>>(), [&day]);
    assert_eq!(files(&collect.seen).len(), 6 * 2 * 3 * 3 + 5 - 3);
}

#[test]
fn a_bucket_that_may_not_be_listed_is_an_error() {
    let server = Server::start(trail());
    server.set_faults(Faults { denied_prefixes: [String::new()].into(), ..Faults::default() });
    assert!(matches!(fail(&*bucket(&server)), Error::Denied { .. }));
}
