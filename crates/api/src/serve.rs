//! From connections to requests: HTTP/1.1 on whatever the listener accepts, until the server stops.

use std::{convert::Infallible, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, StatusCode, header},
    response::{IntoResponse, Response},
    serve::Listener as _,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::time::{Instant, timeout_at};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;
use tower_http::timeout::TimeoutBody;

use crate::listener::{Listener, Peer, Stream};

/// A client has so long for the head of a request, counted from the connection or from the answer before it.
const HEAD: Duration = Duration::from_mins(1);

/// And so long for each further piece of its body.
const BODY: Duration = Duration::from_secs(30);

/// Connections that end together.
struct Connections {
    tasks: TaskTracker,
    /// Whether each may have more than one request.
    keep_alive: bool,
    /// Each finishes its request, and takes no further one.
    ending: CancellationToken,
}

impl Connections {
    fn new(keep_alive: bool) -> Self {
        Self { tasks: TaskTracker::new(), keep_alive, ending: CancellationToken::new() }
    }

    fn take(&self, stream: Stream, peer: Peer, router: &Router) {
        let (router, ending) = (router.clone(), self.ending.clone());
        let service = service_fn(move |request| answer(router.clone(), request, peer));
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(HEAD).keep_alive(self.keep_alive);
        let mut connection = Box::pin(builder.serve_connection(TokioIo::new(stream), service).with_upgrades());
        self.tasks.spawn(async move {
            let outcome = tokio::select! {
                outcome = connection.as_mut() => outcome,
                () = ending.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = outcome {
                tracing::trace!(%error, "a connection broke");
            }
        });
    }

    fn end(&self) {
        self.ending.cancel();
        self.tasks.close();
    }
}

/// Serves until `stopping` resolves. From then on every connection has one more request at most; whoever asks whether the
/// server is ready still hears that it is not. It ends when the connections from before and `drained` have, and at the latest
/// after `grace`.
pub async fn serve(
    mut listener: Listener,
    router: Router,
    stopping: impl Future<Output = ()>,
    drained: impl Future<Output = ()>,
    grace: Duration,
) {
    let running = Connections::new(true);
    let mut stopping = std::pin::pin!(stopping);
    loop {
        tokio::select! {
            biased;
            () = stopping.as_mut() => break,
            (stream, peer) = listener.accept() => running.take(stream, peer, &router),
        }
    }
    let deadline = Instant::now() + grace;
    running.end();
    let late = Connections::new(false);
    late.tasks.close();
    let finished = async {
        drained.await;
        running.tasks.wait().await;
    };
    let accepting = async {
        loop {
            let (stream, peer) = listener.accept().await;
            late.take(stream, peer, &router);
        }
    };
    let all_finished = tokio::select! {
        outcome = timeout_at(deadline, finished) => outcome,
        () = accepting => Ok(()),
    };
    drop(listener);
    if all_finished.is_err() || timeout_at(deadline, late.tasks.wait()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

/// A request that may change something is finished even if its client hangs up: what is stored has to be published too, and
/// a use case does that in its last line.
async fn answer(router: Router, request: Request<Incoming>, peer: Peer) -> Result<Response, Infallible> {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let mut request = request.map(|body| Body::new(TimeoutBody::new(BODY, body)));
    request.extensions_mut().insert(ConnectInfo(peer));
    if is_read {
        return router.oneshot(request).await;
    }
    match tokio::spawn(router.oneshot(request)).await {
        Ok(response) => response,
        // The runtime is going down. Whether something was stored is not known, and the client tries again.
        Err(_) => Ok((StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")]).into_response()),
    }
}
