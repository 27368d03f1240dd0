//! What a fake platform holds, drawn as its client draws it, for people who want to look. The runner of stories writes it where
//! `COUNTERSIGN_PICTURES` names a folder. Close enough to judge order, weight and length; no platform's own style sheet.

use std::fmt::Write as _;

/// A page, as it grows.
pub struct Page {
    html: String,
}

impl Page {
    pub fn new(title: &str, class: &str) -> Page {
        let title = escaped(title);
        Page {
            html: format!(
                "<!doctype html><meta charset=\"utf-8\"><title>{title}</title><style>{STYLE}</style>\
                 <body class=\"{class}\"><h1>{title}</h1>\n"
            ),
        }
    }

    /// A channel, a person's direct messages, a page: with what is said of it under its name.
    pub fn place(&mut self, name: &str, about: &[String], inside: &str) {
        let about: String = about.iter().map(|line| format!("<div class=\"about\">{line}</div>")).collect();
        let name = escaped(name);
        let _written = writeln!(self.html, "<section class=\"place\"><h2>{name}</h2>{about}{inside}</section>");
    }

    pub fn done(self) -> String {
        self.html
    }
}

pub fn message(author: &str, bot: bool, when: &str, more: &str, body: &str) -> String {
    let app = if bot { "<span class=\"app\">APP</span>" } else { "" };
    let (author, letter) = (escaped(author), escaped(&author.chars().take(1).collect::<String>().to_uppercase()));
    let class = if bot { "avatar bot" } else { "avatar" };
    format!(
        "<div class=\"message\"><div class=\"{class}\">{letter}</div><div class=\"said\"><div class=\"head\"><b>{author}</b>\
         {app}<time>{}</time>{}</div>{body}</div></div>\n",
        escaped(when),
        if more.is_empty() { String::new() } else { format!("<i>{}</i>", escaped(more)) },
    )
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\n', "<br>")
}

pub fn tag(name: &str, class: &str, inside: &str) -> String {
    format!("<{name} class=\"{class}\">{inside}</{name}>")
}

const STYLE: &str = "
body{font:15px/1.46 Lato,'Noto Sans',sans-serif;margin:0 auto;padding:16px;max-width:760px;color:#1d1c1d;background:#fff}
h1{font-size:18px}.place{border:1px solid #ddd;border-radius:8px;margin:0 0 20px;padding:0 14px 12px}
h2{font-size:16px;margin:12px 0 4px}.about{color:#616061;font-size:13px}
.message{display:flex;gap:9px;padding:9px 0 3px}.avatar{width:36px;height:36px;flex:none;border-radius:6px;background:#b8a9d9;color:#fff;
text-align:center;line-height:36px;font-weight:700}.avatar.bot{background:#2f6f5e}.said{flex:1;min-width:0}
.head time,.head i{color:#616061;font-size:12px;margin-left:8px}.app{font-size:10px;background:#ddd;border-radius:2px;padding:0 3px;margin-left:6px}
.thread{margin:4px 0 4px 45px;padding-left:10px;border-left:2px solid #ddd}.block{margin:4px 0 8px;overflow-wrap:anywhere}
.header{font-size:18px;font-weight:900;margin:6px 0}.fields{display:grid;grid-template-columns:1fr 1fr;gap:8px 16px}
.context{font-size:13px;color:#616061}.divider{border-top:1px solid #ddd;margin:10px 0}
code{background:#f3f3f3;border:1px solid #ddd;border-radius:3px;color:#e01e5a;font-size:12px;padding:1px 3px}
pre{background:#f8f8f8;border:1px solid #ddd;border-radius:4px;padding:8px;white-space:pre-wrap;overflow-wrap:anywhere;font-size:12px;margin:4px 0}
blockquote{border-left:4px solid #ddd;margin:4px 0;padding-left:12px}.mention{background:#e8f5fa;color:#1264a3;border-radius:3px;padding:0 2px}
.link{color:#1264a3}.buttons{display:flex;flex-wrap:wrap;gap:8px}.button{border:1px solid #bbb;border-radius:4px;padding:3px 12px;font-weight:700;font-size:13px;background:#fff}
.button.primary{background:#007a5a;color:#fff;border-color:#007a5a}.button.danger{background:#e01e5a;color:#fff;border-color:#e01e5a}
.asks{font-size:11px;color:#616061;margin-left:4px}.input{margin:8px 0}.input .box{border:1px solid #888;border-radius:4px;padding:6px 10px;min-height:20px;white-space:pre-wrap}
.hint{font-size:12px;color:#616061}.modal{border:1px solid #888;border-radius:8px;padding:8px 16px;max-width:520px;margin:8px 0}
.modal h3{margin:4px 0 8px}.edited{color:#888;font-size:11px}.reaction{border:1px solid #ccc;border-radius:10px;padding:0 6px;font-size:12px;margin-right:4px}
.discord{background:#313338;color:#dbdee1}.discord .place{border-color:#444}.discord .avatar{border-radius:50%}
.discord .embed{border-left:4px solid;background:#2b2d31;border-radius:4px;padding:8px 14px;max-width:520px;margin:4px 0}
.discord .title{font-weight:700;color:#f2f3f5;margin-bottom:4px}.discord .efields{display:grid;grid-template-columns:repeat(3,1fr);gap:8px;margin-top:8px;font-size:14px}
.discord .wide{grid-column:1/4}.discord .fname{font-weight:700;color:#f2f3f5;font-size:13px}.discord .footer,.discord .about,.discord .head time,.discord .head i{color:#949ba4;font-size:12px}
.discord code,.discord pre{background:#1e1f22;border-color:#1e1f22;color:#dbdee1}.discord .mention{background:#3c4270;color:#c9cdfb}.discord .link{color:#00a8fc}
.discord .when{background:#3f4147;border-radius:3px;padding:0 2px}.discord .button{border:0;background:#4e5058;color:#fff}
.discord .button.primary{background:#5865f2}.discord .button.success{background:#248046}.discord .button.danger{background:#da373c}
.discord .app{background:#5865f2;color:#fff}.discord .thread,.discord blockquote{border-color:#555}
";
