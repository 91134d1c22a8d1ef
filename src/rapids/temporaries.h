// Frames that belong to a session: the catalog holds them until it ends.
#pragma once

#include <memory>
#include <string>

#include "jobs/catalog.h"

namespace thalweg::internal {

class TemporaryFrame : public FrameEntry {
 public:
  TemporaryFrame(std::shared_ptr<const Frame> frame, std::string session)
      : FrameEntry(std::move(frame)), session_(std::move(session)) {}
  const std::string& session() const { return session_; }

 private:
  std::string session_;
};

// Without a session the frame stays until it is removed. UserError where the name is taken.
void PutTemporary(Catalog& catalog, const std::string& name, std::shared_ptr<const Frame> frame,
                  const std::string& session);
// A temporary that is renamed is one no longer. NotFound where there is nothing of the old name.
void RenameEntry(Catalog& catalog, const std::string& from, const std::string& to);
// `frame` takes the place of what is there; if that was a temporary, so is this.
void ReplaceFrame(Catalog& catalog, const std::string& name, std::shared_ptr<const Frame> frame);

}  // namespace thalweg::internal
