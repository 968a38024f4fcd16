//! Who may know whom: the edges that must not be there.

use anyhow::{Result, bail};

use crate::command::{cargo, output, run};

/// A crate, and what it must never reach by normal dependencies and default features.
struct Rule {
    from: &'static str,
    never: &'static [&'static str],
    /// Built for the browser, so checked for it, too.
    in_browser: bool,
}

const OURS: &[&str] = &[
    "api",
    "blobs",
    "bus",
    "client",
    "domain",
    "frontend",
    "loadtest",
    "migrations",
    "naive",
    "realtime",
    "shared-types",
    "store",
    "testkit",
];

const RULES: &[Rule] = &[
    Rule { from: "shared-types", never: &["tokio", "axum", "sea-orm", "leptos"], in_browser: true },
    Rule { from: "domain", never: &["axum", "sea-orm", "async-nats"], in_browser: false },
    Rule { from: "client", never: &["leptos", "web-sys", "tokio"], in_browser: true },
    Rule { from: "store", never: &["bus", "realtime", "axum"], in_browser: false },
    Rule { from: "realtime", never: &["axum", "sea-orm", "store"], in_browser: false },
    Rule { from: "frontend", never: &["domain", "store", "utoipa"], in_browser: true },
    Rule { from: "migrations", never: &["store", "domain", "shared-types"], in_browser: false },
    Rule { from: "xtask", never: OURS, in_browser: false },
];

/// Fails with every forbidden edge, after showing the path of each.
pub fn check() -> Result<()> {
    let mut broken = Vec::new();
    for rule in RULES {
        let targets: &[&[&str]] = if rule.in_browser { &[&[], &["--target", "wasm32-unknown-unknown"]] } else { &[&[]] };
        for target in targets {
            let tree = output(cargo(["tree", "--package", rule.from, "--edges", "normal", "--prefix", "none"]).args(*target))?;
            for forbidden in forbidden_in(&tree, rule.never) {
                println!("{} must not depend on {forbidden}; it does, by this path (read upwards):", rule.from);
                run(cargo(["tree", "--package", rule.from, "--edges", "normal", "--invert", &forbidden]).args(*target))?;
                broken.push(format!("{} -> {forbidden}", rule.from));
            }
        }
    }
    broken.dedup();
    if !broken.is_empty() {
        bail!("forbidden dependencies: {}", broken.join(", "));
    }
    println!("{} crates reach nothing they must not know.", RULES.len());
    Ok(())
}

/// Which of `never` appear in the output of `cargo tree --prefix none`.
fn forbidden_in(tree: &str, never: &[&str]) -> Vec<String> {
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    let mut found: Vec<String> = names.filter(|name| never.contains(name)).map(str::to_owned).collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::forbidden_in;

    #[test]
    fn names_are_compared_whole() {
        let tree = "client v0.1.0 (/w/crates/client)\ntokio-util v0.7.1\nserde v1.0.0\nserde v1.0.0 (*)\n";
        assert_eq!(forbidden_in(tree, &["tokio", "leptos"]), Vec::<String>::new());
        assert_eq!(forbidden_in(tree, &["tokio", "serde"]), ["serde"]);
    }
}
