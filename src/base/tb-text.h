/* Text as programs write it to a terminal. libc only. */
#pragma once

#include <stddef.h>

/* Takes the sequences out that steer a terminal (ECMA-48: colours, titles, the cursor): in place,
 * returns what is left of n. *rest (may be NULL) gets how many bytes at the end may be the beginning of
 * one that goes on: they are taken out too, and belong before what comes next. */
size_t tb_text_without_escapes (char *text, size_t n, size_t *rest);
