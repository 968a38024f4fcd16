//! Where a request comes from: the device in words, and an address that nobody can forge.

use std::{convert::Infallible, net::IpAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use domain::sessions::Origin;

use crate::{app::App, listener::Peer};

pub struct From(pub Origin);

impl FromRequestParts<App> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<Peer>>().and_then(|ConnectInfo(peer)| peer.0).map(|peer| peer.ip());
        let address = address(peer, &parts.headers, &app.config.trusted_proxies);
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Self(Origin { device: device(agent), address }))
    }
}

/// `X-Forwarded-For` counts only from a proxy that the settings name, and only its last entry that is no such proxy.
fn address(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpAddr]) -> String {
    let Some(peer) = peer else { return "local".into() };
    if trusted.contains(&peer.to_canonical()) {
        let hops = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
        let hops: Vec<IpAddr> = hops.filter_map(|hop| hop.trim().parse().ok()).collect();
        if let Some(client) = hops.iter().rev().find(|hop| !trusted.contains(hop)) {
            return client.to_string();
        }
    }
    peer.to_canonical().to_string()
}

/// "Firefox on Linux": the first names that fit, most particular first, since browsers claim to be each other.
fn device(agent: &str) -> String {
    let first = |names: &[(&str, &'static str)]| names.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name);
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("HeadlessChrome/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        // A program names itself in its first word: `curl/8.5`, `parlance-bot/1`.
        (None, _) => {
            let word = agent.split_whitespace().next().unwrap_or_default();
            if word.is_empty() { "Unknown device".into() } else { word.chars().take(40).filter(|c| !c.is_control()).collect() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forwarded_address_counts_only_from_a_named_proxy() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "6.6.6.6, 203.0.113.9, 10.0.0.1".parse().unwrap());
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        assert_eq!(address(Some(proxy), &headers, &[]), "10.0.0.1");
        assert_eq!(address(Some(proxy), &headers, &[proxy]), "203.0.113.9");
        assert_eq!(address(Some("198.51.100.7".parse().unwrap()), &headers, &[proxy]), "198.51.100.7");
    }

    #[test]
    fn devices_have_names() {
        assert_eq!(device("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), "Firefox on Linux");
        assert_eq!(
            device("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile/15E148 Safari/604.1"),
            "Safari on iPhone"
        );
        assert_eq!(device("curl/8.5.0"), "curl/8.5.0");
        assert_eq!(device(""), "Unknown device");
    }
}
