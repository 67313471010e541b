use super::*;

/// The words that stand in braces in a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| {
        let word = rest.split('}').next()?;
        (!word.is_empty() && word.chars().all(char::is_alphabetic)).then_some(word)
    })
}

/// Follows steps without a server: what is named is there, and every body is JSON.
fn followed(event: EventType, steps: &'static [Step], known: &mut Vec<&'static str>) {
    for step in steps {
        let (path, body) = match step {
            Step::Make(_, _, path, body) | Step::Post(path, body) => (*path, *body),
            Step::Delete(path) | Step::Newest(_, path) => (*path, "{}"),
            Step::Wait(seconds) => {
                assert!(*seconds > 0, "{event}: time goes forward");
                continue;
            }
            Step::First(steps) => {
                followed(event, steps, known);
                continue;
            }
        };
        for word in words(path).chain(words(body)) {
            assert!(known.contains(&word), "{event}: {{{word}}} is made by no step before {path}");
        }
        let filled = known.iter().fold(body.to_owned(), |text, word| text.replace(&format!("{{{word}}}"), "1"));
        assert!(serde_json::from_str::<Value>(&filled).is_ok_and(|body| body.is_object()), "{event}: {filled}");
        assert!(path.starts_with("/v1/"), "{event}: {path}");
        if let Step::Make(name, ..) | Step::Newest(name, _) = step {
            known.push(name);
        }
    }
}

#[test]
fn every_event_has_a_recipe_whose_steps_name_what_is_there() {
    let mut without = Vec::new();
    for event in EventType::ALL {
        match recipe(*event) {
            Recipe::Steps(steps) => {
                let mut known = vec!["month", "year"];
                followed(*event, steps, &mut known);
                assert!(known.len() > 2, "{event}: something is made, or its event could not be found");
            }
            Recipe::Nothing(why) => {
                assert!(!why.is_empty());
                without.push(event.as_str());
            }
        }
    }
    let known = ["payment.processing", "refund.updated"];
    assert_eq!(without, known, "what cannot be triggered is known, and no more than that");
}

#[test]
fn help_lists_every_event_and_says_which_move_the_clock() {
    let help = help();
    for event in EventType::ALL {
        let line = help.lines().find(|line| line.split_whitespace().next() == Some(event.as_str()));
        assert!(line.is_some_and(|line| line.contains(event.summary())), "{event}");
    }
    let moving = |name: &str| help.lines().any(|line| line.contains(name) && line.contains("clock"));
    assert!(moving("payment.expired") && !moving("payment.completed"));
}

#[test]
fn an_unknown_event_is_told_the_near_ones() {
    let said = |name: &str| match known(name) {
        Err(Failure::Usage(message)) => message,
        other => panic!("{other:?}"),
    };
    assert!(said("payment.complete").contains("did you mean payment.completed"), "{}", said("payment.complete"));
    let family = said("customer.vanished");
    assert!(family.contains("customer.deleted") && family.contains("customer.created"), "{family}");
    assert!(!said("zzz").contains("did you mean") && said("zzz").contains("--help"));
    assert!(matches!(known(" payment.failed\n"), Ok(EventType::PaymentFailed)));
}

#[test]
fn a_live_key_is_refused_before_anything_is_asked() {
    let server = |key: &str| ServerOptions { url: String::new(), key: Some(key.to_owned()) };
    assert!(matches!(only_in_the_sandbox(&server(&format!("sk_live_{}", "x".repeat(40)))), Err(Failure::Usage(_))));
    assert!(only_in_the_sandbox(&server(&format!("sk_test_{}", "x".repeat(40)))).is_ok());
}
