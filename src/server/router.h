// Finds the endpoint of a request, decodes its fields and runs its handler.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/endpoint.h"
#include "server/http/http.h"
#include "server/server_context.h"

namespace thalweg {

class Router : public HttpHandler {
 public:
  // `prefix` stands before all paths ("" or "/ctx"). Everything must outlive this.
  Router(std::span<const Endpoint> endpoints, const std::string& prefix, ServerContext& server);

  RequestPlan Plan(HttpMethod method, std::string_view path) const override;
  HttpResponse Handle(const HttpRequest& request) override;
  HttpResponse Refusal(int status, const std::string& message) const override;

 private:
  struct Route {
    const Endpoint* endpoint;
    std::vector<std::string> segments;  // as in the pattern: literal, or {name}
  };
  struct Match {
    const Endpoint* endpoint = nullptr;
    FieldList path_fields;
  };
  Match Find(HttpMethod method, std::string_view path) const;
  HttpResponse Answer(const HttpRequest& request, bool* quick);

  std::string prefix_;
  ServerContext& server_;
  std::map<std::pair<HttpMethod, size_t>, std::vector<Route>> routes_;  // by method and segments
};

}  // namespace thalweg
