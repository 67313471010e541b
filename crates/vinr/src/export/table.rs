//! Objects as lines of a file: CSV by RFC 4180, or JSON.
//!
//! Spreadsheets run what begins like a formula. In CSV a text that does is led by an apostrophe, by which they take it for
//! text; numbers are left alone, as they are numbers also when they are negative. JSON is never changed.

use std::io::{self, Write};

use serde_json::Value;
use vinr_server::export::Column;

use crate::cli::Format;

/// With which of these a text begins that spreadsheets take for a formula (OWASP, CSV Injection).
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Writes objects one after the other.
pub(super) enum Table<W: Write> {
    /// A line of columns for each.
    Csv(Box<csv::Writer<W>>, &'static [Column]),
    /// A line of JSON for each.
    Jsonl(W),
}

impl<W: Write> Table<W> {
    /// Begins with what comes before the first object.
    pub(super) fn new(format: Format, columns: &'static [Column], out: W) -> io::Result<Table<W>> {
        match format {
            Format::Csv => {
                let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
                writer.write_record(columns.iter().map(|(name, _)| name))?;
                Ok(Table::Csv(Box::new(writer), columns))
            }
            Format::Jsonl => Ok(Table::Jsonl(out)),
        }
    }

    /// Writes an object, a line of JSON as it comes.
    pub(super) fn write(&mut self, object: &str) -> io::Result<()> {
        match self {
            Table::Csv(writer, columns) => {
                let shown: Value = serde_json::from_str(object)?;
                let cells = columns.iter().map(|(_, place)| shown.pointer(place).map_or_else(String::new, cell));
                Ok(writer.write_record(cells)?)
            }
            Table::Jsonl(out) => writeln!(out, "{object}"),
        }
    }

    /// Hands on what is held back.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        match self {
            Table::Csv(writer, _) => writer.flush(),
            Table::Jsonl(out) => out.flush(),
        }
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if text.starts_with(FORMULA) => format!("'{text}"),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_that_a_spreadsheet_would_run_is_led_by_an_apostrophe_and_a_number_is_not() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1"] {
            assert_eq!(cell(&json!(formula)), format!("'{formula}"));
        }
        for (value, shown) in [
            (json!(-500), "-500"),
            (json!("Order -5"), "Order -5"),
            (json!(true), "true"),
            (json!({"a": "=1"}), r#"{"a":"=1"}"#),
            (Value::Null, ""),
        ] {
            assert_eq!(cell(&value), shown);
        }
    }
}
