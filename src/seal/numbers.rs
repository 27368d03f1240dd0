//! A set of entries, by their numbers: a bit an entry, so that ten million of them are little more than a megabyte.

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbers {
    words: Vec<u64>,
    count: u64,
}

impl Numbers {
    /// The room that it takes grows with the highest number, so numbers come from entries that are there.
    pub fn insert(&mut self, number: u64) {
        let (word, bit) = ((number / 64) as usize, number % 64);
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.count += u64::from(self.words[word] & (1 << bit) == 0);
        self.words[word] |= 1 << bit;
    }

    pub fn contains(&self, number: u64) -> bool {
        self.words.get((number / 64) as usize).is_some_and(|word| word & (1 << (number % 64)) != 0)
    }

    pub fn len(&self) -> u64 {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// In their order.
    pub fn iter(&self) -> impl Iterator<Item = u64> {
        let words = self.words.iter().zip(0_u64..).filter(|(word, _)| **word != 0);
        words.flat_map(|(word, at)| (0..64).filter(move |bit| word & (1 << bit) != 0).map(move |bit| at * 64 + bit))
    }
}

impl Extend<u64> for Numbers {
    fn extend<I: IntoIterator<Item = u64>>(&mut self, numbers: I) {
        numbers.into_iter().for_each(|number| self.insert(number));
    }
}

impl FromIterator<u64> for Numbers {
    fn from_iter<I: IntoIterator<Item = u64>>(numbers: I) -> Numbers {
        let mut all = Numbers::default();
        all.extend(numbers);
        all
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_set_that_it_stands_for(numbers in prop::collection::vec(0_u64..500, 0..80)) {
            let (set, all): (Numbers, BTreeSet<u64>) = (numbers.iter().copied().collect(), numbers.into_iter().collect());
            prop_assert_eq!(set.iter().collect::<Vec<_>>(), all.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!((set.len(), set.is_empty()), (all.len() as u64, all.is_empty()));
            prop_assert!((0..600).all(|number| set.contains(number) == all.contains(&number)));
        }
    }
}
