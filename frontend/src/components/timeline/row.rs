//! One row: a message, a day, the unread divider, or what the conversation tells of itself.

use client::timeline::{Bubble, Notice, Row, Sending, SystemRun};
use leptos::prelude::*;
use shared_types::message::Content;

use super::{body, editor, ticks};
use crate::ui::reactive::optional;
use crate::{
    actions, browser,
    components::{
        face::look,
        overlay::{Overlay, use_overlays},
        words,
    },
    state::{AppState, RowHandle},
    strings::{self, chat},
    ui::icon::{glyph, icon, small_icon},
};

/// The conversation that rows are in.
#[derive(Clone, Copy)]
pub struct Place {
    pub id: shared_types::ConversationId,
    pub is_direct: Memo<bool>,
}

/// The element lives as long as its key; what changes inside changes by itself.
pub fn row_view(app: AppState, handle: RowHandle, place: Place) -> AnyView {
    let id = handle.key.element_id();
    let row = handle.row;
    match row.get_untracked() {
        Row::Day { at, .. } => day(at),
        Row::Unread { .. } => unread(row, id),
        Row::Bubble(first) => bubble(app, &row, id, &first, place),
        Row::System(_) => system(app, row, id),
    }
}

fn day(at: shared_types::Timestamp) -> AnyView {
    view! { <div class="day" data-at=at.0.to_string()><span>{move || words::day(at)}</span></div> }.into_any()
}

fn unread(row: ArcRwSignal<Row>, id: String) -> AnyView {
    let count = move || match *row.read() {
        Row::Unread { count, .. } => chat::new_divider(&strings::unread(count)),
        _ => String::new(),
    };
    view! { <div class="new" id=id><span>{move || count()}</span></div> }.into_any()
}

fn bubble(app: AppState, row: &ArcRwSignal<Row>, id: String, first: &Bubble, place: Place) -> AnyView {
    let (mine, author, nonce) = (first.mine, first.author, first.nonce);
    let it = Memo::new({
        let (row, first) = (row.clone(), first.clone());
        move |_| match &*row.read() {
            Row::Bubble(bubble) => bubble.clone(),
            _ => first.clone(),
        }
    });
    // What is said is drawn anew only when it changes, not with each tick.
    let said = Memo::new(move |_| it.with(|it| (it.content.clone(), it.mentions.clone())));
    let editing = Memo::new(move |_| app.open.editing.get().is_some_and(|editing| it.with(|it| it.id == Some(editing))));

    let time = move || words::time(it.with(|it| it.at));
    let exact = move || words::exact(it.with(|it| it.at));
    let head = move || {
        if mine {
            None
        } else if it.with(|it| it.first) {
            Some(author_picture(app, author))
        } else {
            Some(view! { <time class="stamp" title=move || exact() aria-hidden="true">{move || time()}</time> }.into_any())
        }
    };
    let by = move || {
        (!mine && it.with(|it| it.first)).then(|| {
            view! {
                <h3 class="by">
                    {author_name(app, author)} {twin(app, author)} <time title=move || exact()>{move || time()}</time>
                </h3>
            }
            .into_any()
        })
    };
    let inside = move || {
        if editing.get()
            && let Some(editor) = it.with_untracked(|it| it.id).and_then(|id| editor::editor(app, id))
        {
            return editor;
        }
        view! {
            {move || said.with(|(content, mentions)| body::body(app, content, mentions))}
            {move || it.with(|it| meta(it, place))}
        }
        .into_any()
    };
    let seq = move || it.with(|it| it.seq.map(|seq| seq.to_string()));
    view! {
        <article
            class=move || it.with(|it| class(app, it, editing.get()))
            id=id
            tabindex="-1"
            data-mid=move || it.with(|it| it.id.map(|id| id.to_string()))
            data-cid=nonce.map(|nonce| nonce.to_string())
            data-seq=move || seq()
            data-send=move || it.with(|it| it.sending.as_str())
            data-at=move || it.with(|it| it.at.0.to_string())
            aria-setsize="-1"
            aria-posinset=move || seq()
            aria-label=move || it.with(|it| label(app, it, place))
        >
            {move || head()}
            <div class="stack">
                {move || by()}
                <div class="b" dir="auto" title=move || mine.then(exact)>
                    {move || inside()}
                </div>
                {move || match it.with(|it| it.sending) {
                    Sending::Failed(refusal) => Some(failed(app, strings::refusal(refusal), nonce, it)),
                    _ => None,
                }}
                <div class="tools" role="toolbar" aria-label=chat::ACTIONS>
                    <button
                        type="button"
                        class="icon-btn"
                        tabindex="-1"
                        aria-label=chat::COPY_TEXT
                        title=chat::COPY_TEXT
                        on:click=move |_| copy(app, it)
                    >
                        {icon("copy")}
                    </button>
                    <button
                        type="button"
                        class="icon-btn"
                        tabindex="-1"
                        aria-label=chat::MORE
                        title=chat::MORE
                        aria-haspopup="menu"
                        hidden=move || it.with(|it| it.id.is_none())
                    >
                        {icon("dots")}
                    </button>
                </div>
            </div>
        </article>
    }
    .into_any()
}

fn class(app: AppState, it: &Bubble, editing: bool) -> String {
    let place = match (it.first, it.last) {
        (true, true) => "first last",
        (true, false) => "first",
        (false, true) => "last",
        (false, false) => "mid",
    };
    let own = if it.mine { " own" } else { "" };
    let kind = if editing {
        " editing"
    } else if is_gone(it) {
        " gone"
    } else if body::is_emoji_only(&it.content) {
        " emoji"
    } else if !it.mine && it.mentions.iter().any(|id| app.is_me(*id)) {
        " mention"
    } else {
        ""
    };
    format!("msg {place}{own}{kind}")
}

fn is_gone(it: &Bubble) -> bool {
    it.content == Content::Deleted {}
}

/// Author, time, text, and what became of it.
fn label(app: AppState, it: &Bubble, place: Place) -> String {
    let who = if it.mine { strings::YOU.to_owned() } else { words::known_name(app, it.author) };
    let mut state = vec![state_words(it.sending)];
    if !is_gone(it) {
        state.extend(it.edited_at.map(|at| chat::edited_at(&words::exact(at))));
        if it.mine && it.sending == Sending::Sent && (it.last || it.newest) {
            state.push(ticks::words(it.reach, it.newest, place.is_direct.get()));
        }
    }
    state.retain(|words| !words.is_empty());
    chat::message_name(&who, &words::exact(it.at), &body::summary(&it.content), &state.join(", "))
}

/// What settles at the end of the last line.
fn meta(it: &Bubble, place: Place) -> Option<AnyView> {
    let shows_state = it.mine && (it.last || it.newest || it.sending != Sending::Sent);
    if is_gone(it) || !(shows_state || it.edited_at.is_some() || it.changing) {
        return None;
    }
    let edited = it
        .edited_at
        .filter(|_| !it.changing)
        .map(|at| view! { <span class="edited" title=chat::edited_at(&words::exact(at))>{chat::EDITED}</span> }.into_any());
    let saving = it.changing.then(|| view! { <span>{chat::SAVING}</span> {glyph("clock", "ic tick")} }.into_any());
    let shows_state = shows_state && !it.changing;
    let state = shows_state.then(|| state_view(it));
    let seen = it.seq.filter(|_| shows_state && it.newest && it.reach.read > 0 && !place.is_direct.get());
    let seen = seen.map(|seq| ticks::seen_button(place.id, seq, it.reach.read));
    Some(view! { <span class="meta">{seen}<span class="meta-in" aria-hidden="true">{edited} {saving} {state}</span></span> }.into_any())
}

fn author_picture(app: AppState, author: shared_types::UserId) -> AnyView {
    let overlays = use_overlays();
    let look = look(author);
    view! {
        <button
            type="button"
            class="av"
            tabindex="-1"
            data-h=look.hue.to_string()
            data-c=look.corner.to_string()
            aria-label=move || chat::profile_of(&words::known_name(app, author))
            on:click=move |_| overlays.open(Overlay::Profile(author))
        >
            {move || client::people::initials(&app.people.name(author))}
        </button>
    }
    .into_any()
}

fn author_name(app: AppState, author: shared_types::UserId) -> AnyView {
    let overlays = use_overlays();
    view! {
        <button type="button" class="name" dir="auto" tabindex="-1" on:click=move |_| overlays.open(Overlay::Profile(author))>
            {move || words::known_name(app, author)}
        </button>
    }
    .into_any()
}

/// The username beside a name that somebody else had before.
fn twin(app: AppState, author: shared_types::UserId) -> AnyView {
    let user = app.people.user(author);
    optional(move || {
        user.with(|user| {
            let user = user.as_ref().filter(|user| user.lookalike)?;
            Some(
                view! { {crate::components::face::twin_mark(user)} <span class="handle">{format!("@{}", user.username)}</span> }.into_any(),
            )
        })
    })
}

fn state_words(sending: Sending) -> String {
    match sending {
        Sending::Sent => String::new(),
        Sending::Fresh | Sending::Clock | Sending::Slow => chat::SENDING.to_owned(),
        Sending::Waiting => chat::WAITING.to_owned(),
        Sending::Failed(refusal) => strings::refusal(refusal).to_owned(),
    }
}

fn state_view(it: &Bubble) -> AnyView {
    let tick = |name| glyph(name, "ic tick");
    let (words, symbol) = match it.sending {
        Sending::Sent => return view! { <time>{words::time(it.at)}</time> {ticks::tick(it.reach)} }.into_any(),
        Sending::Fresh | Sending::Failed(_) => (words::time(it.at), None),
        Sending::Clock => (words::time(it.at), Some("clock")),
        Sending::Slow => (chat::SENDING.to_owned(), Some("clock")),
        Sending::Waiting => (chat::WAITING.to_owned(), Some("wifi-off")),
    };
    view! { <span>{words}</span> {symbol.map(tick)} }.into_any()
}

/// Announced once, when it fails.
fn failed(app: AppState, words: &'static str, nonce: Option<shared_types::Nonce>, it: Memo<Bubble>) -> AnyView {
    let with_nonce = move |act: fn(AppState, shared_types::Nonce)| {
        move |_| {
            if let Some(nonce) = nonce {
                act(app, nonce);
            }
        }
    };
    view! {
        <div class="err">
            {small_icon("warn")} <span role="alert">{words}</span>
            <button type="button" on:click=with_nonce(actions::retry_message)>{strings::RETRY}</button>
            <button type="button" on:click=move |_| copy(app, it)>{chat::COPY}</button>
            <button type="button" on:click=with_nonce(actions::discard_message)>{chat::DELETE}</button>
        </div>
    }
    .into_any()
}

fn copy(app: AppState, it: Memo<Bubble>) {
    it.with_untracked(|it| {
        if let Content::Text { body } = &it.content {
            actions::copy_text(app, body.as_str());
        }
    });
}

fn system(app: AppState, row: ArcRwSignal<Row>, id: String) -> AnyView {
    let run = Memo::new(move |_| match &*row.read() {
        Row::System(run) => Some(run.clone()),
        _ => None,
    });
    let open = RwSignal::new(false);
    let notices = move || {
        let Some(run) = run.get() else {
            return ().into_any();
        };
        let lines = |run: &SystemRun| run.notices.iter().map(|told| notice(app, told)).collect_view();
        if !run.is_collapsed() {
            return lines(&run).into_any();
        }
        let is_open = open.get();
        view! {
            <button
                type="button"
                tabindex="-1"
                aria-expanded=if is_open { "true" } else { "false" }
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {summary(app, &run)}
            </button>
            {is_open.then(|| lines(&run))}
        }
        .into_any()
    };
    let label = move || {
        run.with(|run| {
            let told = run.as_ref().map(|run| run.notices.iter().map(|notice| sentence(app, notice)).collect::<Vec<_>>());
            told.unwrap_or_default().join(". ")
        })
    };
    let seq = move || run.with(|run| run.as_ref().and_then(|run| run.notices.last().map(|notice| notice.seq.to_string())));
    let at = move || run.with(|run| run.as_ref().and_then(|run| run.notices.first().map(|notice| notice.at.0.to_string())));
    view! {
        <div class="sys" id=id role="article" tabindex="-1" data-seq=move || seq() data-at=move || at() aria-label=move || label() aria-setsize="-1" aria-posinset=move || seq()>
            {move || notices()}
        </div>
    }
    .into_any()
}

/// "5 people joined" if that is all that happened.
fn summary(app: AppState, run: &SystemRun) -> String {
    use shared_types::message::Change;
    let all_joined = run.notices.iter().all(|notice| matches!(notice.change, Change::Joined {}));
    if all_joined {
        const NAMED: usize = 2;
        let names: Vec<String> = run.notices.iter().take(NAMED).map(|notice| words::known_name(app, notice.author)).collect();
        let all = chat::names(&names, run.notices.len() - names.len());
        return format!("{all} {}", words::change(app, &Change::Joined {}));
    }
    chat::more_notices(run.notices.len())
}

fn actor(app: AppState, told: &Notice) -> String {
    if app.is_me(told.author) { strings::YOU.to_owned() } else { words::known_name(app, told.author) }
}

fn sentence(app: AppState, told: &Notice) -> String {
    format!("{} {}", actor(app, told), words::change(app, &told.change))
}

fn notice(app: AppState, told: &Notice) -> AnyView {
    let told = told.clone();
    let at = told.at;
    let for_name = told.clone();
    view! {
        <p dir="auto">
            <b dir="auto">{move || actor(app, &for_name)}</b>
            " "
            {move || words::change(app, &told.change)}
            " "
            <time title=move || words::exact(at)>{move || browser::time_of_day(at, app.preferences.now.get().clock)}</time>
        </p>
    }
    .into_any()
}
