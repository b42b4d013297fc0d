/* Any bytes at all as a Structurizr workspace. */
#define FUZZ_IMPORT "structurizr"
#include "fuzz-import.h"
