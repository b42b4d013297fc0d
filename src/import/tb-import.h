/* Formats in: a row each (import.c), a file each.
 *
 * Nothing is executed, fetched or expanded without bound; what has no place in an architecture is told, with its line,
 * and nothing is told that was taken. A reader gives a whole document or none.
 *
 * To add a format: a file with its two functions, declared in import-private.h; a row in import.c; a fuzz target
 * tests/fuzz/fuzz-import-NAME.c, which is three lines on top of fuzz-import.h, and its corpus. */
#pragma once

#include "tb-model.h"

G_BEGIN_DECLS

#define TB_IMPORT_MAX_BYTES (64u << 20)

/* What of an input was not taken as it is. Rules:
 *   dropped  (warning) it has no place here and is not in the document
 *   assumed  (info)    it could be meant otherwise; it was taken so
 *   offered  (info)    something that a person may want and the input only hints at */
#define TB_IMPORT_DROPPED "dropped"
#define TB_IMPORT_ASSUMED "assumed"
#define TB_IMPORT_OFFERED "offered"

typedef struct
{
  const char *name;   /* for people: a path, or "standard input" */
  const char *folder; /* where files that it names are looked for; NULL: nowhere, they are told as dropped */
  const char *bytes;  /* a 0 stands behind them */
  gsize size;
} TbImportSource;

typedef struct
{
  const char *name;       /* "dot": what -f says */
  const char *label;      /* for people: "Graphviz DOT" */
  const char *extensions; /* "dot gv" */
  const char *file_names; /* "compose.yaml docker-compose.yml"; NULL: none */
  /* read() gets UTF-8 without a byte order mark, whatever the encoding of the file was (UTF-8, UTF-16, Latin-1). FALSE:
   * the bytes as they are (XML that says its encoding itself, PNG). */
  gboolean text;
  /* Whether bytes look like it, from 0 (no) to 100 (surely); cheap, at most a walk over the first 64 KiB. Text in
   * UTF-16 comes as UTF-8. */
  int (*sniff) (const char *bytes, gsize size);
  /* (transfer full). dropped is never NULL. NULL with one sentence, "name:line:column: …" where they are known. */
  TbDocument *(*read) (const TbImportSource *source, TbProblems *dropped, GError **error);
} TbImportFormat;

const TbImportFormat *tb_import_formats (guint *n);
/* NULL where there is none of that name. */
const TbImportFormat *tb_import_format (const char *name);
/* By content first, by the name of the file second: a wrong extension is no obstacle. NULL where it is nothing that can
 * be read. */
const TbImportFormat *tb_import_recognise (const char *path, const char *bytes, gsize size);
/* Whether it is a drawing of ours, alone or in a picture: tb_document_load() opens it. */
gboolean tb_import_is_own (const char *bytes, gsize size);
/* "Graphviz DOT, draw.io and Compose": what can be read. (transfer full) */
char *tb_import_labels (void);

/* Reads a file of another format ("-": standard input) into a new document without a path, which counts as modified and
 * has nothing to undo. format NULL: recognised. dropped (may be NULL) gets what was not taken. */
TbDocument *tb_import (const char *path, const char *format, TbProblems *dropped, GError **error);
/* The same of bytes; source->bytes need no 0 behind them. */
TbDocument *tb_import_bytes (const TbImportSource *source, const char *format, TbProblems *dropped, GError **error);

#define TB_IMPORT_ERROR (tb_import_error_quark ())
GQuark tb_import_error_quark (void);
typedef enum
{
  TB_IMPORT_ERROR_UNKNOWN,  /* nothing that can be read */
  TB_IMPORT_ERROR_INVALID,  /* broken, empty or hostile */
  TB_IMPORT_ERROR_TOO_LARGE
} TbImportError;

G_END_DECLS
