//! A TLS server with HTTP/1.1 and HTTP/2.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use consul_transport::{Body, Executor, HyperExecutor, HyperExecutorBuilder, TlsConfig, TransportError};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion, version};
use tokio_rustls::server::TlsStream;

use crate::pki::{Ca, Pair};

/// Settings of a server. Accepts HTTP/2 and HTTP/1.1, and requires no client certificate.
pub(crate) struct Settings<'a> {
    pub(crate) pair: &'a Pair,
    pub(crate) alpn: &'a [&'a [u8]],
    pub(crate) client_ca: Option<&'a Ca>,
    pub(crate) version: &'static SupportedProtocolVersion,
}

pub(crate) const H2: &[u8] = b"h2";
pub(crate) const HTTP1: &[u8] = b"http/1.1";

impl<'a> Settings<'a> {
    pub(crate) fn new(pair: &'a Pair) -> Self {
        Self { pair, alpn: &[H2, HTTP1], client_ca: None, version: &version::TLS13 }
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[self.version])
            .unwrap();
        let builder = match self.client_ca {
            None => builder.with_no_client_auth(),
            Some(ca) => {
                let mut roots = RootCertStore::empty();
                roots.add(CertificateDer::from_pem_slice(ca.pem.as_bytes()).unwrap()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let chain = CertificateDer::pem_slice_iter(self.pair.certificate.as_bytes());
        let chain = chain.collect::<Result<Vec<_>, _>>().unwrap();
        let key = PrivateKeyDer::from_pem_slice(self.pair.key.as_bytes()).unwrap();
        let mut config = builder.with_single_cert(chain, key).unwrap();
        config.alpn_protocols = self.alpn.iter().map(|name| name.to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// Events that a server has seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Accepted TCP connections.
    pub(crate) connections: usize,
    /// Finished TLS handshakes.
    pub(crate) handshakes: usize,
    /// Open connections after a TLS handshake.
    pub(crate) open: usize,
    /// Requests for `/hold` in flight.
    pub(crate) held: usize,
    pub(crate) requests: Vec<String>,
    /// The common names or other marks of client certificates, one for each handshake.
    pub(crate) clients: Vec<Option<Vec<u8>>>,
}

/// A server. It holds requests for `/hold` until [`release`](Self::release), sends the body of `/echo` back, and responds
/// to others with the number of their connection.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) seen: watch::Receiver<Seen>,
    release: watch::Sender<bool>,
}

impl Server {
    pub(crate) async fn start(settings: Settings<'_>) -> Self {
        let (release, released) = watch::channel(false);
        let (send, seen) = watch::channel(Seen::default());
        let address = accept(settings.acceptor(), move |stream, number| {
            let (send, released) = (send.clone(), released.clone());
            async move {
                let Some(stream) = stream else {
                    send.send_modify(|seen| seen.connections += 1);
                    return;
                };
                let client = stream.get_ref().1.peer_certificates().map(|chain| chain[0].to_vec());
                send.send_modify(|seen| {
                    seen.handshakes += 1;
                    seen.open += 1;
                    seen.clients.push(client);
                });
                serve(stream, number, &send, &released).await;
                send.send_modify(|seen| seen.open -= 1);
            }
        })
        .await;
        Self { address, seen, release }
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    pub(crate) async fn until(&self, condition: impl FnMut(&Seen) -> bool) -> Seen {
        let mut seen = self.seen.clone();
        let waiting = async { seen.wait_for(condition).await.unwrap().clone() };
        tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("the server sees it")
    }

    /// Responds to the requests for `/hold`.
    pub(crate) fn release(&self) {
        self.release.send_replace(true);
    }

    pub(crate) fn builder(&self, tls: TlsConfig) -> HyperExecutorBuilder {
        builder(self.address, tls)
    }

    pub(crate) fn executor(&self, tls: TlsConfig) -> HyperExecutor {
        self.builder(tls).build().unwrap()
    }
}

/// Returns a builder for a server at `localhost`.
pub(crate) fn builder(address: SocketAddr, tls: TlsConfig) -> HyperExecutorBuilder {
    let address = format!("https://localhost:{}", address.port()).parse().unwrap();
    HyperExecutor::builder(address).tls(tls)
}

/// Accepts connections. `handle` is called with `None` for each accepted TCP connection, and again after its handshake,
/// with the number of the connection.
pub(crate) async fn accept<F>(
    acceptor: TlsAcceptor,
    handle: impl Fn(Option<TlsStream<TcpStream>>, usize) -> F + Send + Sync + 'static,
) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let handle = Arc::new(handle);
    tokio::spawn(async move {
        for number in 1.. {
            let (socket, _) = listener.accept().await.unwrap();
            handle(None, number).await;
            let (acceptor, handle) = (acceptor.clone(), Arc::clone(&handle));
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(socket).await {
                    handle(Some(stream), number).await;
                }
            });
        }
    });
    address
}

async fn serve(
    stream: TlsStream<TcpStream>,
    number: usize,
    send: &watch::Sender<Seen>,
    released: &watch::Receiver<bool>,
) {
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(H2);
    let service = service_fn(move |request: Request<Incoming>| {
        let (send, released) = (send.clone(), released.clone());
        async move { Ok::<_, Infallible>(respond(request, number, &send, released).await) }
    });
    let stream = TokioIo::new(stream);
    if is_http2 {
        let mut builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        let _ = builder.max_concurrent_streams(250).serve_connection(stream, service).await;
    } else {
        let _ = hyper::server::conn::http1::Builder::new().serve_connection(stream, service).await;
    }
}

async fn respond(
    request: Request<Incoming>,
    number: usize,
    send: &watch::Sender<Seen>,
    mut released: watch::Receiver<bool>,
) -> Response<Full<Bytes>> {
    send.send_modify(|seen| seen.requests.push(format!("{} {}", request.method(), request.uri().path())));
    let path = request.uri().path().to_owned();
    if path == "/hold" {
        let _held = Held::new(send);
        let _ = released.wait_for(|is_released| *is_released).await;
    }
    let body = match path.as_str() {
        "/echo" => request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default(),
        _ => Bytes::from(number.to_string()),
    };
    Response::new(Full::new(body))
}

/// Counts requests in flight.
struct Held<'a>(&'a watch::Sender<Seen>);

impl<'a> Held<'a> {
    fn new(send: &'a watch::Sender<Seen>) -> Self {
        send.send_modify(|seen| seen.held += 1);
        Self(send)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|seen| seen.held -= 1);
    }
}

pub(crate) fn get(target: &str) -> Request<Body> {
    Request::get(target).body(Body::empty()).unwrap()
}

pub(crate) fn put(target: &str) -> Request<Body> {
    Request::put(target).body(Body::from(Bytes::from_static(b"value"))).unwrap()
}

/// Sends a request and returns the body of its response.
pub(crate) async fn send(executor: &dyn Executor, request: Request<Body>) -> Result<String, TransportError> {
    let sending = async {
        let body = executor.execute(request).await?.into_body().collect(64 << 20).await?;
        Ok(String::from_utf8(body.to_vec()).unwrap())
    };
    tokio::time::timeout(Duration::from_secs(60), sending).await.expect("the call ends")
}
