//! A merchant's look on the hosted pages: a small style sheet that replaces accent and radius, and a logo. Both are served
//! from here, under addresses that change with what they hold.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vinr_core::accounts::Branding;
use vinr_core::colours::Colour;
use vinr_core::ids::AccountId;
use vinr_store::Class;

use super::assets::{fingerprint, unchanging};
use crate::app::App;
use crate::context::AccountContext;

/// One of the two schemes that pages come in: what an accent stands on, and what may stand on it. As in `tokens.css`.
pub(super) struct Scheme {
    pub(super) surface: Colour,
    pub(super) canvas: Colour,
    pub(super) ink: Colour,
}

pub(super) const LIGHT: Scheme =
    Scheme { surface: Colour::WHITE, canvas: Colour::new(0xf6, 0xf7, 0xfb), ink: Colour::new(0x10, 0x14, 0x2a) };
pub(super) const DARK: Scheme = Scheme {
    surface: Colour::new(0x15, 0x19, 0x35),
    canvas: Colour::new(0x0d, 0x10, 0x26),
    ink: Colour::new(0xee, 0xf0, 0xfa),
};

/// Where a page finds its merchant's look.
#[derive(Clone, Default)]
pub(super) struct Look {
    pub(super) style: Option<String>,
    pub(super) logo: Option<String>,
}

impl Look {
    /// The look of an account.
    pub(super) fn of(account: &AccountId, branding: &Branding) -> Look {
        let at = |file: &str| format!("/brand/{account}/{}/{file}", digest(branding));
        let style = (branding.accent().is_some() || branding.radius.is_some()).then(|| at("style.css"));
        Look { style, logo: branding.logo().map(|_| at("logo")) }
    }
}

/// The looks of accounts.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/brand/{account}/{digest}/style.css", get(style))
        .route("/brand/{account}/{digest}/logo", get(logo))
}

async fn style(State(app): State<App>, Path(address): Path<(String, String)>) -> Response {
    let sheet = branding(&app, &address).await.map(|branding| sheet(&branding));
    sheet.map_or_else(nothing, |sheet| unchanging("text/css; charset=utf-8", Body::from(sheet)))
}

async fn logo(State(app): State<App>, Path(address): Path<(String, String)>) -> Response {
    let branding = branding(&app, &address).await;
    let image = branding.as_ref().and_then(Branding::logo).and_then(|logo| {
        let bytes = STANDARD.decode(logo.base64).ok()?;
        Some(unchanging(logo.kind, Body::from(bytes)))
    });
    let mut response = image.unwrap_or_else(nothing);
    // Whoever opens it alone sees an image, whatever else its bytes could be taken for.
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'"));
    response
}

fn nothing() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// The branding that an address was made of; nothing if it has changed since.
async fn branding(app: &App, (account, wanted): &(String, String)) -> Option<Branding> {
    let (account, wall) = (AccountId::parse(account).ok()?, app.env.wall());
    let is_wanted = |context: &AccountContext| digest(&context.settings.branding) == *wanted;
    let mut context = app.contexts.recent(&app.db, &account, wall).await.ok()?;
    if !is_wanted(&context) {
        // The page may come from a process that knows of a change already.
        let mut unit = app.db.begin(account.as_str(), "brand", Class::Request);
        context = app.contexts.fresh(&mut unit, &account, wall).await.ok()?;
    }
    is_wanted(&context).then(|| context.settings.branding.clone())
}

fn digest(branding: &Branding) -> String {
    fingerprint(format!("{branding:?}").as_bytes())
}

/// The tokens that a branding replaces.
fn sheet(branding: &Branding) -> String {
    let radius = branding.radius.map_or_else(String::new, |field| {
        // Cards are rounder than fields, as much as without branding: 16 to 10.
        let card = u16::from(field) * 8 / 5;
        format!(":root {{ --field-radius: {field}px; --card-radius: {card}px; }}\n")
    });
    let accent = branding.accent().map_or_else(String::new, |wanted| {
        let (light, dark) = (accent(wanted, &LIGHT), accent(wanted, &DARK));
        format!(":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n")
    });
    radius + &accent
}

/// The accent as it can be read in a scheme, and what is written on it.
fn accent(wanted: Colour, scheme: &Scheme) -> String {
    let accent = wanted.readable_on(&[scheme.surface, scheme.canvas]);
    let ink = accent.best_ink(&[scheme.surface, scheme.canvas, scheme.ink]);
    format!("--accent: {accent}; --accent-ink: {ink};")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_sheet_replaces_what_was_chosen_and_nothing_else() {
        let chosen = Branding { color: Some("#ffd400".into()), radius: Some(4), ..Branding::default() };
        assert_eq!(
            sheet(&chosen),
            ":root { --field-radius: 4px; --card-radius: 6px; }\n\
             :root { --accent: #877000; --accent-ink: #ffffff; }\n\
             @media (prefers-color-scheme: dark) { :root { --accent: #ffd400; --accent-ink: #0d1026; } }\n"
        );
        assert_eq!(sheet(&Branding::default()), "");
    }

    #[test]
    fn an_address_changes_with_the_look() {
        let account = AccountId::from_bits(1);
        let branding = |color: &str| Branding { color: Some(color.into()), ..Branding::default() };
        let style = |color: &str| Look::of(&account, &branding(color)).style.expect("a style sheet");
        assert_ne!(style("#ffd400"), style("#ffd500"));
        let logo = Branding { logo_url: Some("https://ada.example/logo.png".into()), ..Branding::default() };
        let Look { style, logo } = Look::of(&account, &logo);
        assert_eq!((style, logo), (None, None), "what pages cannot show is not asked for");
    }
}
