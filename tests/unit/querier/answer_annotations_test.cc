// What shards say of operations between samples is told from all else they say.
#include "querier/answer_annotations.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace prome::querier {
namespace {

using model::Severity;

/// Said of a piece that stands in the query four bytes later.
ShardAnnotation said(Severity severity, std::string text) {
  const plan::PieceText piece{.text = "a + b", .origins = {{0, 4}, {4, 8}}};
  return {severity, std::move(text), std::make_shared<const plan::PieceText>(piece)};
}

TEST(OperationNote, IsOfAnOperationAtItsPlaceInTheQuery) {
  const std::string types =
      "incompatible sample types encountered for binary operator \"+\": float + histogram";
  const auto info = operationNote(said(Severity::kInfo, "PromQL info: " + types + " (1:1)"));
  ASSERT_TRUE(info);
  EXPECT_EQ(*info, (OperationNote{.position = 4, .text = types}));

  const std::string layout = "incompatible bucket layout encountered for binary operator +";
  const auto warning = operationNote(said(Severity::kWarning, "PromQL warning: " + layout + " (1:5)"));
  ASSERT_TRUE(warning);
  EXPECT_EQ(*warning, (OperationNote{.position = 8, .text = layout}));
}

TEST(OperationNote, IsOfEveryKindThatOperationsHave) {
  for (const char* const text : {"mismatched custom buckets were reconciled during addition (1:1)",
                                 "mismatched custom buckets were reconciled during subtraction (1:1)"}) {
    EXPECT_TRUE(operationNote(said(Severity::kInfo, std::string("PromQL info: ") + text))) << text;
  }
  const char* const collision =
      "PromQL warning: conflicting counter resets during histogram subtraction (1:1)";
  EXPECT_TRUE(operationNote(said(Severity::kWarning, collision)));
}

TEST(OperationNote, IsNothingElse) {
  for (const char* const text :
       {"PromQL info: mismatched custom buckets were reconciled during aggregation (1:1)",
        "PromQL info: ignored histogram in min aggregation (1:1)",
        "mismatched custom buckets were reconciled during addition (1:1)",
        "PromQL info: mismatched custom buckets were reconciled during addition",
        "10 more info annotations omitted", ""}) {
    EXPECT_FALSE(operationNote(said(Severity::kInfo, text))) << text;
  }
}

}  // namespace
}  // namespace prome::querier
