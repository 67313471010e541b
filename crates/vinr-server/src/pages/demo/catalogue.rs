//! What the demo shop sells, and a buyer's cart of it. Prices are here: whatever a form says, the cart is worth what this
//! list says.

use std::fmt::Write as _;

use vinr_core::money::{Currency, Money};

/// Most pieces of one product in a cart.
pub(super) const QUANTITY_MAX: u8 = 9;

/// One thing on the shelf.
pub(super) struct Product {
    /// What forms, addresses and metadata call it.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) note: &'static str,
    /// Euro cents.
    pub(super) price: i64,
    /// The inside of a drawing of 160 by 120.
    pub(super) drawing: &'static str,
}

/// The shelf.
pub(super) const PRODUCTS: [Product; 4] = [
    Product {
        name: "notebook",
        title: "Field notebook",
        note: "Dotted, 120 pages, lies flat",
        price: 1_450,
        drawing: include_str!("../../../../../web/templates/demo/notebook.svg"),
    },
    Product {
        name: "pencils",
        title: "Three cedar pencils",
        note: "HB, unpainted, sharp",
        price: 690,
        drawing: include_str!("../../../../../web/templates/demo/pencils.svg"),
    },
    Product {
        name: "ink",
        title: "Iron gall ink",
        note: "50 ml, dries to a soft black",
        price: 1_200,
        drawing: include_str!("../../../../../web/templates/demo/ink.svg"),
    },
    Product {
        name: "pen",
        title: "Fountain pen",
        note: "Steel nib, fine, fills from the bottle",
        price: 4_200,
        drawing: include_str!("../../../../../web/templates/demo/pen.svg"),
    },
];

/// How many of each product, in the order of the shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cart([u8; PRODUCTS.len()]);

impl Cart {
    /// What a visitor finds in it.
    pub(super) const fn first() -> Cart {
        Cart([1, 0, 0, 0])
    }

    /// Reads `notebook=1&ink=2`. What is no product or no quantity counts for nothing.
    pub(super) fn read(text: &str) -> Cart {
        let mut cart = Cart::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let place = PRODUCTS.iter().position(|product| product.name == name);
            if let Some(quantity) = place.and_then(|place| cart.0.get_mut(place)) {
                *quantity = value.trim().parse::<u8>().unwrap_or_default().min(QUANTITY_MAX);
            }
        }
        cart
    }

    /// What [`Cart::read`] reads.
    pub(super) fn text(self) -> String {
        let mut text = String::new();
        for (product, quantity) in self.lines() {
            let separator = if text.is_empty() { "" } else { "&" };
            write!(text, "{separator}{}={quantity}", product.name).expect("a string takes everything");
        }
        text
    }

    /// As the buyer reads it on the hosted page: `1 × Field notebook, 2 × Iron gall ink`.
    pub(super) fn description(self) -> String {
        let lines: Vec<String> =
            self.lines().map(|(product, quantity)| format!("{quantity} × {}", product.title)).collect();
        lines.join(", ")
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(self) -> bool {
        self.0.iter().all(|quantity| *quantity == 0)
    }

    /// How many of each product, none included.
    pub(super) fn quantities(self) -> impl Iterator<Item = (&'static Product, u8)> {
        PRODUCTS.iter().zip(self.0)
    }

    /// How many of the products that are in it.
    pub(super) fn lines(self) -> impl Iterator<Item = (&'static Product, u8)> {
        self.quantities().filter(|(_, quantity)| *quantity > 0)
    }

    /// What it costs.
    pub(super) fn total(self) -> Money {
        euros(self.lines().map(|(product, quantity)| product.price * i64::from(quantity)).sum())
    }
}

/// So many euro cents.
pub(super) fn euros(cents: i64) -> Money {
    Money::new(cents, Currency::EUR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cart_is_read_as_it_is_written() {
        let cart = Cart::read("notebook=2&pencils=0&ink=1&total=1&notebooks=9");
        assert_eq!((cart.text().as_str(), cart.total()), ("notebook=2&ink=1", euros(4_100)));
        assert_eq!(Cart::read(&cart.text()), cart);
        assert_eq!(cart.description(), "2 × Field notebook, 1 × Iron gall ink");
    }

    #[test]
    fn what_is_no_quantity_counts_for_nothing_and_nobody_buys_the_whole_shelf() {
        for text in ["", "notebook=-1", "notebook=1e3", "notebook=256", "lamp=1"] {
            assert!(Cart::read(text).is_empty(), "{text}");
        }
        assert_eq!(Cart::read("ink=200").total(), euros(1_200 * i64::from(QUANTITY_MAX)));
    }
}
