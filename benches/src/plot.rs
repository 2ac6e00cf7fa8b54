//! Plots as SVG, with a background of their own: they look the same on a light and on a dark page.
#![allow(clippy::cast_precision_loss, reason = "gas in pixels")]

use std::fmt::Write;

use world::thousands;

const WIDTH: f64 = 960.0;
const PANEL: f64 = 400.0;
const LEFT: f64 = 70.0;
const TOP: f64 = 56.0;
const HEIGHT: f64 = 280.0;
const LEGEND_ROW: f64 = 20.0;
const LEGEND_COLUMNS: usize = 2;
/// Lines across a panel, at most.
const TICKS: u64 = 6;

/// Told apart by people who do not see all colours, too.
const COLOURS: [&str; 7] = [
    "#000000", "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#56b4e9", "#e69f00",
];

/// A line.
pub(crate) struct Series {
    /// In the legend.
    pub(crate) name: String,
    /// The same for what belongs together: one of seven.
    pub(crate) colour: usize,
    /// Stroked in dashes.
    pub(crate) is_dashed: bool,
    /// One for each place on the axis below.
    pub(crate) values: Vec<u64>,
}

/// One of two.
pub(crate) struct Panel {
    pub(crate) title: &'static str,
    pub(crate) series: Vec<Series>,
}

/// What both panels share: places on the axis below, and what they are called.
pub(crate) struct Axis {
    pub(crate) title: &'static str,
    pub(crate) places: Vec<f64>,
    pub(crate) names: Vec<String>,
}

/// Two panels of the same series, side by side, with one legend.
pub(crate) fn svg(
    title: &str,
    axis: &Axis,
    panels: &[Panel; 2],
) -> Result<String, std::fmt::Error> {
    let series = &panels[0].series;
    let rows = series.len().div_ceil(LEGEND_COLUMNS);
    let legend = TOP + HEIGHT + 64.0;
    let height = legend + LEGEND_ROW * rows as f64 + 4.0;
    let mut svg = String::new();
    writeln!(
        svg,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12" fill="#222222">
<title>{title}</title>
<rect width="{WIDTH}" height="{height}" rx="6" fill="#ffffff"/>
<text x="{:.1}" y="22" font-size="15" font-weight="bold" text-anchor="middle">{title}</text>"##,
        WIDTH / 2.0
    )?;
    for (panel, left) in panels.iter().zip([LEFT, LEFT + PANEL + 70.0]) {
        draw(&mut svg, axis, panel, left)?;
    }
    for (index, series) in series.iter().enumerate() {
        let x = LEFT + (index % LEGEND_COLUMNS) as f64 * (PANEL + 70.0);
        let y = legend + (index / LEGEND_COLUMNS) as f64 * LEGEND_ROW;
        line(&mut svg, series, &[(x, y), (x + 34.0, y)])?;
        writeln!(
            svg,
            r#"<text x="{:.1}" y="{:.1}">{}</text>"#,
            x + 42.0,
            y + 4.0,
            series.name
        )?;
    }
    svg += "</svg>\n";
    Ok(svg)
}

fn draw(svg: &mut String, axis: &Axis, panel: &Panel, left: f64) -> std::fmt::Result {
    let values = panel.series.iter().flat_map(|series| &series.values);
    let step = step(values.copied().max().unwrap_or(1).div_ceil(TICKS));
    let most = step * TICKS;
    let bottom = TOP + HEIGHT;
    let y = |value: u64| bottom - value as f64 / most as f64 * HEIGHT;
    let last = axis.places.last().copied().unwrap_or(1.0);
    let first = axis.places.first().copied().unwrap_or(0.0);
    let x = |place: f64| left + 16.0 + (place - first) / (last - first) * (PANEL - 32.0);
    writeln!(
        svg,
        r#"<text x="{:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
        left + PANEL / 2.0,
        TOP - 12.0,
        panel.title
    )?;
    for tick in (0..=TICKS).map(|tick| tick * step) {
        writeln!(
            svg,
            r##"<path d="M{left:.1} {0:.1}h{PANEL:.1}" stroke="#dddddd"/><text x="{1:.1}" y="{2:.1}" text-anchor="end">{3}</text>"##,
            y(tick),
            left - 6.0,
            y(tick) + 4.0,
            thousands(tick)
        )?;
    }
    for (place, name) in axis.places.iter().zip(&axis.names) {
        writeln!(
            svg,
            r#"<text x="{:.1}" y="{:.1}" text-anchor="middle">{name}</text>"#,
            x(*place),
            bottom + 18.0
        )?;
    }
    writeln!(
        svg,
        r#"<text x="{:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
        left + PANEL / 2.0,
        bottom + 38.0,
        axis.title
    )?;
    for series in &panel.series {
        let points = axis.places.iter().zip(&series.values);
        let points: Vec<_> = points
            .map(|(place, value)| (x(*place), y(*value)))
            .collect();
        line(svg, series, &points)?;
    }
    Ok(())
}

fn line(svg: &mut String, series: &Series, points: &[(f64, f64)]) -> std::fmt::Result {
    let colour = COLOURS[series.colour % COLOURS.len()];
    let dashes = if series.is_dashed {
        r#" stroke-dasharray="6 4""#
    } else {
        ""
    };
    let path: Vec<_> = points
        .iter()
        .map(|(x, y)| format!("{x:.1} {y:.1}"))
        .collect();
    write!(
        svg,
        r#"<path d="M{}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>"#,
        path.join("L")
    )?;
    for (x, y) in points {
        write!(
            svg,
            r#"<circle cx="{x:.1}" cy="{y:.1}" r="3" fill="{colour}"/>"#
        )?;
    }
    writeln!(svg)
}

/// The least of 1, 2, 2.5, 5 times a power of ten that is at least 10 and no less than this.
fn step(least: u64) -> u64 {
    let mut power = 10;
    loop {
        let steps = [power, 2 * power, 5 * power / 2, 5 * power];
        if let Some(step) = steps.into_iter().find(|step| *step >= least) {
            return step;
        }
        power *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        for (least, round) in [
            (0, 10),
            (11, 20),
            (21, 25),
            (21_000, 25_000),
            (26_000, 50_000),
            (51, 100),
        ] {
            assert_eq!(step(least), round, "{least}");
        }
    }
}
