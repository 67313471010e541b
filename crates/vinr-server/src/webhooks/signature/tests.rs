use super::*;

/// The published example of Standard Webhooks.
const STANDARD_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const STANDARD_ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const BODY: &[u8] = br#"{"test": 2432232314}"#;
const WALL: WallTime = WallTime::from_seconds(1_614_265_330);

fn standard_secret() -> Secret {
    read_secret(STANDARD_SECRET).expect("is a secret")
}

/// What `sk_test_example` derives to, computed with another implementation of HKDF.
fn key_secret() -> Secret {
    of_key_digest(&crate::http::auth::digest("sk_test_example"))
}

fn signers() -> Signers {
    Signers { endpoint: vec![standard_secret()], keys: vec![key_secret()] }
}

fn value(name: &str) -> String {
    let headers = headers(&signers(), STANDARD_ID, BODY, WALL);
    headers.into_iter().find(|(header, _)| *header == name).expect("is sent").1
}

#[test]
fn the_published_example_of_standard_webhooks_comes_out() {
    assert_eq!(value("webhook-id"), STANDARD_ID);
    assert_eq!(value("webhook-timestamp"), "1614265330");
    assert_eq!(value("webhook-signature"), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn the_header_has_one_signature_a_secret() {
    let expected = "t=1614265330,\
        v1=e96203c6de850e7dc1fde7489ef6140b402d3a5a64fe250cd2eef9830fac1cef,\
        v1=1e48291a7a98a3f869e8fb7c39b09deeffd4dd7d1d26e809ff021542c353d101";
    assert_eq!(value("x-vinr-signature"), expected);
}

#[test]
fn a_key_derives_to_what_another_hkdf_makes_of_it() {
    assert_eq!(hex(&key_secret()), "8fcde3e5b16e559f7e8dc104df7d81b871861354be88ef1c2c0ebac17ffb6f49");
}

#[test]
fn any_one_of_the_secrets_verifies() {
    let header = value("x-vinr-signature");
    for secret in [standard_secret(), key_secret()] {
        assert_eq!(verify(&header, BODY, &[secret], WALL), Ok(()));
    }
    let stranger = Zeroizing::new(b"another".to_vec());
    assert_eq!(verify(&header, BODY, &[stranger], WALL), Err(Rejected::Mismatch));
    assert_eq!(verify(&header, BODY, &[], WALL), Err(Rejected::Mismatch));
}

#[test]
fn another_body_or_time_does_not_verify() {
    let header = value("x-vinr-signature");
    let later = header.replace("t=1614265330", "t=1614265331");
    assert_eq!(verify(&header, b"{}", &[standard_secret()], WALL), Err(Rejected::Mismatch));
    assert_eq!(verify(&later, BODY, &[standard_secret()], WALL), Err(Rejected::Mismatch));
}

#[test]
fn a_signature_is_good_for_five_minutes_around_its_time() {
    let header = value("x-vinr-signature");
    for (seconds, expected) in
        [(-301, Err(Rejected::Stale)), (-300, Ok(())), (300, Ok(())), (301, Err(Rejected::Stale))]
    {
        let now = WallTime::from_seconds(WALL.seconds() + seconds);
        assert_eq!(verify(&header, BODY, &[standard_secret()], now), expected, "{seconds} s");
    }
}

#[test]
fn headers_of_another_form_are_refused() {
    for header in ["", "t=1", "v1=00", "t=x,v1=00", "t=1,t=2,v1=00", "nonsense", "t=9223372036854775808,v1=00"] {
        assert_eq!(verify(header, BODY, &[standard_secret()], WALL), Err(Rejected::Malformed), "{header}");
    }
    let with_another_scheme = format!("{},v2=abc", value("x-vinr-signature"));
    assert_eq!(verify(&with_another_scheme, BODY, &[standard_secret()], WALL), Ok(()));
}

#[test]
fn the_newest_keys_sign_and_the_others_do_not() {
    let keys: Vec<Secret> = (0..40_u8).map(|byte| Zeroizing::new(vec![byte; 32])).collect();
    let signers = Signers { endpoint: vec![standard_secret()], keys };
    let header = header(&signers, BODY, WALL.seconds());
    assert_eq!(header.matches("v1=").count(), 1 + KEY_SIGNATURES_MAX);
    assert_eq!(verify(&header, BODY, &signers.keys[KEY_SIGNATURES_MAX - 1..][..1], WALL), Ok(()));
    assert_eq!(verify(&header, BODY, &signers.keys[KEY_SIGNATURES_MAX..], WALL), Err(Rejected::Mismatch));
}

#[test]
fn a_secret_is_shown_as_it_is_read() {
    assert_eq!(shown(&standard_secret()), STANDARD_SECRET);
    assert_eq!(read_secret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), None);
    assert_eq!(read_secret("whsec_!"), None);
}
