#include "base/error.h"

#include <gtest/gtest.h>

namespace prome {
namespace {

TEST(Error, TypesAndStatuses) {
  struct Row {
    ErrorKind kind;
    std::string_view name;
    int status;
  };
  for (const auto& [kind, name, status] :
       std::initializer_list<Row>{{ErrorKind::kBadData, "bad_data", 400},
                                  {ErrorKind::kExecution, "execution", 422},
                                  {ErrorKind::kCanceled, "canceled", 499},
                                  {ErrorKind::kTimeout, "timeout", 503},
                                  {ErrorKind::kInternal, "internal", 500},
                                  {ErrorKind::kUnavailable, "unavailable", 503},
                                  {ErrorKind::kNotFound, "not_found", 404},
                                  {ErrorKind::kNotAcceptable, "not_acceptable", 406}}) {
    EXPECT_EQ(errorTypeName(kind), name);
    EXPECT_EQ(httpStatus(kind), status);
  }
  const Result<int> failed = fail(ErrorKind::kTimeout, "late");
  EXPECT_EQ(failed.error(), (Error{ErrorKind::kTimeout, "late"}));
}

}  // namespace
}  // namespace prome
