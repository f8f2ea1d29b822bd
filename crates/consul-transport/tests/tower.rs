//! Services of the crate `tower` as executors.

#![allow(clippy::unwrap_used, reason = "a test; clippy sees only the functions marked as such")]

use std::error::Error as _;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use consul_transport::{
    Body, Executor, HyperExecutor, SendMark, SendState, TowerExecutor, TransportError, TransportErrorKind,
    conformance,
};
use http::{Request, Response};
use tower_service::Service;

/// A service on the hyper executor.
#[derive(Clone)]
struct Hyper(Arc<HyperExecutor>);

impl Service<Request<Body>> for Hyper {
    type Response = Response<Body>;
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, TransportError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let executor = Arc::clone(&self.0);
        Box::pin(async move { executor.execute(request).await })
    }
}

fn make(agent: SocketAddr) -> Arc<dyn Executor> {
    let address = agent.to_string().parse().unwrap();
    Arc::new(TowerExecutor::new(Hyper(Arc::new(HyperExecutor::new(address).unwrap()))))
}

#[tokio::test]
async fn service_can_meet_every_rule() {
    conformance::run_all(make).await.assert();
}

/// A service that fails in `poll_ready` or `call`.
#[derive(Clone)]
struct Failing {
    is_ready: bool,
}

impl Service<Request<Body>> for Failing {
    type Response = Response<Body>;
    type Error = &'static str;
    type Future = std::future::Ready<Result<Response<Body>, &'static str>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        Poll::Ready(if self.is_ready { Ok(()) } else { Err("not ready") })
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        std::future::ready(Err("failed"))
    }
}

#[tokio::test]
async fn errors_of_a_service_leave_the_outcome_unknown() {
    for (is_ready, text) in [(false, "not ready"), (true, "failed")] {
        let executor = TowerExecutor::new(Failing { is_ready });
        let (mark, mut request) = (SendMark::new(), Request::put("/").body(Body::empty()).unwrap());
        request.extensions_mut().insert(mark.clone());
        let error = executor.execute(request).await.unwrap_err();
        assert_eq!((error.kind(), error.is_unsent()), (TransportErrorKind::Other, false));
        assert_eq!(error.source().unwrap().to_string(), text);
        assert_eq!(mark.state(), SendState::Unknown);
    }
}
