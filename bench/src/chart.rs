//! Charts as SVG that a person could have written: lines over a few steps, light and dark by the reader's setting.

use std::fmt::Write as _;

use crate::format::grouped;

/// Size of the picture and of what is drawn in it, in its own units.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 84.0;
const BOTTOM: f64 = 56.0;
/// Lines across.
const TICKS: u32 = 4;

/// Colours of the design (ink, ink-soft, line, surface) and of up to four series.
const STYLE: &str = "svg{--ink:#10142A;--soft:#5A6079;--line:#E3E6EF;--surface:#FFFFFF;--s0:#3B3BF5;--s1:#0B7A55;--s2:#9A5B00;--s3:#C4223B}\
@media(prefers-color-scheme:dark){svg{--ink:#EEF0FA;--soft:#A3A9C2;--line:#2B3050;--surface:#151935;--s0:#8187FF;--s1:#3FBF92;--s2:#E0A452;--s3:#FF7A8C}}\
text{font:13px system-ui,sans-serif;fill:var(--soft);font-variant-numeric:tabular-nums}\
.title{font-size:17px;font-weight:600;fill:var(--ink)}.surface{fill:var(--surface)}.grid{stroke:var(--line)}\
.line{fill:none;stroke-width:2.5;stroke-linejoin:round}";

/// A chart of lines.
#[derive(Debug)]
pub(crate) struct Chart {
    pub(crate) title: String,
    /// What is at the foot, and what the steps are called.
    pub(crate) across: &'static str,
    pub(crate) steps: Vec<String>,
    /// What is at the side, in its unit.
    pub(crate) up: &'static str,
    /// Each with a value for each step that it has.
    pub(crate) series: Vec<(String, Vec<Option<f64>>)>,
}

impl Chart {
    /// The picture.
    pub(crate) fn svg(&self) -> String {
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
             aria-labelledby=\"title desc\">\n<title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n\
             <style>{STYLE}</style>\n<rect class=\"surface\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"16\"/>\n\
             <text class=\"title\" x=\"24\" y=\"34\">{}</text>\n",
            escaped(&self.title),
            escaped(&self.told()),
            escaped(&self.title)
        );
        let top = self.top();
        self.axes(&mut svg, top);
        for (nth, (name, values)) in self.series.iter().enumerate() {
            self.line(&mut svg, top, nth, name, values);
        }
        svg.push_str("</svg>\n");
        svg
    }

    /// The figures in words, for those who do not see them.
    fn told(&self) -> String {
        let mut text = format!("{} by {}.", self.up, self.across);
        for (name, values) in &self.series {
            let points = self.steps.iter().zip(values);
            let points = points.filter_map(|(step, value)| value.map(|value| format!("{} at {step}", figure(value))));
            let _ = write!(text, " {name}: {}.", points.collect::<Vec<_>>().join(", "));
        }
        text
    }

    /// A round number above all values.
    fn top(&self) -> f64 {
        let most = self.series.iter().flat_map(|(_, values)| values.iter().flatten()).copied().fold(0.0, f64::max);
        if most <= 0.0 {
            return 1.0;
        }
        let unit = 10f64.powf(most.log10().floor());
        let factors = [1.0, 1.2, 1.6, 2.0, 2.4, 3.2, 4.0, 6.0, 8.0, 10.0];
        factors.into_iter().map(|factor| factor * unit).find(|top| *top >= most).unwrap_or(10.0 * unit)
    }

    fn x(&self, step: usize) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a handful of steps")]
        let part = (step as f64 + 0.5) / self.steps.len().max(1) as f64;
        LEFT + part * (WIDTH - LEFT - RIGHT)
    }

    fn axes(&self, svg: &mut String, top: f64) {
        for tick in 0..=TICKS {
            let part = f64::from(tick) / f64::from(TICKS);
            let y = y(part);
            let _ = writeln!(
                svg,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.0}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
                 <text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                WIDTH - RIGHT,
                LEFT - 8.0,
                y + 4.0,
                figure(top * part)
            );
        }
        for (nth, step) in self.steps.iter().enumerate() {
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>",
                self.x(nth),
                HEIGHT - BOTTOM + 20.0,
                escaped(step)
            );
        }
        let _ = writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>\
             <text transform=\"translate(18 {:.0}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            f64::midpoint(LEFT, WIDTH - RIGHT),
            HEIGHT - 14.0,
            escaped(self.across),
            f64::midpoint(TOP, HEIGHT - BOTTOM),
            escaped(self.up)
        );
    }

    /// A line with its points, and its name above the picture. Its dashes tell it apart without its colour.
    fn line(&self, svg: &mut String, top: f64, nth: usize, name: &str, values: &[Option<f64>]) {
        let dashes = ["none", "8 4", "2 4", "12 3 2 3"][nth % 4];
        let style = format!("stroke=\"var(--s{})\" stroke-dasharray=\"{dashes}\"", nth % 4);
        let points =
            values.iter().enumerate().filter_map(|(step, value)| value.map(|value| (self.x(step), y(value / top))));
        let points: Vec<(f64, f64)> = points.collect();
        let path = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ");
        let _ = writeln!(svg, "<polyline class=\"line\" {style} points=\"{path}\"/>");
        for (x, y) in points {
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"var(--s{})\"/>", nth % 4);
        }
        let place = u32::try_from(nth).map_or(0.0, f64::from) * 174.0 + 24.0;
        let _ = writeln!(
            svg,
            "<line class=\"line\" {style} x1=\"{place}\" x2=\"{}\" y1=\"58\" y2=\"58\"/><text x=\"{}\" y=\"62\">{}</text>",
            place + 28.0,
            place + 36.0,
            escaped(name)
        );
    }
}

/// Where a part of the height is.
fn y(part: f64) -> f64 {
    HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)
}

fn figure(value: f64) -> String {
    if value >= 10.0 || value == 0.0 { grouped(value) } else { format!("{value:.1}") }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> Chart {
        Chart {
            title: "Payments <a second>".into(),
            across: "connections",
            steps: vec!["1".into(), "16".into()],
            up: "payments/s",
            series: vec![
                ("VINR".into(), vec![Some(900.0), Some(5_000.0)]),
                ("pgbench".into(), vec![None, Some(2_500.0)]),
            ],
        }
    }

    #[test]
    fn a_chart_says_its_figures_to_those_who_do_not_see_it() {
        let svg = chart().svg();
        assert!(svg.contains("VINR: 900 at 1, 5,000 at 16. pgbench: 2,500 at 16."), "{svg}");
        assert!(svg.contains("Payments &lt;a second&gt;") && svg.contains("prefers-color-scheme:dark"));
    }

    #[test]
    fn the_highest_value_stands_below_the_uppermost_line() {
        assert!((chart().top() - 6_000.0).abs() < 1e-9);
        assert!(y(5_000.0 / 6_000.0) > TOP);
        // One point of the first line is missing from the second.
        assert_eq!(chart().svg().matches("<circle").count(), 3);
    }
}
