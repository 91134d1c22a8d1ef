// Commands of Rapids.
#pragma once

#include "jobs/commands.h"

namespace thalweg {

// {"ast", "session", "id"} to the wire form of the result: RapidsNumberV3 and so on. Which of them
// it is the clients tell by the keys that are there.
Json RapidsCommand(const Json& arguments, CommandContext& context);
// {"session"}: its temporaries go.
Json EndSessionCommand(const Json& arguments, CommandContext& context);
// {"name"}: whatever it is goes; true if there was something.
Json RemoveCommand(const Json& arguments, CommandContext& context);
// {"kept": [names]}: all else goes.
Json RemoveAllCommand(const Json& arguments, CommandContext& context);

}  // namespace thalweg
