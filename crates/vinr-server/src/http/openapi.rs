//! The OpenAPI 3.1 document, made of the table of endpoints.

use axum::body::Body;
use axum::response::Response;
use serde_json::{Map, Value, json};
use vinr_core::keys::Environment;
use vinr_core::refusal::Code;

use super::door::Door;
use super::endpoint::{Effect, Endpoint, path_names};
use super::server::{VERSIONS, bytes_response};
use crate::app::App;

/// The document as the server answers it.
pub(super) fn document(app: &App) -> Response {
    let document = openapi(app.settings.environment, &app.settings.public_url);
    bytes_response(200, "application/json", Body::from(document.to_string()))
}

/// The OpenAPI document of one environment, reached at this URL (without `/v1`).
pub fn openapi(environment: Environment, public_url: &str) -> Value {
    let table: Vec<Endpoint> = crate::endpoints().into_iter().filter(|one| one.exists_in(environment)).collect();
    let mut paths = Map::new();
    let mut schemas = Map::new();
    let mut tags: Vec<&str> = Vec::new();
    for endpoint in &table {
        if !tags.contains(&endpoint.tag) {
            tags.push(endpoint.tag);
        }
        let (name, schema) = (component(endpoint), (endpoint.reply)().to_value());
        let before = schemas.insert(name.clone(), schema.clone());
        assert!(before.is_none_or(|before| before == schema), "two types of the document are called {name}");
        if let Some(shape) = endpoint.public_reply {
            schemas.insert(named(endpoint, &(shape.name)()), (shape.schema)().to_value());
        }
        let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        path[endpoint.method.to_ascii_lowercase()] = operation(endpoint);
    }
    schemas.insert("Error".to_owned(), error_schema());
    json!({
        "openapi": "3.1.0",
        "info": {"title": "VINR", "version": VERSIONS[0], "description": "Payments over HTTP and JSON."},
        "servers": [{"url": public_url, "description": environment.as_str()}],
        "security": [{"bearer": []}, {"apiKey": []}],
        "tags": tags.iter().map(|tag| json!({"name": tag})).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "apiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
            },
        },
    })
}

/// A name for code generators: `get_v1_payments_id`.
fn operation_id(endpoint: &Endpoint) -> String {
    let mut id = endpoint.method.to_ascii_lowercase();
    for part in endpoint.path.split('/').filter(|part| !part.is_empty() && *part != "v1") {
        id.push('_');
        id.push_str(&part.replace(['{', '}'], "").replace('-', "_"));
    }
    id
}

fn component(endpoint: &Endpoint) -> String {
    named(endpoint, &(endpoint.reply_name)())
}

/// The component's key: letters, digits, `.`, `_` and `-` only.
fn named(endpoint: &Endpoint, name: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '_' };
    let name: String = name.chars().map(allowed).collect();
    // Two nouns may call their types the same.
    format!("{}.{name}", endpoint.tag)
}

fn operation(endpoint: &Endpoint) -> Value {
    let reference = |name: String| json!({"$ref": format!("#/components/schemas/{name}")});
    let answer = match endpoint.public_reply {
        None => reference(component(endpoint)),
        Some(shape) => json!({"anyOf": [reference(component(endpoint)), reference(named(endpoint, &(shape.name)()))]}),
    };
    let mut operation = json!({
        "operationId": operation_id(endpoint),
        "summary": endpoint.summary,
        "description": format!("Needs a key with the scope `{}`{}.", endpoint.scope, or_a_public_key(endpoint.door)),
        "tags": [endpoint.tag],
        "parameters": parameters(endpoint),
        "responses": {
            "200": {"description": "Done.", "content": {"application/json": {"schema": answer}}},
            "default": {
                "description": "Refused; see the code.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
            },
        },
        "x-vinr-scope": endpoint.scope.to_string(),
        "x-vinr-codes": endpoint.codes.iter().map(|code| code.as_str()).collect::<Vec<_>>(),
    });
    if let Some(body) = endpoint.body {
        let schema = body().to_value();
        let required = schema["required"].as_array().is_some_and(|names| !names.is_empty());
        operation["requestBody"] = json!({"required": required, "content": {"application/json": {"schema": schema}}});
    }
    operation
}

/// What else opens an endpoint, in words.
pub(super) fn or_a_public_key(door: Door) -> &'static str {
    match door {
        Door::Keys => "",
        Door::ClientSecret => ", or a public key with the payment's `clientSecret`",
        Door::CardFields => " and a PCI SAQ D attestation on file, or a public key in VINR's own card fields",
    }
}

fn parameters(endpoint: &Endpoint) -> Vec<Value> {
    let mut parameters: Vec<Value> = path_names(endpoint.path)
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    if let Some(query) = endpoint.query {
        for field in fields(&query().to_value()) {
            parameters.push(json!({
                "name": field.name, "in": "query", "required": field.required,
                "description": field.description, "schema": field.schema,
            }));
        }
    }
    if endpoint.door == Door::ClientSecret {
        parameters.push(json!({
            "name": "X-Vinr-Client-Secret", "in": "header", "required": false,
            "description": "With a public key: the `clientSecret` of the payment's session.",
            "schema": {"type": "string", "maxLength": 255},
        }));
    }
    if endpoint.method == "POST" && endpoint.effect == Effect::Writes {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "The same key and request give the same answer, once done.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        }));
    }
    parameters
}

/// A property of an object schema.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) description: String,
    pub(super) schema: Value,
}

/// The properties of an object schema, in their order.
pub(super) fn fields(schema: &Value) -> Vec<Field> {
    let required = |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
    let properties = schema["properties"].as_object().into_iter().flatten();
    let field = |(name, schema): (&String, &Value)| Field {
        name: name.clone(),
        required: required(name),
        description: schema["description"].as_str().unwrap_or_default().to_owned(),
        schema: schema.clone(),
    };
    properties.map(field).collect()
}

fn error_schema() -> Value {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let types = [
        "authentication_error",
        "permission_error",
        "idempotency_error",
        "rate_limit_error",
        "api_error",
        "invalid_request_error",
    ];
    json!({
        "type": "object",
        "required": ["error"],
        "properties": {"error": {
            "type": "object",
            "required": ["type", "code", "message", "param", "docUrl", "requestId"],
            "properties": {
                "type": {"type": "string", "enum": types},
                "code": {"type": "string", "enum": codes},
                "message": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "docUrl": {"type": "string"},
                "requestId": {"type": "string"},
                "have": {"type": "integer", "description": "With `insufficient_points`: the points there are, negative for a debt."},
                "need": {"type": "integer", "description": "With `insufficient_points`: the points it takes."},
                "errors": {"type": "array", "items": {"type": "object", "properties": {
                    "param": {"type": ["string", "null"]}, "code": {"type": "string", "enum": codes}, "message": {"type": "string"},
                }}},
            },
        }},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_is_one_shape_whoever_answers_it() {
        let mut shapes: Map<String, Value> = Map::new();
        for endpoint in crate::endpoints() {
            let shape = (endpoint.reply)().to_value();
            let known = shapes.entry(component(&endpoint)).or_insert_with(|| shape.clone());
            assert_eq!(*known, shape, "{} is what {} answers, and something else", component(&endpoint), endpoint.path);
        }
        assert!(shapes.len() >= 15, "{:?}", shapes.keys());
    }
}
