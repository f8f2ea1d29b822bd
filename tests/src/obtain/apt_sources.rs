//! Finds the mirrors of Debian in the sources of apt.

/// Suites of Debian's archive, by codename and by role. A mirror that has one of them also has bullseye.
const SUITES: &[&str] = &[
    "buster",
    "bullseye",
    "bookworm",
    "trixie",
    "forky",
    "duke",
    "sid",
    "stable",
    "oldstable",
    "oldoldstable",
    "testing",
    "unstable",
];

/// A mirror of Debian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mirror {
    /// Base address, in any form that apt understands.
    pub(super) uri: String,
    /// The keyring that the entry names, if any.
    pub(super) signed_by: Option<String>,
}

/// Finds the mirrors of Debian's main archive in files named `*.list` and `*.sources`, the most likely first.
pub(super) fn mirrors<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Mirror> {
    let mut found: Vec<Mirror> = Vec::new();
    for (name, text) in files {
        let entries = if name.ends_with(".sources") { deb822(text) } else { one_line(text) };
        for entry in entries.into_iter().filter(Entry::serves_debian) {
            for uri in entry.uris {
                if !found.iter().any(|mirror| mirror.uri == uri) {
                    found.push(Mirror { uri, signed_by: entry.signed_by.clone() });
                }
            }
        }
    }
    // Vendors use the same suite names for their own packages, but not this path.
    found.sort_by_key(|mirror| !mirror.uri.trim_end_matches('/').ends_with("/debian"));
    found
}

/// One source of packages.
#[derive(Debug, Default)]
struct Entry {
    types: Vec<String>,
    uris: Vec<String>,
    suites: Vec<String>,
    components: Vec<String>,
    signed_by: Option<String>,
    disabled: bool,
}

impl Entry {
    fn serves_debian(&self) -> bool {
        !self.disabled
            && self.types.iter().any(|kind| kind == "deb")
            && self.components.iter().any(|component| component == "main")
            && self.suites.iter().any(|suite| SUITES.contains(&suite.as_str()))
    }
}

/// Reads the form `deb [option=value] uri suite component …`.
fn one_line(text: &str) -> Vec<Entry> {
    text.lines().filter_map(|line| one_line_entry(line.split('#').next()?)).collect()
}

fn one_line_entry(line: &str) -> Option<Entry> {
    let (kind, rest) = line.trim().split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    let (options, rest) = match rest.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']')?,
        None => ("", rest),
    };
    let mut entry = Entry { types: vec![kind.to_owned()], ..Entry::default() };
    let signed_by = options.split_whitespace().find_map(|option| option.strip_prefix("signed-by="));
    entry.signed_by = signed_by.and_then(keyring);
    let mut words = rest.split_whitespace().map(str::to_owned);
    entry.uris.push(words.next()?);
    entry.suites.push(words.next()?);
    entry.components.extend(words);
    Some(entry)
}

/// Reads paragraphs of `Field: value`, with continuation lines.
fn deb822(text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut fields: Vec<(String, String)> = Vec::new();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    for line in lines.chain([""]) {
        if line.trim().is_empty() {
            if !fields.is_empty() {
                entries.push(deb822_entry(&fields));
                fields.clear();
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push('\n');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    entries
}

fn deb822_entry(fields: &[(String, String)]) -> Entry {
    let field = |name: &str| fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value);
    let words = |name: &str| field(name).split_whitespace().map(str::to_owned).collect();
    Entry {
        types: words("types"),
        uris: words("uris"),
        suites: words("suites"),
        components: words("components"),
        signed_by: keyring(field("signed-by")),
        disabled: matches!(field("enabled").to_ascii_lowercase().as_str(), "no" | "false" | "off" | "0"),
    }
}

/// Returns the value if it is the path of a keyring; it may also be a fingerprint or the key itself.
fn keyring(value: &str) -> Option<String> {
    (value.starts_with('/') && !value.contains(char::is_whitespace)).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uris(name: &str, text: &str) -> Vec<String> {
        mirrors([(name, text)]).into_iter().map(|mirror| mirror.uri).collect()
    }

    #[test]
    fn one_line_entries_are_parsed() {
        let text = "# deb http://old.example/debian sid main\n\
            deb-src http://src.example/debian bookworm main\n\
            deb [arch=amd64 signed-by=/k.gpg] http://a.example/debian bookworm main contrib # ours\n\
            deb http://b.example/debian bookworm-security main\n";
        let expected =
            Mirror { uri: "http://a.example/debian".to_owned(), signed_by: Some("/k.gpg".to_owned()) };
        assert_eq!(mirrors([("sources.list", text)]), [expected]);
    }

    #[test]
    fn deb822_entries_are_parsed() {
        let text = "Types: deb deb-src\n# a remark\nURIs: http://a.example/debian/\n http://b.example/debian\n\
            Suites: bookworm bookworm-updates\nComponents: main\nSigned-By: /k.gpg\n\n\
            Types: deb\nURIs: http://s.example/debian-security\nSuites: bookworm-security\nComponents: main\n\n\
            Enabled: no\nTypes: deb\nURIs: http://off.example/debian\nSuites: sid\nComponents: main\n";
        assert_eq!(uris("debian.sources", text), ["http://a.example/debian/", "http://b.example/debian"]);
    }

    #[test]
    fn vendors_come_last_and_other_distributions_are_ignored() {
        let text = "deb https://vendor.example/debian/12/prod bookworm main\n\
            deb https://docker.example/linux/debian bookworm stable\n\
            deb http://ubuntu.example/ubuntu noble main\n\
            deb mirror+file:/etc/apt/mirrors/debian bookworm main\n\
            deb http://a.example/debian bookworm main\n";
        let found = uris("sources.list", text);
        assert_eq!(found[0], "mirror+file:/etc/apt/mirrors/debian");
        assert_eq!(found[1], "http://a.example/debian");
        assert_eq!(found[2], "https://vendor.example/debian/12/prod");
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn embedded_key_is_not_a_keyring_path() {
        let text = "Types: deb\nURIs: http://a.example/debian\nSuites: sid\nComponents: main\n\
            Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n";
        assert_eq!(mirrors([("x.sources", text)])[0].signed_by, None);
    }
}
