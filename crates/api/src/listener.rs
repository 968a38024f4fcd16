//! Where connections come from: a TCP port, a Unix socket, or a socket that the service manager opened for us.

use std::{io, net::SocketAddr};

use axum::{extract::connect_info::Connected, serve::IncomingStream};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio_util::either::Either;

use crate::config::Listen;

pub enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// The other end of a connection; a Unix socket has no address.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub Option<SocketAddr>);

impl Listener {
    /// A socket handed over by the service manager comes before the setting.
    pub async fn open(listen: &Listen) -> io::Result<Self> {
        let mut handed = listenfd::ListenFd::from_env();
        if let Ok(Some(listener)) = handed.take_tcp_listener(0) {
            listener.set_nonblocking(true)?;
            return TcpListener::from_std(listener).map(Self::Tcp);
        }
        match listen {
            Listen::Tcp(address) => TcpListener::bind(address).await.map(Self::Tcp),
            Listen::Unix(path) => {
                // A socket file that nobody answers on is left from a killed process.
                if path.exists() && UnixStream::connect(path).await.is_err() {
                    std::fs::remove_file(path)?;
                }
                UnixListener::bind(path).map(Self::Unix)
            }
        }
    }

    /// For the log.
    pub fn describe(&self) -> String {
        match self {
            Self::Tcp(listener) => listener.local_addr().map_or_else(|_| "tcp".into(), |address| format!("http://{address}")),
            Self::Unix(listener) => {
                let path = listener.local_addr().ok().and_then(|address| address.as_pathname().map(|path| path.display().to_string()));
                format!("unix:{}", path.unwrap_or_default())
            }
        }
    }
}

/// Either kind of stream.
pub type Stream = Either<TcpStream, UnixStream>;

impl axum::serve::Listener for Listener {
    type Io = Stream;
    type Addr = Peer;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self {
            Self::Tcp(listener) => {
                let (stream, address) = axum::serve::Listener::accept(listener).await;
                let _ = stream.set_nodelay(true);
                (Stream::Left(stream), Peer(Some(address)))
            }
            Self::Unix(listener) => (Stream::Right(axum::serve::Listener::accept(listener).await.0), Peer(None)),
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        match self {
            Self::Tcp(listener) => listener.local_addr().map(|address| Peer(Some(address))),
            Self::Unix(_) => Ok(Peer(None)),
        }
    }
}

impl Connected<IncomingStream<'_, Listener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Listener>) -> Self {
        *stream.remote_addr()
    }
}
