/* JSON out and in. Writing: on one line. Names may be NULL inside arrays; strings that are NULL, and numbers that
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
/* A whole value that is JSON already. */
void tb_json_raw (TbJson *json, const char *text);

/* ---- Reading --------------------------------------------------------------------------------- */

typedef enum
{
  TB_JSON_NULL,
  TB_JSON_BOOLEAN,
  TB_JSON_NUMBER,
  TB_JSON_TEXT,
  TB_JSON_ARRAY,
  TB_JSON_OBJECT
} TbJsonKind;

typedef struct
{
  TbJsonKind kind;
  char *name;       /* of a member; else NULL */
  char *text;       /* of a text; of numbers and words as they stood there; else NULL */
  double number;
  gboolean truth;
  GPtrArray *items; /* of TbJsonValue: an array's, or an object's members in their order */
} TbJsonValue;

/* One whole value of UTF-8, at most 32 deep. NULL with a sentence that names the byte. */
TbJsonValue *tb_json_parse (const char *bytes, gsize n, GError **error);
void tb_json_value_free (TbJsonValue *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbJsonValue, tb_json_value_free)
/* The first member of that name; NULL where there is none, or where that is no object. */
const TbJsonValue *tb_json_member (const TbJsonValue *object, const char *name);
/* Its text, NULL also for null, lists and objects. (transfer none) */
const char *tb_json_member_text (const TbJsonValue *object, const char *name);
GQuark tb_json_error_quark (void);
