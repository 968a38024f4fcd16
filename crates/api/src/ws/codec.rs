//! Between frames and their types. A frame that cannot be read gets an answer that says why, and which message it was.

use serde::Deserialize;
use serde_json::Value;
use shared_types::{
    ConversationId, ErrorBody, ErrorCode, Invalid, Nonce,
    text::MessageBody,
    ws::{ClientFrame, ServerFrame},
};

use crate::error::Problem;

/// A `send` frame on its own. Choosing between frames by their tag makes serde keep all fields aside first; this is the
/// frame that comes by the thousand.
#[derive(Deserialize)]
struct Send<'a> {
    r#type: &'a str,
    conversation_id: ConversationId,
    nonce: Nonce,
    body: MessageBody,
}

/// The frame, or the refusal to send back.
pub fn read(text: &str) -> Result<ClientFrame, Box<ServerFrame>> {
    if let Ok(Send { r#type: "send", conversation_id, nonce, body }) = serde_json::from_str(text) {
        return Ok(ClientFrame::Send { conversation_id, nonce, body });
    }
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

    #[test]
    fn the_short_way_reads_what_the_long_way_reads() {
        let fields =
            r#""conversation_id":"01930000-0000-7000-8000-000000000001","nonce":"01930000-0000-7000-8000-000000000002","body":"a\u0062""#;
        for text in [format!(r#"{{"type":"send",{fields}}}"#), format!(r#"{{{fields},"later":[1],"type":"s\u0065nd"}}"#)] {
            assert_eq!(read(&text).unwrap(), serde_json::from_str::<ClientFrame>(&text).unwrap());
        }
        // The fields of a `send` do not make one.
        assert_eq!(refused(&format!(r#"{{"type":"dance",{fields}}}"#)), (ErrorCode::UnknownValue, true));
    }
}
