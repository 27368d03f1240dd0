//! Random choices from a seed, so that a run that failed can be thrown again: `COUNTERSIGN_SEED=… cargo test --test crash`.

/// Marsaglia's xorshift64*.
#[derive(Clone)]
pub struct Dice(u64);

impl Dice {
    /// The seed of the environment, or a new one. Printed, so that a failing test shows it.
    pub fn thrown(test: &str) -> Dice {
        let given = std::env::var("COUNTERSIGN_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| {
            let mut bytes = [0; 8];
            getrandom::fill(&mut bytes).expect("random numbers");
            u64::from_le_bytes(bytes)
        });
        println!("{test}: throw it again with COUNTERSIGN_SEED={seed}");
        Dice(seed | 1)
    }

    /// Dice of their own for another hand.
    pub fn other(&mut self) -> Dice {
        Dice(self.next() | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// From 0 up to, not including, `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 11) % end
    }

    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u64) as usize]
    }

    pub fn who(&mut self, names: &[&'static str]) -> &'static str {
        names[self.below(names.len() as u64) as usize]
    }
}
