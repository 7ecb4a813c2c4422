#include "api/snapshot.h"

namespace prome::api {

model::Dialect Snapshot::dialect() const {
  switch (query.dialect) {
    case DialectChoice::kPrometheus2:
      return model::Dialect::kPrometheus2;
    case DialectChoice::kPrometheus3:
      return model::Dialect::kPrometheus3;
    case DialectChoice::kAuto:
      break;
  }
  return remote::dialectOf(fleet->release);
}

}  // namespace prome::api
