//! What the sources say: every statement, and every table that is declared. Read as the compiler reads them, so that
//! nothing has to be listed by hand.

use std::path::{Path, PathBuf};

use syn::visit::Visit;

const BEGINS: [&str; 5] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "];

/// A statement and where it stands.
pub struct Statement {
    /// The file, from `src/` on, and the constant: `events/store.rs AFTER`.
    pub place: String,
    pub sql: String,
}

/// All SQL of the server but that of lists, which is put together at run time and has its tests beside it. That SQL
/// stands in these files alone is a rule that `cargo xtask tidy` checks.
pub fn statements() -> Vec<Statement> {
    let statements = found().statements;
    assert!(statements.len() >= 25, "{} statements were found", statements.len());
    statements
}

/// A table as a store's file declares it.
#[derive(Debug)]
pub struct Declared {
    pub name: String,
    /// `Versioned`, `AppendOnly` or `Tally`.
    pub kind: String,
    /// Name and `int`, `text` or `blob`.
    pub columns: Vec<(String, String)>,
    /// Name and columns, without the account that comes first unless it is global.
    pub unique: Vec<(String, Vec<String>)>,
}

/// Every `Table { … }` of the server.
pub fn declared_tables() -> Vec<Declared> {
    found().tables
}

fn found() -> Found {
    let mut found = Found::default();
    for (place, file) in files() {
        found.has_sql = place.ends_with("store.rs") || place.contains("/store/");
        found.place = place;
        found.visit_file(&file);
    }
    found
}

fn files() -> Vec<(String, syn::File)> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&sources, &mut paths);
    paths.sort();
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("a source file");
        let place = path.strip_prefix(&sources).expect("a file of the sources").display().to_string();
        (place, syn::parse_file(&text).expect("Rust"))
    };
    paths.iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
}

#[derive(Default)]
struct Found {
    place: String,
    /// Whether it is a file for SQL.
    has_sql: bool,
    /// The constant.
    name: String,
    statements: Vec<Statement>,
    tables: Vec<Declared>,
}

fn is_piece(text: &str) -> bool {
    [" FROM ", " WHERE ", " ORDER BY ", " GROUP BY ", "ON CONFLICT"].iter().any(|word| text.contains(word))
}

impl Found {
    fn text(&mut self, text: &str) {
        let text = text.trim_start();
        let begins = BEGINS.iter().any(|verb| text.starts_with(verb));
        let place = format!("{} {}", self.place, self.name);
        // Such a piece would be asked of no engine here.
        assert!(begins || !is_piece(text), "{place}: a statement is one literal, this is a piece of one: {text}");
        if begins {
            self.statements.push(Statement { place, sql: text.to_owned() });
        }
    }
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.name = item.ident.to_string();
        syn::visit::visit_item_const(self, item);
        self.name.clear();
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {
        // Documentation is text as well.
    }

    fn visit_lit_str(&mut self, literal: &'ast syn::LitStr) {
        if self.has_sql {
            self.text(&literal.value());
        }
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        // What a macro makes of its tokens is not known here.
        let inside = called.tokens.to_string();
        let is_sql = BEGINS.iter().any(|verb| inside.contains(&format!("\"{verb}"))) || is_piece(&inside);
        assert!(
            !self.has_sql || !is_sql,
            "{} {}: a statement does not stand in a macro: {inside}",
            self.place,
            self.name
        );
    }

    fn visit_expr_struct(&mut self, made: &'ast syn::ExprStruct) {
        if made.path.is_ident("Table") {
            self.tables.push(declared(made));
        }
        syn::visit::visit_expr_struct(self, made);
    }
}

fn declared(made: &syn::ExprStruct) -> Declared {
    let columns = elements(field(made, "columns")).into_iter().map(|column| {
        // `.fixed()` says how it changes, and nothing of the schema.
        let made = if let syn::Expr::MethodCall(call) = column { &*call.receiver } else { column };
        let syn::Expr::Call(call) = made else { panic!("a column is made by `Column::text(…)` or the like") };
        (text(&call.args[0]), last_name(&call.func))
    });
    let unique = elements(field(made, "unique")).into_iter().map(|unique| {
        let syn::Expr::Struct(unique) = unique else { panic!("`Unique {{ … }}`") };
        let mut columns: Vec<String> = elements(field(unique, "columns")).into_iter().map(text).collect();
        let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Bool(global), .. }) = field(unique, "global") else {
            panic!("`global` is true or false")
        };
        if !global.value {
            columns.insert(0, "account".to_owned());
        }
        (text(field(unique, "name")), columns)
    });
    Declared {
        name: text(field(made, "name")),
        kind: last_name(field(made, "kind")),
        columns: columns.collect(),
        unique: unique.collect(),
    }
}

fn field<'ast>(made: &'ast syn::ExprStruct, name: &str) -> &'ast syn::Expr {
    let is_named = |field: &&syn::FieldValue| matches!(&field.member, syn::Member::Named(ident) if ident == name);
    &made.fields.iter().find(is_named).unwrap_or_else(|| panic!("a declaration without `{name}`")).expr
}

fn elements(list: &syn::Expr) -> Vec<&syn::Expr> {
    let syn::Expr::Reference(list) = list else { panic!("a list is written `&[…]`") };
    let syn::Expr::Array(list) = &*list.expr else { panic!("a list is written `&[…]`") };
    list.elems.iter().collect()
}

fn text(literal: &syn::Expr) -> String {
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = literal else { panic!("a name is a literal") };
    text.value()
}

fn last_name(path: &syn::Expr) -> String {
    let syn::Expr::Path(path) = path else { panic!("a path") };
    path.path.segments.last().expect("a path has a name").ident.to_string()
}
