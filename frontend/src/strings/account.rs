//! Signing in and up, one's own profile, and the settings.

use shared_types::limits;

pub const SIGN_IN: &str = "Sign in";
pub const SIGN_IN_TITLE: &str = "Welcome back";
pub const SIGN_IN_LEDE: &str = "Sign in to carry on where you left off.";
pub const LOGIN: &str = "Username or e-mail";
pub const PASSWORD: &str = "Password";
pub const SHOW_PASSWORD: &str = "Show password";
pub const NEW_HERE: &str = "New here? ";
pub const CREATE_AN_ACCOUNT: &str = "Create an account";
pub const SIGN_UP_TITLE: &str = "Create your account";
pub const SIGN_UP_LEDE: &str = "A name, an address and a good password: that is all.";
pub const CREATE_ACCOUNT: &str = "Create account";
pub const USERNAME: &str = "Username";
pub const USERNAME_HELP: &str = "Letters and digits, with . _ - between them. People find and mention you by it.";
pub const EMAIL: &str = "E-mail";
pub const EMAIL_HELP: &str = "Only you see it.";
pub const DISPLAY_NAME_OPTIONAL: &str = "Display name (optional)";
pub const DISPLAY_NAME: &str = "Display name";
pub const DISPLAY_NAME_HELP: &str = "What others see beside your messages. Your username, if you leave it empty.";
pub const HAVE_ACCOUNT: &str = "Have an account already? ";
pub const FIRST_RUN_TITLE: &str = "Welcome to your new server";
pub const FIRST_RUN_LEDE: &str = "Nobody is here yet. The account you create now becomes the owner of this server.";
pub const FIRST_RUN_STEPS: &str = "Setting up";
pub const FIRST_RUN_STEP_SERVER: &str = "Server runs";
pub const FIRST_RUN_STEP_YOU: &str = "Your account";
pub const FIRST_RUN_STEP_ROOM: &str = "First room";
pub const REQUIRED: &str = "Please fill this in.";
pub const SESSION_ENDED: &str = "Your session has ended. Please sign in again; what you had begun to write is kept.";
pub const SIGNED_OUT_ELSEWHERE: &str = "You signed out in another tab.";
pub const PASSWORD_GOOD: &str = "That is a good password.";

pub const SETTINGS: &str = "Settings";
pub const PROFILE: &str = "Profile";
pub const APPEARANCE: &str = "Appearance";
pub const ACCOUNT: &str = "Account and devices";
pub const SIGN_OUT: &str = "Sign out";
pub const PROFILE_LEDE: &str = "This is how others see you.";
pub const BIO: &str = "About you";
pub const PROFILE_SAVED: &str = "Your profile is saved.";
pub const UNSAVED: &str = "You have changes that are not saved.";
pub const DISCARD: &str = "Discard";

pub const THEME: &str = "Theme";
pub const THEME_LEDE: &str = "Follows your device unless you choose.";
pub const ACCENT: &str = "Accent";
pub const ACCENT_LEDE: &str = "The colour of the interface and of your own words.";
pub const CLOCK: &str = "Clock";
pub const CLOCKS: [(&str, &str); 3] = [("locale", "As my device"), ("h12", "12 hours"), ("h24", "24 hours")];
pub const ENTER: &str = "Enter key";
pub const ENTER_LEDE: &str = "Ctrl+Enter always sends. On a touch keyboard, Enter makes a new line.";
pub const ENTERS: [(&str, &str); 2] = [("sends", "Sends the message"), ("makes_line", "Makes a new line")];
pub const OPENS_AT: &str = "Conversations open at";
pub const OPENS: [(&str, &str); 2] = [("first_unread", "The first new message"), ("newest", "The newest message")];
pub const PRIVACY: &str = "Privacy";
pub const PRIVACY_LEDE: &str = "What others see of your reading, and you of theirs.";
pub const RECEIPTS: &str = "Share receipts";
pub const RECEIPTS_HELP: &str = "Others see what you have received and read, and you see it of them. Off, both are hidden.";
pub const BEHAVIOUR: &str = "Reading and writing";
pub const PREVIEW_OTHER: &str = "Is this what it will look like?";
pub const PREVIEW_OWN: &str = "Exactly like this.";

pub const CHANGE_PASSWORD: &str = "Change password";
pub const CHANGE_PASSWORD_LEDE: &str = "Your other devices are signed out when you do.";
pub const CURRENT_PASSWORD: &str = "Current password";
pub const NEW_PASSWORD: &str = "New password";
pub const PASSWORD_CHANGED: &str = "Your password is changed. Other devices were signed out.";
pub const WRONG_PASSWORD: &str = "That is not your current password.";
pub const SESSIONS: &str = "Devices";
pub const SESSIONS_LEDE: &str = "Everywhere you are signed in. End what you don't recognise.";
pub const THIS_DEVICE: &str = "This device";
pub const END_SESSION: &str = "Sign out";
pub const END_OTHERS: &str = "Sign out all other devices";
pub const OTHERS_ENDED: &str = "All other devices are signed out.";
pub const SESSIONS_FAILED: &str = "Couldn't load your devices";
pub const NO_OTHER_SESSIONS: &str = "You are signed in on this device only.";

pub fn password_help() -> String {
    format!("At least {} characters. A few words in a row are easy to keep.", limits::PASSWORD_MIN_CHARS)
}

pub fn bio_left(left: usize) -> String {
    format!("{left} characters left. Anyone here can read it.")
}

pub fn signed_in_as(username: &str, email: &str) -> String {
    format!("@{username} · {email}")
}

pub fn session_line(last_active: &str, address: &str, created: &str) -> String {
    format!("Active {last_active} · {address} · signed in {created}")
}

/// The name of the button that ends one session.
pub fn end_session_of(device: &str) -> String {
    format!("Sign out {device}")
}

pub fn new_session(device: &str) -> String {
    format!("New sign-in: {device}")
}

pub fn theme(value: &str) -> &'static str {
    match value {
        "light" => "Light",
        "dark" => "Dark",
        _ => "System",
    }
}

/// An accent's name with a capital.
pub fn accent(value: &str) -> String {
    let mut chars = value.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
