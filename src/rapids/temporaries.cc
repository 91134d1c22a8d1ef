#include "rapids/temporaries.h"

#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "rapids/rapids.h"

namespace thalweg {
namespace internal {

void PutTemporary(Catalog& catalog, const std::string& name, std::shared_ptr<const Frame> frame,
                  const std::string& session) {
  if (catalog.Find(name)) {
    throw UserError("the name " + Printable(name) + " is taken; remove it first");
  }
  if (session.empty()) {
    catalog.Put(name, std::make_shared<FrameEntry>(std::move(frame)));
  } else {
    catalog.Put(name, std::make_shared<TemporaryFrame>(std::move(frame), session));
  }
}

void RenameEntry(Catalog& catalog, const std::string& from, const std::string& to) {
  if (!catalog.Rename(from, to)) throw NotFound("frame or model", from);
  if (const auto temporary = catalog.FindAs<TemporaryFrame>(to)) {
    catalog.Put(to, std::make_shared<FrameEntry>(temporary->frame()));
  }
}

void ReplaceFrame(Catalog& catalog, const std::string& name, std::shared_ptr<const Frame> frame) {
  const auto temporary = catalog.FindAs<TemporaryFrame>(name);
  if (temporary) {
    catalog.Put(name, std::make_shared<TemporaryFrame>(std::move(frame), temporary->session()));
  } else {
    catalog.Put(name, std::make_shared<FrameEntry>(std::move(frame)));
  }
}

}  // namespace internal

void EndRapidsSession(const std::string& session, Catalog& catalog) {
  for (const auto& [name, entry] : catalog.List(EntryKind::kFrame)) {
    const auto* temporary = dynamic_cast<const internal::TemporaryFrame*>(entry.get());
    if (temporary != nullptr && temporary->session() == session) catalog.Remove(name);
  }
}

}  // namespace thalweg
