//! A WebSocket connection: requests, answers, notifications.

use std::time::Duration;

use axum::{
    Error,
    body::Bytes,
    extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code},
};
use devnode::rpc::Subscriptions;
use tokio::{sync::watch, time::timeout};

use super::{http, shared::Shared};

/// How long a client has to answer that the connection ends.
const GRACE: Duration = Duration::from_secs(1);

/// Why a connection ends.
enum End {
    /// The client went.
    Gone,
    /// Told to the client.
    Told(u16, &'static str),
}

impl From<Error> for End {
    fn from(_: Error) -> Self {
        Self::Gone
    }
}

/// Serves a connection until either side ends it.
pub async fn serve(mut socket: WebSocket, shared: Shared, mut stop: watch::Receiver<bool>) {
    let end = tokio::select! {
        end = talk(&mut socket, &shared) => end,
        _ = stop.wait_for(|stop| *stop) => End::Told(close_code::AWAY, "the node stops"),
    };
    if let End::Told(code, reason) = end {
        let reason = Utf8Bytes::from_static(reason);
        let frame = CloseFrame { code, reason };
        let close = async {
            _ = socket.send(Message::Close(Some(frame))).await; // gone already, perhaps
            while let Some(Ok(_)) = socket.recv().await {} // the client's own close frame
        };
        _ = timeout(GRACE, close).await;
    }
}

/// One message after the other, so that the answer to `eth_subscribe` comes before what it is told.
async fn talk(socket: &mut WebSocket, shared: &Shared) -> End {
    let mut changes = shared.changes();
    let mut subscriptions = Subscriptions::default();
    loop {
        let step = tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => {
                    answer(socket, shared, &mut subscriptions, text.into()).await
                }
                Some(Ok(Message::Binary(body))) => {
                    answer(socket, shared, &mut subscriptions, body).await
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
                Some(Ok(Message::Close(_))) | None => Err(End::Gone),
                Some(Err(_)) => Err(End::Told(close_code::SIZE, "not a message, or too large")),
            },
            Ok(()) = changes.changed(), if !subscriptions.is_empty() => {
                notify(socket, shared, &mut subscriptions).await
            }
        };
        if let Err(end) = step {
            return end;
        }
    }
}

async fn answer(
    socket: &mut WebSocket,
    shared: &Shared,
    subscriptions: &mut Subscriptions,
    body: Bytes,
) -> Result<(), End> {
    match shared.handle_on(std::mem::take(subscriptions), body).await {
        Ok((answer, after)) => {
            *subscriptions = after;
            if let Some(answer) = answer {
                send(socket, answer).await?;
            }
            Ok(())
        }
        Err(panicked) => {
            let answer = http::error(-32_603, &panicked.to_string());
            send(socket, answer.into_bytes()).await?;
            Err(End::Told(close_code::ERROR, "internal error")) // its subscriptions are lost
        }
    }
}

/// Sends all that is due, portion by portion.
async fn notify(
    socket: &mut WebSocket,
    shared: &Shared,
    subscriptions: &mut Subscriptions,
) -> Result<(), End> {
    loop {
        let due = shared.notifications(std::mem::take(subscriptions)).await;
        let (messages, after) = due.map_err(|_| End::Told(close_code::ERROR, "internal error"))?;
        *subscriptions = after;
        if messages.is_empty() {
            return Ok(());
        }
        for message in messages {
            send(socket, message).await?;
        }
    }
}

/// Sends JSON, which is a text message.
async fn send(socket: &mut WebSocket, json: Vec<u8>) -> Result<(), End> {
    let text = Utf8Bytes::try_from(json).map_err(|_| End::Told(close_code::ERROR, "not UTF-8"))?;
    Ok(socket.send(Message::Text(text)).await?)
}
