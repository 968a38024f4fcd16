//! From bytes to messages: the client's half of RFC 6455, section 5, without input or output and without memory of its own
//! between messages.

use std::borrow::Cow;

/// The longest header of a client's frame: two bytes, a length of eight, a mask of four.
const HEADER_MAX: usize = 14;
/// The longest payload of a control frame (section 5.5).
const CONTROL_MAX: usize = 125;

/// What a client said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    Text(Cow<'a, str>),
    Ping(&'a [u8]),
    Pong,
    /// The code, if the client gave one.
    Close(Option<u16>),
}

/// Why the connection cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// The bytes are no frame that a client may send.
    Protocol,
    /// A text is not UTF-8.
    NotText,
    /// A binary message: allowed by the protocol, not spoken here.
    Binary,
    TooLong,
}

/// What was found at the front of the input.
#[derive(Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// No whole frame. Come back with these bytes and more.
    More,
    /// A frame of so many bytes, and the message that it completed.
    Frame(usize, Option<Item<'a>>),
}

/// A text under way in several frames.
struct Fragments {
    bytes: Vec<u8>,
    /// So many of them are known to be UTF-8.
    checked: usize,
}

pub struct Decoder {
    /// The longest message, in bytes.
    pub limit: usize,
    under_way: Option<Box<Fragments>>,
}

struct Header {
    fin: bool,
    opcode: u8,
    mask: [u8; 4],
    /// Where the payload begins and ends.
    begin: usize,
    end: usize,
}

impl Decoder {
    pub fn new(limit: usize) -> Self {
        Self { limit, under_way: None }
    }

    /// Reads the first frame of `input`, which begins where the frame before ended. The payload is unmasked in place.
    pub fn step<'a>(&mut self, input: &'a mut [u8]) -> Result<Step<'a>, Violation> {
        let Some(header) = self.header(input)? else { return Ok(Step::More) };
        if input.len() < header.end {
            return Ok(Step::More);
        }
        let payload = &mut input[header.begin..header.end];
        unmask(payload, header.mask);
        let payload: &'a [u8] = payload;
        let item = match header.opcode {
            0 | 1 => self.text(&header, payload)?,
            8 => Some(Item::Close(close_code(payload)?)),
            9 => Some(Item::Ping(payload)),
            _ => Some(Item::Pong),
        };
        Ok(Step::Frame(header.end, item))
    }

    /// Everything that can be refused is refused before the payload is waited for.
    fn header(&self, input: &[u8]) -> Result<Option<Header>, Violation> {
        let Some(&first) = input.first() else { return Ok(None) };
        let (fin, opcode) = (first & 0x80 != 0, first & 0x0f);
        let is_control = opcode >= 8;
        let in_place = match opcode {
            0 => self.under_way.is_some(),
            1 | 2 => self.under_way.is_none(),
            8..=10 => fin,
            _ => false,
        };
        if first & 0x70 != 0 || !in_place {
            return Err(Violation::Protocol);
        }
        let Some(&second) = input.get(1) else { return Ok(None) };
        let short = usize::from(second & 0x7f);
        if second & 0x80 == 0 || (is_control && short > CONTROL_MAX) {
            return Err(Violation::Protocol);
        }
        if opcode == 2 {
            return Err(Violation::Binary);
        }
        let (length, mask_at) = match short {
            126 => match input.get(2..4) {
                Some(bytes) => (u64::from(u16::from_be_bytes(array(bytes))), 4),
                None => return Ok(None),
            },
            127 => match input.get(2..10) {
                Some(bytes) => (u64::from_be_bytes(array(bytes)), 10),
                None => return Ok(None),
            },
            short => (short as u64, 2),
        };
        let is_minimal = match short {
            126 => length > CONTROL_MAX as u64,
            127 => length > u64::from(u16::MAX) && length >> 63 == 0,
            _ => true,
        };
        if !is_minimal {
            return Err(Violation::Protocol);
        }
        let before = self.under_way.as_ref().map_or(0, |fragments| fragments.bytes.len());
        let length = usize::try_from(length).map_err(|_| Violation::TooLong)?;
        if !is_control && length > self.limit.saturating_sub(before) {
            return Err(Violation::TooLong);
        }
        let begin = mask_at + 4;
        debug_assert!(begin <= HEADER_MAX);
        Ok(input.get(mask_at..begin).map(|mask| Header { fin, opcode, mask: array(mask), begin, end: begin + length }))
    }

    fn text<'a>(&mut self, header: &Header, payload: &'a [u8]) -> Result<Option<Item<'a>>, Violation> {
        if self.under_way.is_none() && header.fin {
            return match std::str::from_utf8(payload) {
                Ok(text) => Ok(Some(Item::Text(Cow::Borrowed(text)))),
                Err(_) => Err(Violation::NotText),
            };
        }
        let fragments = self.under_way.get_or_insert_with(|| Box::new(Fragments { bytes: Vec::new(), checked: 0 }));
        fragments.bytes.extend_from_slice(payload);
        // A text that has gone wrong is refused at this fragment, not at its last.
        match std::str::from_utf8(&fragments.bytes[fragments.checked..]) {
            Ok(_) => fragments.checked = fragments.bytes.len(),
            Err(error) if error.error_len().is_none() && !header.fin => fragments.checked += error.valid_up_to(),
            Err(_) => return Err(Violation::NotText),
        }
        if !header.fin {
            return Ok(None);
        }
        let bytes = self.under_way.take().map(|fragments| fragments.bytes).unwrap_or_default();
        String::from_utf8(bytes).map(|text| Some(Item::Text(Cow::Owned(text)))).map_err(|_| Violation::NotText)
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(bytes);
    array
}

fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    let word = u64::from_ne_bytes([mask[0], mask[1], mask[2], mask[3], mask[0], mask[1], mask[2], mask[3]]);
    let mut words = payload.chunks_exact_mut(8);
    for chunk in &mut words {
        let masked = u64::from_ne_bytes(array(chunk)) ^ word;
        chunk.copy_from_slice(&masked.to_ne_bytes());
    }
    for (byte, key) in words.into_remainder().iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
}

/// Sections 5.5.1 and 7.4: nothing, or a code that may stand in a frame and a reason in UTF-8.
fn close_code(payload: &[u8]) -> Result<Option<u16>, Violation> {
    match payload {
        [] => Ok(None),
        [_] => Err(Violation::Protocol),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
                return Err(Violation::Protocol);
            }
            std::str::from_utf8(reason).map_err(|_| Violation::NotText)?;
            Ok(Some(code))
        }
    }
}

#[cfg(test)]
mod tests;
