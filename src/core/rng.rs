//! A small seeded random generator, so that tests can repeat a run.

/// SplitMix64 (Steele, Lea, Flood 2014): eight bytes of state, and good enough to spread waits.
#[derive(Clone, Debug)]
pub(super) struct Rng(u64);

impl Rng {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns a number from 0 (included) to 1 (excluded).
    pub(super) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        // A double represents integers of 53 bits exactly.
        (z >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_within_zero_and_one_and_fill_it() {
        let mut rng = Rng::new(7);
        let drawn: Vec<f64> = (0..10_000).map(|_| rng.unit()).collect();
        assert!(drawn.iter().all(|x| (0.0..1.0).contains(x)));
        let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
        assert!((mean - 0.5).abs() < 0.02, "mean {mean}");
    }

    #[test]
    fn the_same_seed_draws_the_same_numbers() {
        let (mut one, mut two) = (Rng::new(42), Rng::new(42));
        assert!((0..100).all(|_| one.unit() == two.unit()));
    }
}
