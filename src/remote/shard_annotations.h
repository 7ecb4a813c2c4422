// What a shard's answer says behind its data, as a stream gives it.
#pragma once

#include <memory>
#include <vector>

#include "querier/querier.h"

namespace prome::remote {

/// Warnings and infos of a decoder of querier, whose positions are in `piece`.
template <class Decoder>
std::vector<querier::ShardAnnotation> annotationsOf(const Decoder& decoder,
                                                    const std::shared_ptr<const plan::PieceText>& piece) {
  std::vector<querier::ShardAnnotation> out;
  for (const auto& text : decoder.warnings()) out.push_back({model::Severity::kWarning, text, piece});
  for (const auto& text : decoder.infos()) out.push_back({model::Severity::kInfo, text, piece});
  return out;
}

}  // namespace prome::remote
