//! What the server counts, in Prometheus' text format (version 0.0.4). Every queue shows its length and its bound.

use std::fmt::{Display, Write};

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use shared_types::route;

use crate::app::App;

/// What the server counts, for Prometheus and its like.
#[utoipa::path(get, path = route::METRICS, tag = "server", responses((status = 200, description = "Prometheus text format", body = String)))]
pub async fn metrics(State(app): State<App>) -> Response {
    let (writer, hub) = (app.ctx.store.writer_meter(), app.sockets.hub.meter());
    let mut page = Page::default();
    page.counter("parlance_messages_stored_total", "Messages that were stored.", writer.messages);
    page.counter("parlance_commits_total", "Batches that the writer committed.", writer.commits);
    page.gauge("parlance_writer_queue", "Jobs that wait for a commit.", writer.waiting);
    page.gauge("parlance_writer_queue_capacity", "Jobs that may wait; more are refused with 503.", writer.capacity);
    page.gauge("parlance_sockets", "Open sockets.", app.sockets.tasks.len());
    page.gauge("parlance_hub_queue", "Commands that wait for the hub.", hub.commands_waiting);
    page.gauge("parlance_hub_queue_capacity", "Commands that may wait; whoever sends more waits.", hub.commands_capacity);
    page.gauge(
        "parlance_socket_queue_bytes_capacity",
        "Bytes that may wait for one socket; then it is told resync.",
        hub.line_bytes_capacity,
    );
    page.counter("parlance_deliveries_total", "Events that were queued for sockets.", hub.deliveries);
    page.counter("parlance_resyncs_total", "Sockets that were told resync because they read too slowly.", hub.resyncs);
    page.counter("parlance_slow_sockets_closed_total", "Sockets that were closed because they did not read at all.", hub.dropped);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page.0).into_response()
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn counter(&mut self, name: &str, help: &str, value: impl Display) {
        self.value(name, help, "counter", value);
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.value(name, help, "gauge", value);
    }

    fn value(&mut self, name: &str, help: &str, kind: &str, value: impl Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
    }
}
