// Expressions and the sessions that own their temporaries.
#pragma once

#include <string>

#include "server/endpoint.h"

namespace thalweg {

struct RapidsRequest {
  std::string ast;
  std::string session_id;
  std::string id;
};
template <>
inline constexpr auto kFields<RapidsRequest> = std::tuple{
    Field<&RapidsRequest::ast>({.name = "ast", .help = "The expression."}),
    Field<&RapidsRequest::session_id>(
        {.name = "session_id", .help = "Session that owns temporaries of the expression."}),
    Field<&RapidsRequest::id>({.name = "id", .help = "Name for a frame that comes out of it."})};

struct SessionRequest {
  std::string session_key;
};
template <>
inline constexpr auto kFields<SessionRequest> = std::tuple{
    Field<&SessionRequest::session_key>({.name = "session_key", .help = "Key of the session."})};

struct SessionPropertyRequest {
  std::string session_key;
  std::string key;
  std::string value;
};
template <>
inline constexpr auto kFields<SessionPropertyRequest> = std::tuple{
    Field<&SessionPropertyRequest::session_key>(
        {.name = "session_key", .help = "Key of the session."}),
    Field<&SessionPropertyRequest::key>({.name = "key", .help = "Name of the property."}),
    Field<&SessionPropertyRequest::value>({.name = "value", .help = "What it is to be."})};

// Properties of a session are remembered for its clients, and mean nothing to the server.
Json SetSessionProperty(const SessionPropertyRequest& request, Call& call);
Json GetSessionProperty(const SessionPropertyRequest& request, Call& call);
Json RunRapids(const RapidsRequest& request, Call& call);
Json StartSession4(const NoFields& request, Call& call);
Json StartSession3(const NoFields& request, Call& call);
Json EndSession(const SessionRequest& request, Call& call);

}  // namespace thalweg
