//! A log file that comes as a stream and may keep its reader waiting: standard input, or a named pipe.

use super::{Error, Item, LogFile, LogKey, PATIENCE, ReadFault, Scope, Sink, Source};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use std::io::{self, Read};
use std::ops::ControlFlow;

/// The argument, and the key, that stand for standard input.
pub(super) const STDIN: &str = "-";

/// Standard input as an archive.
#[derive(Debug)]
pub(super) struct Stdin {
    /// Most bytes that are taken.
    pub cap: u64,
}

impl Source for Stdin {
    fn feed(&self, _scope: &Scope, sink: &mut dyn Sink) -> Result<(), Error> {
        let stream = Stream { archive: STDIN.to_owned(), key: LogKey::parse(STDIN), cap: self.cap };
        stream.feed(|| Ok(io::stdin().lock()), sink)
    }

    fn name(&self) -> &str {
        STDIN
    }
}

/// One log file that is read to its end before it is offered.
#[derive(Debug, Clone)]
pub(super) struct Stream {
    /// The archive as the user named it.
    pub archive: String,
    pub key: LogKey,
    /// Most bytes that are taken.
    pub cap: u64,
}

impl Stream {
    /// Opens the stream, which may take as long as reading it, and feeds what comes.
    pub fn feed<R: Read>(
        self,
        open: impl FnOnce() -> io::Result<R> + Send + 'static,
        sink: &mut dyn Sink,
    ) -> Result<(), Error> {
        let (sender, arrivals) = crossbeam_channel::bounded(1);
        let reading = self.clone();
        // Nothing wakes a thread that waits for input: when nobody wants it any more it is left behind, and nobody is
        // there to take what it sends.
        std::thread::spawn(move || sender.send(open().and_then(|input| reading.take(input))));
        let Some(item) = self.wait(&arrivals, sink)? else { return Ok(()) };
        if let Item::LogFile(file) = &item {
            sink.announce(1, file.size);
        }
        match sink.offer(item) {
            ControlFlow::Continue(()) | ControlFlow::Break(()) => Ok(()),
        }
    }

    /// Waits for the input as long as the sink wants it.
    fn wait(self, arrivals: &Receiver<io::Result<Item>>, sink: &dyn Sink) -> Result<Option<Item>, Error> {
        let arrived = loop {
            match arrivals.recv_timeout(PATIENCE) {
                Ok(arrived) => break arrived,
                Err(RecvTimeoutError::Timeout) if sink.is_open() => {}
                Err(RecvTimeoutError::Timeout) => return Ok(None),
                Err(RecvTimeoutError::Disconnected) => {
                    break Err(io::Error::other("the reading thread is gone"));
                }
            }
        };
        arrived.map(Some).map_err(|source| Error::Open { archive: self.archive, source })
    }

    /// Reads everything up to the cap.
    fn take(self, input: impl Read) -> io::Result<Item> {
        let Self { key, cap, .. } = self;
        let mut bytes = Vec::new();
        input.take(cap.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(if bytes.len() as u64 > cap {
            Item::Fault { key, fault: ReadFault::TooLarge { cap } }
        } else {
            Item::LogFile(LogFile::shared(key, bytes.into()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(cap: u64) -> Stream {
        Stream { archive: "pipe".to_owned(), key: LogKey::parse("pipe"), cap }
    }

    #[test]
    fn the_whole_input_is_one_log_file() {
        let Item::LogFile(file) = stream(2).take(&b"{}"[..]).unwrap() else { panic!("no log file") };
        let mut bytes = Vec::new();
        assert_eq!((file.key.as_str(), file.size), ("pipe", 2));
        file.read(2, &mut bytes).unwrap();
        assert_eq!(bytes, b"{}");
    }

    #[test]
    fn an_input_beyond_the_cap_is_a_fault() {
        let item = stream(100).take(std::io::repeat(b' ')).unwrap();
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
        assert!(stream(1).wait(&arrivals, &Closed).unwrap().is_none());
    }
}
