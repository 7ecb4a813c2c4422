#include "api/parameters.h"

#include <algorithm>

namespace prome::api {
namespace {

/// The media type without its parameters.
std::string_view mediaType(std::string_view content_type) {
  auto type = content_type.substr(0, content_type.find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  return type;
}

}  // namespace

Parameters::Parameters(const http::Exchange& exchange, BodyForms forms) {
  const auto keep = [this](std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  };
  list_.reserve(8);
  const auto content_type = exchange.head.find(http::FieldName::kContentType).value_or("");
  const auto type = mediaType(content_type);
  const bool post = exchange.head.method == "POST";
  if (post && exchange.body_dropped) keep("http: POST too large");
  if (post && http::equalsNoCase(type, "application/x-www-form-urlencoded")) {
    keep(http::appendUrlencoded(exchange.body, list_));
  }
  keep(http::appendUrlencoded(exchange.head.query, list_));
  if (post && forms == BodyForms::kAll && http::equalsNoCase(type, "multipart/form-data")) {
    keep(http::appendMultipart(content_type, exchange.body, list_));
  }
}

std::string_view Parameters::get(std::string_view name) const {
  const auto found = std::ranges::find(list_, name, &http::Parameter::name);
  return found == list_.end() ? std::string_view{} : std::string_view(found->value);
}

std::vector<std::string_view> Parameters::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& parameter : list_) {
    if (parameter.name == name) values.push_back(parameter.value);
  }
  return values;
}

}  // namespace prome::api
