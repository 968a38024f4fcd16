//! The contract is a snapshot: `cargo xtask openapi` writes it anew, and the change is read before it is committed.

use serde_json::Value;
use shared_types::{error::ErrorCode, route};
use testkit::World;

#[test]
fn the_document_is_the_committed_one() {
    assert!(
        api::openapi::json() == include_str!("../../openapi.json"),
        "the API differs from crates/api/openapi.json: if that is meant, run `cargo xtask openapi` and look at the difference"
    );
}

#[test]
fn every_operation_is_described_and_every_error_code_is_listed() {
    let document: Value = serde_json::from_str(&api::openapi::json()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            for part in ["operationId", "summary", "tags", "responses"] {
                assert!(!operation[part].is_null(), "{method} {path} has no {part}");
            }
        }
    }
    let listed = &document["components"]["schemas"]["ErrorCode"]["enum"];
    for (_, code) in ErrorCode::ALL {
        assert!(listed.as_array().unwrap().iter().any(|listed| listed == code), "{code}");
    }
}

#[tokio::test]
async fn document_and_reader_are_served_without_help_from_elsewhere() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    assert_eq!(ann.get(route::OPENAPI).await.ok::<Value>(), serde_json::from_str::<Value>(&api::openapi::json()).unwrap());
    let page = ann.get("/docs/").await;
    assert!(page.status.is_success());
    assert!(!page.text.contains("http://") && !page.text.contains("https://"), "{}", page.text);
}
