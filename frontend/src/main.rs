//! The browser client of Parlance.

mod actions;
mod api;
mod app;
mod browser;
#[expect(clippy::redundant_closure, reason = "`view!` boxes the closures that it sees written out; a named one is compiled once more")]
mod components;
mod pages;
mod socket;
mod state;
mod strings;
mod ui;

fn main() {
    app::mount();
}
