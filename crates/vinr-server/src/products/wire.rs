//! Products as JSON (spec/billing.md, Products).

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use vinr_core::ids::ProductId;
use vinr_core::keys::Environment;
use vinr_core::metadata::Metadata;
use vinr_core::products::{Changes, Product};

use crate::error::{Problems, Result};
use crate::http::formats::{MetadataInput, id, named};
use crate::http::list::Page;
use crate::record::Unit;

/// What creates a product.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Create {
    /// An id of your own choice, in live too.
    #[schemars(extend("format" = "id:prod"))]
    id: Option<String>,
    /// What buyers know it by, on invoices too.
    #[schemars(length(min = 1, max = 250), extend("format" = "printable"))]
    name: String,
    /// For buyers.
    #[schemars(length(min = 1, max = 1000))]
    description: Option<String>,
    /// Whether it is offered. The default is yes.
    active: Option<bool>,
    /// What it is to the tax office, in your own scheme.
    #[schemars(length(min = 1, max = 40), extend("format" = "printable"))]
    tax_code: Option<String>,
    /// Addresses of pictures.
    #[schemars(length(max = 8))]
    images: Option<Vec<ImageUrl>>,
    /// Your own notes.
    metadata: Option<MetadataInput>,
}

/// What a product is made of, before it has its id.
pub(super) struct New {
    ask: Create,
    metadata: Metadata,
}

impl Create {
    /// Reads what is asked for, and the id that was chosen. It may be in live too.
    pub(super) fn read(mut self, _: Environment) -> Result<(Option<ProductId>, New)> {
        let mut problems = Problems::default();
        let chosen = problems.note(id("id", self.id.as_deref(), ProductId::parse)).flatten();
        let pairs = self.metadata.take().unwrap_or_default().pairs();
        let metadata = problems.note(Metadata::new().merged(pairs)).unwrap_or_default();
        problems.told()?;
        Ok((chosen, New { ask: self, metadata }))
    }
}

impl New {
    /// The product.
    pub(super) fn made(&self, chosen: Option<ProductId>, unit: &Unit<'_>) -> Product {
        let Create { name, description, active, tax_code, images, .. } = &self.ask;
        Product {
            id: chosen.unwrap_or_else(|| ProductId::from_bits(unit.env.id_bits())),
            name: name.clone(),
            description: description.clone(),
            is_active: active.unwrap_or(true),
            tax_code: tax_code.clone(),
            images: images.iter().flatten().map(|image| image.0.clone()).collect(),
            metadata: self.metadata.clone(),
            created_at: unit.now(),
        }
    }
}

/// Where a picture is.
#[derive(Debug, Clone, Deserialize)]
struct ImageUrl(String);

impl JsonSchema for ImageUrl {
    fn schema_name() -> Cow<'static, str> {
        "ImageUrl".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "url", "maxLength": 2048})
    }
}

/// What to change; what is absent stays.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Update {
    /// What buyers know it by, on invoices too.
    #[schemars(length(min = 1, max = 250), extend("format" = "printable"))]
    name: Option<String>,
    /// For buyers; null takes it away.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(min = 1, max = 1000))]
    description: Option<Option<String>>,
    /// False: it is not offered any more. Who subscribed keeps it.
    active: Option<bool>,
    /// What it is to the tax office; null takes it away.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(min = 1, max = 40), extend("format" = "printable"))]
    tax_code: Option<Option<String>>,
    /// Addresses of pictures, all of them.
    #[schemars(length(max = 8))]
    images: Option<Vec<ImageUrl>>,
    /// Your own notes.
    metadata: Option<MetadataInput>,
}

impl Update {
    /// In the core's terms.
    pub(super) fn changes(self) -> Changes {
        let Update { name, description, active, tax_code, images, metadata } = self;
        let images = images.map(|images| images.into_iter().map(|image| image.0).collect());
        let metadata = metadata.unwrap_or_default().pairs().collect();
        Changes { name, description, is_active: active, tax_code, images, metadata }
    }
}

/// Which products to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(super) page: Page<ProductId>,
    /// Only those that are offered, or are not.
    pub(super) active: Option<bool>,
}

/// A product as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Product")]
pub(super) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `product`.
    object: &'static str,
    /// What buyers know it by, on invoices too.
    name: &'a str,
    /// For buyers.
    description: Option<&'a str>,
    /// Whether it is offered.
    active: bool,
    /// What it is to the tax office, in your own scheme.
    tax_code: Option<&'a str>,
    /// Addresses of pictures.
    images: &'a [String],
    /// Your own notes.
    metadata: BTreeMap<&'a str, &'a str>,
    /// When it was created.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// A product as it is shown.
pub(super) fn show(product: &Product) -> Shown<'_> {
    Shown {
        id: product.id.as_str(),
        object: "product",
        name: &product.name,
        description: product.description.as_deref(),
        active: product.is_active,
        tax_code: product.tax_code.as_deref(),
        images: &product.images,
        metadata: product.metadata.iter().collect(),
        created_at: product.created_at.rfc3339(),
    }
}
