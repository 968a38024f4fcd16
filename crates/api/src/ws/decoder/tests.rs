//! Conformance: which bytes lead to which outcome, and that neither their split nor their kind matters.

use proptest::prelude::*;

use super::*;

/// What a client's bytes come to, in words.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    Text(String),
    Ping(Vec<u8>),
    Pong,
    Close(Option<u16>),
    Refused(Violation),
}

/// A name, the frames, and what they come to.
type Case = (&'static str, Vec<Vec<u8>>, Vec<Heard>);

const LIMIT: usize = 70_000;

/// Feeds the bytes as they would arrive: whatever is not used yet stays in front of what comes next.
fn hear(pieces: &[&[u8]]) -> Vec<Heard> {
    let (mut decoder, mut waiting, mut heard) = (Decoder::new(LIMIT), Vec::new(), Vec::new());
    for piece in pieces {
        waiting.extend_from_slice(piece);
        let mut used = 0;
        loop {
            match decoder.step(&mut waiting[used..]) {
                Ok(Step::More) => break,
                Ok(Step::Frame(length, item)) => {
                    heard.extend(item.map(|item| match item {
                        Item::Text(text) => Heard::Text(text.into_owned()),
                        Item::Ping(payload) => Heard::Ping(payload.to_vec()),
                        Item::Pong => Heard::Pong,
                        Item::Close(code) => Heard::Close(code),
                    }));
                    used += length;
                }
                Err(violation) => {
                    heard.push(Heard::Refused(violation));
                    return heard;
                }
            }
        }
        waiting.drain(..used);
    }
    heard
}

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A client's frame with this first byte.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        length @ 0..=125 => frame.push(0x80 | u8::try_from(length).unwrap()),
        length @ 126..=65_535 => {
            frame.push(0xfe);
            frame.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        length => {
            frame.push(0xff);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    frame.extend(MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

fn text(payload: &str) -> Heard {
    Heard::Text(payload.into())
}

const PROTOCOL: Heard = Heard::Refused(Violation::Protocol);
const NOT_TEXT: Heard = Heard::Refused(Violation::NotText);

/// The groups are those of the Autobahn test suite.
#[test]
fn p21_bytes_lead_to_the_outcome_that_the_standard_asks_for() {
    let long = |length: usize| "x".repeat(length);
    let close = |code: u16, reason: &[u8]| frame(0x88, &[&code.to_be_bytes(), reason].concat());
    let mut cases: Vec<Case> = vec![
        // 1: framing, at every border of the three lengths.
        ("1 empty", vec![frame(0x81, b"")], vec![text("")]),
        ("1 the standard's own example", vec![vec![0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]], vec![text("Hello")]),
        ("1 binary", vec![frame(0x82, b"x")], vec![Heard::Refused(Violation::Binary)]),
        // 2: pings and pongs.
        ("2 ping", vec![frame(0x89, b"\x00\xff\xfe")], vec![Heard::Ping(b"\x00\xff\xfe".to_vec())]),
        ("2 the longest ping", vec![frame(0x89, &[7; 125])], vec![Heard::Ping(vec![7; 125])]),
        ("2 a ping too long", vec![frame(0x89, &[7; 126])], vec![PROTOCOL]),
        ("2 a pong that nobody asked for", vec![frame(0x8a, b"x"), frame(0x81, b"a")], vec![Heard::Pong, text("a")]),
        // 3: reserved bits.
        ("3 first", vec![frame(0x81 | 0x40, b"x")], vec![PROTOCOL]),
        ("3 second", vec![frame(0x81, b"a"), frame(0x81 | 0x20, b"x")], vec![text("a"), PROTOCOL]),
        ("3 third, in a ping", vec![frame(0x89 | 0x10, b"")], vec![PROTOCOL]),
        // 5: fragments.
        ("5 a ping in two", vec![frame(0x09, b"a"), frame(0x80, b"b")], vec![PROTOCOL]),
        ("5 a pong in two", vec![frame(0x0a, b"a")], vec![PROTOCOL]),
        ("5 a close in two", vec![frame(0x08, b"")], vec![PROTOCOL]),
        ("5 two", vec![frame(0x01, b"frag"), frame(0x80, b"ment")], vec![text("fragment")]),
        ("5 a ping between", vec![frame(0x01, b"a"), frame(0x89, b"p"), frame(0x80, b"b")], vec![Heard::Ping(b"p".to_vec()), text("ab")]),
        ("5 empty ones", vec![frame(0x01, b""), frame(0x00, b""), frame(0x80, b"")], vec![text("")]),
        ("5 then another message", vec![frame(0x01, b"a"), frame(0x80, b"b"), frame(0x81, b"c")], vec![text("ab"), text("c")]),
        ("5 a continuation of nothing", vec![frame(0x80, b"x")], vec![PROTOCOL]),
        ("5 a second continuation of nothing", vec![frame(0x81, b"a"), frame(0x00, b"x")], vec![text("a"), PROTOCOL]),
        ("5 a text within a text", vec![frame(0x01, b"a"), frame(0x81, b"b")], vec![PROTOCOL]),
        ("5 binary within a text", vec![frame(0x01, b"a"), frame(0x82, b"b")], vec![PROTOCOL]),
        // 6: UTF-8.
        ("6 valid", vec![frame(0x81, "κόσμε 🛶".as_bytes())], vec![text("κόσμε 🛶")]),
        ("6 invalid", vec![frame(0x81, b"\xce\xba\xe1\xbd\xb9\xed\xa0\x80edited")], vec![NOT_TEXT]),
        ("6 cut short", vec![frame(0x81, b"\xce")], vec![NOT_TEXT]),
        ("6 overlong", vec![frame(0x81, b"\xc0\xaf")], vec![NOT_TEXT]),
        ("6 beyond Unicode", vec![frame(0x81, b"\xf4\x90\x80\x80")], vec![NOT_TEXT]),
        ("6 a character in two fragments", vec![frame(0x01, b"\xf0\x9f"), frame(0x00, b"\x9b"), frame(0x80, b"\xb6")], vec![text("🛶")]),
        ("6 cut short at the end of fragments", vec![frame(0x01, b"\xf0\x9f"), frame(0x80, b"")], vec![NOT_TEXT]),
        ("6 refused at the fragment that goes wrong", vec![frame(0x01, b"ok"), frame(0x00, b"\xf4\x90")], vec![NOT_TEXT]),
        // 7: closing.
        ("7 nothing", vec![frame(0x88, b"")], vec![Heard::Close(None)]),
        ("7 half a code", vec![frame(0x88, b"\x03")], vec![PROTOCOL]),
        ("7 a reason", vec![close(1000, "bye ⚓".as_bytes())], vec![Heard::Close(Some(1000))]),
        ("7 the longest reason", vec![close(1000, &[b'x'; 123])], vec![Heard::Close(Some(1000))]),
        ("7 a reason too long", vec![close(1000, &[b'x'; 124])], vec![PROTOCOL]),
        ("7 a reason that is no text", vec![close(1000, b"\xff")], vec![NOT_TEXT]),
        // 9: sizes, and lengths that lie.
        ("9 longer than allowed", vec![frame(0x81, &[b'x'; LIMIT + 1])], vec![Heard::Refused(Violation::TooLong)]),
        ("9 refused by the header alone", vec![frame(0x81, &[b'x'; LIMIT + 1])[..10].to_vec()], vec![Heard::Refused(Violation::TooLong)]),
        ("9 longer than allowed together", vec![frame(0x01, &[b'x'; LIMIT]), frame(0x80, b"x")], vec![Heard::Refused(Violation::TooLong)]),
        ("9 no mask", vec![vec![0x81, 0x01, b'x']], vec![PROTOCOL]),
        ("9 a length of two bytes for one", vec![vec![0x81, 0xfe, 0x00, 0x7d]], vec![PROTOCOL]),
        ("9 a length of eight bytes for two", vec![vec![0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff]], vec![PROTOCOL]),
        ("9 a negative length", vec![vec![0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0]], vec![PROTOCOL]),
        (
            "9 all the memory there is",
            vec![vec![0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
            vec![Heard::Refused(Violation::TooLong)],
        ),
    ];
    for length in [1, 124, 125, 126, 127, 128, 65_535, 65_536, LIMIT] {
        cases.push(("1 length", vec![frame(0x81, long(length).as_bytes())], vec![text(&long(length))]));
    }
    for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
        cases.push(("4 opcode", vec![frame(0x81, b"a"), frame(0x80 | opcode, b"")], vec![text("a"), PROTOCOL]));
    }
    for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999] {
        cases.push(("7 code", vec![close(code, b"")], vec![Heard::Close(Some(code))]));
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
        cases.push(("7 no code", vec![close(code, b"")], vec![PROTOCOL]));
    }
    for (name, frames, outcome) in cases {
        let bytes = frames.concat();
        assert_eq!(hear(&[&bytes]), outcome, "{name}");
        if bytes.len() < 2_000 {
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            assert_eq!(hear(&single), outcome, "{name}, byte by byte");
        }
    }
}

/// Frames that are mostly in order, so that more than the first one is looked at.
fn frames() -> impl Strategy<Value = Vec<u8>> {
    let payload = prop_oneof![
        "\\PC{0,40}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..150),
        Just("🛶".repeat(60).into_bytes()),
    ];
    let one = prop_oneof![
        8 => (prop::sample::select(vec![0x81_u8, 0x01, 0x00, 0x80, 0x89, 0x8a]), payload).prop_map(|(first, payload)| frame(first, &payload)),
        1 => (any::<u8>(), prop::collection::vec(any::<u8>(), 0..20)).prop_map(|(first, payload)| frame(first, &payload)),
        1 => prop::collection::vec(any::<u8>(), 0..30),
    ];
    prop::collection::vec(one, 0..8).prop_map(|frames| frames.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn p21_any_bytes_come_to_the_same_however_they_are_split(bytes in frames(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6)) {
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        places.extend([0, bytes.len()]);
        places.sort_unstable();
        let pieces: Vec<&[u8]> = places.windows(2).map(|ends| &bytes[ends[0]..ends[1]]).collect();
        prop_assert_eq!(hear(&pieces), hear(&[&bytes]));
    }

    #[test]
    fn p21_no_bytes_cause_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        hear(&[&bytes]);
    }

    #[test]
    fn what_a_client_masks_is_read_as_it_was(payload in "\\PC{0,300}", mask in any::<[u8; 4]>()) {
        let mut bytes = payload.clone().into_bytes();
        bytes.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, key)| *byte ^= key);
        unmask(&mut bytes, mask);
        prop_assert_eq!(bytes, payload.into_bytes());
    }
}
