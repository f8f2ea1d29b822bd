//! The numbers of exchanges.

use crate::machine::Exchange;

/// Numbers the exchanges of one machine.
#[derive(Clone, Debug, Default)]
pub(in crate::machine) struct Exchanges(u64);

impl Exchanges {
    /// Returns an exchange that was not used before.
    pub(in crate::machine) fn next(&mut self) -> Exchange {
        self.0 += 1;
        Exchange::new(self.0)
    }
}
