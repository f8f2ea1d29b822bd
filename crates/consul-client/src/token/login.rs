//! Tokens from a login with an auth method.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use consul_proto::acl;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use crate::runtime::Instant;
use crate::{Client, Error, Token, TokenSource, TokenSourceError};

/// The path of a pod's service account token in Kubernetes.
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";
/// Time after a login in which a rejection is attributed to a server that does not know the new token yet.
const YOUNG: Duration = Duration::from_secs(30);
/// Delay after a failed login. Calls in the meantime return its error.
const PAUSE: Duration = Duration::from_secs(1);

/// A source of tokens that logs in with an auth method.
///
/// The source logs in when the first request needs a token. Each login reads the bearer token from its file again.
/// Concurrent callers share one login.
///
/// The source logs in again after 80 % of the token's lifetime, and if a server no longer knows the token. In the
/// first 30 seconds after a login, a rejection means that the server does not know the token *yet*, and the request
/// is sent again with the same token. [`close`](TokenSource::close) logs out.
///
/// ```no_run
/// use std::sync::Arc;
///
/// use consul_client::{Client, Login};
///
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let agent = Client::from_env()?;
/// let login = Login::kubernetes(&agent, "kubernetes");
/// let client = agent.with_token_source(Arc::new(login));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Login {
    /// The client for logging in and out, without a token.
    client: Client,
    auth_method: String,
    bearer_token: PathBuf,
    meta: Vec<(String, String)>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    token: Option<Session>,
    /// The last login, if it failed.
    failed: Option<(Instant, Error)>,
}

#[derive(Clone, Debug)]
struct Session {
    token: Token,
    created_at: Instant,
    /// The time of the next login.
    due_at: Instant,
}

impl Login {
    /// Creates a source that logs in with a JWT in a file. It sends the requests to log in and out with `client`, but
    /// without its token.
    #[must_use]
    pub fn jwt(client: &Client, auth_method: impl Into<String>, file: impl Into<PathBuf>) -> Self {
        Self {
            client: client.without_token(),
            auth_method: auth_method.into(),
            bearer_token: file.into(),
            meta: Vec::new(),
            state: Mutex::default(),
        }
    }

    /// Creates a source that logs in with the token of the pod's service account.
    #[must_use]
    pub fn kubernetes(client: &Client, auth_method: impl Into<String>) -> Self {
        Self::jwt(client, auth_method, SERVICE_ACCOUNT)
    }

    /// Adds a metadata entry, which becomes part of the token's description.
    #[must_use]
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.meta.push((key.into(), value.into()));
        self
    }

    /// Logs in. The caller holds the lock of the state, so no other login is in flight.
    async fn log_in(&self, state: &mut State) -> Result<Session, TokenSourceError> {
        let runtime = &self.client.settings().runtime;
        let now = runtime.now();
        if let Some((failed_at, error)) = &state.failed
            && now.since(*failed_at) < PAUSE
        {
            return Err(Box::new(error.clone()));
        }
        let text = Zeroizing::new(fs::read_to_string(&self.bearer_token).map_err(|error| {
            let path = self.bearer_token.display();
            format!("cannot read the bearer token {path}: {error}")
        })?);
        let mut login = acl::Login::new(&*self.auth_method, text.trim());
        for (key, value) in &self.meta {
            login = login.meta(key, value);
        }
        let created = match self.client.call(login).await {
            Ok(created) => created,
            Err(error) => {
                if error.is_outcome_unknown() {
                    let (auth_method, kind) = (&self.auth_method, error.kind());
                    tracing::warn!(auth_method, ?kind, "a login may have left a token behind");
                }
                state.failed = Some((runtime.now(), error.clone()));
                return Err(Box::new(error));
            }
        };
        let token = Token::try_from(&created.secret_id)?;
        let due_at = created.lifetime().map_or(Instant::MAX, |lifetime| now + lifetime.mul_f64(0.8));
        tracing::info!(auth_method = self.auth_method, accessor_id = created.accessor_id, "logged in");
        let session = Session { token, created_at: runtime.now(), due_at };
        (state.failed, state.token) = (None, Some(session.clone()));
        Ok(session)
    }
}

#[async_trait]
impl TokenSource for Login {
    async fn token(&self) -> Result<Option<Token>, TokenSourceError> {
        let mut state = self.state.lock().await;
        let now = self.client.settings().runtime.now();
        let last = state.token.clone();
        if let Some(session) = &last
            && now < session.due_at
        {
            return Ok(Some(session.token.clone()));
        }
        match (self.log_in(&mut state).await, last) {
            (Ok(session), _) => Ok(Some(session.token)),
            // The old token has a fifth of its lifetime left.
            (Err(error), Some(session)) => {
                tracing::warn!(%error, "cannot log in again, the last token stays in use");
                Ok(Some(session.token))
            }
            (Err(error), None) => Err(error),
        }
    }

    async fn rejected(&self, token: &Token) -> bool {
        let mut state = self.state.lock().await;
        let now = self.client.settings().runtime.now();
        if let Some(session) = &state.token
            && session.token == *token
            && now.since(session.created_at) >= YOUNG
        {
            state.token = None;
        }
        true
    }

    async fn close(&self) {
        let session = self.state.lock().await.token.take();
        if let Some(Session { token, .. }) = session {
            let result = self.client.call(acl::Logout::new()).token(token).await;
            if let Err(error) = result {
                tracing::warn!(%error, "cannot log out, the token stays until it expires");
            }
        }
    }
}
