#include "server/commands.h"

#include "base/json.h"
#include "server/commands/measure_network.h"
#include "server/commands/rapids.h"

namespace thalweg {

std::vector<Command> ServerCommands() {
  return {
      {"rapids", &RapidsCommand},
      {"end_session", &EndSessionCommand},
      {"remove", &RemoveCommand},
      {"remove_all", &RemoveAllCommand},
      {"network_test", &NetworkTestCommand},
  };
}

}  // namespace thalweg
