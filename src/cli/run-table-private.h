/* The live table from the inside: run-line.c (one line), run-rows.c (instances, links), run-table.c. */
#pragma once

#include "run-private.h"

/* A line that is being made. Invariant: columns ≤ width. */
typedef struct
{
  GString *text;
  guint columns, width;
  gboolean colour;
} TbLine;

typedef struct
{
  GPtrArray *lines; /* of char * */
  guint width;
  gboolean colour;
  guint link_ids;        /* columns of the widest link's name */
  const TbRunView *view; /* what is chosen, and what was; NULL: nobody chooses */
} TbSheet;

guint tb_text_columns (const char *text);
TbLine tb_line_begin (const TbSheet *sheet);
void tb_line_end (TbSheet *sheet, TbLine *line);
/* Appends text, in a colour (SGR; NULL: none), cut with "…" where `room` columns are not enough.
 * Control characters, which a program's last words may hold, are left out. */
void tb_line_append (TbLine *line, const char *colour, guint room, const char *text);
void tb_line_pad (TbLine *line, guint column);
void tb_line_append_right (TbLine *line, const char *colour, guint room, const char *text);

void tb_sheet_blank (TbSheet *sheet);
/* Each instance has a line where they fit; otherwise each component. */
void tb_sheet_instances (TbSheet *sheet, const TbLiveFrame *frame, guint rows);
void tb_sheet_link_titles (TbSheet *sheet);
void tb_sheet_links (TbSheet *sheet, const TbLiveFrame *frame, guint rows);
guint tb_sheet_links_shown (const TbSheet *sheet, const TbLiveFrame *frame);
