//! Dates, times and numbers in the reader's own zone and language, by the browser's `Intl`.

use std::{cell::RefCell, collections::HashMap};

use client::preferences::Clock;
use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use shared_types::Timestamp;
use wasm_bindgen::JsValue;

const DAY_MS: i64 = 86_400_000;

/// A day as a person names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayName {
    Today,
    Yesterday,
    /// "Monday 3 March", with the year if it is another one.
    Words(String),
}

/// Number of the local day since 1970-01-01, so that two moments of one day have one number.
pub fn local_day(at: Timestamp) -> i64 {
    let date = date(at);
    #[expect(clippy::cast_possible_truncation, reason = "whole minutes, less than a day of them")]
    let offset_ms = (date.get_timezone_offset() * 60_000.0) as i64;
    (at.0 - offset_ms).div_euclid(DAY_MS)
}

/// The moment at which this local day begins.
pub fn local_midnight(at: Timestamp) -> Timestamp {
    let date = date(at);
    date.set_hours(0);
    date.set_minutes(0);
    date.set_seconds(0);
    date.set_milliseconds(0);
    moment(&date)
}

/// Today, yesterday, or the day in words.
pub fn day_name(at: Timestamp) -> DayName {
    let now = super::now();
    match local_day(now) - local_day(at) {
        0 => DayName::Today,
        1 => DayName::Yesterday,
        _ if date(now).get_full_year() == date(at).get_full_year() => DayName::Words(format(Form::Day, at)),
        _ => DayName::Words(format(Form::DayAndYear, at)),
    }
}

/// "14:05" or "2:05 PM".
pub fn time_of_day(at: Timestamp, clock: Clock) -> String {
    format(Form::Time(clock), at)
}

/// "Monday 3 March 2025 at 14:05:09", for titles and for accessible names.
pub fn exact_time(at: Timestamp, clock: Clock) -> String {
    format(Form::Exact(clock), at)
}

/// For the list: the time today, the week day within a week, else the date.
pub fn short_stamp(at: Timestamp, clock: Clock) -> String {
    let now = super::now();
    match local_day(now) - local_day(at) {
        ..=0 => time_of_day(at, clock),
        1..=6 => format(Form::WeekDay, at),
        _ if date(now).get_full_year() == date(at).get_full_year() => format(Form::Short, at),
        _ => format(Form::ShortWithYear, at),
    }
}

/// "3 minutes ago", "yesterday", "in 2 days".
pub fn relative_time(at: Timestamp) -> String {
    let seconds = at.since_ms(super::now()) / 1_000;
    let (value, unit) = match seconds.abs() {
        ..=59 => (seconds, "second"),
        60..=3_599 => (seconds / 60, "minute"),
        3_600..=86_399 => (seconds / 3_600, "hour"),
        86_400..=2_591_999 => (seconds / 86_400, "day"),
        2_592_000..=31_535_999 => (seconds / 2_592_000, "month"),
        _ => (seconds / 31_536_000, "year"),
    };
    let options = options(&[("numeric", "auto")]);
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let value = value as f64;
    Intl::RelativeTimeFormat::new(&Array::new(), &options).format(value, unit).into()
}

/// A number with the separators of the language.
pub fn number(value: u32) -> String {
    js_sys::Number::from(value).to_locale_string("default").into()
}

/// The value of `<input type=date>` for this moment's local day: `2025-03-03`.
pub fn date_field_value(at: Timestamp) -> String {
    let date = date(at);
    format!("{:04}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date())
}

/// The beginning of the local day that `<input type=date>` names; `None` while it is not a whole date.
pub fn parse_date_field(value: &str) -> Option<Timestamp> {
    let mut parts = value.splitn(3, '-').map(|part| part.parse::<u32>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let year_in_bounds = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    year_in_bounds.then(|| {
        let date = Date::new_0();
        date.set_full_year_with_month_date(year, i32::try_from(month - 1).unwrap_or_default(), i32::try_from(day).unwrap_or(1));
        local_midnight(moment(&date))
    })
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Form {
    Day,
    DayAndYear,
    Time(Clock),
    Exact(Clock),
    WeekDay,
    Short,
    ShortWithYear,
}

thread_local! {
    // Making a formatter takes a hundred times as long as using it.
    static FORMATTERS: RefCell<HashMap<Form, Function>> = RefCell::default();
}

fn format(form: Form, at: Timestamp) -> String {
    FORMATTERS.with_borrow_mut(|formatters| {
        let formatter = formatters.entry(form).or_insert_with(|| formatter(form));
        formatter.call1(&JsValue::UNDEFINED, &date(at)).ok().and_then(|text| text.as_string()).unwrap_or_default()
    })
}

fn formatter(form: Form) -> Function {
    let fields: &[(&str, &str)] = match form {
        Form::Day => &[("weekday", "long"), ("day", "numeric"), ("month", "long")],
        Form::DayAndYear => &[("weekday", "long"), ("day", "numeric"), ("month", "long"), ("year", "numeric")],
        Form::Time(_) => &[("hour", "numeric"), ("minute", "2-digit")],
        Form::Exact(_) => &[("dateStyle", "full"), ("timeStyle", "medium")],
        Form::WeekDay => &[("weekday", "short")],
        Form::Short => &[("day", "numeric"), ("month", "short")],
        Form::ShortWithYear => &[("day", "numeric"), ("month", "short"), ("year", "numeric")],
    };
    let options = options(fields);
    if let Form::Time(clock) | Form::Exact(clock) = form {
        let cycle = match clock {
            Clock::Locale => None,
            Clock::H12 => Some("h12"),
            Clock::H24 => Some("h23"),
        };
        if let Some(cycle) = cycle {
            let _ = Reflect::set(&options, &"hourCycle".into(), &cycle.into());
        }
    }
    Intl::DateTimeFormat::new(&Array::new(), &options).format()
}

fn options(fields: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (name, value) in fields {
        let _ = Reflect::set(&options, &(*name).into(), &(*value).into());
    }
    options
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
fn date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(at.0 as f64))
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are whole and far below 2^53")]
fn moment(date: &Date) -> Timestamp {
    Timestamp(date.get_time() as i64)
}
