//! Standard input as an archive of one log file.

use super::{Error, Item, LogFile, LogKey, PATIENCE, ReadFault, Scope, Sink, Source};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use std::io::{self, Read};
use std::ops::ControlFlow;

/// The argument, and the key, that stand for standard input.
pub(super) const NAME: &str = "-";

/// Standard input, read to its end before anything is offered.
#[derive(Debug)]
pub(super) struct Stdin {
    /// Most bytes that are taken.
    pub cap: u64,
}

impl Source for Stdin {
    fn feed(&self, _scope: &Scope, sink: &mut dyn Sink) -> Result<(), Error> {
        let (sender, arrivals) = crossbeam_channel::bounded(1);
        let cap = self.cap;
        // Nothing wakes a thread that waits for input: when nobody wants it any more it is left behind, and nobody is
        // there to take what it sends.
        std::thread::spawn(move || sender.send(take(io::stdin().lock(), cap)));
        let Some(item) = wait(&arrivals, sink)? else { return Ok(()) };
        if let Item::LogFile(file) = &item {
            sink.announce(1, file.size);
        }
        match sink.offer(item) {
            ControlFlow::Continue(()) | ControlFlow::Break(()) => Ok(()),
        }
    }

    fn name(&self) -> &str {
        NAME
    }
}

/// Waits for the input as long as the sink wants it.
fn wait(arrivals: &Receiver<Result<Item, Error>>, sink: &dyn Sink) -> Result<Option<Item>, Error> {
    loop {
        match arrivals.recv_timeout(PATIENCE) {
            Ok(item) => return item.map(Some),
            Err(RecvTimeoutError::Timeout) if sink.is_open() => {}
            Err(RecvTimeoutError::Timeout) => return Ok(None),
            Err(RecvTimeoutError::Disconnected) => {
                let source = io::Error::other("the reading thread is gone");
                return Err(Error::Open { archive: NAME.to_owned(), source });
            }
        }
    }
}

/// Reads everything up to the cap.
fn take(input: impl Read, cap: u64) -> Result<Item, Error> {
    let key = LogKey::parse(NAME);
    let mut bytes = Vec::new();
    let read = input.take(cap.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|source| Error::Open { archive: NAME.to_owned(), source })?;
    Ok(if bytes.len() as u64 > cap {
        Item::Fault { key, fault: ReadFault::TooLarge { cap } }
    } else {
        Item::LogFile(LogFile::shared(key, bytes.into()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_input_is_one_log_file() {
        let Item::LogFile(file) = take(&b"{}"[..], 2).unwrap() else { panic!("no log file") };
        let mut bytes = Vec::new();
        assert_eq!((file.key.as_str(), file.size), ("-", 2));
        file.read(2, &mut bytes).unwrap();
        assert_eq!(bytes, b"{}");
    }

    #[test]
    fn an_input_beyond_the_cap_is_a_fault() {
        let item = take(std::io::repeat(b' '), 100).unwrap();
        assert!(matches!(item, Item::Fault { fault: ReadFault::TooLarge { cap: 100 }, .. }));
    }

    #[test]
    fn nobody_waits_for_input_that_is_not_wanted_any_more() {
        struct Closed;
        impl Sink for Closed {
            fn offer(&mut self, _item: Item) -> ControlFlow<()> {
                ControlFlow::Break(())
            }
            fn is_open(&self) -> bool {
                false
            }
            fn announce(&mut self, _objects: u64, _bytes: u64) {}
        }
        let (_sender, arrivals) = crossbeam_channel::bounded(1);
        assert!(wait(&arrivals, &Closed).unwrap().is_none());
    }
}
