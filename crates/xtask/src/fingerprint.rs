//! Has anything changed? Content hashes for builds, modification times for watching.

use anyhow::{Context, Result};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// Folders that no one wrote by hand.
const GENERATED: &[&str] = &["target", "dist", "gen", "node_modules", "test-results", "playwright-report"];
/// The dotted folders that hold sources; others belong to tools.
const DOTTED: &[&str] = &[".cargo", ".ci"];

/// All source files below `path` (or the file itself), in a fixed order.
pub fn sources(path: &Path) -> Result<Vec<PathBuf>> {
    let skip = |name: &str| GENERATED.contains(&name) || (name.starts_with('.') && !DOTTED.contains(&name));
    files(path, &skip)
}

/// A hash of the names and contents of all source files below `paths`.
pub fn of_sources(paths: &[PathBuf]) -> Result<String> {
    let mut all = Vec::new();
    for path in paths.iter().filter(|path| path.exists()) {
        all.extend(sources(path)?);
    }
    of_files(&all)
}

/// A hash of the names and contents of everything in a folder, generated or not.
pub fn of_folder(folder: &Path) -> Result<String> {
    of_files(&files(folder, &|_| false)?)
}

/// A number that changes when a source file below `paths` is written, added or removed.
pub fn of_times(paths: &[PathBuf]) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    for path in paths.iter().filter(|path| path.exists()) {
        for file in sources(path)? {
            // A file may vanish between being listed and being looked at: editors save by renaming.
            fs::metadata(&file).and_then(|metadata| metadata.modified()).ok().hash(&mut hasher);
            file.hash(&mut hasher);
        }
    }
    Ok(hasher.finish())
}

fn of_files(files: &[PathBuf]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        fs::read(file).with_context(|| format!("cannot read {}", file.display()))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn files(path: &Path, skip: &dyn Fn(&str) -> bool) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut found = Vec::new();
    let mut entries = fs::read_dir(path)
        .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
        .with_context(|| format!("cannot list {}", path.display()))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type()?;
        if kind.is_dir() && !skip(&entry.file_name().to_string_lossy()) {
            found.extend(files(&entry.path(), skip)?);
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    Ok(found)
}
