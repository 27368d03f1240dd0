//! Draws a chart. Each layer has a line of two panels; what is late is told by its place and its figure, and not by colour alone.

use std::error::Error;
use std::sync::LazyLock;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, register_font};

use super::{Chart, Palette};

/// In pixels.
const WIDTH: u32 = 1000;
const ROW: u32 = 132;
const HEAD: u32 = 76;
const FOOT: u32 = 44;
/// Left of the panels stands the layer's name.
const NAMES: i32 = 170;
const PANEL: i32 = 390;
const GAP: i32 = 30;
/// A bar of so many per cent is as high as there is room; more is written on it.
const PERCENT_AT_MOST: u64 = 200;
const FONT: &str = "sans-serif";

/// One layer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) weeks: Vec<Week>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Week {
    pub(super) kept: u64,
    pub(super) late: u64,
    /// 90 % of the answers took no more than this share of what was promised.
    pub(super) percent: Option<u64>,
}

impl Week {
    pub(super) fn is_empty(&self) -> bool {
        self.kept == 0 && self.late == 0 && self.percent.is_none()
    }
}

impl Row {
    pub(super) fn is_empty(&self) -> bool {
        self.weeks.iter().all(Week::is_empty)
    }
}

/// Blue and vermilion can be told apart by people who see fewer colours; each has a contrast of 3 to 1 at least on its ground.
struct Colours {
    ground: RGBColor,
    words: RGBColor,
    quiet: RGBColor,
    kept: RGBColor,
    late: RGBColor,
}

impl Colours {
    fn of(palette: Palette) -> Colours {
        match palette {
            Palette::Light => Colours {
                ground: RGBColor(255, 255, 255),
                words: RGBColor(31, 35, 40),
                quiet: RGBColor(101, 109, 118),
                kept: RGBColor(0, 114, 178),
                late: RGBColor(213, 94, 0),
            },
            Palette::Dark => Colours {
                ground: RGBColor(22, 27, 34),
                words: RGBColor(230, 237, 243),
                quiet: RGBColor(145, 152, 161),
                kept: RGBColor(86, 180, 233),
                late: RGBColor(240, 140, 60),
            },
        }
    }
}

/// DejaVu Sans as far as a chart needs it, so that a picture is the same on every machine.
static HAS_FONT: LazyLock<bool> =
    LazyLock::new(|| register_font(FONT, FontStyle::Normal, include_bytes!("../chart.ttf")).is_ok());

fn height(chart: &Chart) -> u32 {
    let rows = u32::try_from(chart.rows.len()).unwrap_or(u32::MAX);
    HEAD + FOOT + ROW.saturating_mul(rows)
}

pub(super) fn svg(chart: &Chart, palette: Palette) -> Result<String, String> {
    let mut svg = String::new();
    draw(&SVGBackend::with_string(&mut svg, (WIDTH, height(chart))).into_drawing_area(), chart, palette)
        .map_err(|error| error.to_string())?;
    Ok(svg)
}

pub(super) fn png(chart: &Chart) -> Result<Vec<u8>, String> {
    let high = height(chart);
    let mut pixels = vec![0; WIDTH as usize * high as usize * 3];
    draw(&BitMapBackend::with_buffer(&mut pixels, (WIDTH, high)).into_drawing_area(), chart, Palette::Light)
        .map_err(|error| error.to_string())?;
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, WIDTH, high);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(|error| error.to_string())?;
    writer.write_image_data(&pixels).map_err(|error| error.to_string())?;
    writer.finish().map_err(|error| error.to_string())?;
    Ok(png)
}

type Area<B> = DrawingArea<B, Shift>;

fn draw<B: DrawingBackend>(area: &Area<B>, chart: &Chart, palette: Palette) -> Result<(), Box<dyn Error>>
where
    B::ErrorType: 'static,
{
    if !*HAS_FONT {
        return Err("its font can't be read".into());
    }
    let colours = Colours::of(palette);
    area.fill(&colours.ground)?;
    let style = |size: i32, colour: RGBColor| (FONT, size).into_font().color(&colour);
    let words =
        |text: &str, size, colour, at, pos| area.draw(&Text::new(text.to_owned(), at, style(size, colour).pos(pos)));
    let left = Pos::new(HPos::Left, VPos::Center);
    let second = NAMES + PANEL + GAP;
    words(&chart.title, 19, colours.words, (16, 22), left)?;
    words("Answers in time (blue), and late (orange, on top)", 15, colours.quiet, (NAMES, 54), left)?;
    words("90 % took at most … of the promised time (line: all of it)", 15, colours.quiet, (second, 54), left)?;
    for (nth, row) in chart.rows.iter().enumerate() {
        let top = i32::try_from(HEAD)? + i32::try_from(nth)? * i32::try_from(ROW)?;
        let bottom = top + i32::try_from(ROW)?;
        words(row.name, 16, colours.words, (16, (top + bottom) / 2), left)?;
        let panel = |from: i32| area.clone().shrink((from, top), (PANEL, i32::try_from(ROW).unwrap_or(i32::MAX)));
        counts(&panel(NAMES), row, &colours)?;
        shares(&panel(second), row, &colours)?;
    }
    let below = i32::try_from(height(chart) - FOOT)? + 18;
    for from in [NAMES, second] {
        let count = i32::try_from(chart.weeks.len().max(1))?;
        for (nth, week) in chart.weeks.iter().enumerate() {
            let middle = from + PANEL * (2 * i32::try_from(nth)? + 1) / (2 * count);
            words(week, 13, colours.quiet, (middle, below), Pos::new(HPos::Center, VPos::Center))?;
        }
    }
    area.present()?;
    Ok(())
}

/// What was kept, and what was late on top of it.
fn counts<B: DrawingBackend>(area: &Area<B>, row: &Row, colours: &Colours) -> Result<(), Box<dyn Error>>
where
    B::ErrorType: 'static,
{
    let most = row.weeks.iter().map(|week| week.kept + week.late).max().unwrap_or(0).max(1) as f64;
    let mut panel = ChartBuilder::on(area)
        .margin_top(22)
        .margin_bottom(6)
        .build_cartesian_2d(0.0..row.weeks.len() as f64, 0.0..most)?;
    let bar = |nth: usize, from: u64, to: u64, colour: RGBColor| {
        let (left, right) = (nth as f64 + 0.18, nth as f64 + 0.82);
        Rectangle::new([(left, from as f64), (right, to as f64)], colour.filled())
    };
    let kept = row.weeks.iter().enumerate().map(|(nth, week)| bar(nth, 0, week.kept, colours.kept));
    panel.draw_series(kept)?;
    let late = row.weeks.iter().enumerate().filter(|(_, week)| week.late > 0);
    panel.draw_series(late.map(|(nth, week)| bar(nth, week.kept, week.kept + week.late, colours.late)))?;
    let label = |(nth, week): (usize, &Week)| {
        let text = match (week.kept, week.late) {
            (0, 0) => String::new(),
            (kept, 0) => kept.to_string(),
            (kept, late) => format!("{kept} + {late} late"),
        };
        let colour = if week.late > 0 { colours.late } else { colours.quiet };
        let at = (nth as f64 + 0.5, (week.kept + week.late) as f64);
        Text::new(text, at, (FONT, 13).into_font().color(&colour).pos(Pos::new(HPos::Center, VPos::Bottom)))
    };
    panel.draw_series(row.weeks.iter().enumerate().map(label))?;
    base(&mut panel, row, colours)
}

type Panel<'a, B> = ChartContext<'a, B, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// How long 90 % of the answers took at most, of what was promised.
fn shares<B: DrawingBackend>(area: &Area<B>, row: &Row, colours: &Colours) -> Result<(), Box<dyn Error>>
where
    B::ErrorType: 'static,
{
    let most = row.weeks.iter().filter_map(|week| week.percent).max().unwrap_or(0).clamp(110, PERCENT_AT_MOST) as f64;
    let mut panel = ChartBuilder::on(area)
        .margin_top(22)
        .margin_bottom(6)
        .build_cartesian_2d(0.0..row.weeks.len() as f64, 0.0..most)?;
    let some = || row.weeks.iter().enumerate().filter_map(|(nth, week)| Some((nth, week.percent?)));
    let colour = |percent: u64| if percent > 100 { colours.late } else { colours.kept };
    panel.draw_series(some().map(|(nth, percent)| {
        let (left, right) = (nth as f64 + 0.18, nth as f64 + 0.82);
        Rectangle::new([(left, 0.0), (right, (percent as f64).min(most))], colour(percent).filled())
    }))?;
    panel.draw_series(some().map(|(nth, percent)| {
        let style = (FONT, 13).into_font().color(&if percent > 100 { colours.late } else { colours.quiet });
        // The line of what was promised runs through no figure.
        let top = if (80..100).contains(&percent) { 100.0 } else { (percent as f64).min(most) };
        let at = (nth as f64 + 0.5, top + 1.0);
        Text::new(format!("{percent} %"), at, style.pos(Pos::new(HPos::Center, VPos::Bottom)))
    }))?;
    let all = row.weeks.len() as f64;
    panel.draw_series([PathElement::new(vec![(0.0, 100.0), (all, 100.0)], colours.words.stroke_width(1))])?;
    base(&mut panel, row, colours)
}

/// The line on which the bars stand.
fn base<B: DrawingBackend>(panel: &mut Panel<'_, B>, row: &Row, colours: &Colours) -> Result<(), Box<dyn Error>>
where
    B::ErrorType: 'static,
{
    let all = row.weeks.len() as f64;
    panel.draw_series([PathElement::new(vec![(0.0, 0.0), (all, 0.0)], colours.quiet.stroke_width(1))])?;
    Ok(())
}
