//! Products: what a merchant sells (spec/billing.md, Products). What one costs is a price's.

use alloc::string::String;
use alloc::vec::Vec;

use crate::ids::ProductId;
use crate::metadata::Metadata;
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;

/// Longest name, in characters.
pub const NAME_LENGTH_MAX: usize = 250;
/// Longest description, in characters.
pub const DESCRIPTION_LENGTH_MAX: usize = 1_000;
/// Longest tax code, in characters.
pub const TAX_CODE_LENGTH_MAX: usize = 40;
/// Most images.
pub const IMAGES_MAX: usize = 8;
/// Longest address of an image, in characters.
pub const IMAGE_LENGTH_MAX: usize = 2_048;

/// A product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// For buyers, on invoices too.
    pub name: String,
    /// For buyers.
    pub description: Option<String>,
    /// Whether it is offered.
    pub is_active: bool,
    /// What it is to the tax office, in the merchant's scheme.
    pub tax_code: Option<String>,
    /// Addresses of pictures.
    pub images: Vec<String>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What is to be other; what is not named stays, and `Some(None)` takes away.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// For buyers.
    pub name: Option<String>,
    /// For buyers.
    pub description: Option<Option<String>>,
    /// Whether it is offered.
    pub is_active: Option<bool>,
    /// What it is to the tax office.
    pub tax_code: Option<Option<String>>,
    /// Addresses of pictures, all of them.
    pub images: Option<Vec<String>>,
    /// Pairs to merge.
    pub metadata: Vec<(String, Option<String>)>,
}

/// A product with changes.
///
/// # Errors
/// Everything that is wrong with them.
pub fn changed(mut product: Product, changes: Changes) -> Result<Product, Vec<Refusal>> {
    let mut wrong = Vec::new();
    match product.metadata.merged(changes.metadata) {
        Ok(metadata) => product.metadata = metadata,
        Err(refusal) => wrong.push(refusal),
    }
    product.name = changes.name.unwrap_or(product.name);
    product.description = changes.description.unwrap_or(product.description);
    product.is_active = changes.is_active.unwrap_or(product.is_active);
    product.tax_code = changes.tax_code.unwrap_or(product.tax_code);
    product.images = changes.images.unwrap_or(product.images);
    wrong.extend(problems(&product));
    if wrong.is_empty() { Ok(product) } else { Err(wrong) }
}

/// Checks a product as it was asked for.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check(product: &Product) -> Result<(), Vec<Refusal>> {
    let wrong = problems(product);
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn problems(product: &Product) -> Vec<Refusal> {
    let mut wrong = Vec::new();
    let mut text = |text: &str, length_max: usize, param: &'static str| {
        if !(1..=length_max).contains(&text.chars().count()) {
            let message = format!("expected 1 to {length_max} characters");
            wrong.push(Refusal::new(Code::ParameterInvalid, message).at(param));
        }
    };
    text(&product.name, NAME_LENGTH_MAX, "name");
    if let Some(description) = &product.description {
        text(description, DESCRIPTION_LENGTH_MAX, "description");
    }
    if let Some(code) = &product.tax_code {
        text(code, TAX_CODE_LENGTH_MAX, "taxCode");
    }
    for image in &product.images {
        text(image, IMAGE_LENGTH_MAX, "images");
    }
    if product.images.len() > IMAGES_MAX {
        let message = format!("expected {IMAGES_MAX} images at most");
        wrong.push(Refusal::new(Code::ParameterInvalid, message).at("images"));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starter() -> Product {
        Product {
            id: ProductId::parse("prod_starter").expect("an id"),
            name: "Starter".into(),
            description: Some("Up to three seats".into()),
            is_active: true,
            tax_code: None,
            images: Vec::new(),
            metadata: Metadata::new(),
            created_at: Timestamp::EPOCH,
        }
    }

    #[test]
    fn only_what_is_named_changes() {
        let changes = Changes {
            description: Some(None),
            is_active: Some(false),
            metadata: vec![("shelf".into(), Some("3".into()))],
            ..Changes::default()
        };
        let product = changed(starter(), changes).expect("nothing is wrong");
        assert_eq!((product.name.as_str(), product.description, product.is_active), ("Starter", None, false));
        assert_eq!(product.metadata.get("shelf"), Some("3"));
    }

    #[test]
    fn everything_that_is_wrong_with_a_product_is_named_at_once() {
        let mut wrong = starter();
        wrong.name = String::new();
        wrong.description = Some("x".repeat(DESCRIPTION_LENGTH_MAX + 1));
        wrong.tax_code = Some(String::new());
        wrong.images = vec!["https://shop.example/a.png".into(); IMAGES_MAX + 1];
        let refusals = check(&wrong).expect_err("four things are wrong");
        let params: Vec<_> = refusals.iter().filter_map(|refusal| refusal.param.as_deref()).collect();
        assert_eq!(params, ["name", "description", "taxCode", "images"]);
        assert_eq!(check(&starter()), Ok(()));
    }
}
