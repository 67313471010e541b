//! The two faces that documents are set in, and how wide text is in them (`web/fonts`). Letters are set one after the
//! other: Latin, Greek and Cyrillic need no more, and figures are all of one width, so that amounts stand beneath
//! each other.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider as _};

const REGULAR: &[u8] = include_bytes!("../../../../web/fonts/NotoSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../../../web/fonts/NotoSans-Bold.ttf");

/// What stands for a letter that the fonts do not have.
const MISSING: char = '\u{fffd}';

/// One of the faces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    Regular,
    Bold,
}

/// Both faces, opened.
pub(super) struct Fonts {
    regular: Typeface,
    bold: Typeface,
}

/// One face, opened.
struct Typeface {
    font: Font,
    charmap: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
}

impl Fonts {
    /// Opens the fonts of this program.
    pub(super) fn open() -> Fonts {
        Fonts { regular: Typeface::open(REGULAR), bold: Typeface::open(BOLD) }
    }

    /// A face as the PDF embeds it.
    pub(super) fn font(&self, face: Face) -> Font {
        self.face(face).font.clone()
    }

    /// The glyphs of a text, in parts of the type's size.
    pub(super) fn shape(&self, face: Face, text: &str) -> Vec<KrillaGlyph> {
        let face = self.face(face);
        let one = |(at, letter): (usize, char)| {
            let (glyph, advance) = face.glyph(letter);
            KrillaGlyph::new(glyph, advance, 0.0, 0.0, 0.0, at..at + letter.len_utf8(), None)
        };
        text.char_indices().map(one).collect()
    }

    /// How wide a text is, in points.
    pub(super) fn width(&self, face: Face, size: f32, text: &str) -> f32 {
        text.chars().map(|letter| self.face(face).glyph(letter).1).sum::<f32>() * size
    }

    /// A text in lines that are at most so wide: broken between words, and within one that is wider by itself. Empty for
    /// a text of nothing but spaces.
    pub(super) fn wrap(&self, face: Face, size: f32, width: f32, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in text.lines() {
            let mut line = String::new();
            for word in paragraph.split([' ', '\t']).filter(|word| !word.is_empty()) {
                let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
                if self.width(face, size, &joined) <= width {
                    line = joined;
                    continue;
                }
                lines.extend(Some(std::mem::take(&mut line)).filter(|line| !line.is_empty()));
                line = self.broken(face, size, width, word, &mut lines);
            }
            lines.extend(Some(line).filter(|line| !line.is_empty()));
        }
        lines
    }

    /// Puts all full lines of a word away and gives its last one.
    fn broken(&self, face: Face, size: f32, width: f32, word: &str, lines: &mut Vec<String>) -> String {
        let (mut line, mut filled) = (String::new(), 0.0);
        for letter in word.chars() {
            let advance = self.face(face).glyph(letter).1 * size;
            if filled + advance > width && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                filled = 0.0;
            }
            line.push(letter);
            filled += advance;
        }
        line
    }

    const fn face(&self, face: Face) -> &Typeface {
        match face {
            Face::Regular => &self.regular,
            Face::Bold => &self.bold,
        }
    }
}

impl Typeface {
    fn open(bytes: &'static [u8]) -> Typeface {
        let parsed = FontRef::new(bytes).expect("the program carries whole fonts");
        Typeface {
            font: Font::new(bytes.into(), 0).expect("the program carries whole fonts"),
            charmap: parsed.charmap(),
            metrics: parsed.glyph_metrics(Size::unscaled(), LocationRef::default()),
        }
    }

    /// The glyph of a letter, and its width in parts of the type's size.
    fn glyph(&self, letter: char) -> (GlyphId, f32) {
        let glyph = self.charmap.map(letter).or_else(|| self.charmap.map(MISSING)).unwrap_or_default();
        let advance = self.metrics.advance_width(glyph).unwrap_or_default();
        (GlyphId::new(glyph.to_u32()), advance / self.font.units_per_em())
    }
}

#[cfg(test)]
mod tests {
    use vinr_core::money::{Currency, Money};

    use super::*;
    use crate::documents::invoice::written;
    use crate::locale::Locale;

    #[test]
    fn lines_are_broken_between_words_and_within_those_that_are_too_wide() {
        let fonts = Fonts::open();
        let wrap = |width: f32, text: &str| fonts.wrap(Face::Regular, 10.0, width, text);
        assert_eq!(wrap(500.0, " one  two\n\nthree "), ["one two", "three"]);
        assert_eq!(wrap(40.0, "seven eight"), ["seven", "eight"]);
        assert!(wrap(40.0, " \n ").is_empty());
        let broken = wrap(40.0, "a Donaudampfschifffahrt b");
        assert_eq!(broken.concat().replace(' ', ""), "aDonaudampfschifffahrtb");
        assert!(broken.len() > 3 && broken.iter().all(|line| fonts.width(Face::Regular, 10.0, line) <= 40.0));
    }

    #[test]
    fn both_faces_have_every_letter_that_money_is_written_with() {
        let fonts = Fonts::open();
        for (locale, currency) in Locale::ALL.into_iter().flat_map(|one| Currency::all().map(move |other| (one, other)))
        {
            let text = written(locale, Money::new(-1_234_567, currency));
            for typeface in [&fonts.regular, &fonts.bold] {
                assert!(text.chars().all(|letter| typeface.charmap.map(letter).is_some()), "{text}");
            }
        }
    }

    #[test]
    fn figures_are_all_of_one_width() {
        let fonts = Fonts::open();
        for face in [Face::Regular, Face::Bold] {
            let widths = ('0'..='9').map(|figure| fonts.face(face).glyph(figure).1);
            assert!(widths.clone().all(|width| Some(width) == widths.clone().next()));
        }
    }
}
