/* What a message said, as something to read: its first bytes as text, as JSON, as a table of bytes.
 *
 * Pure. Whatever the bytes are, what comes out is valid UTF-8 without control characters but newline
 * and tab: sequences that steer a terminal, and those that turn the direction of writing round, are
 * made visible instead ("␛[31m"), and what is no text is written as \xNN. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TB_PAYLOAD_TEXT,
  TB_PAYLOAD_JSON, /* with what stands before it, as the head of HTTP, as text */
  TB_PAYLOAD_HEX
} TbPayloadForm;

/* More bytes than this are not formatted; a last line says how many are left. */
#define TB_PAYLOAD_SHOWN_MAX (64 * 1024)

/* (transfer full). What is no JSON is formatted as text; what was cut off in the middle as far as it
 * goes. */
char *tb_payload_format (TbPayloadForm form, const void *bytes, gsize n);
/* Whether there is JSON in it: at its beginning, or at that of a line. It may be cut off. */
gboolean tb_payload_has_json (const void *bytes, gsize n);
/* Whether it is rather read as bytes: a good part of it is no text. */
gboolean tb_payload_is_binary (const void *bytes, gsize n);
/* One line of text of unknown origin (a label, a line of a log), as tb_payload_format() would: tabs and
 * newlines are made visible too. At most max bytes of it, with "…" where there is more; 0: all. (transfer full) */
char *tb_payload_line (const char *bytes, gsize n, gsize max);

G_END_DECLS
