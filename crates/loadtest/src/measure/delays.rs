//! A histogram of delays, exact to one percent.

use std::time::Duration;

use hdrhistogram::Histogram;

/// The longest delay that is told apart from longer ones.
const LONGEST: Duration = Duration::from_mins(2);
/// Two digits are one percent, and 40 KiB: thousands of listeners keep one each.
const DIGITS: u8 = 2;

#[derive(Clone, Debug)]
pub struct Delays(Histogram<u64>);

impl Default for Delays {
    fn default() -> Self {
        let most = u64::try_from(LONGEST.as_micros()).unwrap_or(u64::MAX);
        Self(Histogram::new_with_max(most, DIGITS).expect("the bounds are constants that the histogram takes"))
    }
}

impl Delays {
    pub fn add(&mut self, delay: Duration) {
        self.add_micros(u64::try_from(delay.as_micros()).unwrap_or(u64::MAX));
    }

    pub fn add_micros(&mut self, micros: u64) {
        self.0.saturating_record(micros);
    }

    pub fn merge(&mut self, other: &Self) {
        self.0.add(&other.0).expect("equal bounds");
    }

    /// Milliseconds below which that share of the delays lies; 50.0 is the median.
    pub fn percentile(&self, percent: f64) -> f64 {
        self.0.value_at_percentile(percent) as f64 / 1000.0
    }

    /// Milliseconds.
    pub fn max(&self) -> f64 {
        self.0.max() as f64 / 1000.0
    }

    pub fn in_words(&self) -> String {
        format!("p50 {:.2} ms, p99 {:.2} ms, at most {:.2} ms", self.percentile(50.0), self.percentile(99.0), self.max())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_milliseconds_within_a_percent() {
        let mut delays = Delays::default();
        (1..=100).for_each(|millis| delays.add(Duration::from_millis(millis)));
        let mut late = Delays::default();
        late.add(Duration::from_hours(1));
        delays.merge(&late);
        assert!((delays.percentile(50.0) - 51.0).abs() < 1.0, "{}", delays.in_words());
        assert!((delays.max() - 120_000.0).abs() < 1_200.0, "{}", delays.in_words());
    }
}
