/* YAML out: block style, two blanks a level, only what every reader of YAML 1.1 and 1.2 takes alike. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  GString *text;
  guint depth;
  gboolean first_in_item; /* the next key stands behind the "- " of its item */
  gboolean dollars;       /* Compose: a $ is written twice */
} TbYamlOut;

void tb_yaml_out_init (TbYamlOut *out);
/* Everything below key until tb_yaml_out_end(). */
void tb_yaml_out_open (TbYamlOut *out, const char *key);
void tb_yaml_out_end (TbYamlOut *out);
/* An item that is a mapping, until tb_yaml_out_end(). */
void tb_yaml_out_item (TbYamlOut *out);
/* A text, whatever is in it: quoted where it would mean something else. NULL: nothing is written. */
void tb_yaml_out_text (TbYamlOut *out, const char *key, const char *value);
void tb_yaml_out_number (TbYamlOut *out, const char *key, gint64 value);
void tb_yaml_out_boolean (TbYamlOut *out, const char *key, gboolean value);
/* key: [a, b], a line; n 0: nothing is written. */
void tb_yaml_out_list (TbYamlOut *out, const char *key, const char *const *values, guint n);
/* "- text" */
void tb_yaml_out_entry (TbYamlOut *out, const char *value);
/* key: {} */
void tb_yaml_out_nothing (TbYamlOut *out, const char *key);
void tb_yaml_out_comment (TbYamlOut *out, const char *text);
/* Between two documents of a stream. */
void tb_yaml_out_document (TbYamlOut *out);
/* (transfer full) */
GBytes *tb_yaml_out_finish (TbYamlOut *out);

G_END_DECLS
