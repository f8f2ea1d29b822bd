//! State that a stream shares with the owner of its connection, since hyper between them does not forward it.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::{SendMark, SendState};

/// Both sides run in one task at a time, so relaxed memory ordering suffices.
pub(super) struct IoState {
    stage: AtomicU8,
    reads: AtomicU8,
    mark: Mutex<Option<SendMark>>,
}

/// Progress of the current request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Stage {
    /// A new connection without written bytes. Data from the peer waits until the request is written.
    New,
    /// An idle connection is reused, and the next read checks the socket itself, since the runtime's state of the
    /// socket is as old as the last poll of its IO driver.
    Unchecked,
    /// An idle connection that is considered open is reused, and no byte was written.
    Ready,
    /// The socket accepted at least one byte of the request.
    Written,
    /// The first write failed, so no part of the request was sent. Further writes are discarded.
    Unwritable,
    /// A later write failed. Further writes are discarded.
    Broken,
}

/// How reads behave.
///
/// hyper tries three more reads after the one that returned a response. While no task waits for the connection, these
/// need not reach the runtime, which would store a waker for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Reads {
    Normal,
    /// No task waits for the connection. A read that is not ready need not store a waker.
    Quiet,
    /// A quiet read has emptied the socket.
    Drained,
}

impl Default for IoState {
    fn default() -> Self {
        let (stage, reads) = (Stage::New as u8, Reads::Normal as u8);
        Self { stage: AtomicU8::new(stage), reads: AtomicU8::new(reads), mark: Mutex::default() }
    }
}

impl IoState {
    /// Prepares an idle connection for another request. With `look`, the first read checks the socket itself.
    pub(super) fn reuse(&self, look: bool) {
        self.set_stage(if look { Stage::Unchecked } else { Stage::Ready });
    }

    /// Sets the mark of the request that is sent next.
    pub(super) fn set_mark(&self, mark: Option<SendMark>) {
        *self.mark.lock().unwrap_or_else(PoisonError::into_inner) = mark;
    }

    /// Marks the request as sent before its first write. Returns `false` if writes are to be discarded.
    pub(super) fn begin_write(&self) -> bool {
        match self.stage() {
            Stage::Written => true,
            Stage::Unwritable | Stage::Broken => false,
            Stage::New | Stage::Unchecked | Stage::Ready => {
                if let Some(mark) = self.mark.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    mark.set(SendState::Sent);
                }
                true
            }
        }
    }

    /// Returns `true` if bytes of the current request may have been sent.
    pub(super) fn is_sent(&self) -> bool {
        matches!(self.stage(), Stage::Written | Stage::Broken)
    }

    /// Returns `true` if a write has failed.
    pub(super) fn is_broken(&self) -> bool {
        matches!(self.stage(), Stage::Unwritable | Stage::Broken)
    }

    /// Enters or leaves quiet mode, in which reads do not register a waker.
    pub(super) fn set_quiet(&self, is_quiet: bool) {
        self.set_reads(if is_quiet { Reads::Quiet } else { Reads::Normal });
    }

    pub(super) fn stage(&self) -> Stage {
        match self.stage.load(Ordering::Relaxed) {
            0 => Stage::New,
            1 => Stage::Unchecked,
            2 => Stage::Ready,
            3 => Stage::Written,
            4 => Stage::Unwritable,
            _ => Stage::Broken,
        }
    }

    pub(super) fn set_stage(&self, stage: Stage) {
        self.stage.store(stage as u8, Ordering::Relaxed);
    }

    pub(super) fn reads(&self) -> Reads {
        match self.reads.load(Ordering::Relaxed) {
            0 => Reads::Normal,
            1 => Reads::Quiet,
            _ => Reads::Drained,
        }
    }

    pub(super) fn set_reads(&self, reads: Reads) {
        self.reads.store(reads as u8, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_and_read_modes_are_stored_as_they_are_set() {
        let state = IoState::default();
        assert_eq!((state.stage(), state.reads()), (Stage::New, Reads::Normal));
        for stage in
            [Stage::Broken, Stage::Unwritable, Stage::Written, Stage::Ready, Stage::Unchecked, Stage::New]
        {
            state.set_stage(stage);
            assert_eq!(state.stage(), stage);
        }
        for reads in [Reads::Drained, Reads::Quiet, Reads::Normal] {
            state.set_reads(reads);
            assert_eq!(state.reads(), reads);
        }
    }

    #[test]
    fn mark_is_set_before_the_first_write() {
        let (state, mark) = (IoState::default(), SendMark::new());
        mark.set(SendState::NotSent);
        state.set_mark(Some(mark.clone()));
        assert!(state.begin_write());
        assert_eq!(mark.state(), SendState::Sent);
        assert!(!state.is_sent(), "nothing was accepted by the socket yet");
    }
}
