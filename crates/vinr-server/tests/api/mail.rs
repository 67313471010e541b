//! E-mails on their way: to a mail server of the test's own, and into a folder.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;
use vinr_core::accounts::TimeZone;
use vinr_core::calendar::Day;
use vinr_core::colours::Colour;
use vinr_core::money::{Currency, Money};
use vinr_core::time::{Span, Timestamp};
use vinr_server::App;
use vinr_server::env::{Env, Mailer, Smtp, WallClock};
use vinr_server::locale::Locale;
use vinr_server::mail::{Collection, InvoiceFinalized, Letter, Merchant};
use vinr_server::settings::Settings;

use crate::harness::{Engine, Server, on_both_engines};
use crate::webhooks_merchant::until;

on_both_engines!(
    an_email_becomes_a_file_once_for_its_cause,
    an_email_goes_to_the_mail_server,
    an_email_whose_sender_dies_is_sent_again_as_the_same_message,
    an_email_that_is_not_taken_now_is_tried_again_and_one_that_is_refused_is_given_up,
    an_address_that_is_none_is_given_up_at_once,
);

const CAUSE: &str = "invoice.finalized:inv_1";

/// What the server does with a message once it has it.
#[derive(Debug, Clone, Copy)]
enum Manner {
    Accept,
    /// Says nothing any more.
    Hang,
    /// Is busy.
    Later,
    /// Knows no such mailbox.
    Refuse,
}

/// A mail server: takes one message a connection, the n-th in the n-th manner, later ones in the last.
struct Post {
    url: String,
    got: Arc<Mutex<Vec<Got>>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Got {
    from: String,
    to: String,
    message: String,
}

impl Post {
    async fn open(manners: &'static [Manner]) -> Post {
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("smtp://{}", socket.local_addr().expect("an address"));
        let got = Arc::default();
        let (into, count) = (Arc::clone(&got), AtomicUsize::new(0));
        #[expect(clippy::disallowed_methods, reason = "the server of a test ends with its runtime")]
        tokio::spawn(async move {
            while let Ok((stream, _)) = socket.accept().await {
                let nth = count.fetch_add(1, Ordering::Relaxed).min(manners.len() - 1);
                tokio::spawn(converse(stream, manners[nth], Arc::clone(&into)));
            }
        });
        Post { url, got }
    }

    fn got(&self) -> Vec<Got> {
        self.got.lock().expect("no panic").clone()
    }
}

/// One conversation (RFC 5321).
async fn converse(stream: TcpStream, manner: Manner, into: Arc<Mutex<Vec<Got>>>) {
    let mut stream = BufReader::new(stream);
    let mut got = Got { from: String::new(), to: String::new(), message: String::new() };
    stream.write_all(b"220 post.test\r\n").await.expect("a client");
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        let verb = line.split([' ', ':', '\r']).next().unwrap_or_default().to_ascii_uppercase();
        let inside = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let answer = match verb.as_str() {
            "EHLO" => "250-post.test\r\n250 8BITMIME\r\n",
            "MAIL" => {
                got.from = inside();
                "250 fine\r\n"
            }
            "RCPT" if matches!(manner, Manner::Refuse) => "550 5.1.1 no such mailbox\r\n",
            "RCPT" => {
                got.to = inside();
                "250 fine\r\n"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.expect("a client");
                while !got.message.ends_with("\r\n.\r\n") {
                    assert!(stream.read_line(&mut got.message).await.expect("a client") > 0, "the message breaks off");
                }
                into.lock().expect("no panic").push(got.clone());
                match manner {
                    Manner::Accept | Manner::Refuse => "250 taken\r\n",
                    Manner::Hang => std::future::pending().await,
                    Manner::Later => "451 4.3.0 busy\r\n",
                }
            }
            "QUIT" => "221 bye\r\n",
            _ => "250 fine\r\n",
        };
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// A letter with a name that would like to be a header.
pub fn letter() -> Letter {
    Letter::InvoiceFinalized(InvoiceFinalized {
        locale: Locale::Bulgarian,
        merchant: Merchant {
            name: "Ада Хартия\r\nBcc: everybody@else.example".to_owned(),
            email: Some("billing@ada.example".to_owned()),
            accent: Colour::new(0x3b, 0x3b, 0xf5),
        },
        number: "INV-000042".to_owned(),
        due: Money::new(12_000, Currency::EUR),
        due_on: Some(Day::of(Timestamp::parse("2026-05-15T00:00:00Z").expect("a moment"), &TimeZone::utc())),
        collection: Collection::ByHand,
        hosted_url: Some("https://pay.example/i/1".to_owned()),
        pdf: b"%PDF-1.7 of a test".to_vec(),
    })
}

/// A server whose clock is set by hand.
async fn start(engine: Engine) -> Server {
    Server::start_at(engine, "2026-05-01T12:00:00Z").await
}

/// A process beside it that sends e-mails this way, from the same rows.
fn sending(server: &Server, mailer: Mailer) -> App {
    let env = &server.app.env;
    let env = Env::new(env.clock.clone(), env.entropy.clone(), env.net.clone());
    let env = env.with_mail(mailer, "billing@vinr.example");
    let app = App::new(env, server.app.db.clone(), Settings::clone(&server.app.settings));
    app.start_workers();
    app
}

fn by(post: &Post) -> Mailer {
    Mailer::Smtp(Smtp::new(&post.url).expect("an address"))
}

async fn write(server: &Server, app: &App, to: &str) {
    app.post_email(&server.account, CAUSE, to, &letter()).await.expect("a row");
}

fn pass(server: &Server, time: Span) {
    let WallClock::Set(shown_ms) = &server.app.env.clock else { panic!("a clock that can be set") };
    shown_ms.fetch_add(time.millis(), Ordering::Relaxed);
}

/// How the e-mail stands, how often it was tried, whether its message is there, and what went wrong last.
async fn row(server: &Server) -> Option<(String, i64, bool, Option<String>)> {
    let sql = "SELECT status, attempts, message, last_error FROM emails WHERE account = $1 AND id = $2";
    let rows = server.app.db.query(sql, &[server.account.as_str().into(), CAUSE.into()]).await.expect("rows");
    let row = rows.first()?;
    Some((row.text(0).to_owned(), row.int(1), row.opt_blob(2).is_some(), row.opt_text(3).map(str::to_owned)))
}

async fn until_row(server: &Server, status: &str, attempts: i64, is_free: bool) -> (bool, Option<String>) {
    until(|| async {
        let (now, tried, message, error) = row(server).await?;
        // An attempt that is under way has counted already; its reason comes with its end.
        (now == status && tried == attempts && (!is_free || error.is_some())).then_some((message, error))
    })
    .await
}

/// What a process counts.
async fn metrics(app: &App) -> String {
    let request = Request::get("/metrics").body(Body::empty()).expect("a request");
    let answer = vinr_server::router(app.clone()).oneshot(request).await.expect("a router always answers");
    let bytes = answer.into_body().collect().await.expect("a body").to_bytes();
    String::from_utf8(bytes.to_vec()).expect("text")
}

fn headers(message: &str) -> Vec<&str> {
    message.split("\r\n\r\n").next().expect("headers").split("\r\n").collect()
}

fn header<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    headers(message).into_iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

async fn an_email_becomes_a_file_once_for_its_cause(engine: Engine) {
    let server = start(engine).await;
    let folder = std::env::temp_dir().join(format!("vinr_mail_{:032x}", server.app.env.entropy.u128()));
    let app = sending(&server, Mailer::Spool(folder.join("sandbox")));
    write(&server, &app, "grace@buyer.example").await;
    until_row(&server, "sent", 1, false).await;
    write(&server, &app, "grace@buyer.example").await;
    let files: Vec<PathBuf> = std::fs::read_dir(folder.join("sandbox"))
        .expect("a folder")
        .map(|entry| entry.expect("a file").path())
        .collect();
    assert_eq!(files.len(), 1, "one cause, one e-mail: {files:?}");
    assert_eq!(files[0].extension().and_then(|extension| extension.to_str()), Some("eml"));
    let message = std::fs::read_to_string(&files[0]).expect("a file");
    let (status, attempts, has_message, error) = row(&server).await.expect("a row");
    assert_eq!((status.as_str(), attempts, has_message, error), ("sent", 1, false, None));
    assert_eq!(header(&message, "To"), Some("grace@buyer.example"));
    assert_eq!(header(&message, "Date"), Some("Fri, 01 May 2026 12:00:00 +0000"));
    assert_eq!(header(&message, "Auto-Submitted"), Some("auto-generated"));
    assert!(message.contains("<billing@vinr.example>") && message.contains("<billing@ada.example>"));
    assert!(headers(&message).iter().all(|line| !line.to_lowercase().starts_with("bcc")), "{message}");
    assert!(message.contains("multipart/alternative") && message.contains("text/html; charset=utf-8"));
    assert!(message.contains("filename=\"INV-000042.pdf\""), "{message}");
    assert!(message.contains("JVBERi0xLjcgb2YgYSB0ZXN0"), "{message}");
    let stem = files[0].file_stem().and_then(|stem| stem.to_str()).expect("a name");
    assert_eq!(header(&message, "Message-ID"), Some(format!("<{stem}@vinr.example>").as_str()));
    app.stop_workers().await;
    std::fs::remove_dir_all(&folder).expect("a folder");
}

async fn an_email_goes_to_the_mail_server(engine: Engine) {
    let server = start(engine).await;
    let post = Post::open(&[Manner::Accept]).await;
    let app = sending(&server, by(&post));
    write(&server, &app, "grace@buyer.example").await;
    until_row(&server, "sent", 1, false).await;
    let got = post.got();
    assert_eq!(got.len(), 1);
    assert_eq!((got[0].from.as_str(), got[0].to.as_str()), ("billing@vinr.example", "grace@buyer.example"));
    assert_eq!(header(&got[0].message, "To"), Some("grace@buyer.example"));
    app.stop_workers().await;
}

async fn an_email_whose_sender_dies_is_sent_again_as_the_same_message(engine: Engine) {
    let server = start(engine).await;
    let post = Post::open(&[Manner::Hang, Manner::Accept]).await;
    let dying = sending(&server, by(&post));
    write(&server, &dying, "grace@buyer.example").await;
    until(|| async { (post.got().len() == 1).then_some(()) }).await;
    // The server has the message, and the process dies before it hears so.
    dying.abort_workers();
    let next = sending(&server, by(&post));
    pass(&server, Span::seconds(121));
    let (has_message, _) = until_row(&server, "sent", 2, false).await;
    assert!(!has_message);
    let got = post.got();
    assert_eq!(got.len(), 2);
    assert!(header(&got[0].message, "Message-ID").is_some());
    assert_eq!(got[0], got[1], "to the byte, so that a mail program shows it once");
    next.stop_workers().await;
}

async fn an_email_that_is_not_taken_now_is_tried_again_and_one_that_is_refused_is_given_up(engine: Engine) {
    let server = start(engine).await;
    let post = Post::open(&[Manner::Later, Manner::Refuse]).await;
    let app = sending(&server, by(&post));
    write(&server, &app, "grace@buyer.example").await;
    let (has_message, error) = until_row(&server, "pending", 1, true).await;
    assert!(has_message && error.as_deref().is_some_and(|error| error.contains("busy")), "{error:?}");
    pass(&server, Span::seconds(61));
    let (has_message, error) = until_row(&server, "failed", 2, true).await;
    assert!(has_message && error.as_deref().is_some_and(|error| error.contains("no such mailbox")), "{error:?}");
    until(|| async {
        metrics(&app).await.contains("vinr_email_attempts_total{outcome=\"given_up\"} 1\n").then_some(())
    })
    .await;
    assert!(metrics(&app).await.contains("vinr_email_attempts_total{outcome=\"put_off\"} 1\n"));
    app.stop_workers().await;
}

async fn an_address_that_is_none_is_given_up_at_once(engine: Engine) {
    let server = start(engine).await;
    let post = Post::open(&[Manner::Accept]).await;
    let app = sending(&server, by(&post));
    write(&server, &app, "nobody").await;
    let (status, attempts, has_message, error) = row(&server).await.expect("a row");
    assert_eq!((status.as_str(), attempts, has_message), ("failed", 0, false));
    assert_eq!(error.as_deref(), Some("recipient_invalid"));
    assert!(post.got().is_empty());
    app.stop_workers().await;
}
