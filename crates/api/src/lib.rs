//! The program `parlance`: the edges (HTTP, sockets, settings, the log) and the one place where ports meet adapters.

pub mod app;
pub mod config;
mod error;
mod extract;
mod hashing;
mod http;
mod listener;
mod middleware;
pub mod openapi;
mod origin;
mod router;
mod secrets;
mod serve;
mod static_files;
pub mod telemetry;
mod ws;
