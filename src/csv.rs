//! Comma-separated values (RFC 4180) that a spreadsheet can't take for formulas.

use std::borrow::Cow;

/// Adds a row. A cell that a spreadsheet would compute is written as text: with an apostrophe before it, as OWASP's page
/// on CSV injection has it.
pub fn row<'a>(table: &mut String, cells: impl IntoIterator<Item = impl Into<Cow<'a, str>>>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            table.push(',');
        }
        let cell = guarded(cell.into());
        if cell.contains([',', '"', '\n', '\r']) {
            table.push('"');
            table.push_str(&cell.replace('"', "\"\""));
            table.push('"');
        } else {
            table.push_str(&cell);
        }
    }
    table.push_str("\r\n");
}

fn guarded(cell: Cow<'_, str>) -> Cow<'_, str> {
    // Full-width forms count too: some spreadsheets read them as the plain ones.
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            Cow::Owned(format!("'{cell}"))
        }
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_computed() {
        let check = |cell: &str, expected: &str| {
            let mut table = String::new();
            row(&mut table, [cell, "end"]);
            assert_eq!(table, format!("{expected},end\r\n"));
        };
        check("", "");
        check("plain words", "plain words");
        check("a,b", "\"a,b\"");
        check("say \"hi\"", "\"say \"\"hi\"\"\"");
        check("two\nlines", "\"two\nlines\"");
        check("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
        for formula in ["+1", "-1", "@sum", "\tx", "＝1"] {
            check(formula, &format!("'{formula}"));
        }
        check("1-2", "1-2");
    }
}
