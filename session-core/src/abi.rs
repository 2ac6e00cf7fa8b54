//! ABI-encoded calldata, read as solc's decoder reads it (§9.3.2, §10.3).
//!
//! Trailing bytes, overlapping and non-canonical offsets are accepted, as the account's own decoder
//! accepts them when it executes; what is out of bounds and what is dirty in a narrow word is
//! [`Malformed`]. Nothing is copied: answers are slices of the calldata.

use crate::{Address, Malformed, Secs, Word, words};

const WORD: usize = 32;

/// The bool that a word is, if it is exactly 0 or 1.
pub fn as_bool(word: &Word) -> Option<bool> {
    match as_u64(word) {
        Some(value @ (0 | 1)) => Some(value == 1),
        _ => None,
    }
}

/// The number that a word is, if it fits. A length or offset that does not is refused before anything is added to it.
/// (Eight bytes at a time: byte by byte, this was most of what a validation cost.)
pub(crate) fn as_u64(word: &Word) -> Option<u64> {
    let ([a, b, c, low], []) = word.as_chunks() else {
        return None;
    };
    let high = u64::from_ne_bytes(*a) | u64::from_ne_bytes(*b) | u64::from_ne_bytes(*c);
    (high == 0).then_some(u64::from_be_bytes(*low))
}

/// A tuple, or the elements of an array: head words at the beginning of a region, and whatever their
/// offsets point to up to the region's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuple<'a> {
    region: &'a [u8],
}

/// An array whose elements' heads are one word each: static words, or offsets of dynamic elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Array<'a> {
    elements: Tuple<'a>,
    len: usize,
}

impl<'a> Tuple<'a> {
    /// The tuple of `words` head words that `region` begins with.
    ///
    /// # Errors
    /// If the head is not all there.
    pub fn new(region: &'a [u8], words: usize) -> Result<Self, Malformed> {
        let head = words.checked_mul(WORD).ok_or(Malformed)?;
        if region.len() < head {
            return Err(Malformed);
        }
        Ok(Self { region })
    }

    /// Head word number `index`.
    ///
    /// # Errors
    /// If it is out of bounds.
    #[inline(always)]
    pub fn word(&self, index: usize) -> Result<&'a Word, Malformed> {
        let start = index.checked_mul(WORD).ok_or(Malformed)?;
        self.region
            .get(start..)
            .and_then(|rest| rest.first_chunk())
            .ok_or(Malformed)
    }

    /// An address.
    ///
    /// # Errors
    /// If it is out of bounds or its upper 12 bytes are not zero.
    pub fn address(&self, index: usize) -> Result<&'a Address, Malformed> {
        words::address(self.word(index)?)
    }

    /// A `uint48`: what a time is.
    ///
    /// # Errors
    /// If it is out of bounds or does not fit.
    pub fn uint48(&self, index: usize) -> Result<&'a Secs, Malformed> {
        let (above, low) = self.word(index)?.split_last_chunk().ok_or(Malformed)?;
        let ([a, b, c], rest) = above.as_chunks() else {
            return Err(Malformed);
        };
        let [a, b, c] = [a, b, c].map(|limb| u64::from_ne_bytes(*limb));
        if a | b | c != 0 || rest != [0; 2] {
            return Err(Malformed);
        }
        Ok(low)
    }

    /// A length or offset. One that does not fit is out of bounds of everything, and is refused before anything is added.
    #[inline(always)]
    fn size(&self, index: usize) -> Result<usize, Malformed> {
        let ([a, b, c, d], []) = self.word(index)?.as_chunks() else {
            return Err(Malformed);
        };
        let ([high, low], []) = d.as_chunks() else {
            return Err(Malformed);
        };
        let above = [a, b, c].map(|limb| u64::from_ne_bytes(*limb));
        let above = above
            .into_iter()
            .fold(u64::from(u32::from_ne_bytes(*high)), |any, limb| any | limb);
        if above != 0 {
            return Err(Malformed);
        }
        usize::try_from(u32::from_be_bytes(*low)).map_err(|_| Malformed)
    }

    /// Everything from the place that the offset in word `index` names to the end of the region: what is passed on, as it
    /// stands, in a call of ours (§10.1).
    ///
    /// # Errors
    /// If the offset is out of bounds.
    pub fn tail(&self, index: usize) -> Result<&'a [u8], Malformed> {
        self.region.get(self.size(index)?..).ok_or(Malformed)
    }

    /// Length word and what follows it, of what the offset in word `index` names.
    #[inline(always)]
    fn counted(&self, index: usize) -> Result<(usize, &'a [u8]), Malformed> {
        let tail = Self::new(self.tail(index)?, 1)?;
        let len = tail.size(0)?;
        let rest = tail.region.get(WORD..).ok_or(Malformed)?;
        Ok((len, rest))
    }

    /// A `bytes` or `string`. Its padding need not be there.
    ///
    /// # Errors
    /// If its offset, its length or its end is out of bounds.
    #[inline(never)]
    pub fn bytes(&self, index: usize) -> Result<&'a [u8], Malformed> {
        let (len, rest) = self.counted(index)?;
        rest.get(..len).ok_or(Malformed)
    }

    /// A dynamic tuple of `words` head words.
    ///
    /// # Errors
    /// If its offset or head is out of bounds.
    pub fn tuple(&self, index: usize, words: usize) -> Result<Self, Malformed> {
        Self::new(self.tail(index)?, words)
    }

    /// An array of elements whose heads are one word each.
    ///
    /// # Errors
    /// If its offset or length is out of bounds, or the elements' heads are not all there.
    #[inline(never)]
    pub fn array(&self, index: usize) -> Result<Array<'a>, Malformed> {
        let (len, rest) = self.counted(index)?;
        Ok(Array {
            elements: Self::new(rest, len)?,
            len,
        })
    }
}

impl<'a> Array<'a> {
    /// How many elements there are.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Are there none?
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The elements, to be read by their index as the words of a tuple are.
    ///
    /// # Errors
    /// If there is no element of this index.
    const fn at(&self, index: usize) -> Result<Tuple<'a>, Malformed> {
        if index < self.len {
            Ok(self.elements)
        } else {
            Err(Malformed)
        }
    }

    /// Where a dynamic element is: those at one offset are the same bytes.
    ///
    /// # Errors
    /// If there is no element of this index, or the offset is out of all bounds.
    pub fn offset(&self, index: usize) -> Result<usize, Malformed> {
        self.at(index)?.size(index)
    }

    /// A word.
    ///
    /// # Errors
    /// If there is no element of this index.
    pub fn word(&self, index: usize) -> Result<&'a Word, Malformed> {
        self.at(index)?.word(index)
    }

    /// All elements, as words.
    pub fn words(&self) -> &'a [Word] {
        let (words, _) = self.elements.region.as_chunks();
        words.get(..self.len).unwrap_or_default()
    }

    /// An address.
    ///
    /// # Errors
    /// If there is no element of this index, or it is dirty.
    pub fn address(&self, index: usize) -> Result<&'a Address, Malformed> {
        self.at(index)?.address(index)
    }

    /// A `bytes`.
    ///
    /// # Errors
    /// If there is no element of this index, or it is out of bounds.
    pub fn bytes(&self, index: usize) -> Result<&'a [u8], Malformed> {
        self.at(index)?.bytes(index)
    }

    /// A dynamic tuple of `words` head words.
    ///
    /// # Errors
    /// If there is no element of this index, or it is out of bounds.
    pub fn tuple(&self, index: usize, words: usize) -> Result<Tuple<'a>, Malformed> {
        self.at(index)?.tuple(index, words)
    }
}
