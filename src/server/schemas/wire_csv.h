// CSV as H2O writes it (protocol notes §7).
#pragma once

#include "ingest/writers/csv_writer.h"

namespace thalweg {

inline internal::CsvStyle WireCsvStyle() {
  return {.quote_names = true,
          .quote_texts = true,
          .java_reals = true,
          .times_as_milliseconds = true,
          .upper_case_uuids = true,
          .lonely_missing = ""};
}

}  // namespace thalweg
