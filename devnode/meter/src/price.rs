//! The price of memory pages (§1.6)

/// Gas for `new` more pages when `open` are held and `ever` is the most that were held at once in this
/// transaction. More than 128 cost more than anyone has; after that, as in Nitro, only the linear part is left (§1.6)
///
/// `free_pages` (2 on Arbitrum One) cost nothing, each page beyond costs `gas_per_page` (1,000).
#[must_use]
pub fn page_gas(new: u16, open: u16, ever: u16, free_pages: u16, gas_per_page: u16) -> u64 {
    let now = open.saturating_add(new);
    let most = ever.max(now);
    if most <= free_pages {
        return 0;
    }
    let paid = |pages: u16| u64::from(pages.saturating_sub(free_pages));
    let linear = u64::from(gas_per_page) * (paid(now) - paid(open));
    linear.saturating_add(page_exp(most) - page_exp(ever))
}

/// The exponential part of the page price: gas to have held `pages` at once, `u64::MAX` above 128 (§1.6)
#[must_use]
pub fn page_exp(pages: u16) -> u64 {
    PAGE_EXP
        .get(usize::from(pages))
        .map_or(u64::MAX, |&gas| gas.into())
}

/// `floor(31_874_000 ^ (pages / 128))`, but for the last one: Nitro's own computation in floats ended a
/// hair below the integer, so 128 pages cost one gas less than the formula says
#[rustfmt::skip]
const PAGE_EXP: [u32; 129] = [
    1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9, 11, 12, 14, 17, 19, 22, 25, 29, 33, 38, 43, 50, 57, 65, 75,
    85, 98, 112, 128, 147, 168, 193, 221, 253, 289, 331, 379, 434, 497, 569, 651, 745, 853, 976, 1_117, 1_279, 1_463,
    1_675, 1_917, 2_194, 2_511, 2_874, 3_290, 3_765, 4_309, 4_932, 5_645, 6_461, 7_395, 8_464, 9_687, 11_087, 12_689,
    14_523, 16_621, 19_024, 21_773, 24_919, 28_521, 32_642, 37_359, 42_758, 48_938, 56_010, 64_104, 73_368, 83_971,
    96_106, 109_994, 125_890, 144_082, 164_904, 188_735, 216_010, 247_226, 282_953, 323_844, 370_643, 424_206,
    485_509, 555_672, 635_973, 727_880, 833_067, 953_456, 1_091_243, 1_248_941, 1_429_429, 1_636_000, 1_872_423,
    2_143_012, 2_452_704, 2_807_151, 3_212_820, 3_677_113, 4_208_502, 4_816_684, 5_512_756, 6_309_419, 7_221_210,
    8_264_766, 9_459_129, 10_826_093, 12_390_601, 14_181_199, 16_230_562, 18_576_084, 21_260_563, 24_332_984,
    27_849_408, 31_873_999,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::cmp::Ordering;

    /// Little-endian digits of base 2^32, multiplied by a small number
    fn times(digits: &mut Vec<u32>, factor: u32) {
        let mut carry = 0_u64;
        for digit in digits.iter_mut() {
            carry += u64::from(*digit) * u64::from(factor);
            *digit = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            digits.push(carry as u32);
        }
    }

    fn power(base: u32, exponent: u16) -> Vec<u32> {
        let mut digits = vec![1];
        for _ in 0..exponent {
            times(&mut digits, base);
        }
        digits
    }

    fn compare(a: &[u32], b: &[u32]) -> Ordering {
        a.len()
            .cmp(&b.len())
            .then_with(|| a.iter().rev().cmp(b.iter().rev()))
    }

    #[test]
    fn the_page_table_is_the_formula() {
        for pages in 0..128 {
            let value = PAGE_EXP[usize::from(pages)];
            let exact = power(31_874_000, pages); // value^128 <= 31_874_000^pages < (value + 1)^128
            assert_ne!(
                compare(&power(value, 128), &exact),
                Ordering::Greater,
                "{pages}"
            );
            assert_eq!(
                compare(&power(value + 1, 128), &exact),
                Ordering::Greater,
                "{pages}"
            );
        }
        assert_eq!(PAGE_EXP[128], 31_874_000 - 1);
    }

    /// As on Arbitrum One
    fn gas(new: u16, open: u16, ever: u16) -> u64 {
        page_gas(new, open, ever, 2, 1_000)
    }

    #[test]
    fn the_chain_can_set_the_linear_part() {
        assert_eq!(page_gas(10, 0, 0, 10, 1_000), 0);
        assert_eq!(page_gas(10, 0, 0, 0, 7), 70 + 3 - 1);
        assert_eq!(page_gas(u16::MAX, 0, 0, u16::MAX, 1), 0);
    }

    #[test]
    fn all_pages_cost_nearly_32m_however_they_come() {
        for jump in 1..=128_u16 {
            let (mut open, mut sum) = (0, 0);
            while open < 128 {
                let new = jump.min(128 - open);
                sum += gas(new, open, open);
                open += new;
            }
            assert_eq!(sum, 31_999_998, "{jump} at a time");
        }
    }

    #[test]
    fn pages_at_the_edges() {
        assert_eq!(gas(2, 0, 0), 0);
        assert_eq!(gas(0, 2, 2), 0);
        assert_eq!(gas(3, 0, 0), 1000 + 1 - 1);
        assert_eq!(gas(1, 0, 128), 0, "no page beyond the free ones is opened");
        assert_eq!(gas(6, 0, 128), 4000, "the exponential part is paid once");
        assert_eq!(gas(6, 0, 4), 4000 + 2 - 1);
        assert_eq!(gas(129, 0, 0), u64::MAX);
        assert_eq!(gas(1, 128, 128), u64::MAX - 31_873_999 + 1000);
        assert_eq!(gas(u16::MAX, u16::MAX, 0), u64::MAX - 1);
        assert_eq!(gas(1, 200, 201), 1000, "what failed before counts as had");
    }
}
