//! A socket on a stream in memory: what it answers by itself, and what it keeps.

use std::ops::ControlFlow;

use tokio::io::{AsyncReadExt, DuplexStream, duplex};

use super::*;

/// A client's frame. A mask of zeros leaves the payload as it is.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).unwrap();
    [&[first, 0x80 | length, 0, 0, 0, 0], payload].concat()
}

fn pair() -> (Socket<DuplexStream>, DuplexStream) {
    let (ours, theirs) = duplex(64 * 1024);
    (Socket::new(ours, &[], 1_000), theirs)
}

async fn written(stream: &mut DuplexStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    bytes
}

/// Reads until the end, and flushes what is to be said.
async fn read_all(socket: &mut Socket<DuplexStream>) -> (Vec<String>, Lost) {
    let mut texts = Vec::new();
    let lost = poll_fn(|cx| {
        loop {
            let _ = socket.poll_flush(cx);
            let step = socket.poll_read(cx, |text| {
                texts.push(text.to_owned());
                ControlFlow::Continue(())
            });
            if let Err(lost) = ready!(step) {
                return Poll::Ready(lost);
            }
        }
    })
    .await;
    (texts, lost)
}

#[tokio::test]
async fn p12_a_ping_gets_its_pong_without_being_asked_for() {
    let (mut socket, mut peer) = pair();
    peer.write_all(&[frame(0x89, b"are you there"), frame(0x81, b"a")].concat()).await.unwrap();
    peer.shutdown().await.unwrap();
    assert_eq!(read_all(&mut socket).await, (vec!["a".to_owned()], Lost::Cut));
    drop(socket);
    assert_eq!(written(&mut peer).await, [b"\x8a\x0d".as_slice(), b"are you there"].concat());
}

#[tokio::test]
async fn a_goodbye_is_answered_with_its_code() {
    for (payload, code, answer) in [(b"\x03\xe9bye".as_slice(), Some(1001), b"\x88\x02\x03\xe9".as_slice()), (b"", None, b"\x88\x00")] {
        let (mut socket, mut peer) = pair();
        peer.write_all(&frame(0x88, payload)).await.unwrap();
        let (_, lost) = read_all(&mut socket).await;
        assert_eq!(lost, Lost::Closed(code));
        socket.answer_close(code).await;
        assert_eq!(written(&mut peer).await, answer);
    }
}

#[tokio::test]
async fn p14_the_end_comes_after_what_is_queued_and_says_when_to_come_back() {
    let (mut socket, mut peer) = pair();
    socket.send(b"\x81\x01a".to_vec());
    let ((), heard) = tokio::join!(socket.close(1012, "2315"), async {
        let mut heard = [0; 11];
        peer.read_exact(&mut heard).await.unwrap();
        peer.write_all(&frame(0x88, b"\x03\xf4")).await.unwrap();
        heard
    });
    assert_eq!(heard, *b"\x81\x01a\x88\x06\x03\xf42315");
}

/// Everything that was ready goes on even if the peer takes it byte by byte.
#[tokio::test]
async fn p3_what_is_queued_arrives_whole_however_little_fits() {
    let (ours, mut peer) = duplex(7);
    let mut socket = Socket::new(ours, &[], 1_000);
    let expected: Vec<u8> = (0..200_u8).flat_map(|number| vec![number; usize::from(number % 5)]).collect();
    for number in 0..200_u8 {
        socket.send(vec![number; usize::from(number % 5)]);
    }
    let ((), heard) = tokio::join!(
        async {
            poll_fn(|cx| socket.poll_flush(cx)).await.unwrap();
            drop(socket);
        },
        written(&mut peer)
    );
    assert_eq!(heard, expected);
}

#[tokio::test]
async fn p10_what_was_queued_is_dropped_up_to_the_frames_that_have_begun() {
    let (ours, mut peer) = duplex(3);
    let mut socket = Socket::new(ours, &[], 1_000);
    socket.send(b"begun".to_vec());
    socket.send(b"secret".to_vec());
    poll_fn(|cx| {
        assert!(socket.poll_flush(cx).is_pending());
        Poll::Ready(())
    })
    .await;
    socket.drop_unsent();
    let ((), heard) = tokio::join!(socket.close(4403, ""), written(&mut peer));
    assert_eq!(heard, b"begun\x88\x02\x11\x33");
}

#[tokio::test]
async fn p18_an_idle_socket_keeps_nothing() {
    let (mut socket, mut peer) = pair();
    let long = frame(0x81, &[b'x'; 120]);
    peer.write_all(&long[..50]).await.unwrap();
    let read = |socket: &mut Socket<DuplexStream>| {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        while socket.poll_read(&mut cx, |_| ControlFlow::Continue(())).is_ready() {}
    };
    read(&mut socket);
    assert_eq!(socket.left.len(), 50);
    peer.write_all(&long[50..]).await.unwrap();
    read(&mut socket);
    socket.send(b"\x81\x00".to_vec());
    poll_fn(|cx| socket.poll_flush(cx)).await.unwrap();
    assert_eq!((socket.left.capacity(), socket.unsent.capacity()), (0, 0));
}

/// A reader that has enough stops between two frames, and the rest waits.
#[tokio::test]
async fn frames_beyond_what_is_wanted_wait() {
    let (mut socket, mut peer) = pair();
    peer.write_all(&[frame(0x81, b"1"), frame(0x81, b"2"), frame(0x81, b"3")].concat()).await.unwrap();
    assert_eq!(socket.receive().await.unwrap(), "1");
    assert_eq!(socket.receive().await.unwrap(), "2");
    peer.write_all(&frame(0x81, b"4")[..3]).await.unwrap();
    assert_eq!(socket.receive().await.unwrap(), "3");
    peer.write_all(&frame(0x81, b"4")[3..]).await.unwrap();
    assert_eq!(socket.receive().await.unwrap(), "4");
}
