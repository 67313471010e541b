//! Sheets of A4 with marks on them, and how they become a PDF. Lengths are in points, and grow to the right and down.

use krilla::action::LinkAction;
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::configure::{Archival, Configuration, ConfigurationBuilder};
use krilla::error::KrillaResult;
use krilla::geom::{PathBuilder, Point, Rect, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::{Page, PageSettings};
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::{Document, SerializeSettings};
use vinr_core::calendar::Day;
use vinr_core::colours::Colour;

use super::fonts::{Face, Fonts};

/// A4 (ISO 216).
pub(super) const WIDTH: f32 = 595.28;
pub(super) const HEIGHT: f32 = 841.89;
/// How wide a word across a sheet is, at most.
const ACROSS_WIDTH: f32 = 560.0;
/// How large its letters are, at most.
const ACROSS_SIZE: f32 = 120.0;
/// How steeply it rises.
const ACROSS_DEGREES: f32 = -40.0;

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub(super) face: Face,
    /// In points.
    pub(super) size: f32,
    pub(super) ink: Colour,
}

/// Something on a sheet.
#[derive(Debug, Clone)]
enum Mark {
    /// A line of text that begins at a point of its base line.
    Text(f32, f32, Type, String),
    /// A filled rectangle: left, top, width, height.
    Block([f32; 4], Colour),
    /// A place to press: left, top, width, height.
    Link([f32; 4], String),
    /// A word across the sheet.
    Across(String, Colour),
}

/// One page.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    marks: Vec<Mark>,
}

impl Sheet {
    /// Writes a line that begins at a point of its base line.
    pub(super) fn write(&mut self, x: f32, y: f32, look: Type, text: impl Into<String>) {
        self.marks.push(Mark::Text(x, y, look, text.into()));
    }

    /// Writes a line that ends at a point of its base line.
    pub(super) fn write_up_to(&mut self, fonts: &Fonts, right: f32, y: f32, look: Type, text: &str) {
        self.write(right - fonts.width(look.face, look.size, text), y, look, text);
    }

    /// Fills a rectangle: left, top, width, height.
    pub(super) fn fill(&mut self, place: [f32; 4], ink: Colour) {
        self.marks.push(Mark::Block(place, ink));
    }

    /// Makes a place lead to an address: left, top, width, height.
    pub(super) fn link(&mut self, place: [f32; 4], url: impl Into<String>) {
        self.marks.push(Mark::Link(place, url.into()));
    }

    /// Writes a word across the whole sheet, beneath what is written afterwards.
    pub(super) fn write_across(&mut self, word: impl Into<String>, ink: Colour) {
        self.marks.push(Mark::Across(word.into(), ink));
    }
}

/// What a PDF says of itself.
pub(super) struct About {
    pub(super) title: String,
    pub(super) author: String,
    /// Tag of BCP 47.
    pub(super) language: &'static str,
    /// The day that the paper bears.
    pub(super) day: Option<Day>,
}

/// The sheets as a PDF: one that can be archived (PDF/A-2u, ISO 19005-2), unless something in its texts stands against
/// that.
pub(super) fn print(sheets: &[Sheet], fonts: &Fonts, about: &About) -> Vec<u8> {
    let archived = ConfigurationBuilder::new().with_archival_validator(Archival::A2_U).finish();
    let archived = archived.ok().and_then(|configuration| bytes(sheets, fonts, about, configuration).ok());
    archived.unwrap_or_else(|| {
        bytes(sheets, fonts, about, Configuration::default()).expect("a PDF without a standard has nothing to break")
    })
}

fn bytes(sheets: &[Sheet], fonts: &Fonts, about: &About, configuration: Configuration) -> KrillaResult<Vec<u8>> {
    let settings = SerializeSettings { configuration, enable_tagging: false, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    let mut metadata = Metadata::new()
        .title(about.title.clone())
        .authors(vec![about.author.clone()])
        .language(about.language.to_owned())
        .creator("VINR".to_owned());
    if let Some((year, month, day)) = about.day.map(Day::parts) {
        let unsigned = |part: i8| u8::try_from(part).unwrap_or(1);
        let date = DateTime::new(u16::try_from(year).unwrap_or(0)).month(unsigned(month)).day(unsigned(day));
        metadata = metadata.creation_date(date);
    }
    document.set_metadata(metadata);
    for sheet in sheets {
        let settings = PageSettings::from_wh(WIDTH, HEIGHT).expect("A4 is a size");
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for mark in &sheet.marks {
            draw(&mut surface, fonts, mark);
        }
        surface.finish();
        for mark in &sheet.marks {
            annotate(&mut page, mark);
        }
        page.finish();
    }
    document.finish()
}

fn draw(surface: &mut Surface<'_>, fonts: &Fonts, mark: &Mark) {
    match mark {
        Mark::Text(x, y, look, text) => set(surface, fonts, Point::from_xy(*x, *y), *look, text),
        Mark::Block(place, ink) => {
            let mut path = PathBuilder::new();
            if let Some(rectangle) = rectangle(place) {
                path.push_rect(rectangle);
            }
            if let Some(path) = path.finish() {
                surface.set_fill(Some(filled(*ink)));
                surface.draw_path(&path);
            }
        }
        Mark::Across(word, ink) => {
            let unit = fonts.width(Face::Bold, 1.0, word);
            let size = ACROSS_SIZE.min(ACROSS_WIDTH / unit.max(1.0));
            let start = Point::from_xy((WIDTH - unit * size) / 2.0, HEIGHT / 2.0 + size / 3.0);
            let look = Type { face: Face::Bold, size, ink: *ink };
            surface.push_transform(&Transform::from_rotate_at(ACROSS_DEGREES, WIDTH / 2.0, HEIGHT / 2.0));
            set(surface, fonts, start, look, word);
            surface.pop();
        }
        Mark::Link(..) => {}
    }
}

fn annotate(page: &mut Page<'_>, mark: &Mark) {
    match mark {
        Mark::Link(place, url) => {
            let target = Target::Action(LinkAction::new(url.clone()).into());
            let link = rectangle(place).map(|place| LinkAnnotation::new(place, target));
            if let Some(link) = link {
                page.add_annotation(Annotation::new_link(link, Some(url.clone())));
            }
        }
        Mark::Text(..) | Mark::Block(..) | Mark::Across(..) => {}
    }
}

fn set(surface: &mut Surface<'_>, fonts: &Fonts, start: Point, look: Type, text: &str) {
    // What cannot be seen has no glyph to stand for it.
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    surface.set_fill(Some(filled(look.ink)));
    surface.draw_glyphs(start, &fonts.shape(look.face, &text), fonts.font(look.face), &text, look.size, false);
}

fn filled(ink: Colour) -> Fill {
    let [red, green, blue] = ink.channels();
    Fill { paint: rgb::Color::new(red, green, blue).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

fn rectangle([left, top, width, height]: &[f32; 4]) -> Option<Rect> {
    Rect::from_xywh(*left, *top, *width, *height)
}
