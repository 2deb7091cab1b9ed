//! Sign-ins one by one.

use super::{Portal, SignIn};
use crate::report::{Column, Kind, Value};

/// So many sign-ins are kept one by one, the first of the archive: where passwords are guessed by machine, memory must
/// not grow with the guesses. Counts go on.
const MOST: usize = 100_000;

/// Sign-ins, one by one.
#[derive(Debug, Default)]
pub(in crate::report) struct SignInList {
    kept: Vec<SignIn>,
    left_out: u64,
}

impl SignInList {
    /// Adds one, when there is still room.
    pub(in crate::report) fn push(&mut self, sign_in: SignIn) {
        if self.kept.len() < MOST {
            self.kept.push(sign_in);
        } else {
            self.left_out += 1;
        }
    }

    /// Returns how many found no room.
    pub(in crate::report) fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Returns them in the order of their times, those without time first, and judges those of Identity Center.
    pub(in crate::report) fn into_sorted(mut self, portal: &Portal) -> Vec<SignIn> {
        // Stable: sign-ins of one second stay in the order of the archive.
        self.kept.sort_by(|one, other| (one.time, &one.event_id).cmp(&(other.time, &other.event_id)));
        for sign_in in &mut self.kept {
            if let Some(verdict) = portal.judge(sign_in) {
                sign_in.verdict = verdict;
            }
        }
        self.kept
    }
}

impl SignIn {
    /// Returns the columns of a table of sign-ins.
    pub(in crate::report) fn columns() -> Vec<Column> {
        vec![
            Column::new("time", Kind::Time, "`eventTime`"),
            Column::new("account", Kind::Text, "the account signed in to"),
            Column::new("region", Kind::Text, "`awsRegion`: where AWS recorded the sign-in"),
            Column::new(
                "wanted_region",
                Kind::Text,
                "the console's region that the user was sent to, by `LoginTo`; none when unknown",
            ),
            Column::new("wanted_region_unknown", Kind::Text, "why the wanted region is unknown"),
            Column::new(
                "principal",
                Kind::Text,
                "who; AWS hides names that are nobody's, they may be passwords",
            ),
            Column::new(
                "class",
                Kind::Text,
                "root, IAM user, federated, Identity Center or other; see the definitions",
            ),
            Column::new("result", Kind::Text, "`responseElements.ConsoleLogin`: Success or Failure"),
            Column::new("error", Kind::Text, "`errorMessage` of a failure"),
            Column::new(
                "mfa",
                Kind::Text,
                "whether a second factor was used: yes, no or unknown; of a failure, whether one was asked for",
            ),
            Column::new("reason", Kind::Text, "what the verdict on MFA rests on, or why it is unknown"),
            Column::new("mfa_device", Kind::Text, "ARN of the MFA device; older records have none"),
            Column::new("source_ip", Kind::Address, "`sourceIPAddress`"),
            Column::new("user_agent", Kind::Text, "`userAgent`"),
            Column::new("event_id", Kind::Text, "`eventID`"),
        ]
    }

    /// Returns its values for [`SignIn::columns`].
    pub(in crate::report) fn row(&self) -> Vec<Value<'_>> {
        vec![
            self.time.into(),
            text(&self.account),
            text(&self.region),
            text(&self.wanted_region),
            self.why_no_wanted_region().into(),
            text(&self.principal),
            self.class.name().into(),
            text(&self.result),
            text(&self.error),
            self.verdict.mfa.name().into(),
            self.verdict.reason.into(),
            text(&self.device),
            text(&self.source_ip),
            text(&self.user_agent),
            text(&self.event_id),
        ]
    }
}

fn text(text: &Option<String>) -> Value<'_> {
    text.as_deref().into()
}
