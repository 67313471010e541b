//! What is known about awards beside the payments that they are parts of: what was taken back of them, and what rules with
//! caps have given. Rules are in `vinr_core::awards`; here they meet rows.

mod store;

pub(crate) use store::{Clawback, capped_so_far, clawback, count_towards_cap, insert_clawback, remove_clawback};
