//! Between frames and their types. A frame that cannot be read gets an answer that says why, and which message it was.

use serde_json::Value;
use shared_types::{
    ErrorBody, ErrorCode, Invalid, Nonce,
    ws::{ClientFrame, ServerFrame},
};

use crate::error::Problem;

/// The frame, or the refusal to send back.
pub fn read(text: &str) -> Result<ClientFrame, Box<ServerFrame>> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| refusal(ErrorCode::MalformedJson, format!("That is not JSON: {error}."), None))?;
    let nonce = value.get("nonce").and_then(Value::as_str).and_then(|nonce| nonce.parse().ok());
    match serde_json::from_value(value) {
        Ok(ClientFrame::Unknown) => Err(refusal(ErrorCode::UnknownValue, "This server does not know frames of that type.".into(), nonce)),
        Ok(frame) => Ok(frame),
        Err(error) => Err(match error.to_string().parse::<Invalid>() {
            Ok(invalid) => problem(&Problem::invalid(Some("body".into()), invalid), nonce),
            Err(()) => refusal(ErrorCode::WrongType, format!("That does not fit: {error}."), nonce),
        }),
    }
}

fn refusal(code: ErrorCode, message: String, nonce: Option<Nonce>) -> Box<ServerFrame> {
    let error = ErrorBody { code, message, field: None, limit: None, request_id: String::new() };
    Box::new(ServerFrame::Error { error, nonce })
}

/// A use case's refusal as a frame.
pub fn problem(problem: &Problem, nonce: Option<Nonce>) -> Box<ServerFrame> {
    Box::new(ServerFrame::Error { error: problem.body(""), nonce })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (ErrorCode, bool) {
        match *read(text).unwrap_err() {
            ServerFrame::Error { error, nonce } => (error.code, nonce.is_some()),
            frame => panic!("{frame:?}"),
        }
    }

    #[test]
    fn whatever_arrives_gets_a_typed_answer() {
        assert_eq!(refused("{"), (ErrorCode::MalformedJson, false));
        assert_eq!(refused("[]"), (ErrorCode::WrongType, false));
        assert_eq!(refused(r#"{"type":"dance"}"#), (ErrorCode::UnknownValue, false));
        assert_eq!(refused(r#"{"type":"send","nonce":"01930000-0000-7000-8000-000000000002"}"#), (ErrorCode::WrongType, true));
        let blank = r#"{"type":"send","conversation_id":"01930000-0000-7000-8000-000000000001","nonce":"01930000-0000-7000-8000-000000000002","body":"  "}"#;
        assert_eq!(refused(blank), (ErrorCode::Required, true));
    }
}
