use std::string::{String, ToString as _};

use super::{Branding, LOGO_BYTES_MAX, Logo};

fn png(base64_length: usize) -> String {
    format!("data:image/png;base64,iVBORw0KGgo{}", "A".repeat(base64_length - 11))
}

fn problem(branding: Branding) -> Option<String> {
    branding.checked().err().and_then(|refusal| refusal.param.map(|param| param.to_string()))
}

#[test]
fn branding_takes_a_color_an_image_and_a_radius() {
    let branding = |color: &str, logo: &str, radius: u8| Branding {
        color: Some(color.into()),
        logo_url: Some(logo.into()),
        radius: Some(radius),
    };
    let checked = branding("#1F6FEB", "https://ada.example/logo.png", 24).checked().expect("a branding");
    assert_eq!(checked.color.as_deref(), Some("#1f6feb"));
    assert_eq!(checked.logo(), None, "pages load nothing from elsewhere");
    assert_eq!(problem(branding("#1f6feb", "http://ada.example/logo.png", 0)).as_deref(), Some("branding.logoUrl"));
    assert_eq!(problem(branding("#1f6fe", "https://ada.example/logo.png", 0)).as_deref(), Some("branding.color"));
    assert_eq!(problem(branding("#1f6feb", "https://ada.example/logo.png", 25)).as_deref(), Some("branding.radius"));
    assert_eq!(problem(Branding::default()), None);
}

#[test]
fn a_logo_is_a_small_image_without_scripts() {
    let base64_length = LOGO_BYTES_MAX / 3 * 4;
    assert_eq!(Logo::parse(&png(base64_length)).map(|logo| logo.base64.len()), Some(base64_length));
    assert_eq!(Logo::parse(&png(base64_length + 4)), None, "too large");
    for (url, kind) in [
        ("data:image/jpeg;base64,/9j/4AAQ", "image/jpeg"),
        ("data:image/webp;base64,UklGRiQA", "image/webp"),
        ("data:image/png;base64,iVBORw0KGgo=", "image/png"),
    ] {
        assert_eq!(Logo::parse(url).map(|logo| logo.kind), Some(kind), "{url}");
    }
    for url in [
        "data:image/svg+xml;base64,PHN2Zz48",
        "data:image/png,iVBORw0KGgoA",
        "data:image/png;base64,PHN2Zz48",
        "data:image/png;base64,iVBORw0KGgo",
        "data:image/png;base64,iVBORw0KGg==\"><script>",
        "data:text/html;base64,iVBORw0KGgoA",
        "image/png;base64,iVBORw0KGgoA",
    ] {
        assert_eq!(Logo::parse(url), None, "{url}");
    }
}
