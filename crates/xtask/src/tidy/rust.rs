//! What the rules want to know of a Rust file, read with a real parser: a text search would take a comment for a call
//! and miss a function inside a nested `use`.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Block, ItemMod, ItemUse, LitStr, Macro, Signature, UseTree};

/// What was read from one file. Of items under `#[cfg(test)]` only functions and modules.
#[derive(Default)]
pub(crate) struct Rust {
    /// Every function.
    pub(crate) functions: Vec<Function>,
    /// Every module declared or written here, with its line.
    pub(crate) modules: Vec<(usize, String)>,
    /// Every imported path, and every path in code that begins at the crate, above it, or at another crate.
    pub(crate) paths: Vec<Mention>,
    /// Every string literal outside attributes, with its line.
    pub(crate) strings: Vec<(usize, String)>,
    /// Every derived trait's last name, with its line.
    pub(crate) derives: Vec<(usize, String)>,
    /// Crate attributes such as `no_std`.
    pub(crate) attributes: Vec<String>,
}

/// A function and its length.
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: String,
    /// Where `fn` stands.
    pub(crate) line: usize,
    /// Lines from `fn` to the closing brace, both counted.
    pub(crate) lines: usize,
}

/// A path that code mentions.
pub(crate) struct Mention {
    /// Where.
    pub(crate) line: usize,
    /// How many inline modules of this file lie around it: `super` inside them does not leave the file.
    pub(crate) depth: usize,
    /// Its names as written: `crate`, `super`, `self` or a name first.
    pub(crate) segments: Vec<String>,
    /// Whether it stands in a `use`.
    pub(crate) imported: bool,
}

/// Reads a file.
///
/// # Errors
/// The line and message of the first syntax error.
pub(crate) fn read(text: &str) -> Result<Rust, (usize, String)> {
    let file = syn::parse_file(text).map_err(|error| (error.span().start().line, error.to_string()))?;
    let mut reader = Reader::default();
    reader.read.attributes = file.attrs.iter().filter_map(|attribute| last_name(attribute.path())).collect();
    reader.visit_file(&file);
    Ok(reader.read)
}

#[derive(Default)]
struct Reader {
    read: Rust,
    depth: usize,
    /// Inside something that is compiled for tests only.
    test: bool,
}

impl Reader {
    fn function(&mut self, signature: &Signature, body: &Block) {
        let line = line(signature.fn_token.span);
        let end = body.brace_token.span.close().end().line;
        self.read.functions.push(Function { name: signature.ident.to_string(), line, lines: end + 1 - line });
    }

    fn mention(&mut self, line: usize, segments: Vec<String>, imported: bool) {
        if !self.test && segments.len() > 1 {
            self.read.paths.push(Mention { line, depth: self.depth, segments, imported });
        }
    }

    fn use_tree(&mut self, tree: &UseTree, before: &[String]) {
        let with = |name: String| before.iter().cloned().chain([name]).collect::<Vec<_>>();
        match tree {
            UseTree::Path(path) => self.use_tree(&path.tree, &with(path.ident.to_string())),
            UseTree::Name(name) => self.mention(line(name.ident.span()), with(name.ident.to_string()), true),
            UseTree::Rename(rename) => self.mention(line(rename.ident.span()), with(rename.ident.to_string()), true),
            UseTree::Glob(glob) => self.mention(line(glob.star_token.span), with("*".to_owned()), true),
            UseTree::Group(group) => group.items.iter().for_each(|item| self.use_tree(item, before)),
        }
    }

    /// Literals and paths inside a macro's tokens, which the parser leaves as they are.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut start = 1;
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons < 2 {
                        self.mention(start, std::mem::take(&mut path), false);
                        start = line(name.span());
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
                other => {
                    self.mention(start, std::mem::take(&mut path), false);
                    colons = 0;
                    self.token(other);
                }
            }
        }
        self.mention(start, path, false);
    }

    fn token(&mut self, token: TokenTree) {
        match token {
            TokenTree::Group(group) => self.tokens(group.stream()),
            TokenTree::Literal(literal) => {
                let text: Result<LitStr, _> = syn::parse2(TokenTree::Literal(literal).into());
                if let Ok(text) = text {
                    self.visit_lit_str(&text);
                }
            }
            _ => {}
        }
    }

    /// Visits with the knowledge that what follows is for tests only, if its attributes say so.
    fn within(&mut self, attributes: &[Attribute], visit: impl FnOnce(&mut Reader)) {
        let outside = self.test;
        self.test |= attributes.iter().any(is_for_tests);
        visit(self);
        self.test = outside;
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes: &[Attribute] = match item {
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            syn::Item::Const(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            syn::Item::Struct(item) => &item.attrs,
            syn::Item::Enum(item) => &item.attrs,
            syn::Item::Static(item) => &item.attrs,
            syn::Item::Trait(item) => &item.attrs,
            _ => &[],
        };
        self.within(attributes, |reader| visit::visit_item(reader, item));
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
        self.within(&item.attrs, |reader| visit::visit_impl_item_fn(reader, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.function(&item.sig, body);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.read.modules.push((line(item.ident.span()), item.ident.to_string()));
        self.depth += 1;
        visit::visit_item_mod(self, item);
        self.depth -= 1;
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.use_tree(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.mention(path_line(path), segments, false);
        visit::visit_path(self, path);
    }

    fn visit_lit_str(&mut self, literal: &'ast LitStr) {
        if !self.test {
            self.read.strings.push((line(literal.span()), literal.value()));
        }
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        self.visit_path(&called.path);
        self.tokens(called.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if self.test || !attribute.path().is_ident("derive") {
            return;
        }
        let _ = attribute.parse_nested_meta(|derived| {
            if let Some(name) = last_name(&derived.path) {
                self.read.derives.push((path_line(&derived.path), name));
            }
            Ok(())
        });
    }
}

fn line(span: Span) -> usize {
    span.start().line
}

fn path_line(path: &syn::Path) -> usize {
    path.segments.first().map_or(1, |segment| line(segment.ident.span()))
}

fn last_name(path: &syn::Path) -> Option<String> {
    path.segments.last().map(|segment| segment.ident.to_string())
}

fn is_for_tests(attribute: &Attribute) -> bool {
    let for_tests = |list: &syn::MetaList| {
        let mut names = list.tokens.clone().into_iter();
        matches!((names.next(), names.next()), (Some(TokenTree::Ident(name)), None) if name == "test")
    };
    attribute.path().is_ident("test")
        || attribute.path().is_ident("cfg") && attribute.meta.require_list().is_ok_and(for_tests)
}
