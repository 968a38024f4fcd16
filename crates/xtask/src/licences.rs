//! The licences of what we build on: all permissive.

use anyhow::{Result, bail};
use serde_json::Value;

use crate::command::{cargo, output};

/// What may be linked into an MIT program without further duties than naming the authors.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Fails with every dependency whose licence is not allowed.
pub fn check() -> Result<()> {
    let metadata: Value = serde_json::from_str(&output(&mut cargo(["metadata", "--format-version", "1"]))?)?;
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let refused: Vec<String> = packages.iter().filter_map(refusal).collect();
    if !refused.is_empty() {
        bail!("licences that are not in the list of permissive ones: {}", refused.join(", "));
    }
    println!("{} packages have permissive licences.", packages.len());
    Ok(())
}

fn refusal(package: &Value) -> Option<String> {
    let licence = package["license"].as_str().unwrap_or("none named");
    (!is_allowed(licence)).then(|| format!("{} ({licence})", package["name"].as_str().unwrap_or("?")))
}

/// Evaluates an SPDX expression; `/` is the old spelling of `OR`.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ").replace(" WITH ", "_WITH_");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut words = words.as_slice();
    any(&mut words) && words.is_empty()
}

fn any(words: &mut &[&str]) -> bool {
    let mut allowed = all(words);
    while let ["OR", rest @ ..] = *words {
        *words = rest;
        allowed |= all(words);
    }
    allowed
}

fn all(words: &mut &[&str]) -> bool {
    let mut allowed = one(words);
    while let ["AND", rest @ ..] = *words {
        *words = rest;
        allowed &= one(words);
    }
    allowed
}

fn one(words: &mut &[&str]) -> bool {
    match *words {
        ["(", rest @ ..] => {
            *words = rest;
            let allowed = any(words);
            if let [")", rest @ ..] = *words {
                *words = rest;
            }
            allowed
        }
        [licence, rest @ ..] => {
            *words = rest;
            ALLOWED.contains(&licence.replace("_WITH_", " WITH ").as_str())
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_allowed;

    #[test]
    fn expressions_mean_what_they_say() {
        for good in ["MIT", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR Apache-2.0) AND Unicode-3.0", "Apache-2.0 WITH LLVM-exception"] {
            assert!(is_allowed(good), "{good}");
        }
        for bad in ["GPL-3.0", "MIT AND GPL-3.0", "MPL-2.0", "(MIT AND MPL-2.0) OR GPL-2.0", "", "none named"] {
            assert!(!is_allowed(bad), "{bad}");
        }
    }
}
