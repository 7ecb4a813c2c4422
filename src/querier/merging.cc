#include "querier/merging.h"

namespace prome::querier {

SeriesStreamPtr merge(const Leaf& leaf) {
  using plan::Merge;
  switch (leaf.node.merge) {
    case Merge::kConcatenate:
      return concatenate(leaf);
    case Merge::kUnite:
      return unite(leaf);
    case Merge::kSum:
    case Merge::kCount:
    case Merge::kMin:
    case Merge::kMax:
    case Merge::kGroup:
    case Merge::kCountValues:
      return mergePartials(leaf);
    case Merge::kAverage:
      return mergeAverages(leaf);
    case Merge::kStddev:
    case Merge::kStdvar:
      return mergeDeviations(leaf);
    case Merge::kAbsent:
      return mergeAbsent(leaf);
    case Merge::kTop:
      return gatherCandidates(leaf);
  }
  return nullptr;
}

}  // namespace prome::querier
