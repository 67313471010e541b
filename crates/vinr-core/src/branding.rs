//! How an account's pages look: its colour, its logo, how round its corners are.
//!
//! Pages load nothing from elsewhere, so a logo that they show comes whole, as a `data:` URL; an `https` URL is kept for
//! those who ask for it.

use alloc::string::String;

use crate::colours::Colour;
use crate::refusal::{Code, Refusal};

/// Largest logo, so that a page with one stays under 60 kB in all.
pub const LOGO_BYTES_MAX: usize = 16 * 1024;
/// Longest address of a logo.
const LOGO_URL_LENGTH_MAX: usize = 2_048;
/// The roundest corners, in pixels: half of a button's height.
pub const RADIUS_MAX: u8 = 24;

/// How the account's pages look. What is absent is the product's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branding {
    /// Six hexadecimal digits after `#`, in lower case: the accent. Pages correct it where it could not be read.
    pub color: Option<String>,
    /// An image: at an https URL, or whole as a `data:` URL.
    pub logo_url: Option<String>,
    /// The radius of fields and buttons in pixels.
    pub radius: Option<u8>,
}

/// An image that pages show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Logo<'a> {
    /// Its media type. Images that hold scripts (SVG) are not among them.
    pub kind: &'static str,
    /// Its bytes in base64.
    pub base64: &'a str,
}

/// Media types of logos, and how the base64 of such a file begins.
const KINDS: [(&str, &str); 3] = [("image/png", "iVBORw0KGgo"), ("image/jpeg", "/9j/"), ("image/webp", "UklGR")];

impl<'a> Logo<'a> {
    /// Reads a `data:` URL of a PNG, JPEG or WebP image of at most [`LOGO_BYTES_MAX`].
    pub fn parse(url: &'a str) -> Option<Self> {
        let rest = url.strip_prefix("data:")?;
        let (kind, base64) = rest.split_once(";base64,")?;
        let (kind, begins) = KINDS.into_iter().find(|(known, _)| *known == kind)?;
        let body = base64.trim_end_matches('=');
        let padding = base64.len().saturating_sub(body.len());
        let digits = body.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
        let whole = base64.len().is_multiple_of(4) && padding <= 2 && digits && base64.starts_with(begins);
        let bytes = (base64.len() / 4).saturating_mul(3).saturating_sub(padding);
        (whole && bytes <= LOGO_BYTES_MAX).then_some(Self { kind, base64 })
    }
}

impl Branding {
    /// The same, if pages can use it.
    ///
    /// # Errors
    /// What is wrong first with it.
    pub(crate) fn checked(self) -> Result<Self, Refusal> {
        let refusal = |param, message| Err(Refusal::new(Code::ParameterInvalid, message).at(param));
        if self.color.as_deref().is_some_and(|text| Colour::parse(text).is_none()) {
            return refusal("branding.color", "expected a color such as #1f6feb");
        }
        let is_https = |url: &str| url.len() <= LOGO_URL_LENGTH_MAX && url.starts_with("https://");
        if self.logo_url.as_deref().is_some_and(|url| !is_https(url) && Logo::parse(url).is_none()) {
            let message = "expected an https URL, or a data: URL of a PNG, JPEG or WebP image of 16 KiB at most";
            return refusal("branding.logoUrl", message);
        }
        if self.radius.is_some_and(|radius| radius > RADIUS_MAX) {
            return refusal("branding.radius", "expected 0 to 24 pixels");
        }
        Ok(Self { color: self.color.map(|color| color.to_ascii_lowercase()), ..self })
    }

    /// The accent that was chosen.
    pub fn accent(&self) -> Option<Colour> {
        self.color.as_deref().and_then(Colour::parse)
    }

    /// The logo that pages can show.
    pub fn logo(&self) -> Option<Logo<'_>> {
        self.logo_url.as_deref().and_then(Logo::parse)
    }
}

#[cfg(test)]
mod tests;
