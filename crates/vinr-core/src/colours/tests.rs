use std::string::ToString as _;

use super::{Colour, LINEAR, TEXT_CONTRAST};

fn colour(text: &str) -> Colour {
    Colour::parse(text).expect("a colour")
}

#[test]
fn the_table_is_the_transfer_function_of_the_standard() {
    for (value, light) in (0_u8..=255).zip(LINEAR) {
        let share = f64::from(value) / 255.0;
        let exact = if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) };
        assert!((exact * 1e6 - f64::from(light)).abs() <= 0.5, "{value}");
    }
}

#[test]
fn contrasts_are_those_that_the_standard_gives() {
    assert_eq!(Colour::BLACK.contrast(Colour::WHITE), 21_000);
    assert_eq!(colour("#ff0000").contrast(Colour::WHITE), 3_998);
    assert_eq!(colour("#767676").contrast(Colour::WHITE), 4_542, "the lightest grey that can be read on white");
    assert_eq!(colour("#123456").contrast(colour("#123456")), 1_000);
}

#[test]
fn a_colour_is_six_hexadecimal_digits() {
    assert_eq!(colour("#1F6feb").to_string(), "#1f6feb");
    for text in ["", "#", "1f6feb", "#1f6fe", "#1f6febf", "#+f6feb", "#1f6fég", "red"] {
        assert_eq!(Colour::parse(text), None, "{text}");
    }
}

#[test]
fn every_colour_becomes_readable_and_one_that_is_stays() {
    let light = [Colour::WHITE, colour("#f6f7fb")];
    let dark = [colour("#151935"), colour("#0d1026")];
    let steps = || (0_u8..=255).step_by(51);
    for (red, green, blue) in steps().flat_map(|r| steps().flat_map(move |g| steps().map(move |b| (r, g, b)))) {
        let wanted = Colour::new(red, green, blue);
        for grounds in [light, dark] {
            let readable = wanted.readable_on(&grounds);
            let holds = |colour: Colour| grounds.iter().all(|ground| colour.contrast(*ground) >= TEXT_CONTRAST);
            assert!(holds(readable), "{wanted} became {readable}");
            assert!(!holds(wanted) || readable == wanted, "{wanted} was fine");
            let ink = readable.best_ink(&grounds);
            assert!(ink.contrast(readable) >= TEXT_CONTRAST, "{ink} on {readable}");
        }
    }
    assert_eq!(colour("#ffd400").readable_on(&light).to_string(), "#877000", "a yellow keeps its hue");
}
