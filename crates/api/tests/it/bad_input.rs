//! Whatever arrives gets one typed answer, and never a fault.

use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use shared_types::{ErrorBody, ErrorCode, route};
use testkit::{Answer, World};
use uuid::Uuid;

#[tokio::test]
async fn bodies_are_refused_by_what_is_wrong_with_them() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = ann.conversations().await[0].id;
    let messages = route::path(route::MESSAGES, &[&room]);
    let send = |body: &'static [u8]| {
        let request = ann.request(Method::POST, &messages).header(header::CONTENT_TYPE, "application/json").body(body);
        Answer::to(request)
    };
    for (body, status, code) in [
        (&b"{"[..], 400, ErrorCode::MalformedJson),
        (b"", 400, ErrorCode::MalformedJson),
        (b"\xff\xfe\x00", 400, ErrorCode::MalformedJson),
        (br#"{"nonce":"01930000-0000-7000-8000-000000000001","body":"\ud800"}"#, 400, ErrorCode::MalformedJson),
        (br#"{"nonce":"01930000-0000-7000-8000-000000000001","body":"hi"} trailing"#, 400, ErrorCode::MalformedJson),
        (b"[]", 422, ErrorCode::WrongType),
        (b"null", 422, ErrorCode::WrongType),
        (br#"{"nonce":"01930000-0000-7000-8000-000000000001"}"#, 422, ErrorCode::WrongType),
        (br#"{"nonce":"not-a-uuid","body":"hi"}"#, 422, ErrorCode::WrongType),
        (br#"{"nonce":"01930000-0000-7000-8000-000000000001","body":7}"#, 422, ErrorCode::WrongType),
        (br#"{"nonce":"01930000-0000-7000-8000-000000000001","body":"hi","extra":1}"#, 422, ErrorCode::WrongType),
        (br#"{"nonce":"01930000-0000-7000-8000-000000000001","body":"a\u0000b"}"#, 422, ErrorCode::ControlCharacters),
        (br#"{"nonce":"01930000-0000-7000-8000-000000000001","body":" \n "}"#, 422, ErrorCode::Required),
    ] {
        send(body).await.refused(status, code);
    }
    let long = ann.post(&messages, &json!({"nonce": Uuid::new_v4(), "body": "x".repeat(16_001)})).await;
    let ErrorBody { code, field, limit, .. } = long.error();
    assert_eq!((code, field.as_deref(), limit), (ErrorCode::TooLong, Some("body"), Some(16_000)));
    let huge = ann.post(&messages, &json!({"nonce": Uuid::new_v4(), "body": "x".repeat(300_000)})).await;
    huge.refused(413, ErrorCode::PayloadTooLarge);
    let plain = Answer::to(ann.request(Method::POST, &messages).body("{}")).await;
    plain.refused(415, ErrorCode::UnsupportedMediaType);
    let kind = ann.post(route::CONVERSATIONS, &json!({"kind": "choir"})).await;
    kind.refused(422, ErrorCode::UnknownValue);
    assert!(ann.reads_all(room).await.is_empty(), "nothing of it was stored");
}

#[tokio::test]
async fn ids_that_name_nothing_and_paths_that_lead_nowhere_are_not_found() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    for path in
        ["/api/v1/conversations/not-a-uuid", "/api/v1/users/7", "/api/v1/nowhere", "/api/v2/me", "/api/v1/conversations/%00/messages"]
    {
        ann.get(path).await.refused(404, ErrorCode::NotFound);
    }
    ann.get(&route::path(route::USER, &[&Uuid::new_v4()])).await.refused(404, ErrorCode::NotFound);
    ann.delete(route::ME).await.refused(405, ErrorCode::MethodNotAllowed);
    ann.get(&format!("{}?limit=many", route::ROOMS)).await.refused(422, ErrorCode::WrongType);
}

#[tokio::test]
async fn tokens_that_do_not_hold_are_refused_before_anything_is_read() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let mut tampered = ann.clone();
    tampered.token.pop();
    tampered.token.push('!');
    tampered.get(route::ME).await.refused(401, ErrorCode::Unauthenticated);
    let bare = Answer::to(ann.http.get(format!("{}{}", ann.url, route::ME))).await;
    bare.refused(401, ErrorCode::Unauthenticated);
    let basic = Answer::to(ann.http.get(format!("{}{}", ann.url, route::ME)).header(header::AUTHORIZATION, "Basic YW5uOng=")).await;
    basic.refused(401, ErrorCode::Unauthenticated);
}

/// Every route of the document, asked with nothing, nonsense and no identity: no fault, and always the one shape.
#[tokio::test]
async fn p21_no_route_has_a_fault_to_show() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let document: Value = ann.get(route::OPENAPI).await.ok();
    let mut asked = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        let path = path.replace("{conversation_id}", &Uuid::new_v4().to_string()).replace("{user_id}", "%27").replace("{session_id}", "..");
        for method in operations.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            if path == route::LOGOUT {
                continue;
            }
            for body in ["", "{}", "[[[[", "\"\\u0000\"", &"[".repeat(5_000)] {
                for signed_in in [true, false] {
                    let request = if signed_in {
                        ann.request(method.clone(), &path)
                    } else {
                        ann.http.request(method.clone(), format!("{}{path}", ann.url))
                    };
                    let answer = Answer::to(request.header(header::CONTENT_TYPE, "application/json").body(body.to_owned())).await;
                    assert!(answer.status < StatusCode::INTERNAL_SERVER_ERROR, "{method} {path} {body}: {} {}", answer.status, answer.text);
                    if !answer.status.is_success() {
                        assert!(!answer.error().request_id.is_empty(), "{method} {path}");
                    }
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 300, "{asked}");
}
