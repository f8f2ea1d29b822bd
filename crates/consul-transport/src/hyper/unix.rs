//! Unix sockets.

use std::fs;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use tokio::net::UnixStream;

use crate::hyper::connect::ConnectError;
use crate::hyper::stream::Stream;

/// Connects to a path, or to an abstract socket if the path starts with a NUL byte.
pub(super) async fn connect(path: &Path) -> Result<Stream, ConnectError> {
    UnixStream::connect(path).await.map(Stream::unix).map_err(|source| explain(path, source))
}

fn explain(path: &Path, source: io::Error) -> ConnectError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::NotFound => ConnectError::SocketMissing(path),
        io::ErrorKind::PermissionDenied => ConnectError::SocketPermission(path),
        // The system reports the same error for a file that is not a socket and for a socket without a listener.
        _ if fs::metadata(&path).is_ok_and(|file| !file.file_type().is_socket()) => {
            ConnectError::NotASocket(path)
        }
        _ => ConnectError::Socket { path, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_their_reason() {
        let explain = |path: &str, kind: io::ErrorKind| explain(Path::new(path), kind.into());
        let missing = explain("/nowhere.sock", io::ErrorKind::NotFound);
        assert!(matches!(missing, ConnectError::SocketMissing(_)), "{missing:?}");
        // Tests often run as root, who has permission for everything.
        let forbidden = explain("/some.sock", io::ErrorKind::PermissionDenied);
        assert!(matches!(forbidden, ConnectError::SocketPermission(_)), "{forbidden:?}");
        let directory = explain("/", io::ErrorKind::ConnectionRefused);
        assert!(matches!(directory, ConnectError::NotASocket(_)), "{directory:?}");
    }
}
