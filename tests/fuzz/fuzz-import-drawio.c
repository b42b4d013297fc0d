/* Any bytes at all as a file of draw.io. */
#define FUZZ_IMPORT "drawio"
#include "fuzz-import.h"
