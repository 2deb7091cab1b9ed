//! Loading queries from pattern files, directories of them, and documents that hold rules.

use super::correlation::{self, Known, StoredCorrelation, Unsettled};
use super::document::Rule;
use super::file::{Content, Place, beside, content, content_of_text, shown, sigma_tests};
use super::id::{self, Name};
use super::shipped::{beside as beside_shipped, shipped_as};
use super::{Card, Error, Proof, Query, Reason, Unusable, shipped, sigma};
use crate::language::sigma::{Document, ParseError};
use crate::language::{Pattern, Refusal};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a load found.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The queries, sorted by id; no two have the same one.
    pub queries: Vec<Query>,
    /// Correlations of these queries, sorted by id.
    pub correlations: Vec<StoredCorrelation>,
    /// The rules and files that could not be used, in the order they were found.
    pub unusable: Vec<Unusable>,
    /// Where the card and the cases of a query are, by id.
    homes: BTreeMap<String, Home>,
}

impl Loaded {
    /// Returns the file that holds one of these queries' pattern and nothing else; shipped ones and rules out of documents
    /// have none.
    pub fn pattern_file(&self, query: &Query) -> Option<&Path> {
        match self.homes.get(&query.id)? {
            Home::File(path) => Some(path),
            Home::Shipped(_) | Home::Sigma(_) | Home::Document => None,
        }
    }

    /// Reads what stands beside the pattern of one of these queries. A rule out of a document has nothing beside it.
    ///
    /// # Errors
    /// Returns an error when a file cannot be read, or is not a card or not cases.
    pub fn proof(&self, query: &Query) -> Result<Proof, Error> {
        match self.homes.get(&query.id) {
            Some(Home::Shipped(id)) => {
                Proof::read(beside_shipped(id, "toml"), beside_shipped(id, "cases.jsonl"))
            }
            Some(Home::File(pattern)) => {
                Proof::read(beside(pattern, "toml")?, beside(pattern, "cases.jsonl")?)
            }
            Some(Home::Sigma(rule)) => match (beside(rule, "cases.jsonl")?, sigma_tests(rule)?) {
                (None, Some(tests)) => Proof::read_sigma(&tests),
                (cases, _) => Proof::read(None, cases),
            },
            Some(Home::Document) | None => Ok(Proof::default()),
        }
    }
}

/// Where a query comes from.
#[derive(Debug)]
enum Home {
    /// The binary; the id is the one it has there.
    Shipped(String),
    /// A pattern file, with its path as the user gave it.
    File(PathBuf),
    /// The file of a Sigma rule, which is its own card.
    Sigma(PathBuf),
    /// A document that holds rules.
    Document,
}

/// Loads the queries of a file or a directory. A file is a pattern (with its card and cases beside it) or a document
/// that holds rules; a directory is searched all the way down, without what begins with a dot.
///
/// # Errors
/// Returns an error when something cannot be read, a card is wrong, or nothing is found. A bad rule in a document, or
/// a bad file in a directory, is no error but `unusable`.
pub fn load(path: &Path) -> Result<Loaded, Error> {
    let mut loading = Loading::default();
    loading.path(path)?;
    Ok(loading.finish())
}

/// Loads what a user asks for by `-q`: each argument is a path when such a path exists, and else a shipped query or
/// folder. Without arguments these are all shipped queries.
///
/// # Errors
/// As [`load`], and when an argument is neither.
pub fn gather(arguments: &[String]) -> Result<Loaded, Error> {
    let mut loading = Loading::default();
    if arguments.is_empty() {
        loading.shipped(shipped()?);
    }
    for argument in arguments {
        let path = Path::new(argument);
        if path.exists() {
            loading.path(path)?;
        } else {
            loading.shipped(shipped_as(argument)?);
        }
    }
    Ok(loading.finish())
}

/// Loads the rules of documents that are no files, as the AWS API answers; each comes with a name for messages. One
/// without rules is none the worse for it.
///
/// # Errors
/// Returns an error when a text is no document of rules.
pub fn read(documents: &[(String, String)]) -> Result<Loaded, Error> {
    let mut loading = Loading::default();
    for (name, text) in documents {
        let place = Place::of_document(name);
        match content_of_text(text, &place.shown) {
            Ok(content) => loading.content(content, &place)?,
            Err(Error::NoRules { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(loading.finish())
}

/// A query whose id is not settled yet.
struct Candidate {
    name: Name,
    card: Card,
    pattern: Pattern,
    origin: String,
    home: Home,
}

#[derive(Default)]
struct Loading {
    candidates: Vec<Candidate>,
    correlations: Vec<Unsettled>,
    unusable: Vec<Unusable>,
    /// What was loaded already: asking twice for a file is no reason to replay it twice.
    seen: BTreeSet<PathBuf>,
    seen_shipped: BTreeSet<String>,
}

impl Loading {
    fn shipped(&mut self, queries: Vec<Query>) {
        for query in queries {
            if !self.seen_shipped.insert(query.id.clone()) {
                continue;
            }
            self.candidates.push(Candidate {
                name: Name { id: query.id.clone(), qualifier: None, file: "shipped".to_owned() },
                card: query.card,
                pattern: query.pattern,
                origin: query.origin,
                home: Home::Shipped(query.id),
            });
        }
    }

    fn path(&mut self, path: &Path) -> Result<(), Error> {
        if !path.is_dir() {
            return self.file(&Place::of_file(path)?);
        }
        let mut is_empty = true;
        for place in Place::below(path)? {
            match self.file(&place) {
                Ok(()) => {}
                // A template without rules hides nothing; a directory may hold many.
                Err(Error::NoRules { .. }) => continue,
                Err(error @ (Error::Read { .. } | Error::Card { .. })) => return Err(error),
                Err(error) => self.unusable.push(unusable_file(&place, error)),
            }
            is_empty = false;
        }
        if is_empty { Err(Error::NoRules { file: shown(path) }) } else { Ok(()) }
    }

    fn file(&mut self, place: &Place) -> Result<(), Error> {
        if !self.seen.insert(place.canonical.clone()) {
            return Ok(());
        }
        self.content(content(&place.shown)?, place)
    }

    fn content(&mut self, content: Content, place: &Place) -> Result<(), Error> {
        match content {
            Content::Pattern(pattern) => self.pattern(pattern, place),
            Content::Sigma(documents) => {
                let is_only = documents.len() == 1;
                for (document, number) in documents.into_iter().zip(1..) {
                    self.sigma(document, place, (!is_only).then_some(number));
                }
                Ok(())
            }
            Content::Rules(rules) => {
                rules.into_iter().for_each(|rule| self.rule(rule, place));
                Ok(())
            }
        }
    }

    fn pattern(&mut self, pattern: Pattern, place: &Place) -> Result<(), Error> {
        let card = match beside(&place.shown, "toml")? {
            Some(card) => Card::parse(&card.file, &card.text)?,
            None => Card::default(),
        };
        self.candidates.push(Candidate {
            name: Name { id: place.id(), qualifier: None, file: place.short() },
            card,
            pattern,
            origin: shown(&place.shown),
            home: Home::File(place.shown.clone()),
        });
        Ok(())
    }

    /// Takes a document of a Sigma file; of several each has a number.
    fn sigma(&mut self, document: Result<Document, ParseError>, place: &Place, number: Option<usize>) {
        let origin = shown(&place.shown);
        let unusable = match document {
            Ok(Document::Rule(rule)) => {
                let id = match number {
                    Some(number) => format!("{}/{}", place.id(), sigma::name(&rule.about, number)),
                    None => place.id(),
                };
                return self.candidates.push(Candidate {
                    name: Name { id, qualifier: None, file: place.short() },
                    card: sigma::card(&rule.about),
                    pattern: Pattern::Sigma(rule),
                    origin,
                    home: Home::Sigma(place.shown.clone()),
                });
            }
            Ok(Document::Correlation(document)) => {
                let id = match number {
                    Some(number) => format!("{}/{}", place.id(), sigma::name(&document.about, number)),
                    None => place.id(),
                };
                return self.correlations.push(Unsettled { id, document: *document, origin });
            }
            Err(error) => {
                let name = format!("document {}", number.unwrap_or(1));
                (name, Reason::Pattern { source: Box::new(Refusal::Sigma(error)) })
            }
        };
        let (name, reason) = unusable;
        self.unusable.push(Unusable { name, origin, reason });
    }

    fn rule(&mut self, rule: Rule, place: &Place) {
        let origin = shown(&place.shown);
        let parsed = rule.pattern.and_then(|text| {
            rule.language.read(&text).map_err(|source| Reason::Pattern { source: Box::new(source) })
        });
        match parsed {
            Ok(pattern) => self.candidates.push(Candidate {
                name: Name { id: rule.name, qualifier: rule.qualifier, file: place.short() },
                card: Card {
                    description: rule.description,
                    rule: rule.location,
                    alarm: rule.alarm,
                    ..Card::default()
                },
                pattern,
                origin,
                home: Home::Document,
            }),
            Err(reason) => self.unusable.push(Unusable { name: rule.name, origin, reason }),
        }
    }

    /// Settles the ids and sorts by them.
    fn finish(self) -> Loaded {
        let names: Vec<Name> = self.candidates.iter().map(|candidate| candidate.name.clone()).collect();
        let mut loaded = Loaded { unusable: self.unusable, ..Loaded::default() };
        for (candidate, id) in self.candidates.into_iter().zip(id::settle(&names)) {
            loaded.homes.insert(id.clone(), candidate.home);
            loaded.queries.push(Query::new(id, candidate.card, candidate.pattern, candidate.origin));
        }
        loaded.queries.sort_by(|one, other| one.id.cmp(&other.id));
        let mut known = Known::default();
        for query in &loaded.queries {
            if let Pattern::Sigma(rule) = &query.pattern {
                known.add(&rule.about, &query.id);
            }
        }
        let (correlations, unusable) = correlation::settle(self.correlations, known);
        loaded.correlations = correlations;
        loaded.unusable.extend(unusable);
        loaded
    }
}

fn unusable_file(place: &Place, error: Error) -> Unusable {
    let origin = shown(&place.shown);
    Unusable { name: origin.clone(), origin, reason: Reason::File(Box::new(error)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const PATTERN: &str = r#"{"source":["aws.iam"]}"#;

    /// A directory with the given files, removed when dropped.
    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    fn ids(loaded: &Loaded) -> Vec<&str> {
        loaded.queries.iter().map(|query| query.id.as_str()).collect()
    }

    fn unusable(loaded: &Loaded) -> Vec<String> {
        loaded.unusable.iter().map(|it| format!("{}: {}", it.name, it.reason)).collect()
    }

    /// Returns the error of a load with the directory's own path cut out of it.
    fn refusal(dir: &tempfile::TempDir, name: &str) -> String {
        let error = load(&dir.path().join(name)).unwrap_err();
        error.to_string().replace(dir.path().to_str().unwrap(), "DIR")
    }

    #[test]
    fn a_directory_is_searched_all_the_way_down_and_ids_are_paths() {
        let dir = tree(&[
            ("b.json", PATTERN),
            ("iam/user.json", PATTERN),
            ("iam/user.toml", "title = \"A user\"\nseverity = \"high\""),
            ("iam/user.cases.jsonl", ""),
            ("README.md", "# no query"),
            (".hidden/x.json", "not even JSON"),
        ]);
        let loaded = load(dir.path()).unwrap();
        assert_eq!(ids(&loaded), ["b", "iam/user"]);
        assert_eq!(loaded.queries[1].card.title, "A user");
        assert_eq!(loaded.queries[0].card.title, "b");
        assert!(loaded.unusable.is_empty());
    }

    #[test]
    fn an_id_is_the_same_for_the_tree_a_folder_and_a_file() {
        let dir = tree(&[("queries/iam/user.json", PATTERN)]);
        for part in ["queries", "queries/iam", "queries/iam/user.json", "."] {
            assert_eq!(ids(&load(&dir.path().join(part)).unwrap()), ["iam/user"], "{part}");
        }
    }

    #[test]
    fn rules_with_one_name_are_told_apart_and_the_rest_keep_theirs() {
        let list = r#"[
            {"file":"cfn-global.yml","name":"TrailChanged","pattern":{"source":["aws.cloudtrail"]}},
            {"file":"cfn-local.yml","name":"TrailChanged","pattern":{"source":["aws.cloudtrail"]}},
            {"file":"cfn-local.yml","name":"KeysChanged","pattern":{"source":["aws.kms"]}}
        ]"#;
        let dir = tree(&[("rules.json", list)]);
        let loaded = load(&dir.path().join("rules.json")).unwrap();
        assert_eq!(
            ids(&loaded),
            ["KeysChanged", "cfn-global.yml:TrailChanged", "cfn-local.yml:TrailChanged"]
        );
        assert_eq!(loaded.queries[1].card.title, "cfn-global.yml:TrailChanged");
    }

    #[test]
    fn templates_in_one_directory_are_told_apart_by_their_files() {
        let template = "Resources:\n  Watch:\n    Type: AWS::Events::Rule\n    Properties:\n      EventPattern: {source: [aws.iam]}\n";
        let dir = tree(&[
            ("one.yml", template),
            ("two.template", template),
            ("bare.yaml", "Resources: {B: {Type: 'AWS::S3::Bucket'}}"),
        ]);
        let loaded = load(dir.path()).unwrap();
        assert_eq!(ids(&loaded), ["one.yml:Watch", "two.template:Watch"]);
    }

    #[test]
    fn a_bad_rule_in_a_document_is_named_while_the_rest_loads() {
        let list = r#"{"Rules":[{"Name":"bad","EventPattern":"{\"source\":\"aws.iam\"}"},
            {"Name":"good","EventPattern":"{\"source\":[\"aws.iam\"]}"},
            {"Name":"nightly","ScheduleExpression":"rate(1 day)"}]}"#;
        let dir = tree(&[("rules.json", list)]);
        let loaded = load(&dir.path().join("rules.json")).unwrap();
        assert_eq!(ids(&loaded), ["good"]);
        assert_eq!(
            unusable(&loaded),
            ["bad: its event pattern is refused", "nightly: it has a schedule and no event pattern"]
        );
        assert!(!loaded.unusable[0].reason.is_harmless());
        assert!(loaded.unusable[1].reason.is_harmless());
    }

    #[test]
    fn a_bad_file_is_an_error_alone_and_named_in_a_directory() {
        let dir = tree(&[("bad.json", r#"{"source":"aws.iam"}"#), ("good.json", PATTERN)]);
        assert_eq!(refusal(&dir, "bad.json"), "`DIR/bad.json` is not an event pattern");
        let loaded = load(dir.path()).unwrap();
        assert_eq!(ids(&loaded), ["good"]);
        assert!(unusable(&loaded)[0].ends_with("bad.json` is not an event pattern"));
    }

    #[test]
    fn what_cannot_be_loaded_is_refused_by_file() {
        let dir = tree(&[
            ("cut.json", "{"),
            ("cut.yaml", "a: ["),
            ("list.json", "[1]"),
            ("empty.json", r#"{"Rules":[]}"#),
            ("x.json", PATTERN),
            ("x.toml", "colour = 1"),
            ("none/README.md", ""),
        ]);
        assert_eq!(refusal(&dir, "cut.json"), "`DIR/cut.json` is not valid JSON");
        assert_eq!(refusal(&dir, "cut.yaml"), "`DIR/cut.yaml` is not valid YAML");
        let shape = "`DIR/list.json` is neither an event pattern nor a document that holds rules";
        assert_eq!(refusal(&dir, "list.json"), shape);
        assert_eq!(refusal(&dir, "empty.json"), "`DIR/empty.json` holds neither event patterns nor rules");
        assert_eq!(refusal(&dir, "none"), "`DIR/none` holds neither event patterns nor rules");
        assert_eq!(refusal(&dir, "x.json"), "`DIR/x.toml` is not a card");
        assert_eq!(refusal(&dir, "gone.json"), "cannot read `DIR/gone.json`");
        fs::write(dir.path().join("bytes.json"), [0xff, 0xfe, 0]).unwrap();
        assert_eq!(refusal(&dir, "bytes.json"), "`DIR/bytes.json` is not UTF-8 text");
    }

    #[test]
    fn a_byte_order_mark_before_a_pattern_is_passed_over() {
        let dir = tree(&[("x.json", "\u{feff}{\"source\":[\"aws.iam\"]}")]);
        assert_eq!(ids(&load(&dir.path().join("x.json")).unwrap()), ["x"]);
    }

    #[test]
    fn paths_and_shipped_names_are_gathered_each_query_once() {
        let dir = tree(&[("mine.json", PATTERN)]);
        let mine = dir.path().join("mine.json").to_str().unwrap().to_owned();
        let all = dir.path().to_str().unwrap().to_owned();
        let arguments = [mine, all, "iam/user-created".to_owned(), "queries/no-such/../iam".to_owned()];
        let loaded = gather(&arguments[..3]).unwrap();
        assert_eq!(ids(&loaded), ["iam/user-created", "mine"]);
        assert!(gather(&arguments).is_err());
        assert_eq!(gather(&[]).unwrap().queries.len(), shipped().unwrap().len());
    }

    #[test]
    fn a_query_finds_what_stands_beside_it_under_its_settled_id() {
        let case = r#"{"case":"a","expect":"match","record":{}}"#;
        let dir = tree(&[
            ("user.json", PATTERN),
            ("user.toml", "title = \"A user\""),
            ("user.cases.jsonl", case),
            ("rules.json", r#"[{"name":"user","pattern":{"source":["aws.iam"]}}]"#),
        ]);
        let loaded = load(dir.path()).unwrap();
        assert_eq!(ids(&loaded), ["rules.json:user", "user.json:user"]);
        let none = loaded.proof(&loaded.queries[0]).unwrap();
        assert!(none.card.is_none() && none.cases.is_none());
        let proof = loaded.proof(&loaded.queries[1]).unwrap();
        assert_eq!(proof.card.as_ref().unwrap().title, "A user");
        assert!(!proof.has_severity);
        assert_eq!(proof.cases().len(), 1);
    }
}
