/* Any bytes at all as a flowchart of Mermaid. */
#define FUZZ_IMPORT "mermaid"
#include "fuzz-import.h"
