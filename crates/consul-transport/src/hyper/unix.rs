//! Unix sockets.

use std::fs;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use tokio::net::UnixStream;

use crate::hyper::connect::ConnectError;
use crate::hyper::stream::Stream;

pub(super) async fn connect(path: &Path) -> Result<Stream, ConnectError> {
    UnixStream::connect(path).await.map(Stream::unix).map_err(|source| explain(path, source))
}

fn explain(path: &Path, source: io::Error) -> ConnectError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::NotFound => ConnectError::SocketMissing(path),
        io::ErrorKind::PermissionDenied => ConnectError::SocketPermission(path),
        // The system refuses a plain file as it refuses a socket that nobody listens on.
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
    fn refusals_are_told_apart() {
        let explain = |path: &str, kind: io::ErrorKind| explain(Path::new(path), kind.into());
        let missing = explain("/nowhere.sock", io::ErrorKind::NotFound);
        assert!(matches!(missing, ConnectError::SocketMissing(_)), "{missing:?}");
        // Root, as whom tests often run, has permission for everything.
        let forbidden = explain("/some.sock", io::ErrorKind::PermissionDenied);
        assert!(matches!(forbidden, ConnectError::SocketPermission(_)), "{forbidden:?}");
        let directory = explain("/", io::ErrorKind::ConnectionRefused);
        assert!(matches!(directory, ConnectError::NotASocket(_)), "{directory:?}");
    }
}
