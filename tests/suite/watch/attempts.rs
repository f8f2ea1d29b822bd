//! Counting a client's attempts, including those that never reach a server.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use consul_client::runtime::TokioRuntime;
use consul_client::transport::{Body, Executor, TransportError};
use consul_client::{Client, ClientBuilder};

/// An executor that counts the attempts of a client.
#[derive(Clone, Debug)]
pub(super) struct Attempts {
    executor: Arc<dyn Executor>,
    count: Arc<AtomicUsize>,
}

impl Attempts {
    /// Returns a client and the counter of its attempts.
    pub(super) fn of_client(url: &str, set: impl Fn(ClientBuilder) -> ClientBuilder) -> (Client, Self) {
        let executor = Arc::clone(Client::builder().address(url).build().unwrap().executor());
        let attempts = Self { executor, count: Arc::default() };
        let counted =
            set(Client::builder()).executor(Arc::new(attempts.clone()), Arc::new(TokioRuntime::new()));
        (counted.build().unwrap(), attempts)
    }

    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Executor for Attempts {
    async fn execute(&self, request: http::Request<Body>) -> Result<http::Response<Body>, TransportError> {
        self.count.fetch_add(1, Ordering::SeqCst);
        self.executor.execute(request).await
    }
}
