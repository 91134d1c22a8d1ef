#include "server/schemas/records.h"

#include <array>

namespace thalweg {
namespace {

constexpr auto kCloud = std::to_array<RecordField>({
    {"skip_ticks", "boolean", "Leave the load of the processors out."},
    {"version", "string", "Version of the protocol, as the clients compare it with their own."},
    {"branch_name", "string", "Branch of that version."},
    {"last_commit_hash", "string", "Empty."},
    {"describe", "string", "Name of the program."},
    {"compiled_by", "string", "Name of the program."},
    {"compiled_on", "string", "Empty."},
    {"build_number", "string", "Last part of the version."},
    {"build_age", "string", "Age of the version."},
    {"build_too_old", "boolean", "Whether the clients are to warn of its age."},
    {"node_idx", "int", "Number of the rank that answers."},
    {"cloud_name", "string", "Name of the cloud."},
    {"cloud_size", "int", "Number of ranks."},
    {"cloud_uptime_millis", "long", "Milliseconds since the start."},
    {"cloud_internal_timezone", "string", "Time zone of the cloud."},
    {"datafile_parser_timezone", "string", "Time zone of files that are parsed."},
    {"cloud_healthy", "boolean", "Whether all ranks answer."},
    {"bad_nodes", "int", "Ranks that do not."},
    {"consensus", "boolean", "Whether the ranks agree on who they are."},
    {"locked", "boolean", "Whether no further ranks can join."},
    {"is_client", "boolean", "Whether the answering rank holds no data."},
    {"hadoop_version", "string", "Null."},
    {"telemetry_enabled", "boolean", "Nothing is ever reported to anyone: false."},
    {"nodes", "Iced[]", "State of each rank."},
    {"internal_security_enabled", "boolean", "Whether ranks talk in cipher."},
    {"leader_idx", "int", "Rank that serves."},
    {"web_ip", "string", "Address of the server."},
});

constexpr auto kError = std::to_array<RecordField>({
    {"timestamp", "long", "Milliseconds since 1970, UTC."},
    {"error_url", "string", "What was asked for."},
    {"msg", "string", "What went wrong."},
    {"dev_msg", "string", "The same."},
    {"http_status", "int", "Status of the reply."},
    {"values", "Map<String,Object>", "Values that the message speaks of."},
    {"exception_type", "string", "Kind of the error."},
    {"exception_msg", "string", "What went wrong."},
    {"stacktrace", "string[]", "Kind and message in one line."},
});

// What it has beside what every error has.
constexpr auto kModelBuilderError = std::to_array<RecordField>({
    {"parameters", "Iced", "Parameters as they were understood."},
    {"messages", "Iced[]", "What was found wrong with each."},
    {"error_count", "int", "How many of them are errors."},
});

}  // namespace

std::optional<std::vector<RecordField>> FindRecord(std::string_view name) {
  std::vector<RecordField> fields;
  if (name == "CloudV3") {
    fields.assign(kCloud.begin(), kCloud.end());
  } else if (name == "H2OErrorV3" || name == "H2OModelBuilderErrorV3") {
    if (name == "H2OModelBuilderErrorV3") {
      fields.assign(kModelBuilderError.begin(), kModelBuilderError.end());
    }
    fields.insert(fields.end(), kError.begin(), kError.end());
  } else {
    return std::nullopt;
  }
  return fields;
}

}  // namespace thalweg
