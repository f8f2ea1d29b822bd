//! Limits of a response's head.

use http::{HeaderMap, Response};

use crate::{TransportError, TransportErrorKind};

/// Maximum size of a response head, and of a single read. Consul's heads are well below 2 KiB.
pub(super) const MAX_SIZE: usize = 64 << 10;

/// Maximum number of header fields in a response.
pub(super) const MAX_FIELDS: usize = 100;

/// Checks the head of a response.
///
/// hyper checks the size only between reads, so whether it accepts a larger head depends on how the head arrives. This
/// check does not.
pub(super) fn check<B>(response: &Response<B>) -> Result<(), TransportError> {
    let headers = response.headers();
    let size = size(headers);
    if size > MAX_SIZE {
        let text = format!("response head too large: {size} bytes, limit is {MAX_SIZE} bytes");
        return Err(TransportError::new(TransportErrorKind::Protocol, text));
    }
    if headers.len() > MAX_FIELDS {
        let text = format!("too many response headers: {}, limit is {MAX_FIELDS}", headers.len());
        return Err(TransportError::new(TransportErrorKind::Protocol, text));
    }
    Ok(())
}

/// Returns the size of all header fields in the form `name: value\r\n`.
fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}
