//! The reference at `/docs`: one page, made of the same table as the routes. It needs no script.

mod prose;

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::endpoint::{Endpoint, path_names};
use super::openapi::{fields, or_a_public_key};
use super::server::bytes_response;
use crate::app::App;

const STYLE: &str = include_str!("reference/style.css");
/// Nothing may load or run but the one style sheet on the page.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).expect("a policy is ASCII")
});

/// The page as the server answers it.
pub(super) fn page(app: &App) -> Response {
    let environment = app.settings.environment;
    let table: Vec<Endpoint> = crate::endpoints().into_iter().filter(|one| one.exists_in(environment)).collect();
    let html = render(&table, environment.as_str(), &app.settings.public_url);
    let mut response = bytes_response(200, "text/html; charset=utf-8", Body::from(html));
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, POLICY.clone());
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}

fn render(table: &[Endpoint], environment: &str, url: &str) -> String {
    let mut tags: Vec<&str> = Vec::new();
    for endpoint in table {
        if !tags.contains(&endpoint.tag) {
            tags.push(endpoint.tag);
        }
    }
    let mut page = String::with_capacity(64 << 10);
    page.push_str("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>VINR API reference</title>");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width\"><style>");
    page.push_str(STYLE);
    page.push_str("</style></head><body><nav aria-label=\"Contents\"><p class=\"name\">VINR</p><ul>");
    for (anchor, title) in prose::SECTIONS {
        link(&mut page, anchor, title);
    }
    for tag in &tags {
        link(&mut page, &format!("noun-{tag}"), &title(tag));
    }
    link(&mut page, "errors", "Errors");
    page.push_str("</ul></nav><main><h1>API reference</h1>");
    prose::write(&mut page, environment, url);
    for tag in &tags {
        put(&mut page, format_args!("<section id=\"noun-{}\"><h2>{}</h2>", escape(tag), escape(&title(tag))));
        for endpoint in table.iter().filter(|one| one.tag == *tag) {
            endpoint_section(&mut page, endpoint);
        }
        page.push_str("</section>");
    }
    prose::errors(&mut page);
    page.push_str("</main></body></html>");
    page
}

fn endpoint_section(page: &mut String, endpoint: &Endpoint) {
    put(page, format_args!("<article><h3>{}</h3>", escape(endpoint.summary)));
    put(page, format_args!("<p><code><b>{}</b> {}</code></p>", endpoint.method, escape(endpoint.path)));
    let more = or_a_public_key(endpoint.door).replace('`', "");
    let scope = escape(&endpoint.scope.to_string());
    put(page, format_args!("<p class=\"soft\">Scope <code>{scope}</code>{}</p>", escape(&more)));
    let in_path: Vec<[String; 4]> = path_names(endpoint.path)
        .map(|name| [name.to_owned(), "string".into(), "path".into(), String::new()])
        .collect();
    let mut rows = in_path;
    for (place, schema) in [("query", endpoint.query), ("body", endpoint.body)] {
        let Some(schema) = schema else { continue };
        for field in fields(&schema().to_value()) {
            let place = if field.required { format!("{place}, required") } else { place.to_owned() };
            rows.push([field.name, kind(&field.schema), place, field.description]);
        }
    }
    table(page, "Parameters", ["Name", "Type", "Where", "Meaning"], &rows);
    let reply = fields(&(endpoint.reply)().to_value()).into_iter();
    let rows: Vec<[String; 3]> = reply.map(|field| [field.name, kind(&field.schema), field.description]).collect();
    table(page, "Answer", ["Field", "Type", "Meaning"], &rows);
    if !endpoint.codes.is_empty() {
        page.push_str("<p>Codes:");
        for code in endpoint.codes {
            put(page, format_args!(" <a href=\"#{0}\"><code>{0}</code></a>", escape(code.as_str())));
        }
        page.push_str("</p>");
    }
    page.push_str("</article>");
}

/// A table whose first column is code; nothing when it has no rows.
fn table<const N: usize>(page: &mut String, caption: &str, heads: [&str; N], rows: &[[String; N]]) {
    if rows.is_empty() {
        return;
    }
    put(page, format_args!("<div class=\"wide\"><table><caption>{}</caption><thead><tr>", escape(caption)));
    for head in heads {
        put(page, format_args!("<th scope=\"col\">{}</th>", escape(head)));
    }
    page.push_str("</tr></thead><tbody>");
    for row in rows {
        page.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            match column {
                0 => put(page, format_args!("<td><code>{}</code></td>", escape(cell))),
                _ => put(page, format_args!("<td>{}</td>", with_code(&escape(cell)))),
            }
        }
        page.push_str("</tr>");
    }
    page.push_str("</tbody></table></div>");
}

/// A schema's type in a word or a few.
fn kind(schema: &Value) -> String {
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(Value::to_string).collect::<Vec<_>>().join(", ");
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(ways) = schema[key].as_array() {
            let constants: Vec<&str> = ways.iter().filter_map(|way| way["const"].as_str()).collect();
            if constants.len() == ways.len() {
                return format!("one of {}", constants.join(", "));
            }
            return ways.iter().map(kind).collect::<Vec<_>>().join(" or ");
        }
    }
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(word).collect::<Vec<_>>().join(" or "),
        Value::String(kind) if kind == "array" => format!("array of {}", self::kind(&schema["items"])),
        Value::String(kind) => kind.clone(),
        _ => schema["const"].as_str().map_or_else(|| "any".to_owned(), |value| format!("\"{value}\"")),
    }
}

fn title(tag: &str) -> String {
    let mut text = tag.replace('_', " ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

fn link(page: &mut String, anchor: &str, title: &str) {
    put(page, format_args!("<li><a href=\"#{}\">{}</a></li>", escape(anchor), escape(title)));
}

fn put(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).expect("a string takes everything");
}

/// Names between backticks as code; a backtick without its partner stays as it is.
fn with_code(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return text.to_owned();
    }
    let mut marked = String::with_capacity(text.len());
    for (index, part) in parts.into_iter().enumerate() {
        match index % 2 {
            0 => marked.push_str(part),
            _ => marked.extend(["<code>", part, "</code>"]),
        }
    }
    marked
}

/// Text that means nothing to HTML.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_shown_can_become_markup() {
        assert_eq!(escape("<a href=\"x\">'&'</a>"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
    }

    #[test]
    fn names_between_backticks_are_code() {
        assert_eq!(with_code("Always `payment`."), "Always <code>payment</code>.");
        assert_eq!(with_code("one ` alone"), "one ` alone");
    }

    #[test]
    fn every_error_code_has_the_anchor_that_errors_point_to() {
        let page = render(&crate::endpoints(), "sandbox", "http://127.0.0.1:8080");
        for code in vinr_core::refusal::Code::ALL {
            assert!(page.contains(&format!("id=\"{}\"", code.as_str())), "{}", code.as_str());
        }
    }
}
