//! A table of a bundle, once for spreadsheets (CSV) and once for programs (JSON): the same rows.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use crate::csv;

pub(super) struct Table {
    pub columns: &'static [&'static str],
    pub rows: Vec<Vec<Cell>>,
}

/// What stands in a cell.
pub(super) enum Cell {
    Nothing,
    Text(String),
    Number(i64),
    Flag(bool),
    /// What has parts of its own.
    Parts(Json),
}

impl Table {
    pub(super) fn of(columns: &'static [&'static str]) -> Table {
        Table { columns, rows: Vec::new() }
    }

    pub(super) fn csv(&self) -> String {
        let mut table = String::new();
        csv::row(&mut table, self.columns.iter().copied());
        for row in &self.rows {
            csv::row(&mut table, row.iter().map(Cell::text));
        }
        table
    }

    /// A list with an object for each row, one a line.
    pub(super) fn json(&self) -> String {
        let object = |row: &Vec<Cell>| {
            let named = self.columns.iter().zip(row).map(|(name, cell)| ((*name).to_owned(), cell.json()));
            Json::Object(named.collect::<Map<_, _>>()).to_string()
        };
        match self.rows.is_empty() {
            true => "[]\n".to_owned(),
            false => format!("[\n{}\n]\n", self.rows.iter().map(object).collect::<Vec<_>>().join(",\n")),
        }
    }
}

impl Cell {
    pub(super) fn of(text: Option<impl Into<String>>) -> Cell {
        text.map_or(Cell::Nothing, |text| Cell::Text(text.into()))
    }

    fn text(&self) -> Cow<'_, str> {
        match self {
            Cell::Nothing => Cow::Borrowed(""),
            Cell::Text(text) => Cow::Borrowed(text),
            Cell::Number(number) => Cow::Owned(number.to_string()),
            Cell::Flag(true) => Cow::Borrowed("yes"),
            Cell::Flag(false) => Cow::Borrowed("no"),
            Cell::Parts(parts) => Cow::Owned(parts.to_string()),
        }
    }

    fn json(&self) -> Json {
        match self {
            Cell::Nothing => Json::Null,
            Cell::Text(text) => Json::from(text.as_str()),
            Cell::Number(number) => Json::from(*number),
            Cell::Flag(flag) => Json::from(*flag),
            Cell::Parts(parts) => parts.clone(),
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Cell {
        i64::try_from(number).map_or_else(|_| Cell::Text(number.to_string()), Cell::Number)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Cell {
        Cell::Flag(flag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_have_the_same_rows_and_no_formula() {
        let mut table = Table::of(&["who", "count", "is", "parts", "none"]);
        assert_eq!((table.csv(), table.json()), ("who,count,is,parts,none\r\n".to_owned(), "[]\n".to_owned()));
        let parts = serde_json::json!({ "a": 1 });
        table.rows.push(vec!["=1+1".into(), 7u64.into(), true.into(), Cell::Parts(parts), Cell::Nothing]);
        table.rows.push(vec!["a,b".into(), Cell::Number(-3), false.into(), Cell::Nothing, Cell::of(Some("x"))]);
        assert_eq!(table.csv(), "who,count,is,parts,none\r\n'=1+1,7,yes,\"{\"\"a\"\":1}\",\r\n\"a,b\",'-3,no,,x\r\n");
        let rows: Json = serde_json::from_str(&table.json()).expect("JSON");
        assert_eq!(
            rows[0],
            serde_json::json!({ "who": "=1+1", "count": 7, "is": true, "parts": { "a": 1 }, "none": null })
        );
        assert_eq!(table.json().lines().count(), 4);
    }
}
