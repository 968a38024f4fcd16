//! What `cargo test --no-run` has built: the program and the test suites, without building twice.

use anyhow::{Context, Result};
use serde_json::Value;
use std::path::PathBuf;

use crate::command::{cargo, output};

/// Every step that compiles for the host names the same packages: another set would mean other features of the
/// same dependencies, and compiling them again.
pub const HOST_PACKAGES: &[&str] = &["--workspace", "--exclude", "frontend"];

/// One built program.
#[derive(Debug, PartialEq)]
pub struct Artifact {
    /// The folder of its crate, where cargo runs it.
    pub folder: PathBuf,
    /// The target's name: the crate, the binary, or the test file.
    pub name: String,
    pub program: PathBuf,
    pub is_test: bool,
}

impl Artifact {
    /// Whether it belongs to the crate in a folder of this name.
    pub fn is_of(&self, crate_folder: &str) -> bool {
        self.folder.file_name().is_some_and(|name| name == crate_folder)
    }
}

/// Builds the tests of all host crates, and the programs with them.
pub fn build() -> Result<Vec<Artifact>> {
    let mut build = cargo(["test", "--no-run", "--message-format=json-render-diagnostics"]);
    let messages = output(build.args(HOST_PACKAGES)).context("the tests do not compile")?;
    Ok(parse(&messages))
}

/// A program as the tests use it. Only those of crates with test files are built along with them.
pub fn program(name: &str) -> Result<PathBuf> {
    let built = build()?.into_iter().find(|artifact| artifact.name == name && !artifact.is_test);
    if let Some(artifact) = built {
        return Ok(artifact.program);
    }
    let mut build = cargo(["build", "--bin", name, "--message-format=json-render-diagnostics"]);
    let messages = output(build.args(HOST_PACKAGES))?;
    let built = parse(&messages).into_iter().find(|artifact| artifact.name == name);
    built.map(|artifact| artifact.program).with_context(|| format!("cargo built no program `{name}`"))
}

fn parse(messages: &str) -> Vec<Artifact> {
    messages.lines().filter_map(|line| parse_message(&serde_json::from_str(line).ok()?)).collect()
}

fn parse_message(message: &Value) -> Option<Artifact> {
    Some(Artifact {
        folder: PathBuf::from(message["manifest_path"].as_str()?).parent()?.to_path_buf(),
        name: message["target"]["name"].as_str()?.to_owned(),
        program: message["executable"].as_str()?.into(),
        is_test: message["profile"]["test"].as_bool()?,
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn only_what_can_be_executed_is_an_artifact() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","manifest_path":"/w/crates/bus/Cargo.toml","target":{"name":"bus"},"profile":{"test":false},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","manifest_path":"/w/crates/store/Cargo.toml","target":{"name":"it"},"profile":{"test":true},"executable":"/w/target/debug/deps/it-1"}"#,
            "\nnot json\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        let found = parse(messages);
        assert_eq!(found.len(), 1);
        assert!(found[0].is_test && found[0].is_of("store") && !found[0].is_of("bus"));
    }
}
