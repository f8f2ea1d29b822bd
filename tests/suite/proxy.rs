//! A forwarder between client and agent, which counts connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::copy;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Forwards connections to an agent for as long as the test's runtime lives.
pub(crate) struct Proxy {
    address: SocketAddr,
    accepted: Arc<AtomicUsize>,
    open: watch::Receiver<usize>,
}

impl Proxy {
    pub(crate) async fn to(agent: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepted = Arc::new(AtomicUsize::new(0));
        let (count, open) = watch::channel(0);
        let counter = Arc::clone(&accepted);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                count.send_modify(|open| *open += 1);
                let count = count.clone();
                tokio::spawn(async move {
                    if let Ok(mut server) = TcpStream::connect(agent).await {
                        let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
                            (client.split(), server.split());
                        // Ends with whoever closes first; an agent that waits for a change does not notice.
                        tokio::select! {
                            _ = copy(&mut from_client, &mut to_server) => {}
                            _ = copy(&mut from_server, &mut to_client) => {}
                        }
                    }
                    count.send_modify(|open| *open -= 1);
                });
            }
        });
        Self { address, accepted, open }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Connections that have been opened so far.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// Waits until this many connections are open.
    pub(crate) async fn until_open(&mut self, connections: usize) {
        self.open.wait_for(|open| *open == connections).await.unwrap();
    }
}
