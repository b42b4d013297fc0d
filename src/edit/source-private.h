/* A text read so far that completion knows where it is. */
#pragma once

#include "tb-source.h"

G_BEGIN_DECLS

#define TB_SOURCE_MAX_DEPTH 64

/* An element of the text. Slices of the text are from its start, in bytes. */
typedef struct
{
  TbKind kind;    /* NONE: no element of an architecture */
  int parent;     /* index; -1: none */
  gsize name, name_end; /* its name, behind "<" */
  gsize end;      /* where its start tag ends, or where another begins */
  gboolean closed; /* its end was seen before the cursor, or it has none */
} TbSourceElement;

typedef struct
{
  const char *text;
  gsize at;
  GArray *elements;   /* of TbSourceElement, in order */
  TbSourceWhere where;
  int inside;         /* the innermost element that is open at the cursor; -1: none */
  int tag;            /* the one whose start tag the cursor stands in; -1: none */
  gsize from;         /* of the word that the cursor stands in or behind */
  gsize attribute, attribute_end; /* VALUE: whose */
} TbSourceScan;

void tb_source_scan (TbSourceScan *scan, const char *text, gsize at);
void tb_source_scan_clear (TbSourceScan *scan);

/* The raw value of an attribute of an element, NULL where it has none. (transfer full) */
char *tb_source_value (const TbSourceScan *scan, const TbSourceElement *element, const char *name);
/* The element with that id among all that may be named, NULL where there is none. */
const TbSourceElement *tb_source_find (const TbSourceScan *scan, const char *id);

gboolean tb_source_is_name (char c);

G_END_DECLS
