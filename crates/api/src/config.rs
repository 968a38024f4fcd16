//! Settings: defaults, then a file, then the environment, then flags. Only this module reads the environment.
//!
//! An unknown key is an error that names the key that was probably meant, since a setting with a typing error is otherwise
//! found out on a bad day.

use std::{collections::BTreeMap, env, ffi::OsString, fmt::Write, fs, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use store::DatabaseUrl;

/// Parlance: team chat in one program.
#[derive(Debug, Parser)]
#[command(name = "parlance", version, about, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub flags: Flags,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve (the default).
    Serve,
    /// Print the OpenAPI document.
    Openapi,
    /// Load a server with traffic and check what it promises, over its public API.
    Loadtest {
        #[command(subcommand)]
        command: loadtest::Command,
    },
    /// Look at the settings.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every setting, its value, and where it comes from.
    Print,
}

#[derive(Debug, Default, Args)]
pub struct Flags {
    /// Where to listen: `ADDRESS:PORT`, or `unix:PATH` [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// The folder of the database [default: ./data]
    #[arg(long, global = true, value_name = "PATH")]
    pub data_dir: Option<String>,
    /// `postgres://…`; SQLite in the data folder if absent
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// The address that people type, if a proxy stands in front: `https://chat.example.org`
    #[arg(long, global = true, value_name = "URL")]
    pub public_url: Option<String>,
    /// Other origins whose pages may use the API, separated by commas
    #[arg(long, global = true, value_name = "ORIGINS")]
    pub cors_origins: Option<String>,
    /// Addresses of proxies whose `X-Forwarded-For` is believed, separated by commas
    #[arg(long, global = true, value_name = "ADDRESSES")]
    pub trusted_proxies: Option<String>,
    /// What goes to the log: `info`, `debug`, or `info,api=debug` [default: info]
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,
    /// The same as `--log debug`
    #[arg(long, global = true)]
    pub debug: bool,
    /// A file with settings, one `key = "value"` each [default: parlance.toml, if there is one]
    #[arg(long, global = true, value_name = "PATH")]
    pub config: Option<PathBuf>,
}

/// Keys as the file spells them; the environment has them in capitals behind `PARLANCE_`.
const KEYS: &[(&str, &str)] = &[
    ("listen", "127.0.0.1:8080"),
    ("data_dir", "./data"),
    ("database_url", ""),
    ("public_url", ""),
    ("cors_origins", ""),
    ("trusted_proxies", ""),
    ("log", "info"),
];
const PREFIX: &str = "PARLANCE_";
const FILE: &str = "parlance.toml";

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    Tcp(String),
    Unix(PathBuf),
}

#[derive(Clone, Debug)]
pub struct Config {
    pub listen: Listen,
    pub data_dir: PathBuf,
    pub database: DatabaseUrl,
    /// Scheme, host and port that people see.
    pub public_origin: Option<String>,
    pub cors_origins: Vec<String>,
    pub trusted_proxies: Vec<std::net::IpAddr>,
    pub log: String,
}

/// A mistake in the settings, in one line for the person who starts the server.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct ConfigError(String);

/// A value and where it was set.
struct Setting {
    value: String,
    origin: String,
}

pub struct Settings(BTreeMap<&'static str, Setting>);

impl Settings {
    /// Reads all sources.
    pub fn read(flags: &Flags) -> Result<Self, ConfigError> {
        let mut settings = Self::defaults();
        let (path, is_named) = flags.config.clone().map_or((PathBuf::from(FILE), false), |path| (path, true));
        match fs::read_to_string(&path) {
            Ok(text) => settings.merge_file(&text, &path.display().to_string())?,
            Err(error) if is_named => return Err(ConfigError(format!("cannot read the settings in {}: {error}", path.display()))),
            Err(_) => {}
        }
        if let Ok(text) = fs::read_to_string(".env") {
            settings.merge_environment(dotenv(&text), ".env")?;
        }
        settings.merge_environment(env::vars_os().filter_map(readable), "environment")?;
        settings.merge_flags(flags);
        Ok(settings)
    }

    fn defaults() -> Self {
        Self(KEYS.iter().map(|(key, value)| (*key, Setting { value: (*value).to_owned(), origin: "default".into() })).collect())
    }

    fn set(&mut self, key: &str, value: String, origin: &str, spelled: &str) -> Result<(), ConfigError> {
        if let Some((known, _)) = KEYS.iter().find(|(known, _)| *known == key) {
            self.0.insert(known, Setting { value, origin: origin.to_owned() });
            return Ok(());
        }
        let nearest = KEYS.iter().map(|(known, _)| (strsim::damerau_levenshtein(key, known), *known)).min();
        let hint = nearest.filter(|(distance, _)| *distance <= 3).map(|(_, known)| {
            let meant = if spelled.starts_with(PREFIX) { format!("{PREFIX}{}", known.to_uppercase()) } else { known.to_owned() };
            format!("; did you mean {meant}?")
        });
        Err(ConfigError(format!("unknown setting {spelled} ({origin}){}", hint.unwrap_or_default())))
    }

    fn merge_file(&mut self, text: &str, path: &str) -> Result<(), ConfigError> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| ConfigError(format!("{path}: {}", error.message())))?;
        for (key, value) in table {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            self.set(&key, value, path, &key)?;
        }
        Ok(())
    }

    fn merge_environment(&mut self, variables: impl Iterator<Item = (String, String)>, origin: &str) -> Result<(), ConfigError> {
        for (name, value) in variables {
            // The test suites hand their own wishes to each other under this prefix.
            if let Some(key) = name.strip_prefix(PREFIX).filter(|key| !key.starts_with("TEST_")) {
                self.set(&key.to_lowercase(), value, origin, &name)?;
            }
        }
        Ok(())
    }

    fn merge_flags(&mut self, flags: &Flags) {
        let mut set = |key: &'static str, value: &Option<String>| {
            if let Some(value) = value {
                self.0.insert(key, Setting { value: value.clone(), origin: "flag".into() });
            }
        };
        set("listen", &flags.listen);
        set("data_dir", &flags.data_dir);
        set("database_url", &flags.database_url);
        set("public_url", &flags.public_url);
        set("cors_origins", &flags.cors_origins);
        set("trusted_proxies", &flags.trusted_proxies);
        set("log", &flags.debug.then(|| "debug".to_owned()));
        set("log", &flags.log);
    }

    /// For people; passwords inside URLs are not shown.
    pub fn print(&self) -> String {
        let mut text = String::new();
        for (key, setting) in &self.0 {
            let _ = writeln!(text, "{key:<16} {:<32} # {}", without_password(&setting.value), setting.origin);
        }
        text
    }

    fn value(&self, key: &str) -> &str {
        self.0.get(key).map_or("", |setting| setting.value.trim())
    }

    fn list(&self, key: &str) -> impl Iterator<Item = &str> {
        self.value(key).split(',').map(str::trim).filter(|item| !item.is_empty())
    }

    pub fn resolve(&self) -> Result<Config, ConfigError> {
        let listen = self.value("listen");
        let listen = match listen.strip_prefix("unix:") {
            Some(path) => Listen::Unix(path.into()),
            None if listen.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok()) => {
                Listen::Tcp(listen.to_owned())
            }
            None => return Err(ConfigError(format!("listen is ADDRESS:PORT or unix:PATH, not `{listen}`"))),
        };
        let data_dir = PathBuf::from(self.value("data_dir"));
        let database = match self.value("database_url") {
            "" => DatabaseUrl::SqliteFile(data_dir.join("parlance.db")),
            url if url.starts_with("postgres://") || url.starts_with("postgresql://") => DatabaseUrl::Postgres(url.to_owned()),
            url => match url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")) {
                Some(path) => DatabaseUrl::SqliteFile(path.into()),
                None => return Err(ConfigError("database_url begins with postgres:// or sqlite:".into())),
            },
        };
        let origin_of = |key: &str, text: &str| {
            origin_of_url(text).ok_or_else(|| ConfigError(format!("{key} is an address such as https://chat.example.org, not `{text}`")))
        };
        let public_origin =
            Some(self.value("public_url")).filter(|url| !url.is_empty()).map(|url| origin_of("public_url", url)).transpose()?;
        let cors_origins = self.list("cors_origins").map(|url| origin_of("cors_origins", url)).collect::<Result<_, _>>()?;
        let address = |text: &str| text.parse().map_err(|_| ConfigError(format!("trusted_proxies lists network addresses, not `{text}`")));
        let trusted_proxies = self.list("trusted_proxies").map(address).collect::<Result<_, _>>()?;
        Ok(Config { listen, data_dir, database, public_origin, cors_origins, trusted_proxies, log: self.value("log").to_owned() })
    }
}

fn readable((name, value): (OsString, OsString)) -> Option<(String, String)> {
    Some((name.into_string().ok()?, value.into_string().ok()?))
}

/// `NAME=value` lines; comments and other programs' names are passed over.
fn dotenv(text: &str) -> impl Iterator<Item = (String, String)> {
    text.lines().map(str::trim).filter(|line| line.starts_with(PREFIX)).filter_map(|line| line.split_once('=')).map(|(name, value)| {
        let value = value.trim();
        let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        (name.trim().to_owned(), quoted.unwrap_or(value).to_owned())
    })
}

/// `scheme://host[:port]` of an http address, as browsers write an origin.
fn origin_of_url(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let is_plain = !host.is_empty() && !host.contains('@') && !host.contains(char::is_whitespace);
    (matches!(scheme, "http" | "https") && is_plain).then(|| format!("{scheme}://{}", host.to_lowercase()))
}

fn without_password(value: &str) -> String {
    let Some((scheme, rest)) = value.split_once("://") else { return value.to_owned() };
    match rest.rsplit_once('@').and_then(|(user, host)| Some((user.split_once(':')?.0, host))) {
        Some((user, host)) => format!("{scheme}://{user}:…@{host}"),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        let mut settings = Settings::defaults();
        settings.merge_environment(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())), "environment")?;
        Ok(settings)
    }

    #[test]
    fn an_unknown_key_is_an_error_that_suggests_the_right_one() {
        let error = environment(&[("PARLANCE_DATADIR", "x")]).err().unwrap();
        assert_eq!(error.to_string(), "unknown setting PARLANCE_DATADIR (environment); did you mean PARLANCE_DATA_DIR?");
        let error = Settings::defaults().merge_file("lisen = \"a:1\"", "parlance.toml").err().unwrap();
        assert_eq!(error.to_string(), "unknown setting lisen (parlance.toml); did you mean listen?");
    }

    #[test]
    fn later_sources_win_and_passwords_are_not_shown() {
        let mut settings = Settings::defaults();
        settings.merge_file("log = \"warn\"\ndatabase_url = \"postgres://ann:secret@db/parlance\"", "parlance.toml").unwrap();
        settings.merge_flags(&Flags { debug: true, ..Flags::default() });
        let printed = settings.print();
        assert!(printed.contains("postgres://ann:…@db/parlance") && !printed.contains("secret"), "{printed}");
        assert_eq!(settings.resolve().unwrap().log, "debug");
    }

    #[test]
    fn values_are_checked_at_the_door() {
        for (name, value) in [
            ("PARLANCE_LISTEN", "8080"),
            ("PARLANCE_DATABASE_URL", "mysql://x"),
            ("PARLANCE_PUBLIC_URL", "chat"),
            ("PARLANCE_TRUSTED_PROXIES", "proxy"),
        ] {
            assert!(environment(&[(name, value)]).unwrap().resolve().is_err(), "{name}");
        }
        let config = environment(&[("PARLANCE_PUBLIC_URL", "https://Chat.example.org/x")]).unwrap().resolve().unwrap();
        assert_eq!(config.public_origin.as_deref(), Some("https://chat.example.org"));
    }
}
