//! Which console region somebody wanted who signed in, as far as the address says that they were sent to afterwards.
//!
//! It is the region of the wanted page and says nothing of where the sign-in was recorded. The address is text that came
//! from outside: it may be relative, encoded twice, or lead to a forum or another party's site.

use crate::source::UnknownRegion;
use std::borrow::Cow;

/// What is read of an address; a longer one is cut.
const LONGEST: usize = 8 << 10;

/// What stands behind the region in the host names of the consoles: <https://docs.aws.amazon.com/general/latest/gr/signin-service.html>.
const CONSOLES: [&str; 3] =
    [".console.aws.amazon.com", ".console.amazonaws-us-gov.com", ".console.amazonaws.cn"];

/// Begins the token that the global console puts into `state`. AWS does not explain it; records show `TB_`, the region,
/// and a hexadecimal number.
const TOKEN: &str = "hashArgsFromTB_";

/// Returns the region that an address (`LoginTo`, `RedirectTo`) asks for: the first that could be a region of the parameter
/// `region` (in the query or the fragment), the host name of a regional console, and the token in `state`.
pub(in crate::report) fn find(address: &str) -> Option<String> {
    let address = &address[..address.floor_char_boundary(LONGEST)];
    let once = decode(address);
    let twice = decode(&once);
    // What stands there plainly goes before what is hidden in the value of another parameter.
    let spellings = [address, &once, &twice];
    let of_parameter = spellings.iter().find_map(|text| parameter(text));
    let of_token = || spellings.iter().find_map(|text| token(text));
    of_parameter.or_else(|| host(address)).or_else(of_token).map(str::to_owned)
}

fn parameter(address: &str) -> Option<&str> {
    const NAME: &str = "region=";
    let is_part_of_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    let places = address.match_indices(NAME).map(|(at, _)| address.split_at(at));
    let values =
        places.filter(|(before, _)| !before.ends_with(is_part_of_word)).map(|(_, rest)| &rest[NAME.len()..]);
    values.map(until_end).find(|name| is_region(name))
}

fn host(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#', ':']).next()?;
    let name = CONSOLES.iter().find_map(|console| host.strip_suffix(console))?;
    // Where several sessions are open at once, the account and a number precede the region.
    let region = name.rsplit('.').next()?;
    (scheme == "https" && is_region(region)).then_some(region)
}

fn token(address: &str) -> Option<&str> {
    let mut tokens = address.split(TOKEN).skip(1).filter_map(|rest| rest.split('_').next());
    tokens.find(|name| is_region(name))
}

/// Returns the value up to what can be no part of a region's name.
fn until_end(value: &str) -> &str {
    let end = value.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    &value[..end.unwrap_or(value.len())]
}

/// Tells whether a region could be called like that: AWS adds regions, so the known ones are not all.
fn is_region(name: &str) -> bool {
    name.len() <= 32
        && name.contains(|letter: char| letter.is_ascii_digit())
        && UnknownRegion::find(name).is_none_or(|unknown| unknown.is_possible())
}

/// Decodes `%41` once; whatever is no such thing stays.
fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let digit = |at: usize| tail.get(at).and_then(|byte| (*byte as char).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high << 4 | low) as u8);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_asked_for_in_three_ways() {
        for (address, expected) in [
            (
                "https://us-east-1.console.aws.amazon.com/vpc/home?region=ap-southeast-1&state=x",
                "ap-southeast-1",
            ),
            ("https://console.aws.amazon.com/ec2/v2/home#Instances:region=eu-west-3", "eu-west-3"),
            ("https://console.aws.amazon.com/ec2/home?state=x#region=eu-west-3", "eu-west-3"),
            ("/ec2/home?region=mx-central-1", "mx-central-1"),
            ("https://console.aws.amazon.com/s3/home?state=hashArgs%23&region=sa-east-1#x", "sa-east-1"),
            ("https://console.aws.amazon.com/ec2/home?state=hashArgs%23%3Fregion%3Dca-west-1", "ca-west-1"),
            (
                "https://console.aws.amazon.com/ec2/home?state=hashArgs%2523%253Fregion%253Dca-west-1",
                "ca-west-1",
            ),
            ("https://eu-central-1.console.aws.amazon.com/console/home?hashArgs=%23", "eu-central-1"),
            (
                "https://111122223333-ab12cd34.eu-central-1.console.aws.amazon.com/console/home",
                "eu-central-1",
            ),
            ("https://us-gov-west-1.console.amazonaws-us-gov.com/console", "us-gov-west-1"),
            ("https://cn-north-1.console.amazonaws.cn/console", "cn-north-1"),
            (
                "https://console.aws.amazon.com/console/home?hashArgs=%23&state=hashArgsFromTB_eu-north-1_8b85b788f4133d11",
                "eu-north-1",
            ),
            (
                "https://console.aws.amazon.com/console/home?state=hashArgsFromTB%5Fap-southeast-2%5Fff",
                "ap-southeast-2",
            ),
        ] {
            assert_eq!(find(address).as_deref().unwrap_or("-"), expected, "{address}");
        }
    }

    #[test]
    fn the_parameter_goes_before_the_host_and_the_host_before_the_token() {
        let token = "state=hashArgsFromTB_eu-north-1_8b";
        let host = "https://us-west-2.console.aws.amazon.com/home";
        assert_eq!(find(&format!("{host}?{token}&region=sa-east-1")).as_deref(), Some("sa-east-1"));
        assert_eq!(find(&format!("{host}?{token}")).as_deref(), Some("us-west-2"));
        assert_eq!(find(&format!("{host}?region=nowhere&{token}")).as_deref(), Some("us-west-2"));
    }

    #[test]
    fn an_address_that_names_no_region_says_nothing() {
        for address in [
            "",
            "null",
            "https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true",
            "https://console.aws.amazon.com/console/home?state=hashArgs%23&region=",
            "https://support.console.aws.amazon.com/support",
            "https://us-east-1.console.aws.amazon.com.example.com/",
            "http://example.com/?aregion=us-east-1",
            "https://example.com/us-east-1.console.aws.amazon.com/",
            "https://d-0example00.awsapps.com/start/",
            "?region=<script>us-east-1",
            "?region=aws-global",
            "state=hashArgsFromTB_",
            "%",
            "%4",
            "%zz%ff%fe",
        ] {
            assert_eq!(find(address), None, "{address}");
        }
    }

    #[test]
    fn a_long_address_is_cut_between_characters() {
        let long = format!("?x={}&region=us-east-1", "é".repeat(LONGEST));
        assert_eq!(find(&long), None);
    }
}
