//! What an invoice comes to, and what of it is tax.

use vinr_core::money::Money;

use super::sheets::{LABEL, LEFT, MIDDLE, PLAIN, RIGHT, STRONG, Sheets, leading};
use super::{LineTax, TaxRow, written};
use crate::documents::paper::Type;

/// Between two rows.
const AIR: f32 = 3.5;
/// How wide the sums and their columns are.
const SUM_WIDTH: f32 = 124.0;
const TAX_COLUMN: f32 = 112.0;

impl Sheets<'_> {
    /// From what the lines come to, to what is left to pay. All of it stands on one sheet.
    pub(super) fn sums(&mut self) {
        let rows = self.sum_rows();
        let labels = RIGHT - MIDDLE - SUM_WIDTH - 8.0;
        let height = |(look, label, _): &(Type, String, Money)| {
            let lines = self.fonts.wrap(look.face, look.size, labels, label).len();
            leading(*look) * f32::from(u16::try_from(lines).unwrap_or(u16::MAX)) + AIR
        };
        let whole = rows.iter().map(height).sum();
        self.make_room(whole);
        for (look, label, amount) in rows {
            if look.face == STRONG.face {
                self.rule(MIDDLE, RIGHT, 0.4);
            }
            let (top, text) = (self.y, written(self.invoice.locale, amount));
            let below = self.write(MIDDLE, top, labels, look, &label);
            self.y = below.max(self.write_up_to(RIGHT, top, SUM_WIDTH, look, &text)) + AIR;
        }
    }

    fn sum_rows(&self) -> Vec<(Type, String, Money)> {
        let (words, sums) = (self.words, &self.invoice.sums);
        let less = |money: Money| Money::new(money.amount.saturating_neg(), money.currency);
        let mut rows = vec![(PLAIN, words.subtotal.to_owned(), sums.subtotal)];
        if sums.discounts.amount != 0 {
            rows.push((PLAIN, words.discount.to_owned(), less(sums.discounts)));
        }
        if !sums.taxes.is_empty() {
            rows.push((PLAIN, words.net.to_owned(), sums.net));
            rows.extend(sums.taxes.iter().map(|row| (PLAIN, self.tax_name(row), row.amount)));
        }
        rows.push((STRONG, words.total.to_owned(), sums.total));
        if sums.credit_applied.amount != 0 {
            rows.push((PLAIN, words.credit.to_owned(), less(sums.credit_applied)));
        }
        if sums.paid.amount != 0 {
            rows.push((PLAIN, words.paid_amount.to_owned(), less(sums.paid)));
        }
        rows.push((STRONG, words.amount_due.to_owned(), sums.due));
        rows
    }

    /// What a row of tax is called: `VAT 20%`.
    fn tax_name(&self, row: &TaxRow) -> String {
        match row.tax {
            LineTax::None => row.name.clone(),
            LineTax::Rate(rate) => format!("{} {}", row.name, self.invoice.locale.percent(rate)),
            LineTax::ReverseCharge => {
                format!("{} {} ({})", row.name, self.invoice.locale.percent(0), self.words.reverse_charge)
            }
        }
    }

    /// For each rate what was taxed, the tax, and both together.
    pub(super) fn taxes(&mut self) {
        let (rows, words) = (&self.invoice.sums.taxes, self.words);
        if rows.is_empty() {
            return;
        }
        self.y += 18.0;
        let names = RIGHT - LEFT - 3.0 * TAX_COLUMN - 12.0;
        let edges = [RIGHT - 2.0 * TAX_COLUMN, RIGHT - TAX_COLUMN, RIGHT];
        self.make_room(5.0 * leading(PLAIN));
        let top = self.y;
        let mut lowest = self.write(LEFT, top, names, LABEL, words.tax);
        for (edge, head) in edges.into_iter().zip([words.net, words.tax, words.gross]) {
            lowest = lowest.max(self.write_up_to(edge, top, TAX_COLUMN - 8.0, LABEL, head));
        }
        self.y = lowest + AIR;
        self.rule(LEFT, RIGHT, 0.4);
        for row in rows {
            self.make_room(3.0 * leading(PLAIN));
            let top = self.y;
            let mut lowest = self.write(LEFT, top, names, PLAIN, &self.tax_name(row));
            for (edge, amount) in edges.into_iter().zip([row.net, row.amount, row.gross]) {
                let text = written(self.invoice.locale, amount);
                lowest = lowest.max(self.write_up_to(edge, top, TAX_COLUMN - 8.0, PLAIN, &text));
            }
            self.y = lowest + AIR;
        }
    }
}
