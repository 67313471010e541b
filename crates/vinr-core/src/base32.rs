//! Crockford's base32 in lower case: ids and key secrets are written in it, so that they can be
//! read aloud and selected with a double click.

use alloc::string::String;

/// The 32 digits in order of value: no i, l, o, u.
const DIGITS: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'p',
    'q', 'r', 's', 't', 'v', 'w', 'x', 'y', 'z',
];

/// Characters that `push_u128` appends.
pub(crate) const U128_LENGTH: usize = 26;

/// Appends 128 bits as 26 digits, the highest first (the first digit carries three bits only).
pub(crate) fn push_u128(text: &mut String, bits: u128) {
    let mut shift = 125_u32;
    loop {
        text.push(digit(u8::try_from((bits >> shift) & 31).expect("five bits fit a byte")));
        match shift.checked_sub(5) {
            Some(next) => shift = next,
            None => break,
        }
    }
}

/// Appends bytes as digits of five bits, padded with zero bits at the end.
pub(crate) fn push_bytes(text: &mut String, bytes: &[u8]) {
    let mut pending = 0_u16;
    let mut pending_bits = 0_u32;
    for byte in bytes {
        pending = (pending << 8) | u16::from(*byte);
        pending_bits = pending_bits.saturating_add(8);
        while let Some(rest) = pending_bits.checked_sub(5) {
            text.push(digit(low_bits(pending.unbounded_shr(rest))));
            pending_bits = rest;
        }
    }
    if pending_bits > 0 {
        let padding = 5_u32.saturating_sub(pending_bits);
        text.push(digit(low_bits(pending.unbounded_shl(padding))));
    }
}

fn low_bits(value: u16) -> u8 {
    u8::try_from(value & 31).expect("five bits fit a byte")
}

fn digit(value: u8) -> char {
    DIGITS[usize::from(value & 31)]
}

#[cfg(test)]
mod tests;
