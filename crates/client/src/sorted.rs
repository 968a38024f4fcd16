//! Maps and sets as sorted lists. What a client holds is small, and mostly grows at its end; a B-tree for each pair of types was a
//! twentieth of the program.

use std::ops::RangeInclusive;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map<K, V>(Vec<(K, V)>);

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord + Copy, V> Map<K, V> {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        self.place(key).ok().map(|at| &self.0[at].1)
    }

    pub fn contains_key(&self, key: &K) -> bool {
        self.place(key).is_ok()
    }

    /// Answers what was there before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.place(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.place(key).ok().map(|at| self.0.remove(at).1)
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// Those from one key to another.
    pub fn range(&self, keys: RangeInclusive<K>) -> &[(K, V)] {
        let from = self.0.partition_point(|(key, _)| key < keys.start());
        let to = self.0.partition_point(|(key, _)| key <= keys.end());
        &self.0[from..to.max(from)]
    }

    /// Takes those from one key to another out.
    pub fn remove_range(&mut self, keys: &RangeInclusive<K>) {
        self.0.retain(|(key, _)| !keys.contains(key));
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&K, &V) -> bool) {
        self.0.retain(|(key, value)| keep(key, value));
    }

    pub fn first_key(&self) -> Option<K> {
        self.0.first().map(|(key, _)| *key)
    }

    fn place(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.cmp(key))
    }
}

/// Sorts, those that are equal in any order. The library's sorts are faster, and some kilobytes for each type.
pub fn sort_by<T>(items: &mut [T], mut comes_before: impl FnMut(&T, &T) -> bool) {
    for root in (0..items.len() / 2).rev() {
        sink(items, root, &mut comes_before);
    }
    for end in (1..items.len()).rev() {
        items.swap(0, end);
        sink(&mut items[..end], 0, &mut comes_before);
    }
}

/// Restores a heap whose root may be too small.
fn sink<T>(items: &mut [T], mut root: usize, comes_before: &mut impl FnMut(&T, &T) -> bool) {
    loop {
        let mut child = 2 * root + 1;
        if child >= items.len() {
            return;
        }
        if child + 1 < items.len() && comes_before(&items[child], &items[child + 1]) {
            child += 1;
        }
        if !comes_before(&items[root], &items[child]) {
            return;
        }
        items.swap(root, child);
        root = child;
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set<K>(Vec<K>);

impl<K> Default for Set<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord + Copy> Set<K> {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn contains(&self, key: &K) -> bool {
        self.0.binary_search(key).is_ok()
    }

    /// Answers whether it is new.
    pub fn insert(&mut self, key: K) -> bool {
        let place = self.0.binary_search(&key);
        if let Err(at) = place {
            self.0.insert(at, key);
        }
        place.is_err()
    }

    /// Answers whether it was there.
    pub fn remove(&mut self, key: &K) -> bool {
        self.0.binary_search(key).map(|at| self.0.remove(at)).is_ok()
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn iter(&self) -> std::slice::Iter<'_, K> {
        self.0.iter()
    }
}

impl<K: Ord + Copy> Extend<K> for Set<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, keys: I) {
        for key in keys {
            self.insert(key);
        }
    }
}

impl<'a, K: Ord + Copy + 'a> Extend<&'a K> for Set<K> {
    fn extend<I: IntoIterator<Item = &'a K>>(&mut self, keys: I) {
        self.extend(keys.into_iter().copied());
    }
}

impl<K: Ord + Copy> FromIterator<K> for Set<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let mut set = Self::default();
        set.extend(keys);
        set
    }
}

impl<K> IntoIterator for Set<K> {
    type Item = K;
    type IntoIter = std::vec::IntoIter<K>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, K> IntoIterator for &'a Set<K> {
    type Item = &'a K;
    type IntoIter = std::slice::Iter<'a, K>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sorting_sorts(mut items in prop::collection::vec(0..50_u8, 0..60)) {
            let mut sorted = items.clone();
            sorted.sort_unstable();
            sort_by(&mut items, |a, b| a < b);
            prop_assert_eq!(items, sorted);
        }

        #[test]
        fn a_list_does_what_a_tree_does(steps in prop::collection::vec((0..4_u8, 0..20_u8, any::<u16>()), 0..200)) {
            let (mut map, mut tree) = (Map::default(), BTreeMap::new());
            let (mut set, mut leaves) = (Set::default(), BTreeSet::new());
            for (what, key, value) in steps {
                match what {
                    0 | 1 => {
                        prop_assert_eq!(map.insert(key, value), tree.insert(key, value));
                        prop_assert_eq!(set.insert(key), leaves.insert(key));
                    }
                    2 => {
                        prop_assert_eq!(map.remove(&key), tree.remove(&key));
                        prop_assert_eq!(set.remove(&key), leaves.remove(&key));
                    }
                    _ if key < 15 => {
                        let range: Vec<_> = map.range(key..=key + 5).to_vec();
                        prop_assert!(range.iter().map(|(key, value)| (key, value)).eq(tree.range(key..=key + 5)));
                    }
                    _ => {
                        map.remove_range(&(key..=key + 2));
                        tree.retain(|known, _| !(key..=key + 2).contains(known));
                    }
                }
                prop_assert!(map.iter().eq(tree.iter()) && set.iter().eq(leaves.iter()));
                prop_assert_eq!((map.get(&key), map.len(), map.first_key()), (tree.get(&key), tree.len(), tree.keys().next().copied()));
            }
        }
    }
}
