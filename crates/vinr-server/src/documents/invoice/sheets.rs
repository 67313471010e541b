//! The sheets of an invoice while they are written: where the next line goes, and what every sheet bears.

use vinr_core::colours::Colour;

use super::{InvoiceDocument, LineTax, Party, Standing, days, title, written};
use crate::documents::fonts::{Face, Fonts};
use crate::documents::paper::{HEIGHT, Sheet, Type, WIDTH};
use crate::documents::words::Words;

/// The margins, and where the right half begins.
pub(super) const LEFT: f32 = 48.0;
pub(super) const RIGHT: f32 = WIDTH - LEFT;
pub(super) const MIDDLE: f32 = 292.0;
/// Where the first line of a later sheet stands, and what nothing but the foot stands beneath.
const TOP: f32 = 54.0;
const BOTTOM: f32 = HEIGHT - 66.0;
const FOOT: f32 = HEIGHT - 40.0;

const INK: Colour = Colour::new(0x10, 0x14, 0x2a);
const SOFT: Colour = Colour::new(0x5a, 0x60, 0x79);
const PALE: Colour = Colour::new(0xe9, 0xeb, 0xf2);
const LINE: Colour = Colour::new(0xd5, 0xd9, 0xe5);
const POSITIVE: Colour = Colour::new(0x0b, 0x7a, 0x55);
const NEGATIVE: Colour = Colour::new(0xc4, 0x22, 0x3b);

/// How texts of an invoice look.
pub(super) const PLAIN: Type = Type { face: Face::Regular, size: 9.0, ink: INK };
pub(super) const STRONG: Type = Type { face: Face::Bold, size: 9.0, ink: INK };
pub(super) const QUIET: Type = Type { face: Face::Regular, size: 8.0, ink: SOFT };
pub(super) const LABEL: Type = Type { face: Face::Bold, size: 7.5, ink: SOFT };
const HEADLINE: Type = Type { face: Face::Bold, size: 15.0, ink: INK };
const TITLE: f32 = 22.0;

/// How far lines of a size stand apart.
pub(super) fn leading(look: Type) -> f32 {
    look.size * 1.38
}

/// The sheets that are written.
pub(super) struct Sheets<'a> {
    pub(super) fonts: &'a Fonts,
    pub(super) invoice: &'a InvoiceDocument,
    pub(super) words: &'static Words,
    accent: Colour,
    begun: Vec<Sheet>,
    /// The lower edge of what is written on the last sheet.
    pub(super) y: f32,
}

impl<'a> Sheets<'a> {
    /// One sheet with nothing on it.
    pub(super) fn begin(fonts: &'a Fonts, invoice: &'a InvoiceDocument, words: &'static Words) -> Sheets<'a> {
        let accent = invoice.seller.accent.readable_on(&[Colour::WHITE]);
        let mut sheets = Sheets { fonts, invoice, words, accent, begun: Vec::new(), y: TOP };
        sheets.turn();
        sheets
    }

    /// The sheet that is written on.
    pub(super) fn sheet(&mut self) -> &mut Sheet {
        self.begun.last_mut().expect("there is a sheet from the beginning")
    }

    /// Begins another sheet.
    fn turn(&mut self) {
        let mut sheet = Sheet::default();
        match self.invoice.standing {
            Standing::Draft => sheet.write_across(self.words.draft, PALE),
            Standing::Void => sheet.write_across(self.words.void, PALE),
            Standing::Open | Standing::Paid(_) => {}
        }
        sheet.fill([0.0, 0.0, WIDTH, 6.0], self.invoice.seller.accent);
        self.begun.push(sheet);
        self.y = TOP;
        if self.begun.len() > 1 {
            let (title, seller) = (title(self.invoice, self.words), &self.invoice.seller.party.name);
            let beside = self.fonts.width(STRONG.face, STRONG.size, &title) + 20.0;
            let seller = self.fonts.wrap(QUIET.face, QUIET.size, RIGHT - LEFT - beside, seller).into_iter().next();
            let (y, fonts) = (self.y, self.fonts);
            let sheet = self.sheet();
            sheet.write(LEFT, y, STRONG, title);
            sheet.write_up_to(fonts, RIGHT, y, QUIET, &seller.unwrap_or_default());
            self.y += 14.0;
        }
    }

    /// Begins another sheet if so much does not go onto this one any more; says whether it did.
    pub(super) fn make_room(&mut self, height: f32) -> bool {
        let full = self.y + height > BOTTOM;
        if full {
            self.turn();
        }
        full
    }

    /// Writes a text in lines under each other and gives their lower edge.
    pub(super) fn write(&mut self, x: f32, top: f32, width: f32, look: Type, text: &str) -> f32 {
        let mut y = top;
        for line in self.fonts.wrap(look.face, look.size, width, text) {
            y += leading(look);
            self.sheet().write(x, y, look, line);
        }
        y
    }

    /// The same, each line ending at the right.
    pub(super) fn write_up_to(&mut self, right: f32, top: f32, width: f32, look: Type, text: &str) -> f32 {
        let (mut y, fonts) = (top, self.fonts);
        for line in fonts.wrap(look.face, look.size, width, text) {
            y += leading(look);
            self.sheet().write_up_to(fonts, right, y, look, &line);
        }
        y
    }

    /// Draws a line from one place to another at the lower edge of what is written.
    pub(super) fn rule(&mut self, from: f32, to: f32, height: f32) {
        let y = self.y;
        self.sheet().fill([from, y, to - from, height], LINE);
    }

    /// Who sells, what the paper is, and how it stands.
    pub(super) fn head(&mut self) {
        let (invoice, words, accent) = (self.invoice, self.words, self.accent);
        let seller = &invoice.seller;
        let name = Type { face: Face::Bold, size: 13.0, ink: INK };
        let mut left = self.write(LEFT, TOP - 18.0, MIDDLE - LEFT - 20.0, name, &seller.party.name) + 3.0;
        let email = seller.email.as_deref().unwrap_or_default();
        left = self.address(LEFT, left, &seller.party);
        left = self.write(LEFT, left, MIDDLE - LEFT - 20.0, PLAIN, email);
        let look = Type { face: Face::Bold, size: TITLE, ink: accent };
        let mut right = self.write_up_to(RIGHT, TOP - 24.0, RIGHT - MIDDLE, look, words.invoice) + 3.0;
        let stamp = |ink| Type { face: Face::Bold, size: 11.0, ink };
        right = match invoice.standing {
            Standing::Draft => self.write_up_to(RIGHT, right, RIGHT - MIDDLE, stamp(SOFT), words.draft),
            Standing::Open => right,
            Standing::Paid(day) => {
                let below = self.write_up_to(RIGHT, right, RIGHT - MIDDLE, stamp(POSITIVE), words.paid);
                let on = words.paid_on.replace("{date}", &invoice.locale.day(day));
                self.write_up_to(RIGHT, below, RIGHT - MIDDLE, QUIET, &on)
            }
            Standing::Void => self.write_up_to(RIGHT, right, RIGHT - MIDDLE, stamp(NEGATIVE), words.void),
        };
        self.y = left.max(right) + 26.0;
    }

    /// Who is to pay, beside what the paper is known by.
    pub(super) fn parties(&mut self) {
        let (invoice, words, locale) = (self.invoice, self.words, self.invoice.locale);
        let top = self.y;
        let width = MIDDLE - LEFT - 20.0;
        let mut left = self.write(LEFT, top, width, LABEL, words.bill_to) + 2.0;
        left = self.write(LEFT, left, width, STRONG, &invoice.buyer.name);
        left = self.address(LEFT, left, &invoice.buyer);
        let facts = [
            (words.number, invoice.number.clone()),
            (words.issued, invoice.issued_on.map(|day| locale.day(day))),
            (words.due, invoice.due_on.map(|day| locale.day(day))),
            (words.period, invoice.period.map(|period| days(locale, period))),
            (words.currency, Some(invoice.sums.total.currency.code().to_owned())),
            (words.reference, invoice.payment_reference.clone()),
        ];
        let mut right = top;
        for (label, fact) in facts {
            let Some(fact) = fact else { continue };
            self.write(MIDDLE, right, RIGHT - MIDDLE, PLAIN, label);
            let room = RIGHT - MIDDLE - self.fonts.width(PLAIN.face, PLAIN.size, label) - 12.0;
            right = self.write_up_to(RIGHT, right, room, STRONG, &fact) + 2.0;
        }
        self.y = left.max(right) + 24.0;
    }

    /// What is to be paid, by when and where.
    pub(super) fn asked_for(&mut self) {
        let (invoice, words) = (self.invoice, self.words);
        if invoice.standing != Standing::Open || invoice.sums.due.amount <= 0 {
            return;
        }
        let amount = written(invoice.locale, invoice.sums.due);
        let says = match invoice.due_on {
            Some(day) => words.due_by.replace("{date}", &invoice.locale.day(day)),
            None => words.due_now.to_owned(),
        };
        let says = says.replace("{amount}", &amount);
        self.y = self.write(LEFT, self.y, RIGHT - LEFT, HEADLINE, &says) + 4.0;
        if let Some(url) = &invoice.hosted_url {
            let look = Type { ink: self.accent, ..PLAIN };
            let fonts = self.fonts;
            for line in fonts.wrap(look.face, look.size, RIGHT - LEFT, &format!("{}: {url}", words.pay_online)) {
                self.y += leading(look);
                let (y, width) = (self.y, fonts.width(look.face, look.size, &line));
                let sheet = self.sheet();
                sheet.write(LEFT, y, look, line);
                sheet.link([LEFT, y - look.size, width, leading(look)], url.as_str());
            }
        }
        self.y += 20.0;
    }

    /// An address with the VAT id; its lower edge.
    fn address(&mut self, x: f32, top: f32, party: &Party) -> f32 {
        let width = MIDDLE - LEFT - 20.0;
        let mut y = top;
        for line in &party.address {
            y = self.write(x, y, width, PLAIN, line);
        }
        if let Some(vat_id) = &party.vat_id {
            y = self.write(x, y, width, PLAIN, &format!("{}: {vat_id}", self.words.vat_id));
        }
        y
    }

    /// What a bookkeeper has to know, and what the merchant has to say.
    pub(super) fn notes(&mut self) {
        let reversed = self.invoice.sums.taxes.iter().any(|row| row.tax == LineTax::ReverseCharge);
        let note = reversed.then_some(self.words.reverse_charge_note);
        for text in note.into_iter().chain(self.invoice.footer.as_deref()) {
            self.y += 14.0;
            for line in self.fonts.wrap(QUIET.face, QUIET.size, RIGHT - LEFT, text) {
                self.make_room(leading(QUIET));
                self.y = self.write(LEFT, self.y, RIGHT - LEFT, QUIET, &line);
            }
        }
    }

    /// The sheets, each with its foot.
    pub(super) fn finished(mut self) -> Vec<Sheet> {
        let (fonts, party) = (self.fonts, &self.invoice.seller.party);
        let vat_id = party.vat_id.as_ref().map(|vat_id| format!(" · {} {vat_id}", self.words.vat_id));
        let seller = format!("{}{}", party.name, vat_id.unwrap_or_default());
        let seller = fonts.wrap(QUIET.face, QUIET.size, RIGHT - LEFT - 110.0, &seller).into_iter().next();
        let pages = self.begun.len();
        for (index, sheet) in self.begun.iter_mut().enumerate() {
            let page = self.words.page.replace("{page}", &(index + 1).to_string());
            let page = page.replace("{pages}", &pages.to_string());
            sheet.fill([LEFT, FOOT - 13.0, RIGHT - LEFT, 0.5], LINE);
            sheet.write(LEFT, FOOT, QUIET, seller.clone().unwrap_or_default());
            sheet.write_up_to(fonts, RIGHT, FOOT, QUIET, &page);
        }
        self.begun
    }
}
