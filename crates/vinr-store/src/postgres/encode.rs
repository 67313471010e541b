//! Values and whole columns in PostgreSQL's binary format.
//!
//! A column is encoded straight from the staged rows into the message: no array of copies is made in between.
//! Encoding never fails, because a statement that could not be sent must not leave the others of its flight to commit.

use std::error::Error;
use std::fmt;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{IsNull, ToSql, Type as PgType, to_sql_checked};

use crate::group::settle::Filled;
use crate::table::Type;
use crate::value::Value;

type Encoded = Result<IsNull, Box<dyn Error + Sync + Send>>;

/// A parameter of a statement written by hand; the server says which type it wants.
#[derive(Debug)]
pub(crate) struct Bound<'a>(pub(crate) &'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self, ty: &PgType, out: &mut BytesMut) -> Encoded {
        let filled = filled(self.0);
        if let (Filled::Int(value), true) = (filled, *ty != PgType::INT8) {
            return narrow(value, ty, out);
        }
        Ok(put(filled, out))
    }

    fn accepts(_: &PgType) -> bool {
        true
    }

    to_sql_checked!();
}

/// Where the server inferred a narrower type than `BIGINT`, as for `LIMIT $1 + 1`.
fn narrow(value: i64, ty: &PgType, out: &mut BytesMut) -> Encoded {
    match *ty {
        PgType::INT4 => i32::try_from(value)?.to_sql(ty, out),
        PgType::INT2 => i16::try_from(value)?.to_sql(ty, out),
        PgType::BOOL => (value != 0).to_sql(ty, out),
        _ => Err(format!("a parameter of type {ty} needs a cast to bigint in the statement").into()),
    }
}

pub(crate) fn filled(value: &Value) -> Filled<'_> {
    match value {
        Value::Null => Filled::Null,
        Value::Int(value) => Filled::Int(*value),
        Value::Text(text) => Filled::Text(text),
        Value::Blob(bytes) => Filled::Blob(bytes),
        Value::Number(_) => panic!("a number is not known before the commit and cannot be a parameter"),
    }
}

fn put(value: Filled<'_>, out: &mut BytesMut) -> IsNull {
    match value {
        Filled::Null => return IsNull::Yes,
        Filled::Int(value) => out.put_i64(value),
        Filled::Text(text) => out.put_slice(text.as_bytes()),
        Filled::Blob(bytes) => out.put_slice(bytes),
    }
    IsNull::No
}

/// One column of many rows as an array parameter.
pub(crate) struct ColumnArray<F> {
    len: usize,
    element: PgType,
    at: F,
}

impl<F> fmt::Debug for ColumnArray<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {}", self.len, self.element)
    }
}

/// The column whose value in row `index` is `at(index)`.
pub(crate) fn column<'a, F>(len: usize, ty: Type, at: F) -> Box<dyn ToSql + Sync + Send + 'a>
where
    F: Fn(usize) -> Filled<'a> + Sync + Send + 'a,
{
    let element = match ty {
        Type::Int => PgType::INT8,
        Type::Text => PgType::TEXT,
        Type::Blob => PgType::BYTEA,
    };
    Box::new(ColumnArray { len, element, at })
}

impl<'a, F: Fn(usize) -> Filled<'a>> ToSql for ColumnArray<F> {
    fn to_sql(&self, _: &PgType, out: &mut BytesMut) -> Encoded {
        let has_nulls = (0..self.len).any(|index| matches!((self.at)(index), Filled::Null));
        out.put_i32(1); // dimensions
        out.put_i32(i32::from(has_nulls));
        out.put_u32(self.element.oid());
        out.put_i32(length(self.len));
        out.put_i32(1); // lower bound
        for index in 0..self.len {
            let value = (self.at)(index);
            out.put_i32(match value {
                Filled::Null => -1,
                Filled::Int(_) => 8,
                Filled::Text(text) => length(text.len()),
                Filled::Blob(bytes) => length(bytes.len()),
            });
            put(value, out);
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &PgType) -> bool {
        true
    }

    to_sql_checked!();
}

fn length(len: usize) -> i32 {
    i32::try_from(len).expect("a batch is far below 2 GiB")
}
