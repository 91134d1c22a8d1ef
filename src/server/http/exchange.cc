#include "server/http/exchange.h"

namespace thalweg::internal {

bool Connection::Exchange::MakePiece() {
  piece.clear();
  bool more = true;
  if (!gzip) {
    while (more && piece.empty()) more = response.stream(piece);
    return more;
  }
  if (deflater == nullptr) deflater = std::make_unique<Deflater>();
  std::string plain;
  while (more && plain.empty()) more = response.stream(plain);
  deflater->Append(plain, !more, piece);
  return more;
}

}  // namespace thalweg::internal
