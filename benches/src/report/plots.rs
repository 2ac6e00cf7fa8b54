//! What is plotted.

use super::{HEIGHT, at, ours, solidity};
use crate::{
    By, Encoding, Gas, HEIGHTS, Job, Layout, Mode, Results, Rules,
    plot::{Axis, Panel, Series, svg},
};

/// The name of a file, and the plot in it.
pub(crate) fn plots(results: &Results) -> Result<[(&'static str, String); 2], std::fmt::Error> {
    let trees = Axis {
        title: "leaves of the tree",
        places: HEIGHTS.map(f64::from).to_vec(),
        names: HEIGHTS.map(|height| format!("2^{height}")).to_vec(),
    };
    let at_heights = |by: By| HEIGHTS.map(|height| (at(by, height), Job::Flow)).to_vec();
    let many = [1, 2, 4, 8, 16];
    let actions = Axis {
        title: "transfers in one userOp",
        places: many.iter().map(|many| *many as f64).collect(),
        names: many.iter().map(usize::to_string).collect(),
    };
    let of_actions = |by: By| {
        many.iter()
            .map(|many| (by, Job::Transfers(*many)))
            .collect::<Vec<_>>()
    };
    let panels = |rows: &dyn Fn(By) -> Vec<(By, Job)>| {
        [
            Panel {
                title: "module.validateUserOp, gas",
                series: series(results, rows, |gas| gas.module),
            },
            Panel {
                title: "handleOps, gas",
                series: series(results, rows, |gas| gas.handle_ops),
            },
        ]
    };
    Ok([
        (
            "tree-size.svg",
            svg(
                "Approve, swap, stake in one userOp, by the size of the tree",
                &trees,
                &panels(&at_heights),
            )?,
        ),
        (
            "actions.svg",
            svg(
                "Transfers in one userOp, trees of 2^10",
                &actions,
                &panels(&of_actions),
            )?,
        ),
    ])
}

fn series(
    results: &Results,
    rows: &dyn Fn(By) -> Vec<(By, Job)>,
    number: fn(&Gas) -> u64,
) -> Vec<Series> {
    let line = |name: &str, colour, is_dashed, by| Series {
        name: name.into(),
        colour,
        is_dashed,
        values: rows(by)
            .into_iter()
            .filter_map(|(by, job)| results.get(by, job).map(number))
            .collect(),
    };
    let (encoding, height) = (Encoding::Dense, HEIGHT);
    let dense = By::Solidity { encoding, height };
    let mut all = vec![
        line("owner, no session", 0, true, By::Owner),
        line(
            "Smart Sessions, stand-in policy",
            6,
            false,
            By::SmartSessions,
        ),
        line(
            "Solidity (Biconomy), as its clients sign",
            1,
            false,
            solidity(HEIGHT),
        ),
        line("Solidity, dense signatures", 1, true, dense),
    ];
    for (colour, layout) in Layout::ALL.into_iter().enumerate() {
        // what the client chooses, or nearly
        let encoding = layout.encodings().last().copied().unwrap_or(encoding);
        let [cached, uncached, _] = ours(layout, Rules::Typed, encoding, HEIGHT);
        let name = |mode| format!("ours, {layout}, {encoding}, {mode}");
        all.push(line(&name(Mode::Cached), colour + 2, false, cached));
        all.push(line(&name(Mode::Uncached), colour + 2, true, uncached));
    }
    all
}
