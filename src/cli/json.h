/* Writes JSON on one line. Names may be NULL inside arrays; strings that are NULL, and numbers that
 * are none, become null. */
#pragma once

#include <glib.h>

typedef struct TbJson TbJson;

TbJson *tb_json_new (void);
void tb_json_free (TbJson *json);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbJson, tb_json_free)
/* (transfer none): what was written so far. */
const char *tb_json_text (const TbJson *json);
/* Forgets what was written. */
void tb_json_clear (TbJson *json);

void tb_json_begin_object (TbJson *json, const char *name);
void tb_json_end_object (TbJson *json);
void tb_json_begin_array (TbJson *json, const char *name);
void tb_json_end_array (TbJson *json);
/* Bytes that are no UTF-8 are replaced. */
void tb_json_string (TbJson *json, const char *name, const char *value);
void tb_json_integer (TbJson *json, const char *name, gint64 value);
void tb_json_number (TbJson *json, const char *name, double value);
void tb_json_boolean (TbJson *json, const char *name, gboolean value);
void tb_json_null (TbJson *json, const char *name);
