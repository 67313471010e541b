//! The table of what was sold. Its columns are as wide as what stands in them, and the description has the rest.

use super::sheets::{LABEL, LEFT, PLAIN, QUIET, RIGHT, Sheets, leading};
use super::{InvoiceLine, LineTax, days, written};
use crate::documents::paper::Type;

/// Between two columns.
const GAP: f32 = 16.0;
/// Beneath a row; above it, less is needed, since letters do not fill their line.
const AIR: f32 = 5.0;
const AIR_ABOVE: f32 = 2.0;
/// The widest that a column of figures gets; what is wider is broken.
const FIGURES_WIDTH_MAX: f32 = 118.0;
/// The widest that a column of words such as a tax gets.
const WORDS_WIDTH_MAX: f32 = 62.0;

/// Where columns end, and how wide they are. The description begins at the left and ends where they begin.
struct Columns {
    description_width: f32,
    /// Quantity, unit price, tax, amount: right edge and width.
    figures: [(f32, f32); 4],
}

impl Sheets<'_> {
    /// The table, on as many sheets as it takes.
    pub(super) fn lines(&mut self) {
        let lines = &self.invoice.lines;
        let columns = self.columns(lines);
        self.table_head(&columns);
        for line in lines {
            self.row(&columns, line);
        }
        self.y += 8.0;
    }

    fn columns(&self, lines: &[InvoiceLine]) -> Columns {
        let heads = self.heads();
        let mut widths = [0.0_f32; 4];
        for ((width, head), most) in
            widths.iter_mut().zip(heads).zip([FIGURES_WIDTH_MAX, FIGURES_WIDTH_MAX, WORDS_WIDTH_MAX, FIGURES_WIDTH_MAX])
        {
            *width = self.fonts.width(LABEL.face, LABEL.size, head).min(most);
        }
        for line in lines {
            for (index, (width, text)) in widths.iter_mut().zip(self.figures(line)).enumerate() {
                let most = if index == 2 { WORDS_WIDTH_MAX } else { FIGURES_WIDTH_MAX };
                *width = width.max(self.fonts.width(PLAIN.face, PLAIN.size, &text).min(most));
            }
        }
        let mut right = RIGHT;
        let mut figures = [(0.0, 0.0); 4];
        for (column, width) in figures.iter_mut().zip(widths).rev() {
            // A hair more than the text itself, or rounding would break it.
            *column = (right, width + 0.01);
            right -= width + GAP;
        }
        Columns { description_width: right - LEFT, figures }
    }

    const fn heads(&self) -> [&'static str; 4] {
        [self.words.quantity, self.words.unit_price, self.words.tax, self.words.amount]
    }

    /// Quantity, unit price, tax and amount of a line.
    fn figures(&self, line: &InvoiceLine) -> [String; 4] {
        let locale = self.invoice.locale;
        let quantity = line.quantity.map(|quantity| {
            let sign = if quantity < 0 { "-" } else { "" };
            format!("{sign}{}", locale.grouped(&quantity.unsigned_abs().to_string()))
        });
        let tax = match line.tax {
            LineTax::None => String::new(),
            LineTax::Rate(rate) => locale.percent(rate),
            LineTax::ReverseCharge => locale.percent(0),
        };
        [quantity.unwrap_or_default(), line.unit_price.clone().unwrap_or_default(), tax, written(locale, line.amount)]
    }

    fn table_head(&mut self, columns: &Columns) {
        let top = self.y;
        let mut lowest = self.write(LEFT, top, columns.description_width, LABEL, self.words.description);
        for ((right, width), head) in columns.figures.into_iter().zip(self.heads()) {
            lowest = lowest.max(self.write_up_to(right, top, width, LABEL, head));
        }
        self.y = lowest + AIR;
        self.rule(LEFT, RIGHT, 0.8);
        self.y += 1.0;
    }

    /// One row; what is longer than a sheet goes on on the next.
    fn row(&mut self, columns: &Columns, line: &InvoiceLine) {
        let texts = self.texts(columns, line);
        let figures = self.figures(line);
        let height = |look: Type, lines: usize| leading(look) * f32::from(u16::try_from(lines).unwrap_or(u16::MAX));
        let tallest = columns
            .figures
            .iter()
            .zip(&figures)
            .map(|((_, width), text)| height(PLAIN, self.fonts.wrap(PLAIN.face, PLAIN.size, *width, text).len()));
        let beside = tallest.fold(0.0, f32::max);
        let whole = texts.iter().map(|(look, _)| leading(*look)).sum::<f32>().max(beside);
        // A row that fits onto one sheet is not torn; of another one at least its figures stay with its beginning.
        if self.make_room(if whole < 500.0 { whole + 2.0 * AIR } else { beside + 2.0 * AIR }) {
            self.table_head(columns);
        }
        let mut y = self.y + AIR_ABOVE;
        let mut lowest = y;
        for ((right, width), text) in columns.figures.into_iter().zip(&figures) {
            lowest = lowest.max(self.write_up_to(right, y, width, PLAIN, text));
        }
        for (look, text) in texts {
            self.y = y;
            if self.make_room(leading(look) + AIR) {
                self.table_head(columns);
                y = self.y + AIR_ABOVE;
                lowest = y;
            }
            y += leading(look);
            self.sheet().write(LEFT, y, look, text);
        }
        self.y = y.max(lowest) + AIR + 1.0;
        self.rule(LEFT, RIGHT, 0.4);
    }

    /// What stands in the description's column: what it is, when, and what was taken off.
    fn texts(&self, columns: &Columns, line: &InvoiceLine) -> Vec<(Type, String)> {
        let locale = self.invoice.locale;
        let period = line.period.map(|period| days(locale, period)).unwrap_or_default();
        let off = line.discount.filter(|discount| discount.amount != 0).map(|discount| {
            let taken = vinr_core::money::Money::new(discount.amount.saturating_neg(), discount.currency);
            format!("{}: {}", self.words.discount, written(locale, taken))
        });
        let parts = [(PLAIN, line.description.clone()), (QUIET, period), (QUIET, off.unwrap_or_default())];
        let wrapped = |(look, text): (Type, String)| {
            let lines = self.fonts.wrap(look.face, look.size, columns.description_width, &text);
            lines.into_iter().map(move |line| (look, line))
        };
        parts.into_iter().flat_map(wrapped).collect()
    }
}
