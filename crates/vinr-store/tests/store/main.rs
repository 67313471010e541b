//! The store on both engines. Each test makes its own database: a file, or a schema of the server in
//! `VINR_TEST_POSTGRES`.

#![expect(clippy::disallowed_methods, reason = "tests run tasks beside each other and learn where their server is")]

mod claims;
mod failover;
mod harness;
mod hot;
mod migrations;
mod model;
mod neighbours;
mod outages;
mod overload;
mod proxy;
mod random_units;
mod simulated;
mod snapshots;
mod two_processes;
mod units;
