#include "plan/text_edits.h"

#include <gtest/gtest.h>

namespace prome::plan {
namespace {

TEST(TextEdits, NothingChangesNothing) {
  const TextEdits edits("up");
  EXPECT_EQ(edits.apply(), "up");
  EXPECT_EQ(edits.text(), "up");
}

TEST(TextEdits, BlankKeepsNewlines) {
  TextEdits edits("ab\ncd\re");
  edits.blank({1, 6});
  EXPECT_EQ(edits.apply(), "a \n   e");
}

TEST(TextEdits, OverwriteKeepsLength) {
  TextEdits edits("x{a=\"1234\"}");
  edits.blank({2, 10});
  edits.overwrite(2, "yy");
  EXPECT_EQ(edits.apply(), "x{yy      }");
}

TEST(TextEdits, InsertionsAtOnePlaceStayInOrder) {
  TextEdits edits("ab");
  edits.insert(1, "1");
  edits.insert(1, "2");
  edits.insert(2, "3");
  edits.insert(0, "0");
  EXPECT_EQ(edits.apply(), "0a12b3");
}

TEST(TextEdits, EnclosuresNestFromInsideOut) {
  TextEdits edits("a+b");
  edits.enclose({0, 1}, "f(", ")");
  edits.enclose({2, 3}, "h(", "}");
  edits.enclose({0, 3}, "g(", "]");
  EXPECT_EQ(edits.apply(), "g(f(a)+h(b}]");
}

TEST(TextEdits, WhatEndsGoesBeforeWhatBegins) {
  TextEdits edits("ab");
  edits.enclose({1, 2}, "<", ">");
  edits.enclose({0, 1}, "(", ")");
  EXPECT_EQ(edits.apply(), "(a)<b>");
}

TEST(TextEdits, InsertionInsideAnEnclosureStaysInside) {
  TextEdits edits("up");
  edits.insert(2, "{}");
  edits.enclose({0, 2}, "(", ")");
  EXPECT_EQ(edits.apply(), "(up{})");
}

}  // namespace
}  // namespace prome::plan
