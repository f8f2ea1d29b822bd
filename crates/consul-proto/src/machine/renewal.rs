//! Creating a session and renewing it in time.

use std::time::Duration;

use bytes::Bytes;

use crate::machine::exchanges::Exchanges;
use crate::machine::random::Random;
use crate::machine::session::scoped;
use crate::machine::watch::{Severity, severity};
use crate::machine::{
    Cause, CauseKind, Exchange, Failure, FailureKind, Instant, Output, Rules, SessionSettings, Slot,
};
use crate::model::SessionId;
use crate::session::{Create, Renew};
use crate::{ApiErrorKind, EncodeError, Endpoint, Options, OutputOf, Route, decode, encode};

/// Timeout of an attempt to create a session. Servers without a leader hold it for 7 to 14 seconds.
const CREATE: Duration = Duration::from_secs(15);
/// The longest delay after a failed attempt to create a session.
const MAX_CREATE_DELAY: Duration = Duration::from_millis(1500);
/// The time to confirm that a session has ended, before the next renewal.
const CONFIRMATION: Duration = Duration::from_secs(1);

/// A session and its renewals: the part that all machines with a lease have in common.
///
/// The machine first passes the time to [`advance`](Self::advance). If this part [owns](Self::owns) an exchange that
/// has ended, the machine passes its result to [`ended`](Self::ended). The machine decides about the session: this
/// part only reports that the session has lapsed, or that a server does not know it, and then sends no renewal.
#[derive(Debug)]
pub(in crate::machine) struct Renewal {
    settings: SessionSettings,
    /// Datacenter, namespace and partition.
    options: Options,
    rules: Rules,
    random: Random,
    create: http::Request<Bytes>,
    session: Option<Created>,
    in_flight: Option<InFlight>,
    /// The time of the next request.
    next_at: Instant,
    failures: u32,
}

#[derive(Debug)]
struct Created {
    id: SessionId,
    renew: http::Request<Bytes>,
    /// At most the configured one.
    ttl: Duration,
    ends_at: Instant,
    has_lapsed: bool,
}

#[derive(Clone, Copy, Debug)]
struct InFlight {
    exchange: Exchange,
    sent_at: Instant,
}

/// The result of an exchange.
#[derive(Debug)]
pub(in crate::machine) enum Report<X> {
    /// The session exists.
    Created,
    /// The lease is longer, or shorter, than before.
    Renewed,
    /// The server does not know the session. This is not a proof, since a server that was restarted with its data
    /// does not know it for some time. The machine confirms it with a consistent read.
    Gone,
    /// The attempt will be repeated.
    Failed {
        error: X,
        kind: CauseKind,
        /// Whether the next attempt will probably fail too.
        is_permanent: bool,
    },
}

impl Renewal {
    /// Returns an error if the settings are invalid.
    pub(in crate::machine) fn new(
        settings: SessionSettings,
        options: &Options,
        rules: Rules,
        seed: u64,
    ) -> Result<Self, EncodeError> {
        Ok(Self {
            create: settings.create(options)?,
            settings,
            options: options.clone(),
            rules,
            random: Random::new(seed),
            session: None,
            in_flight: None,
            next_at: Instant::ORIGIN,
            failures: 0,
        })
    }

    pub(in crate::machine) fn settings(&self) -> &SessionSettings {
        &self.settings
    }

    pub(in crate::machine) fn session(&self) -> Option<&SessionId> {
        self.session.as_ref().map(|session| &session.id)
    }

    /// Looks at the clock. A lease that has ended stays ended.
    pub(in crate::machine) fn advance(&mut self, now: Instant) {
        if let Some(session) = &mut self.session
            && session.ends_at <= now
        {
            session.has_lapsed = true;
        }
    }

    /// Returns `true` if there is a session whose lease has not ended.
    pub(in crate::machine) fn is_valid(&self, now: Instant) -> bool {
        self.session.as_ref().is_some_and(|session| !session.has_lapsed && now < session.ends_at)
    }

    /// Returns `true` if the lease has ended. The session is then not used, even if a renewal succeeds later.
    pub(in crate::machine) fn has_lapsed(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.has_lapsed)
    }

    /// Returns when the lease ends unless it is renewed. In the past if there is no session.
    pub(in crate::machine) fn ends_at(&self) -> Instant {
        self.session.as_ref().map_or(Instant::ORIGIN, |session| session.ends_at)
    }

    /// Returns the length of the lease. It follows the TTL of the servers.
    pub(in crate::machine) fn length(&self) -> Duration {
        let ttl = self.session.as_ref().map_or(self.settings.ttl, |session| session.ttl);
        self.settings.lease_of(ttl, self.rules)
    }

    /// Returns the request that is due, if there is one.
    pub(in crate::machine) fn poll<V>(
        &mut self,
        now: Instant,
        exchanges: &mut Exchanges,
    ) -> Option<Output<V>> {
        if self.in_flight.is_some() || now < self.next_at || self.is_given_up() {
            return None;
        }
        let (route, request, limit) = match &self.session {
            None => (Route::of(&Create::new()), self.create.clone(), CREATE),
            Some(session) => {
                let route = Route::of(&Renew::new(&session.id));
                (route, session.renew.clone(), self.length() / 4)
            }
        };
        let exchange = exchanges.next();
        self.in_flight = Some(InFlight { exchange, sent_at: now });
        let (slot, held, deadline) = (Slot::Lease, Duration::ZERO, now + limit);
        Some(Output::Send { exchange, route, request, slot, held, deadline })
    }

    /// Returns when the next request is due. `None` while one is in flight, or if there will be none. The end of the
    /// lease is not included.
    pub(in crate::machine) fn wake_at(&self) -> Option<Instant> {
        (self.in_flight.is_none() && !self.is_given_up()).then_some(self.next_at)
    }

    fn is_given_up(&self) -> bool {
        self.has_lapsed() && self.rules.lapsed_is_final
    }

    pub(in crate::machine) fn is_in_flight(&self) -> bool {
        self.in_flight.is_some()
    }

    pub(in crate::machine) fn owns(&self, exchange: Exchange) -> bool {
        self.in_flight.is_some_and(|in_flight| in_flight.exchange == exchange)
    }

    /// Ends the exchange in flight. If nothing is held yet (`is_idle`), failing attempts are at least one second
    /// apart.
    pub(in crate::machine) fn ended<X: From<Cause>>(
        &mut self,
        now: Instant,
        result: Result<http::Response<Bytes>, Failure<X>>,
        is_idle: bool,
    ) -> Report<X> {
        let sent_at = self.in_flight.take().map_or(now, |in_flight| in_flight.sent_at);
        let result = match (result, &self.session) {
            (Err(failure), _) => Err((failure.error, CauseKind::Failed(failure.kind))),
            (Ok(response), None) => self.created(now, sent_at, response).map_err(failed),
            (Ok(response), Some(_)) => self.renewed(now, sent_at, response).map_err(failed),
        };
        match result {
            Ok(report) => report,
            Err((error, kind)) => {
                // An attempt that lasted long has already been a delay.
                let was_slow = kind == CauseKind::Failed(FailureKind::Timeout)
                    || now.since(sent_at) >= self.length() / 5;
                let may_hurry = was_slow && self.session.is_some() && !is_idle;
                let delay = if may_hurry { Duration::ZERO } else { self.delay(is_idle) };
                self.next_at = now + delay;
                // Servers may not know a new token for some time.
                let is_permanent = severity(kind) == Severity::Permanent
                    && kind != CauseKind::Api(ApiErrorKind::UnknownToken);
                Report::Failed { error, kind, is_permanent }
            }
        }
    }

    /// The servers still know the session, so a renewal is due again.
    ///
    /// The first retry is immediate. Later ones are delayed, because a server can wrongly report a 404 for some
    /// seconds.
    pub(in crate::machine) fn confirmed(&mut self, now: Instant) {
        let delay = if self.failures <= 1 { Duration::ZERO } else { self.delay(false) };
        self.next_at = now + delay;
    }

    /// Abandons the session. Returns it, to be destroyed, and the exchange to cancel. The next request creates a
    /// session.
    pub(in crate::machine) fn take(&mut self) -> (Option<SessionId>, Option<Exchange>) {
        (self.failures, self.next_at) = (0, Instant::ORIGIN);
        let in_flight = self.in_flight.take().map(|in_flight| in_flight.exchange);
        (self.session.take().map(|session| session.id), in_flight)
    }

    /// Sends no request before `at`.
    pub(in crate::machine) fn delay_until(&mut self, at: Instant) {
        self.next_at = self.next_at.max(at);
    }

    fn created<X>(
        &mut self,
        now: Instant,
        sent_at: Instant,
        response: http::Response<Bytes>,
    ) -> Result<Report<X>, Cause> {
        let id = read::<Create>(&Create::new(), response)?;
        let endpoint = Renew::new(&id);
        let renew = encode(&endpoint, &scoped::<Renew>(&self.options))
            .map_err(|error| Cause::Request { route: Route::of(&endpoint), error })?;
        let (ttl, ends_at) = (self.settings.ttl, sent_at);
        self.session = Some(Created { id, renew, ttl, ends_at, has_lapsed: false });
        self.extend(now, sent_at);
        self.advance(now);
        Ok(Report::Created)
    }

    fn renewed<X>(
        &mut self,
        now: Instant,
        sent_at: Instant,
        response: http::Response<Bytes>,
    ) -> Result<Report<X>, Cause> {
        let Some(session) = &mut self.session else { return Ok(Report::Gone) };
        let renewed = read::<Renew>(&Renew::new(&session.id), response)?;
        let Some(renewed) = renewed.filter(|renewed| renewed.id == session.id) else {
            self.failures = self.failures.saturating_add(1);
            self.next_at = now + CONFIRMATION;
            return Ok(Report::Gone);
        };
        if let Some(ttl) = renewed.ttl
            && self.rules.follow_ttl
        {
            session.ttl = ttl.min(self.settings.ttl);
        }
        session.has_lapsed &= self.rules.lapsed_is_final;
        self.extend(now, sent_at);
        Ok(Report::Renewed)
    }

    /// Counts the lease from the time at which the request was sent.
    fn extend(&mut self, now: Instant, sent_at: Instant) {
        self.failures = 0;
        let length = self.length();
        let from = if self.rules.lease_from_sending { sent_at } else { now };
        if let Some(session) = &mut self.session {
            session.ends_at = from + length;
        }
        self.next_at = sent_at + length / 3;
    }

    /// Counts a failure and returns the delay before the next attempt.
    fn delay(&mut self, is_idle: bool) -> Duration {
        self.failures = self.failures.saturating_add(1);
        if is_idle {
            return Duration::from_millis(1050) + self.random.up_to(Duration::from_millis(450));
        }
        let limit = match &self.session {
            Some(_) => self.length() / 12,
            None => MAX_CREATE_DELAY,
        };
        let longest = Duration::from_millis(150 << self.failures.min(4)).min(limit);
        longest / 2 + self.random.up_to(longest / 2)
    }
}

/// Reads the value of a response.
pub(in crate::machine) fn read<E: Endpoint>(
    endpoint: &E,
    mut response: http::Response<Bytes>,
) -> Result<OutputOf<E>, Cause> {
    // A driver can keep in them what it needs to convert the error.
    let extensions = std::mem::take(response.extensions_mut());
    match decode::<E>(response) {
        Ok(response) => Ok(endpoint.complete(response.value)),
        Err(error) => Err(Cause::Response { route: Route::of(endpoint), error, extensions }),
    }
}

fn failed<X: From<Cause>>(cause: Cause) -> (X, CauseKind) {
    let kind = cause.kind();
    (cause.into(), kind)
}
