#include "cli/command_line.h"

int main(int argc, char** argv) { return thalweg::RunCommandLine(argc, argv); }
