//! The chain behind sockets: options, HTTP, WebSocket, and its beginning and end.

mod banner;
mod http;
mod log;
mod options;
mod shared;
mod start;
mod ws;

use std::{
    io,
    net::{IpAddr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    time::Duration,
};

use devnode::{DumpError, ProgramError, rpc::Rpc};
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval, timeout},
};

pub use options::Options;
use shared::Shared;

/// How long requests have to finish at the end.
const GRACE: Duration = Duration::from_secs(3);
/// Threads that wait for the chain: one works at a time.
const CHAIN_THREADS: usize = 4;
const CHAIN_STACK: usize = 8 << 20;

/// Why the node does not start, or stops badly.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// `--allow-remote` is missing.
    #[error(
        "{0} can be reached from other machines, and whoever reaches the node controls it; add --allow-remote if you mean it"
    )]
    Remote(IpAddr),
    /// Another program listens there.
    #[error("{0} is in use, perhaps by another devnode; choose another port with --port")]
    InUse(SocketAddr),
    /// Listening fails for another reason.
    #[error("can not listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    /// The state file is not loaded; it stays as it is.
    #[error("state file {path}: {error}; it is left as it is", path = .0.display(), error = .1)]
    Load(PathBuf, DumpError),
    /// The state is not saved.
    #[error("can not save the state to {path}: {error}", path = .0.display(), error = .1)]
    Save(PathBuf, DumpError),
    /// A contract is not deployed.
    #[error("predeploy: {0}")]
    Predeploy(#[from] ProgramError),
    /// The server can not run.
    #[error("server: {0}")]
    Serve(#[from] io::Error),
}

/// Serves until it is told to stop, then saves the state if that was asked for.
///
/// # Errors
/// If it can not start, or not save.
pub fn run(options: &Options) -> Result<(), Failure> {
    log::init(options);
    let address = options.address()?;
    let listener = listen(address)?;
    let node = start::node(options)?;
    let banner = banner::text(options, &node, listener.local_addr()?);
    let shared = Shared::new(Rpc::new(node));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(CHAIN_THREADS)
        .thread_stack_size(CHAIN_STACK)
        .enable_all()
        .build()?;
    let served = runtime.block_on(async {
        let told = signal()?; // before anyone knows that the node is up
        banner::print(&banner);
        serve(listener, shared.clone(), options.block_time, told).await
    });
    runtime.shutdown_timeout(GRACE);
    if let Some(path) = &options.state {
        save(&shared, path)?;
    }
    Ok(served?)
}

fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => Failure::InUse(address),
        _ => Failure::Listen(address, error),
    })
}

async fn serve(
    listener: TcpListener,
    shared: Shared,
    block_time: Option<u64>,
    told: impl Future<Output = ()>,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let (stop, stopped) = watch::channel(false);
    if let Some(secs) = block_time {
        tokio::spawn(mine(shared.clone(), secs));
    }
    let mut until = stopped.clone();
    let router = http::router(shared, stopped);
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        _ = until.wait_for(|stop| *stop).await;
    });
    let mut server = tokio::spawn(server.into_future());
    tokio::select! {
        ended = &mut server => return ended.unwrap_or_else(|error| Err(io::Error::other(error))),
        () = told => {}
    }
    tracing::info!("stopping");
    stop.send_replace(true);
    let ended = async {
        _ = server.await;
        stop.closed().await; // WebSockets are their own tasks; each holds a receiver
    };
    if timeout(GRACE, ended).await.is_err() {
        tracing::info!("connections that do not end are cut");
    }
    Ok(())
}

/// Mines a block every so often.
async fn mine(shared: Shared, secs: u64) {
    let mut ticks = interval(Duration::from_secs(secs));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await; // the first one comes at once
    loop {
        ticks.tick().await;
        _ = shared.mine().await; // a panic is logged
    }
}

/// Ctrl-C or SIGTERM, from now on.
#[cfg(unix)]
fn signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ctrl-C, from now on.
#[cfg(not(unix))]
fn signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { _ = interrupt.recv().await })
}

fn save(shared: &Shared, path: &Path) -> Result<(), Failure> {
    let (dump, waiting) = {
        let rpc = shared.lock();
        (rpc.node().dump(), rpc.node().sizes().pool)
    };
    dump.write(path)
        .map_err(|error| Failure::Save(path.into(), error))?;
    if waiting > 0 {
        tracing::warn!(waiting, "transactions of the pool are not saved");
    }
    tracing::info!(file = %path.display(), "state saved");
    Ok(())
}
