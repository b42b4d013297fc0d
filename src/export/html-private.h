/* A drawing as one page for people: html.c (page, pictures), html-tables.c (what is in it, in words). */
#pragma once

#include "export-private.h"

typedef struct
{
  GString *out;
  const TbModel *model;
  const TbExportOptions *options;
  const char *const *heads; /* of the table that is being written; NULL: it has none */
  guint column;
} TbPage;

/* Escaped, without control characters. NULL: nothing. */
void tb_page_text (TbPage *page, const char *text);
/* <a href="#id">title</a>: to the row that is about it. */
void tb_page_link (TbPage *page, const TbElement *element);

void tb_page_findings (TbPage *page);
void tb_page_components (TbPage *page);
void tb_page_links (TbPage *page);
void tb_page_structure (TbPage *page);
void tb_page_scenarios (TbPage *page);
