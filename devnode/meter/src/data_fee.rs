//! The data fee of activation: a price that rises with demand and falls with time (§1.7, §6.1)

/// Basis points in one
const BIPS: u64 = 10_000;

/// The state of the pricing model, as the chain stores it
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataPricer {
    /// Bytes of demand not yet worn off
    pub demand: u32,
    /// Bytes that wear off in a second
    pub bytes_per_second: u32,
    /// When [`demand`](Self::demand) was last brought up to date (Unix seconds)
    pub last_update_secs: u64,
    /// Wei for a byte when there is no demand
    pub min_price_wei: u32,
    /// Bytes of demand that multiply the price by e
    pub inertia: u32,
}

impl DataPricer {
    /// The model of a chain without demand at this time (§1.7)
    #[must_use]
    pub const fn new(now_secs: u64) -> Self {
        Self {
            demand: 0,
            bytes_per_second: 34_865,
            last_update_secs: now_secs,
            min_price_wei: 82_928_201,
            inertia: 21_360_419,
        }
    }

    /// Adds the bytes (an [asm estimate](crate::Stats::asm_estimate)) to the demand and returns their fee in wei.
    /// The fee is that of the demand with these bytes in it, and at most `u64::MAX`
    pub fn charge(&mut self, bytes: u32, now_secs: u64) -> u128 {
        let seconds =
            u32::try_from(now_secs.saturating_sub(self.last_update_secs)).unwrap_or(u32::MAX);
        let worn_off = self.bytes_per_second.saturating_mul(seconds);
        self.demand = self.demand.saturating_sub(worn_off).saturating_add(bytes);
        self.last_update_secs = now_secs;

        let exponent = BIPS * u64::from(self.demand) / u64::from(self.inertia.max(1));
        let price = u64::from(self.min_price_wei).saturating_mul(exp_bips(exponent)) / BIPS;
        price.saturating_mul(bytes.into()).into()
    }
}

/// e to the power of `x`, both in basis points, by 12 terms of the series in integers:
/// `1 + x (1 + x/2 (1 + x/3 (... (1 + x/12))))`
fn exp_bips(x: u64) -> u64 {
    const TERMS: u64 = 12;
    let mut result = BIPS + x / TERMS;
    for term in (1..TERMS).rev() {
        result = BIPS + result.saturating_mul(x) / (term * BIPS);
    }
    result.min(i64::MAX.cast_unsigned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_is_close_to_the_exponential() {
        assert_eq!(exp_bips(0), 10_000);
        assert_eq!(exp_bips(240), 10_242);
        assert_eq!(exp_bips(10_000), 27_182);
        for x in (0..30_000).step_by(7) {
            let exact = (x as f64 / 10_000.0).exp() * 10_000.0;
            let error = (exact - exp_bips(x) as f64) / exact;
            assert!((0.0..0.001).contains(&error), "{x}: {error}");
        }
        assert_eq!(exp_bips(u64::MAX), 10_000 + u64::MAX / 10_000, "saturates");
    }

    #[test]
    fn the_first_activation_pays_for_its_own_demand() {
        let mut pricer = DataPricer::new(1000);
        // 10,000 * 513,431 / 21,360,419 = 240 bips, e^0.024 = 1.0242
        assert_eq!(
            pricer.charge(513_431, 1000),
            513_431 * (82_928_201 * 10_242 / 10_000)
        );
        assert_eq!(pricer.demand, 513_431);
        let second = pricer.charge(513_431, 1000);
        assert_eq!(
            second,
            513_431 * (82_928_201 * u128::from(exp_bips(480)) / 10_000),
            "the second one pays for both"
        );
    }

    #[test]
    fn demand_wears_off() {
        let mut pricer = DataPricer::new(0);
        let first = pricer.charge(513_431, 0);
        assert!(
            pricer.charge(513_431, 14) > first,
            "14 s wear off 488,110 bytes"
        );
        assert_eq!(pricer.demand, 513_431 - 14 * 34_865 + 513_431);
        assert_eq!(pricer.charge(513_431, 1000), first);
        assert_eq!(pricer.last_update_secs, 1000);
        assert_eq!(pricer.charge(513_431, u64::MAX), first, "any time at all");
        pricer.charge(513_431, 0);
        assert_eq!(
            pricer.demand,
            2 * 513_431,
            "a clock that runs back wears off nothing"
        );
    }

    #[test]
    fn nothing_overflows() {
        for inertia in [0, 1, u32::MAX] {
            let mut pricer = DataPricer {
                demand: u32::MAX,
                bytes_per_second: u32::MAX,
                last_update_secs: 9,
                min_price_wei: u32::MAX,
                inertia,
            };
            for now in [0, 9, 10, u64::MAX] {
                assert!(pricer.charge(u32::MAX, now) <= u64::MAX.into());
            }
        }
    }
}
