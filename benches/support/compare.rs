//! Two commands in turn, A B A B …: the ratio of a pair holds while the machine's speed drifts.

use super::Cost;

/// The medians over all pairs.
#[derive(Debug)]
pub(crate) struct Comparison {
    name: &'static str,
    pub(crate) ours: Cost,
    pub(crate) theirs: Cost,
    /// Ours to theirs, time that passed.
    pub(crate) wall: f64,
    /// Ours to theirs, time on processors.
    pub(crate) cpu: f64,
    /// Ours to theirs, peak memory.
    pub(crate) peak: f64,
}

/// Runs both `pairs` times in turn, after once to warm up.
pub(crate) fn compare(
    name: &'static str,
    pairs: usize,
    mut ours: impl FnMut() -> Cost,
    mut theirs: impl FnMut() -> Cost,
) -> Comparison {
    if pairs > 1 {
        let _ = (ours(), theirs());
    }
    let costs: Vec<(Cost, Cost)> = (0..pairs).map(|_| (ours(), theirs())).collect();
    let ratio = |part: fn(&Cost) -> f64| median(costs.iter().map(|(ours, theirs)| part(ours) / part(theirs)));
    let middle = |side: fn(&(Cost, Cost)) -> Cost| Cost {
        wall: median(costs.iter().map(|pair| side(pair).wall)),
        cpu: median(costs.iter().map(|pair| side(pair).cpu)),
        peak: median(costs.iter().map(|pair| side(pair).peak)),
    };
    Comparison {
        name,
        ours: middle(|pair| pair.0),
        theirs: middle(|pair| pair.1),
        wall: ratio(|cost| cost.wall.as_secs_f64()),
        cpu: ratio(|cost| cost.cpu.as_secs_f64()),
        peak: ratio(|cost| cost.peak as f64),
    }
}

impl Comparison {
    /// The line above the rows.
    pub(crate) fn print_header(theirs: &str) {
        println!(
            "{:<34} {:>18} {:>18} {:>8} {:>8} {:>8}  aim",
            "",
            "ours wall/cpu s",
            format!("{theirs} wall/cpu s"),
            "wall",
            "cpu",
            "peak"
        );
    }

    /// One row: seconds, then the ratios, then what the ratio of `wall` should be at most.
    pub(crate) fn print(&self, aim: f64) {
        let seconds = |cost: &Cost| format!("{:.3} / {:.3}", cost.wall.as_secs_f64(), cost.cpu.as_secs_f64());
        println!(
            "{:<34} {:>18} {:>18} {:>8.2} {:>8.2} {:>8.2}  {aim} {}",
            self.name,
            seconds(&self.ours),
            seconds(&self.theirs),
            self.wall,
            self.cpu,
            self.peak,
            if self.wall <= aim { "met" } else { "missed" },
        );
    }
}

fn median<T: PartialOrd + Copy>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_by(|a, b| a.partial_cmp(b).expect("a number"));
    values[values.len() / 2]
}
