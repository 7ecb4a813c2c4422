#include "remote/own_labels.h"

#include <gtest/gtest.h>

namespace prome::remote {
namespace {

using model::Labels;

TEST(OwnLabels, LeavesWhatTheQueryApiShows) {
  OwnLabels own;
  own.add({{"a", "1"}});
  EXPECT_EQ(own.of({{"a", "1"}}), (Labels{{"a", "1"}}));
}

TEST(OwnLabels, TakesOffWhatTheServerAdds) {
  OwnLabels own;
  own.add({{"a", "1"}});
  own.add({{"a", "2"}, {"b", "x"}});
  EXPECT_EQ(own.of({{"a", "2"}, {"b", "x"}, {"cluster", "c"}, {"replica", "0"}}),
            (Labels{{"a", "2"}, {"b", "x"}}));
  EXPECT_EQ(own.of({{"a", "1"}, {"cluster", "c"}, {"replica", "0"}}), (Labels{{"a", "1"}}));
}

TEST(OwnLabels, LeavesASeriesLabelOfItsOwn) {
  OwnLabels own;
  own.add({{"a", "1"}, {"replica", "mine"}});
  own.add({{"a", "2"}});
  EXPECT_EQ(own.of({{"a", "1"}, {"cluster", "c"}, {"replica", "mine"}}),
            (Labels{{"a", "1"}, {"replica", "mine"}}));
  EXPECT_EQ(own.of({{"a", "2"}, {"cluster", "c"}, {"replica", "0"}}), (Labels{{"a", "2"}}));
  EXPECT_EQ(own.of({{"a", "1"}, {"cluster", "c"}, {"replica", "mine"}}),
            (Labels{{"a", "1"}, {"replica", "mine"}}));
}

TEST(OwnLabels, TreatsAnUnknownSeriesAsThoseBefore) {
  OwnLabels own;
  own.add({{"a", "1"}});
  EXPECT_EQ(own.of({{"a", "3"}, {"cluster", "c"}}), (Labels{{"a", "3"}, {"cluster", "c"}}))
      << "nothing known yet";
  EXPECT_EQ(own.of({{"a", "1"}, {"cluster", "c"}}), (Labels{{"a", "1"}}));
  EXPECT_EQ(own.of({{"a", "3"}, {"cluster", "c"}}), (Labels{{"a", "3"}}));
  EXPECT_EQ(own.of({{"a", "3"}, {"cluster", "d"}}), (Labels{{"a", "3"}, {"cluster", "d"}}));
}

TEST(OwnLabels, TakesTheLargestSetForTheSeries) {
  OwnLabels own;
  own.add({});
  own.add({{"a", "1"}});
  EXPECT_EQ(own.of({{"a", "1"}, {"cluster", "c"}}), (Labels{{"a", "1"}}));
  EXPECT_EQ(own.of({{"cluster", "c"}}), Labels());
}

}  // namespace
}  // namespace prome::remote
