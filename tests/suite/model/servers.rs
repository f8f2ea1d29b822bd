//! The model and a real server, behind one interface.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use consul_tests::Agent;
use consul_tests::model::Consul;

use crate::clients::PATIENCE;

/// Servers that respond to a request.
pub(super) trait Servers {
    fn exchange(&mut self, request: &http::Request<Bytes>) -> http::Response<Bytes>;

    /// Returns the response to a read that waits, while something is written.
    fn exchange_while(
        &mut self,
        read: &http::Request<Bytes>,
        write: &http::Request<Bytes>,
    ) -> http::Response<Bytes>;

    /// Waits until a lock-delay has elapsed that began before.
    fn until_delay_is_over(&mut self, delay: Duration);
}

pub(super) struct Model(pub(super) Consul);

impl Servers for Model {
    fn exchange(&mut self, request: &http::Request<Bytes>) -> http::Response<Bytes> {
        self.0.exchange(0, request)
    }

    fn exchange_while(
        &mut self,
        read: &http::Request<Bytes>,
        write: &http::Request<Bytes>,
    ) -> http::Response<Bytes> {
        let now = self.0.now();
        self.0.receive(now, 0, 1000, read);
        self.0.receive(now, 0, 1001, write);
        loop {
            let at = self.0.next_at().expect("both have responses");
            let mut responses = self.0.advance(at);
            if let Some(found) = responses.iter().position(|(ticket, _)| *ticket == 1000) {
                return responses.swap_remove(found).1;
            }
        }
    }

    fn until_delay_is_over(&mut self, delay: Duration) {
        let at = self.0.now() + delay;
        assert!(self.0.advance(at).is_empty());
    }
}

pub(super) struct Real(pub(super) &'static Agent);

impl Servers for Real {
    fn exchange(&mut self, request: &http::Request<Bytes>) -> http::Response<Bytes> {
        exchange(self.0, request)
    }

    fn exchange_while(
        &mut self,
        read: &http::Request<Bytes>,
        write: &http::Request<Bytes>,
    ) -> http::Response<Bytes> {
        thread::scope(|scope| {
            let reader = scope.spawn(|| exchange(self.0, read));
            // Whether the read is there before the write or not: its response is the same.
            exchange(self.0, write);
            reader.join().unwrap()
        })
    }

    fn until_delay_is_over(&mut self, delay: Duration) {
        // Nothing reports the end of a lock-delay.
        thread::sleep(delay + Duration::from_millis(200));
    }
}

/// Sends a request on a connection of its own.
pub(super) fn exchange(agent: &Agent, request: &http::Request<Bytes>) -> http::Response<Bytes> {
    let mut stream = TcpStream::connect(agent.http_addr()).unwrap();
    stream.set_read_timeout(Some(PATIENCE * 3)).unwrap();
    let (method, uri, body) = (request.method(), request.uri(), request.body());
    write!(stream, "{method} {uri} HTTP/1.0\r\nContent-Length: {}\r\n\r\n", body.len()).unwrap();
    stream.write_all(body).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let mut response = http::Response::builder().status(status);
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        response = response.header(name, value);
    }
    response.body(Bytes::copy_from_slice(&bytes[end + 4..])).unwrap()
}
