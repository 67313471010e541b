//! Papers that people file: what is known of them comes in as plain values, and bytes go out. No clock, no chance and
//! no rows: the same values give the same bytes.

mod fonts;
pub mod invoice;
mod paper;
mod words;
