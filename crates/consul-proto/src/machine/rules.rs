//! The rules of machines that hold a lease, so that a simulation can turn each one off.

/// Rules of the machines that hold a lease.
///
/// All of them are on. A simulation turns one off, to show that it finds the error that the rule prevents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "for simulations of this project only")]
pub struct Rules {
    /// The first observer of the end of a lease makes it final.
    pub latch: bool,
    /// A machine looks at its lease before it handles an input.
    pub lease_before_inputs: bool,
    /// A lease is counted from the time at which the renewal was sent, not from its response.
    pub lease_from_sending: bool,
    /// A lease is shorter than the TTL by a margin.
    pub margin: bool,
    /// A lease is no longer than the lock-delay.
    pub lock_delay_limits_lease: bool,
    /// A shorter TTL in a response shortens the lease.
    pub follow_ttl: bool,
    /// A session whose lease has ended is not used again.
    pub lapsed_is_final: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            latch: true,
            lease_before_inputs: true,
            lease_from_sending: true,
            margin: true,
            lock_delay_limits_lease: true,
            follow_ttl: true,
            lapsed_is_final: true,
        }
    }
}
