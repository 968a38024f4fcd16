//! Contrast of the design tokens: every pair of colours that the client puts on each other, in both themes and for every
//! accent, measured as WCAG 2.2 does; and every colour inside sRGB, for outside of it browsers choose another one.

use std::collections::{BTreeMap, BTreeSet};

const TEXT: f64 = 4.5;
const SHAPE: f64 = 3.0;
const THEMES: [&str; 2] = ["light", "dark"];
const GLASS: &str = "surface-glass";
/// The three corner lights and the plain page: what glass may stand on.
const BEHIND_GLASS: &[&str] = &["glow-accent", "glow-spark", "glow-deep", "surface-canvas"];
const AVATAR_HUES: [f64; 12] = [8.0, 38.0, 68.0, 98.0, 128.0, 158.0, 188.0, 218.0, 248.0, 278.0, 308.0, 338.0];

const PANES: &[&str] = &["surface-base", "surface-raised", "surface-overlay", "surface-sunken", "surface-canvas", GLASS];
const OWN: &[&str] = &["bubble-own-bg", "bubble-own-bg-2"];
const BOLD: &[&str] = &["bubble-bold-bg", "bubble-bold-bg-2"];

/// What stands on what, and how much contrast it needs.
const PAIRS: &[(&[&str], &[&str], f64)] = &[
    (&["text-strong", "text-body", "text-muted", "text-faint"], PANES, TEXT),
    (&["text-strong"], &["accent-soft"], TEXT),
    (&["text-strong", "text-body", "text-muted", "accent-text", "danger-text"], &["row-current"], TEXT),
    (&["text-muted"], &["accent-soft", "accent-softer", "bubble-mention-bg"], TEXT),
    (&["text-body"], &["bubble-mention-bg", "accent-softer"], TEXT),
    (&["accent-on"], &["accent-solid", "accent-solid-hover", "accent-solid-press"], TEXT),
    (
        &["accent-text"],
        &[
            "surface-base",
            "surface-raised",
            "surface-overlay",
            "surface-sunken",
            "accent-soft",
            "accent-softer",
            GLASS,
            "bubble-other-bg",
            "bubble-mention-bg",
        ],
        TEXT,
    ),
    (&["accent-solid"], &["surface-base", "surface-raised", "surface-sunken"], SHAPE),
    (&["accent-line"], &["surface-base"], SHAPE),
    (&["spark-on"], &["spark-solid"], TEXT),
    (&["spark-text"], &["surface-base", "spark-soft", "bubble-mention-bg", "surface-sunken"], TEXT),
    (&["text-strong"], &["spark-soft"], TEXT),
    (&["spark-line"], &["surface-base"], SHAPE),
    (&["bubble-own-text", "bubble-own-muted", "bubble-own-link"], OWN, TEXT),
    (&["bubble-bold-text", "bubble-bold-muted"], BOLD, TEXT),
    (&["bubble-other-text", "bubble-other-muted"], &["bubble-other-bg"], TEXT),
    (&["code-text", "text-muted"], &["code-bg"], TEXT),
    (&["danger-on"], &["danger-solid"], TEXT),
    (&["danger-text"], &["surface-base", "surface-raised", "surface-overlay", GLASS, "danger-soft"], TEXT),
    (&["success-text"], &["surface-base", "surface-raised", "surface-overlay", "success-soft"], TEXT),
    (&["warning-text"], &["surface-base", "warning-soft"], TEXT),
    (&["info-text"], &["surface-base", "info-soft"], TEXT),
    (&["status-online", "status-idle", "status-dnd", "status-offline"], &["surface-base", "surface-raised", "row-current", GLASS], SHAPE),
    (&["line-strong"], &["surface-base", "surface-raised", "surface-overlay", "surface-sunken"], SHAPE),
    (
        &["focus-outer"],
        &["surface-base", "surface-raised", "surface-overlay", "surface-sunken", GLASS, "focus-inner", "bubble-own-bg", "bubble-own-bg-2"],
        SHAPE,
    ),
    (&["tip-text"], &["tip-bg"], TEXT),
];

/// Text on a translucent well in a bubble: text, well, bubble.
const WELLS: &[(&[&str], &str, &[&str])] =
    &[(&["bubble-own-text", "bubble-own-link"], "bubble-own-well", OWN), (&["bubble-bold-text"], "bubble-bold-well", BOLD)];

/// Text on what a veil of hover or press lies over: text, veil, ground.
const VEILS: &[(&[&str], &[&str], &[&str])] = &[
    (&["text-strong", "text-body", "text-muted"], &["surface-hover", "surface-press"], &["surface-base", "surface-overlay"]),
    (&["bubble-other-muted", "accent-text"], &["surface-hover"], &["bubble-other-bg", "bubble-mention-bg"]),
];

/// Everything that is wrong with a token file; empty if nothing is.
pub fn check(tokens_css: &str) -> Vec<String> {
    let sheet = match Sheet::read(tokens_css) {
        Ok(sheet) => sheet,
        Err(problems) => return problems,
    };
    let mut problems = BTreeSet::new();
    for (theme, theme_name) in THEMES.iter().enumerate() {
        for (accent_name, accent) in &sheet.accents {
            let place = format!("{theme_name}, accent {accent_name}");
            let mut view = View { sheet: &sheet, theme, accent, problems: &mut problems, place };
            view.gamut();
            view.pairs();
        }
        avatars(&sheet, theme, theme_name, &mut problems);
    }
    problems.into_iter().collect()
}

/// One theme with one accent.
struct View<'a> {
    sheet: &'a Sheet,
    theme: usize,
    accent: &'a Inputs,
    problems: &'a mut BTreeSet<String>,
    place: String,
}

impl View<'_> {
    fn colour(&mut self, name: &str) -> Option<Rgba> {
        let colour = self.sheet.tokens.get(name).and_then(|themes| themes[self.theme].resolve(self.accent));
        if colour.is_none() {
            self.problems.insert(format!("--{name} is missing, or is no light-dark() of two oklch() colours"));
        }
        colour
    }

    fn gamut(&mut self) {
        for (name, themes) in &self.sheet.tokens {
            if themes[self.theme].resolve(self.accent).is_some_and(|colour| !colour.inside) {
                self.problems.insert(format!("--{name} lies outside sRGB ({})", self.place));
            }
        }
    }

    fn pairs(&mut self) {
        for (texts, grounds, need) in PAIRS {
            for text in *texts {
                for ground in *grounds {
                    self.pair(text, ground, *need);
                }
            }
        }
        for (texts, well, bubbles) in WELLS {
            for bubble in *bubbles {
                self.layered(texts, well, bubble);
            }
        }
        for (texts, veils, grounds) in VEILS {
            for veil in *veils {
                for ground in *grounds {
                    self.layered(texts, veil, ground);
                }
            }
        }
    }

    fn pair(&mut self, text: &str, ground: &str, need: f64) {
        let (Some(text_colour), Some(ground_colour)) = (self.colour(text), self.colour(ground)) else { return };
        if ground == GLASS {
            for behind in BEHIND_GLASS {
                if let Some(behind_colour) = self.colour(behind) {
                    let over = ground_colour.over(behind_colour);
                    self.measure(text_colour, over, need, &format!("--{text} on --{ground} over --{behind}"));
                }
            }
        } else {
            self.measure(text_colour, ground_colour, need, &format!("--{text} on --{ground}"));
        }
    }

    fn layered(&mut self, texts: &[&str], layer: &str, ground: &str) {
        let (Some(layer_colour), Some(ground_colour)) = (self.colour(layer), self.colour(ground)) else { return };
        for text in texts {
            if let Some(text_colour) = self.colour(text) {
                let what = format!("--{text} on --{layer} over --{ground}");
                self.measure(text_colour, layer_colour.over(ground_colour), TEXT, &what);
            }
        }
    }

    fn measure(&mut self, text: Rgba, ground: Rgba, need: f64, what: &str) {
        let got = contrast(text, ground);
        if got < need {
            self.problems.insert(format!("{what} has {got:.2} : 1, needs {need} ({})", self.place));
        }
    }
}

/// Initials on both ends of an avatar's wash, and the sign on a room's tile, for all twelve hues.
fn avatars(sheet: &Sheet, theme: usize, theme_name: &str, problems: &mut BTreeSet<String>) {
    for hue in AVATAR_HUES {
        let inputs = Inputs { h: Some(hue), ..Inputs::default() };
        let mut colour = |name: &str| {
            let colour = sheet.tokens.get(name).and_then(|themes| themes[theme].resolve(&inputs));
            if colour.is_none() {
                problems.insert(format!("--{name} is missing, or is no light-dark() of two oklch() colours"));
            }
            colour
        };
        let pairs = [("av-fg", "av-bg"), ("av-fg", "av-wash"), ("tile-fg", "tile-bg")]
            .map(|(text, ground)| (text, ground, colour(text), colour(ground)));
        for (text, ground, text_colour, ground_colour) in pairs {
            let (Some(text_colour), Some(ground_colour)) = (text_colour, ground_colour) else { continue };
            let got = contrast(text_colour, ground_colour);
            if got < TEXT {
                problems.insert(format!("--{text} on --{ground} has {got:.2} : 1, needs {TEXT} ({theme_name}, hue {hue})"));
            }
            if !ground_colour.inside {
                problems.insert(format!("--{ground} lies outside sRGB ({theme_name}, hue {hue})"));
            }
        }
    }
}

/// The numbers that a person's choice of accent (or an avatar's hue) puts into the colours.
#[derive(Clone, Debug, Default)]
struct Inputs {
    accent_h: f64,
    accent_k: f64,
    accent_kd: f64,
    accent_t: f64,
    h: Option<f64>,
}

impl Inputs {
    fn get(&self, name: &str) -> Option<f64> {
        match name {
            "--accent-h" => Some(self.accent_h),
            "--accent-k" => Some(self.accent_k),
            "--accent-kd" => Some(self.accent_kd),
            "--accent-t" => Some(self.accent_t),
            "--h" => self.h,
            _ => None,
        }
    }
}

struct Sheet {
    /// Light, then dark.
    tokens: BTreeMap<String, [Oklch; 2]>,
    accents: BTreeMap<String, Inputs>,
}

impl Sheet {
    fn read(css: &str) -> Result<Self, Vec<String>> {
        let mut sheet = Self { tokens: BTreeMap::new(), accents: BTreeMap::new() };
        let mut problems = Vec::new();
        for declaration in css.split([';', '{', '}']) {
            let Some((name, value)) = declaration.split_once(':') else { continue };
            let Some(name) = name.trim().strip_prefix("--") else { continue };
            let Some(themes) = inside(value, "light-dark(") else { continue };
            // Lengths before a colour are shadows: nothing to read on them.
            match (Oklch::read(themes, 0), Oklch::read(themes, 1)) {
                (Some(light), Some(dark)) => {
                    sheet.tokens.insert(name.to_owned(), [light, dark]);
                }
                _ if value.trim_start().starts_with("light-dark(") => {
                    problems.push(format!("--{name} is no light-dark() of two oklch() colours"));
                }
                _ => {}
            }
        }
        for rule in css.split('}') {
            let Some((selector, body)) = rule.rsplit_once('{') else { continue };
            let Some(name) = selector.trim().strip_prefix("[data-accent=\"").and_then(|rest| rest.strip_suffix("\"]")) else { continue };
            let number = |wanted: &str| {
                body.split(';')
                    .find_map(|line| line.split_once(':').filter(|(name, _)| name.trim() == wanted)?.1.trim().parse::<f64>().ok())
            };
            match (number("--accent-h"), number("--accent-k"), number("--accent-kd"), number("--accent-t")) {
                (Some(accent_h), Some(accent_k), Some(accent_kd), Some(accent_t)) => {
                    sheet.accents.insert(name.to_owned(), Inputs { accent_h, accent_k, accent_kd, accent_t, h: None });
                }
                _ => problems.push(format!("the accent {name} lacks one of --accent-h, --accent-k, --accent-kd, --accent-t")),
            }
        }
        if sheet.accents.is_empty() {
            problems.push("there is no [data-accent] rule".to_owned());
        }
        if problems.is_empty() { Ok(sheet) } else { Err(problems) }
    }
}

/// What stands between `function` and the parenthesis that closes it.
fn inside<'a>(text: &'a str, function: &str) -> Option<&'a str> {
    let body = &text[text.find(function)? + function.len()..];
    let mut depth = 1;
    for (at, letter) in body.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(&body[..at]);
        }
    }
    None
}

/// The parts of a text between separators that stand outside of parentheses.
fn parts(text: &str, separator: char) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if letter == separator && depth == 0 => {
                found.push(text[start..at].trim());
                start = at + letter.len_utf8();
            }
            _ => {}
        }
    }
    found.push(text[start..].trim());
    found.retain(|part| !part.is_empty());
    found
}

#[derive(Debug)]
struct Oklch {
    lightness: f64,
    chroma: Term,
    hue: Term,
    alpha: f64,
}

/// A number, `var(--x)`, `calc(number*var(--x))` or `calc(var(--x) + number)`.
#[derive(Debug)]
enum Term {
    Number(f64),
    Times(f64, String),
    Plus(f64, String),
}

impl Term {
    fn read(text: &str) -> Option<Self> {
        if let Ok(number) = text.parse() {
            return Some(Self::Number(number));
        }
        let variable = |text: &str| Some(text.trim().strip_prefix("var(")?.strip_suffix(')')?.to_owned());
        let Some(sum) = inside(text, "calc(") else { return Some(Self::Plus(0.0, variable(text)?)) };
        if let Some((factor, name)) = sum.split_once('*') {
            return Some(Self::Times(factor.trim().parse().ok()?, variable(name)?));
        }
        let (name, summand) = sum.split_once(" + ")?;
        Some(Self::Plus(summand.trim().parse().ok()?, variable(name)?))
    }

    fn resolve(&self, inputs: &Inputs) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Times(factor, name) => Some(factor * inputs.get(name)?),
            Self::Plus(summand, name) => Some(summand + inputs.get(name)?),
        }
    }
}

impl Oklch {
    fn read(themes: &str, which: usize) -> Option<Self> {
        let theme = *parts(themes, ',').get(which)?;
        if !theme.starts_with("oklch(") {
            return None;
        }
        let [colour, alpha] = match parts(inside(theme, "oklch(")?, '/')[..] {
            [colour] => [colour, "1"],
            [colour, alpha] => [colour, alpha],
            _ => return None,
        };
        let [lightness, chroma, hue] = parts(colour, ' ')[..] else { return None };
        Some(Self { lightness: lightness.parse().ok()?, chroma: Term::read(chroma)?, hue: Term::read(hue)?, alpha: alpha.parse().ok()? })
    }

    fn resolve(&self, inputs: &Inputs) -> Option<Rgba> {
        let (chroma, hue) = (self.chroma.resolve(inputs)?, self.hue.resolve(inputs)?.to_radians());
        let linear = linear_rgb(self.lightness, chroma * hue.cos(), chroma * hue.sin());
        let inside = linear.iter().all(|part| (-0.0006..=1.0006).contains(part));
        // Screens show whole steps of 255.
        let parts = linear.map(|part| (encode(part.clamp(0.0, 1.0)) * 255.0).round() / 255.0);
        Some(Rgba { parts, alpha: self.alpha, inside })
    }
}

/// Björn Ottosson's matrices.
fn linear_rgb(l: f64, a: f64, b: f64) -> [f64; 3] {
    let long = (l + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let medium = (l - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let short = (l - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    [
        4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short,
        -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short,
        -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701_0 * short,
    ]
}

fn encode(linear: f64) -> f64 {
    if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

fn decode(encoded: f64) -> f64 {
    if encoded <= 0.040_45 { encoded / 12.92 } else { ((encoded + 0.055) / 1.055).powf(2.4) }
}

#[derive(Clone, Copy, Debug)]
struct Rgba {
    parts: [f64; 3],
    alpha: f64,
    inside: bool,
}

impl Rgba {
    fn over(self, ground: Self) -> Self {
        let mut parts = ground.parts;
        for (below, above) in parts.iter_mut().zip(self.parts) {
            *below = above * self.alpha + *below * (1.0 - self.alpha);
        }
        Self { parts, alpha: 1.0, inside: self.inside && ground.inside }
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.parts.map(decode);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

/// WCAG's ratio of two opaque colours.
fn contrast(one: Rgba, other: Rgba) -> f64 {
    let (one, other) = (one.luminance(), other.luminance());
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::{Inputs, Oklch, check, contrast};

    const TOKENS: &str = include_str!("../../../frontend/src/style/tokens.css");

    fn colour(css: &str) -> Option<super::Rgba> {
        Oklch::read(&format!("{css}, {css}"), 0)?.resolve(&Inputs { accent_h: 195.0, accent_k: 0.62, ..Inputs::default() })
    }

    #[test]
    fn our_tokens_hold() {
        assert_eq!(check(TOKENS), Vec::<String>::new());
    }

    #[test]
    fn known_contrasts() {
        let ratio = |one, other| contrast(colour(one).unwrap(), colour(other).unwrap());
        assert!((ratio("oklch(1 0 0)", "oklch(0 0 0)") - 21.0).abs() < 1e-9);
        assert!((ratio("oklch(.5 0 0)", "oklch(.5 0 0)") - 1.0).abs() < 1e-9);
        // #767676 on white, the classic 4.54.
        assert!((ratio("oklch(.5659 0 0)", "oklch(1 0 0)") - 4.54).abs() < 0.03);
    }

    #[test]
    fn accents_and_sums_are_computed() {
        let direct = colour("oklch(.5 .0837 213)").unwrap();
        let computed = colour("oklch(.5 calc(.135*var(--accent-k)) calc(var(--accent-h) + 18))").unwrap();
        assert!((contrast(direct, computed) - 1.0).abs() < 1e-9);
        assert!(colour("oklch(.5 .1 var(--nothing))").is_none());
    }

    #[test]
    fn layers_are_blended() {
        let grey = colour("oklch(1 0 0 / .5)").unwrap().over(colour("oklch(0 0 0)").unwrap());
        assert!(grey.parts.iter().all(|part| (part - 0.5).abs() < 1e-9));
    }

    #[test]
    fn faults_are_named() {
        let pale = TOKENS.replace("--text-muted: light-dark(oklch(.455", "--text-muted: light-dark(oklch(.7");
        let problems = check(&pale);
        assert!(problems.iter().any(|problem| problem.contains("--text-muted on --surface-base has")), "{problems:?}");
        let loud = TOKENS.replace("--danger-solid: light-dark(oklch(.53 .19 27)", "--danger-solid: light-dark(oklch(.53 .4 27)");
        assert!(check(&loud).iter().any(|problem| problem.contains("--danger-solid lies outside sRGB")));
        let gone = TOKENS.replace("--tip-bg:", "--tap-bg:");
        assert!(check(&gone).iter().any(|problem| problem.starts_with("--tip-bg is missing")));
        let odd = TOKENS.replace("--tip-bg: light-dark(oklch(.27 .02 230)", "--tip-bg: light-dark(black");
        assert!(check(&odd).iter().any(|problem| problem.starts_with("--tip-bg is no light-dark()")));
        assert_eq!(check(""), ["there is no [data-accent] rule"]);
    }
}
