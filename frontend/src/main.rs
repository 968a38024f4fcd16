//! The browser client of Parlance.

mod actions;
mod api;
mod app;
mod browser;
mod components;
mod pages;
mod socket;
mod state;
mod strings;
mod ui;

fn main() {
    app::mount();
}
