//! What is the session module's alone: how it chooses between the two payloads, and that it is manager and router of
//! itself. The rest of these attacks runs with it too.

mod compact;
mod decoder;
mod itself;
mod manager;
mod proxy;

use alloy::primitives::{Address, Bytes};
use session_keys::UserOp;

use crate::scene::{Layout, Scene, SessionData};

fn empty<T>() -> Result<T, Bytes> {
    Err(Bytes::new())
}

fn module(scene: &Scene) -> Address {
    assert_eq!(scene.job.programs.manager, scene.job.programs.router);
    scene.manager
}

fn scene() -> Scene {
    Scene::new(Layout::Module)
}

/// The ops of one action and of a batch with this session.
fn ops(scene: &Scene, session: &SessionData) -> [UserOp; 2] {
    let action = scene.harmless();
    let batch = scene.batch(std::slice::from_ref(&action), std::slice::from_ref(session));
    [scene.single(&action, session), batch]
}
