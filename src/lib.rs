//! backtrail looks back through AWS CloudTrail archives: it replays stored EventBridge patterns over the log
//! files a trail has written, in S3 or on disk, and says what they would have caught.
//!
//! The code reads like the path a log file takes, one room a step:
//!
//! | room | kind | does | may use |
//! |---|---|---|---|
//! | [`words`] | noun | counts and sizes in words, for people | – |
//! | [`json`] | noun | JSON text as bytes: skipping and checking values, wanted fields, their leaves | – |
//! | [`source`] | stage | plans which log files a scope needs, feeds their bytes (local, memory, S3, stdin) | – |
//! | [`mirror`] | stage | copies the log files of an archive into a folder, as they are stored | `source` |
//! | [`decode`] | stage | bytes to raw records: gunzip under a cap, find the records in any known shape | `json` `record` |
//! | [`record`] | noun | one CloudTrail record: its raw JSON bytes and the leaves somebody asked for | `json` |
//! | [`event`] | noun | the EventBridge envelope around a record: a view, not a copy | `json` `record` |
//! | [`delivery`] | noun | whether EventBridge would have put an event in front of a rule | `json` `event` |
//! | `lake` | stage | log files taken apart into Parquet, and put together again | `json` `record` `event` `source` `mirror` `decode` |
//! | [`language`] | language | one folder a language: text to `Condition` over leaves | `json` |
//! | [`alarm`] | noun | when counted hits would have raised an alarm: on a metric, in a window by group, of several queries | – |
//! | `live` | stage | reads the rules that are deployed through the AWS API | `source` |
//! | [`query`] | language | a stored query: a condition, its card, its cases; loads and checks them | `json` `language` `alarm` `event` `delivery` `record` |
//! | [`translation`] | language | a stored query in the words of another language, and what that loses | `json` `language` `event` `query` |
//! | [`hit`] | noun | a record that matched a query | `json` `record` `event` `delivery` `query` |
//! | [`replay`] | stage | runs queries over a source in parallel; yields hits and coverage | all above |
//! | [`lint`] | language | what is wrong with a pattern although it is valid | `json` `event` `language` `delivery` `query` `hit` `replay` |
//! | [`explain`] | stage | why a record matches or not, and what nearly matched | all above |
//! | [`diff`] | stage | two versions of rules, compared by what each would have caught | all above |
//! | `report` | stage | folds records and hits into frames | all above |
//! | [`render`] | stage | writes hits and reports in one format to any `io::Write` | `words` `json` `record` `event` `language` `delivery` `alarm` `query` `lint` `hit` `replay` `explain` `diff` `report` |
//! | `cli` | binary | arguments in, exit code out | all |
//!
//! The library never prints, never reads the environment, never asks the clock and never exits: the binary does
//! and passes in what it found. `tests/house.rs` holds this table against the code.

pub mod alarm;
pub mod decode;
pub mod delivery;
pub mod diff;
pub mod event;
pub mod explain;
pub mod hit;
pub mod json;
#[cfg(feature = "report")]
pub mod lake;
pub mod language;
pub mod lint;
#[cfg(feature = "live")]
pub mod live;
pub mod mirror;
pub mod query;
pub mod record;
pub mod render;
pub mod replay;
#[cfg(feature = "report")]
pub mod report;
pub mod source;
pub mod translation;
pub mod words;
