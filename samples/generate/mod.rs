//! The invented trail: an attack over two accounts and five days, in the noise of an ordinary company.
//!
//! | file | tells |
//! |---|---|
//! | `intrusion` | the attack |
//! | `response` | the answer to it |
//! | `routine` | what people and schedules do anyway |
//! | `background` | what services do anyway |
//! | `oddities` | rarer kinds of record |
//! | `cast` `props` `clock` | who, with what, when |
//! | `call` `signin` `chance` `text` | how a record is made |
//! | `delivery` `digest` `disk` | how records become files |

mod background;
mod call;
mod cast;
mod chance;
mod clock;
mod delivery;
mod digest;
mod disk;
mod intrusion;
mod oddities;
mod props;
mod response;
mod routine;
mod signin;
mod text;

pub use delivery::Object;
pub use disk::{differences, write};

/// Returns every file of the trail, log files first.
pub fn trail() -> Vec<Object> {
    let mut calls = intrusion::intrusion();
    calls.extend(response::response());
    calls.extend(routine::routine());
    calls.extend(oddities::oddities());
    calls.extend(background::background());
    let calls = calls.into_iter().enumerate().map(|(number, call)| call.numbered(number)).collect();
    let files = delivery::log_files(calls);
    let digests = [
        digest::digest(&files, cast::PRODUCTION, cast::FRANKFURT, clock::on(clock::MONDAY, "12:14:09")),
        digest::digest(&files, cast::SANDBOX, cast::VIRGINIA, clock::on(clock::MONDAY, "06:31:52")),
    ];
    files.into_iter().map(|file| file.object).chain(digests).collect()
}
