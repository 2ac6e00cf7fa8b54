//! What is answered over HTTP.

use axum::{
    Router,
    body::Bytes,
    extract::{
        DefaultBodyLimit, State,
        rejection::BytesRejection,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::json;
use tokio::sync::watch;
use tower_http::cors::CorsLayer;

use super::{shared::Shared, ws};

/// Most bytes of a request or a WebSocket message.
pub const BODY_LIMIT: usize = 16 << 20;

const ABOUT: &str = "devnode: POST JSON-RPC here, or open a WebSocket\n";

#[derive(Clone)]
struct Serving {
    shared: Shared,
    stop: watch::Receiver<bool>,
}

/// JSON-RPC by POST, WebSocket by GET, for pages of any origin.
pub fn router(shared: Shared, stop: watch::Receiver<bool>) -> Router {
    Router::new()
        .route("/", post(answer).get(open))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CorsLayer::permissive())
        .with_state(Serving { shared, stop })
}

async fn answer(
    State(Serving { shared, .. }): State<Serving>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let text = format!("request of more than {BODY_LIMIT} bytes");
            return json((rejection.status(), error(-32_600, &text)));
        }
        Err(rejection) => {
            return json((rejection.status(), error(-32_700, &rejection.body_text())));
        }
    };
    match shared.handle(body).await {
        Ok(Some(answer)) => json(answer),
        Ok(None) => StatusCode::NO_CONTENT.into_response(),
        Err(panicked) => json(error(-32_603, &panicked.to_string())),
    }
}

async fn open(
    State(Serving { shared, stop }): State<Serving>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    match upgrade {
        Ok(upgrade) => upgrade
            .max_message_size(BODY_LIMIT)
            .max_frame_size(BODY_LIMIT)
            .on_upgrade(|socket| ws::serve(socket, shared, stop)),
        Err(_) => ABOUT.into_response(),
    }
}

fn json(answer: impl IntoResponse) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (kind, answer).into_response()
}

/// An answer to what can not be read or was not finished.
pub fn error(code: i64, message: &str) -> String {
    let error = json!({ "code": code, "message": message });
    json!({ "jsonrpc": "2.0", "id": null, "error": error }).to_string()
}
