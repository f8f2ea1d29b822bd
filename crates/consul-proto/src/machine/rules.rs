//! The rules of machines that hold a lease, so that a simulation can turn each one off.

/// Rules of the machines that hold a lease.
///
/// All rules are enabled. A simulation disables one to show that it finds the error that the rule prevents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "for simulations of this project only")]
pub struct Rules {
    /// The first observer of the end of a lease makes it final.
    pub latch: bool,
    /// A machine checks its lease before it handles an input.
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
    /// A hold also ends a lock-delay after the last request that showed it.
    pub confirmation: bool,
    /// A holder watches its keys.
    pub key_watch: bool,
    /// A holder does not trust a 404 for its session, and reads the keys.
    pub recheck_404: bool,
    /// A response to an acquisition that is older than a second does not begin a hold.
    pub read_after_late_success: bool,
    /// A release whose outcome is unknown is sent again before the session is destroyed.
    pub repeated_release: bool,
    /// The time for cleaning up is counted from the next poll, not from the input that ended the machine.
    pub cleanup_from_poll: bool,
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
            confirmation: true,
            key_watch: true,
            recheck_404: true,
            read_after_late_success: true,
            repeated_release: true,
            cleanup_from_poll: true,
        }
    }
}
