/* Text of any of the encodings that files come in, as UTF-8. */
#pragma once

#include <glib.h>

/* "UTF-8", "UTF-16LE", "UTF-16BE" or, of what is none of them, "ISO-8859-1"; mark_size: bytes of the byte order mark. */
const char *tb_encoding_of (const char *bytes, gsize size, gsize *mark_size);
/* As UTF-8, terminated, without a byte order mark (transfer full); NULL where it says an encoding that it is not in.
 * encoding may be NULL. */
char *tb_encoding_to_utf8 (const char *bytes, gsize size, const char **encoding, gsize *out_size);
