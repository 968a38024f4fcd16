//! House rules that no other tool reads: short files, no raw colours, enough contrast, permissive
//! licences, clean lock files.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;

use crate::{colours, contrast, fingerprint, licences, workspace};

const LONGEST: usize = 800;
const SOURCES: &[&str] = &["rs", "ts", "js", "mjs", "css", "html", "toml", "sh", "md", "yml"];
/// Where people write; `data/` is what a server keeps.
const TREES: &[&str] = &["crates", "frontend", "migrations", "tests", "docs"];

/// The colours, each pair of which has to be told apart.
const TOKENS: &str = "frontend/src/style/tokens.css";

const CRATES: &str = "registry+https://github.com/rust-lang/crates.io-index";
const NPM: &str = "https://registry.npmjs.org/";

/// Runs all rules and fails with everything that breaks one.
pub fn check() -> Result<()> {
    let mut broken = Vec::new();
    let mut count = 0;
    for tree in TREES.iter().map(|tree| workspace::root().join(tree)).filter(|tree| tree.exists()) {
        for file in fingerprint::sources(&tree)? {
            count += 1;
            broken.extend(check_file(&file)?);
        }
    }
    broken.extend(foreign_sources(&read(&workspace::root().join("Cargo.lock"))?));
    broken.extend(contrast::check(&read(&workspace::root().join(TOKENS))?));
    if !broken.is_empty() {
        bail!("house rules are broken:\n  {}", broken.join("\n  "));
    }
    println!("{count} files keep the house rules.");
    licences::check()
}

fn check_file(file: &Path) -> Result<Vec<String>> {
    let name = file.strip_prefix(workspace::root()).unwrap_or(file).display().to_string();
    let mut broken = Vec::new();
    if file.file_name().is_some_and(|name| name == "package-lock.json") {
        broken.extend(foreign_downloads(&read(file)?).map(|address| format!("{name} names the download address {address}")));
    }
    if !file.extension().and_then(|kind| kind.to_str()).is_some_and(|kind| SOURCES.contains(&kind)) {
        return Ok(broken);
    }
    let text = read(file)?;
    let lines = text.lines().count();
    if lines > LONGEST {
        broken.push(format!("{name} has {lines} lines; {LONGEST} is the most"));
    }
    let is_style = file.extension().is_some_and(|kind| kind == "css") && name.starts_with("frontend/src/style/");
    if is_style && !name.ends_with("/tokens.css") {
        let raw = colours::raw_in(&text).into_iter();
        broken.extend(raw.map(|(line, colour)| format!("{name}:{line} has the raw colour {colour}; name a token of tokens.css")));
    }
    Ok(broken)
}

/// Crates that come from elsewhere than crates.io, as `Cargo.lock` has them.
fn foreign_sources(lock: &str) -> impl Iterator<Item = String> {
    let sources = lock.lines().filter_map(|line| line.strip_prefix("source = \"")?.strip_suffix('"'));
    sources.filter(|source| *source != CRATES).map(|source| format!("Cargo.lock names the source {source}"))
}

/// npm packages that come from elsewhere than npm's registry.
fn foreign_downloads(lock: &str) -> impl Iterator<Item = String> {
    let addresses = lock.lines().filter_map(|line| line.trim().strip_prefix("\"resolved\": \"")?.split('"').next());
    addresses.filter(|address| !address.starts_with(NPM)).map(str::to_owned)
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::{foreign_downloads, foreign_sources};

    #[test]
    fn lock_files_name_only_the_usual_registries() {
        let lock = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\nsource = \"git+https://example.org/a\"\n";
        assert_eq!(foreign_sources(lock).count(), 1);
        let lock = "\"resolved\": \"https://registry.npmjs.org/a/-/a-1.tgz\",\n  \"resolved\": \"https://mirror.example/a.tgz\",\n";
        assert_eq!(foreign_downloads(lock).collect::<Vec<_>>(), ["https://mirror.example/a.tgz"]);
    }
}
