//! What a fault came to: one row of the table, one line of JSON.

use serde_json::{Value, json};

/// Figures of one fault, all of its runs together.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How often the fault was brought about.
    pub runs: u64,
    pub acked: u64,
    pub lost: u64,
    pub doubled: u64,
    pub out_of_order: u64,
    /// All differences, those three among them.
    pub differences: u64,
    /// Times that the server ended by itself or said that it panicked.
    pub died: u64,
    /// The account that sees every room of the trial.
    pub keeper: Option<String>,
    /// What the checker said, and what else was noticed.
    pub notes: Vec<String>,
}

impl Outcome {
    /// Takes in what `loadtest check` printed.
    pub fn read(&mut self, line: &str) {
        let Ok(value) = serde_json::from_str::<Value>(line) else { return };
        let count = |name: &str| value[name].as_u64().unwrap_or(0);
        if value["check"] == "whole" {
            self.acked += count("acked");
            self.lost += count("lost");
            self.doubled += count("doubled");
            self.out_of_order += count("out_of_order");
            self.differences += count("differences");
        } else if value.get("difference").is_some() {
            self.notes.push(line.to_owned());
        }
    }
}

pub enum Tried {
    Done(Outcome),
    /// This machine cannot do it.
    Not(String),
    /// The attempt itself broke off.
    Failed(String),
}

pub struct Row {
    pub fault: &'static str,
    pub seed: u64,
    pub tried: Tried,
}

impl Row {
    /// Nothing was found; what was not tried has found nothing, and says so.
    pub fn is_well(&self) -> bool {
        match &self.tried {
            Tried::Done(outcome) => outcome.differences == 0 && outcome.died == 0,
            Tried::Not(_) => true,
            Tried::Failed(_) => false,
        }
    }

    pub fn json(&self) -> Value {
        match &self.tried {
            Tried::Done(outcome) => json!({
                "fault": self.fault, "seed": self.seed, "runs": outcome.runs, "acked": outcome.acked, "lost": outcome.lost,
                "doubled": outcome.doubled, "out_of_order": outcome.out_of_order, "differences": outcome.differences,
                "died": outcome.died, "notes": outcome.notes,
            }),
            Tried::Not(why) => json!({"fault": self.fault, "not_tried": why}),
            Tried::Failed(why) => json!({"fault": self.fault, "seed": self.seed, "failed": why}),
        }
    }
}

pub fn print(rows: &[Row]) {
    println!(
        "\n{:<14} {:>6} {:>9} {:>5} {:>8} {:>13} {:>6} {:>5} {:>6}",
        "fault", "runs", "acked", "lost", "doubled", "out of order", "other", "died", "seed"
    );
    let mut sum = Outcome::default();
    for row in rows {
        match &row.tried {
            Tried::Done(outcome) => {
                line(row.fault, outcome, &row.seed.to_string());
                sum.runs += outcome.runs;
                sum.acked += outcome.acked;
                sum.lost += outcome.lost;
                sum.doubled += outcome.doubled;
                sum.out_of_order += outcome.out_of_order;
                sum.differences += outcome.differences;
                sum.died += outcome.died;
            }
            Tried::Not(why) => println!("{:<14} not tried: {why}", row.fault),
            Tried::Failed(why) => println!("{:<14} broke off: {why}", row.fault),
        }
    }
    line("all", &sum, "");
    for row in rows {
        if let Tried::Done(outcome) = &row.tried {
            outcome.notes.iter().for_each(|note| println!("{}: {note}", row.fault));
        }
    }
}

fn line(name: &str, outcome: &Outcome, seed: &str) {
    let other = outcome.differences.saturating_sub(outcome.lost + outcome.doubled + outcome.out_of_order);
    println!(
        "{name:<14} {:>6} {:>9} {:>5} {:>8} {:>13} {other:>6} {:>5} {seed:>6}",
        outcome.runs, outcome.acked, outcome.lost, outcome.doubled, outcome.out_of_order, outcome.died
    );
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Row, Tried};

    fn outcome(lines: &[&str]) -> Outcome {
        let mut outcome = Outcome::default();
        for line in lines {
            outcome.read(line);
        }
        outcome
    }

    #[test]
    fn the_checkers_last_line_counts_and_its_differences_are_kept() {
        let lines = [
            r#"{"round":1,"acked":40}"#,
            r#"{"difference":"lost","promise":"P1","count":2,"examples":["room 0: x"]}"#,
            r#"{"check":"whole","acked":70,"lost":2,"doubled":0,"out_of_order":1,"differences":3}"#,
            "anything else",
        ];
        let outcome = outcome(&lines);
        assert_eq!((outcome.acked, outcome.lost, outcome.out_of_order, outcome.differences, outcome.notes.len()), (70, 2, 1, 3, 1));
    }

    #[test]
    fn only_what_was_tried_and_found_nothing_is_well() {
        let row = |tried| Row { fault: "kill", seed: 1, tried };
        assert!(row(Tried::Done(outcome(&[r#"{"check":"whole","acked":70,"differences":0}"#]))).is_well());
        assert!(!row(Tried::Done(outcome(&[r#"{"check":"whole","acked":70,"differences":1}"#]))).is_well());
        assert!(!row(Tried::Done(Outcome { died: 1, ..Outcome::default() })).is_well());
        assert!(!row(Tried::Failed("no port".into())).is_well());
        assert!(row(Tried::Not("no strace".into())).json().get("not_tried").is_some());
    }
}
