//! What payments earned, and what of it was taken back. Rules are in `vinr_core::awards`; here they meet rows. There is one
//! award for a payment and a program at most, whoever gives it: it is claimed.

mod store;

pub(crate) use store::{
    Clawback, capped_so_far, clawback, count_towards_cap, find, give, insert_clawback, remove_clawback, update,
};
