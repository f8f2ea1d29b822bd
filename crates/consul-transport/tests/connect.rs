//! How the hyper executor connects, and its errors when it cannot.

#![allow(clippy::unwrap_used, reason = "a test; clippy sees only the functions marked as such")]

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use consul_transport::{
    Body, ConnectError, Executor, HyperExecutor, HyperExecutorBuilder, SendMark, SendState, TransportError,
    TransportErrorKind,
};
use http::Request;
use socket2::{Domain, Socket, Type};

async fn connect_error(executor: HyperExecutor) -> TransportError {
    let request = Request::put("/v1/kv/a").body(Body::empty()).unwrap();
    let error = executor.execute(request).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Connect, "{error:?}");
    assert!(error.is_unsent(), "nothing is sent without a connection");
    error
}

fn source(error: &TransportError) -> &ConnectError {
    std::error::Error::source(error).unwrap().downcast_ref().unwrap()
}

/// A listener that never accepts and has a full backlog, so that connecting to it never completes.
struct Full {
    listener: Socket,
    _accepted: Vec<TcpStream>,
}

impl Full {
    fn new() -> Self {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let mut accepted = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(100)) {
            accepted.push(stream);
        }
        Self { listener, _accepted: accepted }
    }

    fn builder(&self) -> HyperExecutorBuilder {
        let address = self.listener.local_addr().unwrap().as_socket().unwrap();
        HyperExecutor::builder(address.to_string().parse().unwrap())
    }
}

#[tokio::test]
async fn b1_connecting_times_out() {
    let full = Full::new();
    let error =
        connect_error(full.builder().connect_timeout(Duration::from_millis(100)).build().unwrap()).await;
    assert!(matches!(source(&error), ConnectError::Timeout { .. }), "{error:?}");
}

#[tokio::test]
async fn call_dropped_while_connecting_is_not_sent() {
    let full = Full::new();
    let executor = full.builder().build().unwrap();
    let mark = SendMark::new();
    let mut request = Request::put("/v1/kv/a").body(Body::empty()).unwrap();
    request.extensions_mut().insert(mark.clone());
    let call = tokio::time::timeout(Duration::from_millis(100), executor.execute(request));
    assert!(call.await.is_err(), "nobody accepts the connection");
    assert_eq!(mark.state(), SendState::NotSent);
}

#[tokio::test]
async fn refused_connection_names_its_address() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = connect_error(HyperExecutor::new(address.to_string().parse().unwrap()).unwrap()).await;
    let ConnectError::Tcp { address: tried, source } = source(&error) else { panic!("{error:?}") };
    assert_eq!((*tried, source.kind()), (address, std::io::ErrorKind::ConnectionRefused));
}

#[tokio::test]
async fn zone_of_an_ipv6_address_is_resolved() {
    // Interface 1 is the loopback interface, which has no address of this prefix: the system rejects the connection,
    // but the zone was understood.
    let executor = HyperExecutor::new("[fe80::1%1]:9".parse().unwrap()).unwrap();
    let error = connect_error(executor).await;
    let ConnectError::Tcp { address: SocketAddr::V6(tried), .. } = source(&error) else {
        panic!("{error:?}")
    };
    assert_eq!(tried.scope_id(), 1);
}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::io::{Read, Write};
    use std::os::unix::net::UnixListener;
    use std::path::{Path, PathBuf};
    use std::sync::mpsc;
    use std::thread;

    use consul_transport::Address;

    use super::*;

    /// A directory that is removed at the end of the test.
    struct Directory(PathBuf);

    impl Directory {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("consul-transport-{}-{name}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn join(&self, name: &str) -> PathBuf {
            self.0.join(name)
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn executor(path: &Path) -> HyperExecutor {
        HyperExecutor::new(format!("unix://{}", path.display()).parse().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn calls_over_a_unix_socket_share_a_connection() {
        let directory = Directory::new("calls");
        let path = directory.join("consul.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let (sender, requests) = mpsc::channel();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut bytes = [0; 4096];
            loop {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    match stream.read(&mut bytes) {
                        Ok(length) if length > 0 => head.extend_from_slice(&bytes[..length]),
                        _ => return,
                    }
                }
                sender.send(String::from_utf8(head).unwrap()).unwrap();
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
            }
        });
        let executor = executor(&path);
        for _ in 0..3 {
            let request = Request::get("/v1/agent/self").body(Body::empty()).unwrap();
            let response = executor.execute(request).await.unwrap();
            assert_eq!(response.into_body().collect(10).await.unwrap(), "ok");
            // Consul rejects a path in `Host` with 400.
            assert_eq!(
                requests.recv().unwrap(),
                "GET /v1/agent/self HTTP/1.1\r\naccept-encoding: identity\r\nhost: localhost\r\n\r\n"
            );
        }
    }

    #[tokio::test]
    async fn s8_unix_socket_errors_are_distinct() {
        let directory = Directory::new("refusals");

        let missing = directory.join("missing.sock");
        let error = connect_error(executor(&missing)).await;
        assert!(matches!(source(&error), ConnectError::SocketMissing(path) if *path == missing), "{error:?}");

        let file = directory.join("file");
        fs::write(&file, "not a socket").unwrap();
        let error = connect_error(executor(&file)).await;
        assert!(matches!(source(&error), ConnectError::NotASocket(path) if *path == file), "{error:?}");

        let stale = directory.join("stale.sock");
        drop(UnixListener::bind(&stale).unwrap());
        let error = connect_error(HyperExecutor::new(Address::unix(&stale)).unwrap()).await;
        assert!(matches!(source(&error), ConnectError::Socket { path, .. } if *path == stale), "{error:?}");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn abstract_sockets_are_supported() {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::net::SocketAddr;

        let name = format!("consul-transport-{}", std::process::id());
        let listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            assert_ne!(stream.read(&mut [0; 4096]).unwrap(), 0);
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
        });
        let executor = HyperExecutor::new(format!("unix://@{name}").parse().unwrap()).unwrap();
        let request = Request::get("/v1/agent/self").body(Body::empty()).unwrap();
        let response = executor.execute(request).await.unwrap();
        assert_eq!(response.into_body().collect(10).await.unwrap(), "ok");

        let missing = HyperExecutor::new("unix://@consul-transport-missing".parse().unwrap()).unwrap();
        let error = connect_error(missing).await;
        assert!(source(&error).to_string().contains("@consul-transport-missing"), "{error:?}");
    }
}
