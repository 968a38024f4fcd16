//! How the client looks and behaves on this device.

use client::preferences::{Accent, Clock, Enter, OpensAt, Theme};
use leptos::prelude::*;

use super::set;
use crate::{state::use_app, strings::account as words, ui::radio::Segments};

#[component]
pub fn AppearanceSection() -> AnyView {
    let app = use_app();
    let now = app.preferences.now;
    let themes = Theme::ALL
        .iter()
        .map(|&theme| {
            view! {
                <label class="look" data-look=theme.as_str()>
                    <input
                        type="radio"
                        name="theme"
                        prop:checked=move || now.get().theme == theme
                        on:change=move |_| app.preferences.change(|preferences| preferences.theme = theme)
                    />
                    <span class="look-pic" aria-hidden="true"><i></i><i></i><i></i></span>
                    <span>{words::theme(theme.as_str())}</span>
                </label>
            }
            .into_any()
        })
        .collect_view();
    let accents = Accent::ALL
        .iter()
        .map(|&accent| {
            view! {
                <label class="sw" data-accent=accent.as_str()>
                    <input
                        type="radio"
                        name="accent"
                        prop:checked=move || now.get().accent == accent
                        on:change=move |_| app.preferences.change(|preferences| preferences.accent = accent)
                    />
                    <i aria-hidden="true"></i>
                    <span>{words::accent(accent.as_str())}</span>
                </label>
            }
            .into_any()
        })
        .collect_view();
    let clock = Signal::derive(move || match now.get().clock {
        Clock::Locale => "locale",
        Clock::H12 => "h12",
        Clock::H24 => "h24",
    });
    let set_clock = move |value: &'static str| {
        app.preferences.change(|preferences| {
            preferences.clock = match value {
                "h12" => Clock::H12,
                "h24" => Clock::H24,
                _ => Clock::Locale,
            };
        });
    };
    let enter = Signal::derive(move || if now.get().enter == Enter::Sends { "sends" } else { "makes_line" });
    let set_enter = move |value: &'static str| {
        app.preferences.change(|preferences| preferences.enter = if value == "sends" { Enter::Sends } else { Enter::MakesLine });
    };
    let opens = Signal::derive(move || if now.get().opens_at == OpensAt::Newest { "newest" } else { "first_unread" });
    let set_opens = move |value: &'static str| {
        app.preferences.change(|preferences| preferences.opens_at = if value == "newest" { OpensAt::Newest } else { OpensAt::FirstUnread });
    };
    view! {
        {set(
            "set-theme",
            words::THEME,
            words::THEME_LEDE,
            view! {
                <fieldset class="cards looks">
                    <legend class="vh">{words::THEME}</legend>
                    {themes}
                </fieldset>
            }
            .into_any(),
        )}
        {set(
            "set-accent",
            words::ACCENT,
            words::ACCENT_LEDE,
            view! {
                <fieldset class="swatches">
                    <legend class="vh">{words::ACCENT}</legend>
                    {accents}
                </fieldset>
                {preview()}
            }
            .into_any(),
        )}
        {set(
            "set-behaviour",
            words::BEHAVIOUR,
            words::ENTER_LEDE,
            view! {
                <Segments name="enter" legend=words::ENTER choices=&words::ENTERS chosen=enter on_choose=set_enter />
                <Segments name="opens" legend=words::OPENS_AT choices=&words::OPENS chosen=opens on_choose=set_opens />
                <Segments name="clock" legend=words::CLOCK choices=&words::CLOCKS chosen=clock on_choose=set_clock />
            }
            .into_any(),
        )}
    }
    .into_any()
}

/// Two messages, to see what a choice does.
fn preview() -> AnyView {
    view! {
        <div class="preview" aria-hidden="true">
            <div class="msg first last">
                <span class="av" data-h="3" data-c="1">"AL"</span>
                <div class="stack">
                    <div class="b"><p>{words::PREVIEW_OTHER}</p></div>
                </div>
            </div>
            <div class="msg own first last">
                <div class="stack">
                    <div class="b"><p>{words::PREVIEW_OWN}</p></div>
                </div>
            </div>
        </div>
    }
    .into_any()
}
