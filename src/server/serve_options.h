// What `thalweg serve` can be told.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/fields.h"

namespace thalweg {

struct ServeOptions {
  int64_t port = 54321;
  std::string ip = "127.0.0.1";
  std::string name;
  int64_t threads = 0;
  int64_t ranks = 1;
  double rank_timeout = 10;
  int64_t replicas = 1;
  std::string memory;
  std::vector<std::string> import_root;
  std::vector<std::string> import_host;
  std::vector<std::string> export_root;
  std::string data_dir;
  std::string context_path;
  std::string tls_certificate;
  std::string tls_key;
  std::string hash_login;
  bool token_login = false;
  bool insecure = false;
  std::vector<std::string> allowed_hosts;
  std::string h2o_version = "3.46.0.12";
};

template <>
inline constexpr auto kFields<ServeOptions> = std::tuple{
    Field<&ServeOptions::port>({.name = "port",
                                .help = "Port to listen at; where it is taken, the next that is "
                                        "free. 0 means any.",
                                .min = 0,
                                .max = 65535}),
    Field<&ServeOptions::ip>(
        {.name = "ip",
         .help = "Address to listen at. Any other than loopback needs TLS and a login, or "
                 "--insecure."}),
    Field<&ServeOptions::name>(
        {.name = "name", .help = "Name of the cloud, as the clients show it."}),
    Field<&ServeOptions::threads>({.name = "threads",
                                   .help = "Threads of each job; 0 means all processors.",
                                   .min = 0,
                                   .max = 4096}),
    Field<&ServeOptions::ranks>(
        {.name = "ranks",
         .help = "Ranks as threads of this process, each holding a part of the rows.",
         .min = 1,
         .max = 64}),
    Field<&ServeOptions::rank_timeout>(
        {.name = "rank_timeout",
         .help = "Seconds after which a rank that is a process and says nothing counts as lost.",
         .level = ParamLevel::kExpert,
         .min = 1}),
    Field<&ServeOptions::replicas>(
        {.name = "replicas",
         .help = "Second copies of frames on other ranks, where ranks are processes: 1, so that "
                 "the loss of one rank is survived, or 0.",
         .min = 0,
         .max = 1}),
    Field<&ServeOptions::memory>(
        {.name = "memory",
         .help = "Most memory that frames, models and jobs may take, as in 8g or 500m; empty means "
                 "what the machine has."}),
    Field<&ServeOptions::import_root>(
        {.name = "import_root",
         .help = "Folders below which files may be read, links resolved; none means no imports."}),
    Field<&ServeOptions::import_host>(
        {.name = "import_host",
         .help = "Web servers that files may be imported from, as HOST or HOST:PORT; none means "
                 "no imports from http(s)."}),
    Field<&ServeOptions::export_root>(
        {.name = "export_root",
         .help = "Folders below which files may be written; none means no exports."}),
    Field<&ServeOptions::data_dir>(
        {.name = "data_dir",
         .help = "Folder that keeps named frames, models and grids; a start with the same one "
                 "brings them back. Empty means memory alone."}),
    Field<&ServeOptions::context_path>(
        {.name = "context_path", .help = "Prefix of all paths, for use behind a proxy."}),
    Field<&ServeOptions::tls_certificate>(
        {.name = "tls_certificate", .help = "Certificate chain (PEM) for TLS."}),
    Field<&ServeOptions::tls_key>({.name = "tls_key", .help = "Its private key (PEM)."}),
    Field<&ServeOptions::hash_login>(
        {.name = "hash_login",
         .help = "File of lines NAME:HASH of those who may log in; see thalweg hash-password."}),
    Field<&ServeOptions::token_login>(
        {.name = "token_login",
         .help = "Ask for a token, printed at the start, as the password of any user."}),
    Field<&ServeOptions::insecure>(
        {.name = "insecure", .help = "Listen beyond loopback without TLS or without a login."}),
    Field<&ServeOptions::allowed_hosts>(
        {.name = "allowed_hosts",
         .help = "Host names besides the address that requests may be sent to."}),
    Field<&ServeOptions::h2o_version>(
        {.name = "h2o_version",
         .help = "Version told to the h2o clients, which want it to be their own.",
         .level = ParamLevel::kExpert}),
};

}  // namespace thalweg
