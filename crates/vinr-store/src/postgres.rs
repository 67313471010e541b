//! PostgreSQL (being written).
use std::sync::Arc;
use crate::error::{OpenError, StoreError};
use crate::group::plan::Plan;
use crate::group::settle::Settled;
use crate::group::{BatchId, Fault};
use crate::row::Row;
use crate::stats::Counters;
use crate::table::Table;
use crate::value::Value;
use crate::Migration;
#[derive(Debug)]
pub(crate) enum PostgresReaders {}
#[derive(Debug)]
pub(crate) enum PostgresSnapshot {}
#[derive(Debug)]
pub(crate) enum PostgresWriter {}
#[expect(clippy::unused_async)]
impl PostgresReaders {
    pub(crate) async fn open(_: &str, _: &str, _: usize, _: Arc<Counters>) -> Result<Arc<PostgresReaders>, OpenError> { Err(OpenError::new("postgres is not compiled in")) }
    pub(crate) async fn snapshot(&self, _: &'static str) -> Result<PostgresSnapshot, StoreError> { match *self {} }
    pub(crate) async fn query(&self, _: &'static str, _: &[Value]) -> Result<Vec<Row>, StoreError> { match *self {} }
    pub(crate) async fn fetch(&self, _: &'static Table, _: (&str, &str)) -> Result<Option<Row>, StoreError> { match *self {} }
    pub(crate) async fn migrate(&self, _: &[Migration]) -> Result<usize, OpenError> { match *self {} }
    pub(crate) async fn create_own_tables(&self) -> Result<(), OpenError> { match *self {} }
}
#[expect(clippy::unused_async)]
impl PostgresSnapshot {
    pub(crate) async fn query(&self, _: &'static str, _: &'static str, _: &[Value]) -> Result<Vec<Row>, StoreError> { match *self {} }
    pub(crate) async fn fetch(&self, _: &'static str, _: &'static Table, _: (&str, &str)) -> Result<Option<Row>, StoreError> { match *self {} }
}
#[expect(clippy::unused_async)]
impl PostgresWriter {
    pub(crate) fn new(r: &Arc<PostgresReaders>, _: Arc<Counters>) -> PostgresWriter { match **r {} }
    pub(crate) async fn verify(&mut self, _: &mut Plan<'_>) -> Result<(), Fault> { match *self {} }
    pub(crate) async fn arbitrate(&mut self, _: &mut Plan<'_>) -> Result<(), Fault> { match *self {} }
    pub(crate) async fn apply(&mut self, _: &Plan<'_>, _: &Settled<'_>, _: &BatchId) -> Result<(), Fault> { match *self {} }
    pub(crate) async fn abandon(&mut self) { match *self {} }
    pub(crate) async fn resolve(&mut self, _: &BatchId) -> Result<bool, Fault> { match *self {} }
    pub(crate) async fn maintain(&mut self, _: &'static str, _: &[Value]) -> Result<u64, Fault> { match *self {} }
    pub(crate) async fn close(self) { match self {} }
}
