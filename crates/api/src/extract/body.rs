//! A JSON body, parsed at the door. What is wrong with it is told by field.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, header},
};
use serde::de::DeserializeOwned;
use shared_types::{ErrorCode, Invalid, limits};

use crate::error::Problem;

pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorCode::UnsupportedMediaType, "Please send application/json."));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::PayloadTooLarge, "That request is too large.");
                Problem { limit: Some(limits::REQUEST_BYTES as u64), ..problem }
            } else {
                Problem::new(StatusCode::BAD_REQUEST, ErrorCode::MalformedJson, "The request ended early.")
            }
        })?;
        parse(&bytes).map(Self)
    }
}

/// JSON to a value, or what is wrong with it.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let field = (path != "." && !path.contains('?')).then_some(path);
        explain(field, error.inner())
    })?;
    deserializer.end().map_err(|error| explain(None, &error))?;
    Ok(value)
}

fn explain(field: Option<String>, error: &serde_json::Error) -> Problem {
    if !error.is_data() {
        return Problem::new(StatusCode::BAD_REQUEST, ErrorCode::MalformedJson, format!("That is not JSON: {error}."));
    }
    // serde adds " at line 1 column 7" to whatever a type said.
    let said = error.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    if let Ok(invalid) = said.parse::<Invalid>() {
        return Problem::invalid(field, invalid);
    }
    let code = if said.starts_with("unknown variant") { ErrorCode::UnknownValue } else { ErrorCode::WrongType };
    Problem { field, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, format!("That does not fit: {said}.")) }
}

#[cfg(test)]
mod tests {
    use shared_types::account::Register;

    use super::*;

    fn refusal(json: &[u8]) -> (ErrorCode, Option<String>, Option<u64>) {
        let problem = parse::<Register>(json).unwrap_err();
        (problem.code, problem.field, problem.limit)
    }

    #[test]
    fn every_kind_of_bad_json_has_its_own_answer() {
        assert_eq!(refusal(b"{").0, ErrorCode::MalformedJson);
        assert_eq!(refusal(b"\xff\xfe").0, ErrorCode::MalformedJson);
        assert_eq!(refusal(br#"{"username":"\ud800"}"#).0, ErrorCode::MalformedJson);
        assert_eq!(refusal(br#"{"username":7}"#), (ErrorCode::WrongType, Some("username".into()), None));
        assert_eq!(refusal(br#"{"username":"ann","email":"a@b.c"}"#).0, ErrorCode::WrongType);
        assert_eq!(
            refusal(br#"{"username":"ann","email":"a@b.c","password":"short"}"#),
            (ErrorCode::TooShort, Some("password".into()), Some(10))
        );
        assert_eq!(refusal(br#"{"username":"a\u0000b"}"#).0, ErrorCode::ControlCharacters);
        assert_eq!(refusal(br#"{"sudo":true}"#).0, ErrorCode::WrongType);
    }
}
