use alloc::string::String;

use super::{push_bytes, push_u128};

fn of_u128(bits: u128) -> String {
    let mut text = String::new();
    push_u128(&mut text, bits);
    text
}

fn of_bytes(bytes: &[u8]) -> String {
    let mut text = String::new();
    push_bytes(&mut text, bytes);
    text
}

#[test]
fn the_known_vectors_of_the_typeid_encoding_come_out() {
    assert_eq!(of_u128(0), "00000000000000000000000000");
    assert_eq!(of_u128(1), "00000000000000000000000001");
    assert_eq!(of_u128(31), "0000000000000000000000000z");
    assert_eq!(of_u128(32), "00000000000000000000000010");
    assert_eq!(of_u128(u128::MAX), "7zzzzzzzzzzzzzzzzzzzzzzzzz");
    assert_eq!(of_u128(0x0188_bac7_4afa_78aa_bc3b_bd1e_ef28_d881), "01h2xcejqtf2nbrexx3vqjhp41");
}

#[test]
fn bytes_are_cut_into_five_bits_from_the_left_and_padded_at_the_end() {
    assert_eq!(of_bytes(&[]), "");
    assert_eq!(of_bytes(&[0b1111_1000]), "z0");
    assert_eq!(of_bytes(&[0b0000_0111]), "0w");
    assert_eq!(of_bytes(&[0xff; 5]), "zzzzzzzz");
    assert_eq!(of_bytes(&[0; 24]).len(), 39);
}
