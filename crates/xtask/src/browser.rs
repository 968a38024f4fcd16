//! The Chromium that the browser tests drive.

use anyhow::{Context, Result};
use nix::unistd::Uid;
use std::path::PathBuf;

use crate::command::probe;
use crate::packages;

const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const PACKAGES: &[&str] = &["chromium", "fonts-noto-color-emoji"];

/// The browser to drive; `None` means: the one that Playwright downloaded for itself.
pub fn ensure() -> Result<Option<PathBuf>> {
    if let Some(told) = std::env::var_os("PARLANCE_CHROMIUM") {
        return Ok(Some(told.into()));
    }
    if let Some(found) = find() {
        ensure_emoji();
        return Ok(Some(found));
    }
    if playwright_has_one() {
        return Ok(None);
    }
    packages::install("Chromium", PACKAGES)
        .context("the browser tests need Chromium; alternatively run `npx playwright install chromium` in tests/e2e")?;
    find().map(Some).context("Chromium was installed but is nowhere to be found")
}

fn find() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|program| program.is_file())
}

/// Without a font for them, emoji are boxes; that is ugly, not wrong, so failing to install one is no error.
fn ensure_emoji() {
    let known = probe("fc-list", &[":lang=und-zsye", "family"]).is_none_or(|fonts| !fonts.is_empty());
    if !known && Uid::effective().is_root() {
        drop(packages::install("a font for emoji", &["fonts-noto-color-emoji"]));
    }
}

fn playwright_has_one() -> bool {
    let told = std::env::var_os("PLAYWRIGHT_BROWSERS_PATH").map(PathBuf::from);
    let usual = || std::env::home_dir().map(|home| home.join(".cache/ms-playwright"));
    let mac = std::env::home_dir().map(|home| home.join("Library/Caches/ms-playwright"));
    let folders = told.or_else(usual).into_iter().chain(mac);
    folders
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flatten()
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().starts_with("chromium"))
}
