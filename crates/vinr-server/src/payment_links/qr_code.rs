//! A link's address as a QR code (ISO/IEC 18004), drawn in SVG: sharp at any size, on paper and on glass.

use std::fmt::Write as _;

use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode};

/// Light modules that a reader wants around a code (ISO/IEC 18004, 6.3.8).
const QUIET_ZONE: usize = 4;

/// How large a module is where nobody says: browsers show an image without a size of its own as nothing.
const MODULE_PX: usize = 8;

/// The code of a text, dark on white whatever stands around it.
///
/// # Errors
/// A text that is too long for any code.
pub(crate) fn svg(text: &str) -> Result<String, QrError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
    let side = code.width() + 2 * QUIET_ZONE;
    let size = side * MODULE_PX;
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{size}" height="{size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#10142a" d=""##
    );
    for (row, modules) in code.to_colors().chunks(code.width()).enumerate() {
        let mut column = 0;
        for run in modules.chunk_by(|one, next| one == next) {
            if run[0] == Color::Dark {
                let (x, y, length) = (column + QUIET_ZONE, row + QUIET_ZONE, run.len());
                let _ = write!(svg, "M{x} {y}h{length}v1h-{length}z");
            }
            column += run.len();
        }
    }
    svg.push_str(r#""/></svg>"#);
    Ok(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The modules as they are drawn: where a path's runs cover.
    fn drawn(svg: &str) -> Vec<(usize, usize)> {
        let path = svg.rsplit_once(r#"d=""#).expect("a path").1;
        let mut modules = Vec::new();
        for run in path.split('M').skip(1) {
            let (x, rest) = run.split_once(' ').expect("a place");
            let (y, rest) = rest.split_once('h').expect("a run");
            let (x, y): (usize, usize) = (x.parse().expect("a number"), y.parse().expect("a number"));
            let length: usize = rest.split_once('v').expect("a length").0.parse().expect("a number");
            modules.extend((x..x + length).map(|x| (x, y)));
        }
        modules
    }

    #[test]
    fn a_code_is_drawn_as_it_is_computed_inside_its_quiet_zone() {
        let text = "https://sandbox.api.vinr.com/l/acct_01j2k3m4n5p6q7r8s9t0v1w2x3/0123456789abcdef0123456789abcdef";
        let code = QrCode::with_error_correction_level(text, EcLevel::M).expect("a code");
        let dark: Vec<(usize, usize)> = (0..code.width())
            .flat_map(|y| (0..code.width()).map(move |x| (x, y)))
            .filter(|(x, y)| code[(*x, *y)] == Color::Dark)
            .map(|(x, y)| (x + QUIET_ZONE, y + QUIET_ZONE))
            .collect();
        let svg = svg(text).expect("a code");
        assert_eq!(drawn(&svg), dark);
        assert!(svg.contains(&format!("viewBox=\"0 0 {0} {0}\"", code.width() + 8)), "{svg}");
        assert!(svg.len() < 20_000, "{} bytes", svg.len());
    }

    #[test]
    fn a_text_that_fits_no_code_is_refused() {
        assert_eq!(svg(&"x".repeat(3_000)), Err(QrError::DataTooLong));
    }
}
