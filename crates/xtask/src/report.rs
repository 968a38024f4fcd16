//! Counting what passed, and the table at the end.

use std::io::Write;
use std::time::Duration;

/// How many tests passed and failed. A check that is no test suite counts as one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl Tally {
    pub const PASS: Self = Self { passed: 1, failed: 0 };
    pub const FAIL: Self = Self { passed: 0, failed: 1 };

    /// Adds what a line says: libtest's `test result: …`, or a line of Playwright's summary.
    pub fn read(&mut self, line: &str) {
        let line = without_colours(line);
        let line = line.trim();
        if let Some(result) = line.strip_prefix("test result: ") {
            self.passed += count_before(result, "passed").unwrap_or(0);
            self.failed += count_before(result, "failed").unwrap_or(0);
        } else if let [count, rest @ ..] = line.split(' ').collect::<Vec<_>>().as_slice()
            && let Ok(count) = count.parse::<u64>()
        {
            match rest {
                // Playwright adds the time to this line only.
                ["passed"] => self.passed += count,
                ["passed", time] if time.starts_with('(') => self.passed += count,
                ["failed" | "interrupted"] | ["did", "not", "run"] => self.failed += count,
                _ => {}
            }
        }
    }

    /// A suite that failed without a failing test (it did not compile, it crashed) still failed.
    pub fn ended(mut self, success: bool) -> Self {
        if !success && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

/// One step's name, result and time.
pub struct Line {
    pub name: &'static str,
    pub tally: Tally,
    pub took: Duration,
}

/// Prints the table and, last, the one line that sums it up; tells whether all is well.
pub fn print(lines: &[Line]) -> bool {
    println!("\n{:<10} {:>8} {:>8} {:>9}", "step", "passed", "failed", "time");
    let mut sum = Tally::default();
    for line in lines {
        let Tally { passed, failed } = line.tally;
        println!("{:<10} {passed:>8} {failed:>8} {:>7.1} s", line.name, line.took.as_secs_f64());
        sum.passed += passed;
        sum.failed += failed;
    }
    println!("\n{} passed, {} failed", sum.passed, sum.failed);
    drop(std::io::stdout().flush());
    sum.failed == 0
}

fn count_before(text: &str, word: &str) -> Option<u64> {
    let words: Vec<&str> = text.split([' ', ';', '.']).filter(|word| !word.is_empty()).collect();
    let at = words.iter().position(|found| *found == word)?;
    words.get(at.checked_sub(1)?)?.parse().ok()
}

/// The text without terminal escapes (`ESC [ … letter`).
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(letter) = rest.next() {
        if letter == '\u{1b}' {
            rest.by_ref().skip(1).find(char::is_ascii_alphabetic);
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn tally(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        for line in lines {
            tally.read(line);
        }
        tally
    }

    #[test]
    fn libtest_results_add_up() {
        let lines = [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: \u{1b}[31mFAILED\u{1b}[m. 10 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
        ];
        assert_eq!(tally(&lines), Tally { passed: 13, failed: 2 });
    }

    #[test]
    fn playwright_summaries_add_up() {
        let lines = [
            "Running 5 tests using 1 worker",
            "  1 failed",
            "    [chromium] › a.spec.ts:3 › 9 passed",
            "  3 did not run",
            "\u{1b}[32m  7 passed\u{1b}[39m (4.2s)",
        ];
        assert_eq!(tally(&lines), Tally { passed: 7, failed: 4 });
    }

    #[test]
    fn a_crash_without_a_failing_test_is_a_failure() {
        assert_eq!(Tally { passed: 4, failed: 0 }.ended(false), Tally { passed: 4, failed: 1 });
        assert_eq!(Tally { passed: 4, failed: 2 }.ended(false), Tally { passed: 4, failed: 2 });
        assert_eq!(Tally::default().ended(true), Tally::default());
    }
}
