//! From the nick of a log to an account: a username within the rules, unique, and the same on every run.

use anyhow::{Context, Result};
use shared_types::{
    limits,
    text::{DisplayName, Email, Username},
};

use crate::person::Applicant;

/// Reserved for what reaches nobody (RFC 2606).
const MAIL_HOST: &str = "loadtest.invalid";

/// The accounts to try for each nick, in order: the nick itself if it is a username that no earlier nick of the list
/// took, then the nick's letters with a hash of it, which nobody else has.
pub fn applicants<'a>(nicks: impl IntoIterator<Item = &'a str>) -> Result<Vec<Vec<Applicant>>> {
    let mut taken = std::collections::HashSet::new();
    nicks
        .into_iter()
        .map(|nick| {
            let plain = Username::try_from(nick).ok().filter(|name| taken.insert(name.clone()));
            plain.into_iter().chain([hashed(nick)?]).map(|username| applicant(username, nick)).collect()
        })
        .collect()
}

/// An account under `username` for somebody who is shown as `name`.
pub fn applicant(username: Username, name: &str) -> Result<Applicant> {
    // A username may be longer in bytes than the first half of an address may be, so the address holds a hash.
    let email = Email::try_from(format!("{:016x}@{MAIL_HOST}", hash(username.as_str())))?;
    let shown: String = name.trim().chars().take(limits::DISPLAY_NAME_CHARS).collect();
    let display_name = DisplayName::try_from(shown).or_else(|_| DisplayName::try_from(username.as_str()))?;
    Ok(Applicant { username, email, display_name })
}

fn hashed(nick: &str) -> Result<Username> {
    let kept: String =
        nick.to_lowercase().chars().map(|c| if c.is_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' }).collect();
    let kept: String = kept.trim_matches(|c: char| !c.is_alphanumeric()).chars().take(23).collect();
    let stem = if kept.is_empty() { "speaker" } else { &kept };
    let name = format!("{stem}-{:08x}", hash(nick) & 0xffff_ffff);
    Username::try_from(name).with_context(|| format!("the nick {nick} gives no username"))
}

/// FNV-1a, 64 bits: small, and the same on every machine and in every version of Rust, unlike the standard library's.
/// <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(nicks: &[&str]) -> Vec<Vec<String>> {
        let applicants = applicants(nicks.iter().copied()).unwrap();
        applicants.into_iter().map(|tries| tries.into_iter().map(|one| one.username.into_string()).collect()).collect()
    }

    #[test]
    fn a_nick_that_is_a_username_is_kept() {
        assert_eq!(names(&["gull-7"])[0][0], "gull-7");
    }

    #[test]
    fn other_nicks_keep_their_letters_and_gain_a_hash() {
        let names = names(&["_gull_", "|][|", "x", "gull|away", &"g".repeat(60)]);
        assert!(names.iter().all(|tries| tries.len() == 1), "{names:?}");
        assert!(names[0][0].starts_with("gull-"), "{names:?}");
        assert!(names[1][0].starts_with("speaker-"), "{names:?}");
        assert!(names[2][0].starts_with("x-"), "{names:?}");
        assert!(names[3][0].starts_with("gull-away-"), "{names:?}");
        assert_eq!(names[4][0].chars().count(), 32);
    }

    #[test]
    fn nicks_that_differ_in_case_or_marks_alone_stay_apart() {
        let names = names(&["Gull", "gull", "gull_", "gull|"]);
        assert_eq!(names[0][0], "gull");
        let first: std::collections::HashSet<String> = names.iter().map(|tries| tries[0].clone()).collect();
        assert_eq!(first.len(), 4, "{names:?}");
    }

    #[test]
    fn the_display_name_is_the_nick_as_typed() {
        let applicants = applicants(["|][|", "\u{202E}"]).unwrap();
        assert_eq!(applicants[0][0].display_name.as_str(), "|][|");
        assert!(applicants[1][0].display_name.as_str().starts_with("speaker-"));
    }
}
