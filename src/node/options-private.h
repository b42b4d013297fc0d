/* Inside the reader of the command line: options.c (its table), options-call.c (a link), and
 * options-words.c (numbers and addresses). */
#pragma once

#include "node-private.h"

/* A sentence about what is wrong, to be freed. */
char *option_sentence (const char *format, ...) __attribute__ ((format (printf, 1, 2)));
/* The next blank-separated word of *p, copied; false at the end or where it does not fit. */
bool option_word (const char **p, char *word, size_t size);
bool option_at_end (const char *p);
bool option_count (const char *text, uint64_t max, uint64_t *value);
/* Positive decimals such as 0.25 and 1500; strtod would follow the locale. */
bool option_number (const char *text, double *value);
/* Numbers, localhost, and * or nothing for every address. The names of a drawing are resolved by
 * the plan, so no resolver is linked. */
bool option_address (const char *text, Address *address);
/* Reads a --call into o; NULL or a sentence. */
char *option_call (Options *o, const char *value);
