#include "api/value_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace prome::api {
namespace {

using engine::GridValue;
using engine::kAbsent;
using engine::QueryKind;
using engine::Series;
using engine::Value;

class ValueJson : public ::testing::Test {
 protected:
  Series series(model::Labels labels, std::vector<double> values) {
    Series made;
    made.labels = std::move(labels);
    made.floats = pool_.uninitialized(values.size());
    std::ranges::copy(values, made.floats.values().begin());
    return made;
  }

  static std::string text(const Value& value, QueryKind kind) {
    std::string out;
    appendValue(out, value, kind);
    return out;
  }

  engine::MemoryBudget budget_{1 << 20};
  engine::ColumnPool pool_{budget_};
};

TEST_F(ValueJson, Scalar) {
  const Value value = engine::ScalarValue{1500, 1e21};
  EXPECT_EQ(text(value, QueryKind::kInstant),
            R"({"resultType":"scalar","result":[1.5,"1000000000000000000000"]})");
}

TEST_F(ValueJson, String) {
  const Value value = engine::StringValue{1000, "a<b"};
  EXPECT_EQ(text(value, QueryKind::kInstant), R"({"resultType":"string","result":[1,"a\u003cb"]})");
}

TEST_F(ValueJson, Vector) {
  GridValue grid{engine::StepGrid::at(1500), {}};
  grid.series.push_back(series({{"__name__", "x"}, {"a", "q\"<\n"}}, {0.5}));
  grid.series.push_back(series({}, {std::numeric_limits<double>::infinity()}));
  EXPECT_EQ(
      text(Value(std::move(grid)), QueryKind::kInstant),
      R"({"resultType":"vector","result":[{"metric":{"__name__":"x","a":"q\"<\n"},"value":[1.500,"0.5"]},)"
      R"({"metric":{},"value":[1.500,"+Inf"]}]})");
}

TEST_F(ValueJson, EmptyVectorIsAList) {
  EXPECT_EQ(text(Value(GridValue{engine::StepGrid::at(0), {}}), QueryKind::kInstant),
            R"({"resultType":"vector","result":[]})");
}

TEST_F(ValueJson, MatrixLeavesAbsentStepsOut) {
  GridValue grid{{-1500, 500, 1000}, {}};
  grid.series.push_back(series({{"a", "b"}}, {1, kAbsent, std::nan("")}));
  EXPECT_EQ(
      text(Value(std::move(grid)), QueryKind::kRange),
      R"({"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[-1.500,"1"],[0.500,"NaN"]]}]})");
}

TEST_F(ValueJson, MatrixOfManyBatchesMayBeTakenInParts) {
  const std::size_t steps = 1000;
  GridValue grid{{0, 999'000, 1000}, {}};
  for (const char* name : {"x", "y", "z"}) {
    grid.series.push_back(series({{"n", name}}, std::vector<double>(steps, 1e300 / 3)));
  }
  const Value value(std::move(grid));
  const std::string whole = text(value, QueryKind::kRange);
  ValueEncoder encoder(value, QueryKind::kRange);
  std::string parts;
  std::size_t count = 1;
  while (encoder.append(parts, 1)) ++count;
  EXPECT_EQ(parts, whole);
  EXPECT_EQ(count, 4U);
  EXPECT_TRUE(whole.ends_with(R"([999,"3.3333333333333335e+299"]]}]})")) << whole.substr(whole.size() - 60);
}

TEST_F(ValueJson, RawMatrixKeepsItsTimes) {
  engine::RawMatrix matrix;
  matrix.series.push_back({{{"a", "b"}}, {1, 2003}, {1, 2}, {}, {}});
  EXPECT_EQ(text(Value(std::move(matrix)), QueryKind::kInstant),
            R"({"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[0.001,"1"],[2.003,"2"]]}]})");
}

}  // namespace
}  // namespace prome::api
