/* The reader's state, shared by the two files it is made of. */
#pragma once

#include "xml-private.h"

#include <libxml/parser.h>

/* Where in a picture the reader is.
 *
 *   NONE: the file is a drawing      svg           metadata            its end
 *   BEFORE <-------------- (start) ------> BEFORE ----------> INSIDE ---------> AFTER
 *                                                  a drawing in INSIDE is read as any other */
typedef enum
{
  TB_XML_PICTURE_NONE,
  TB_XML_PICTURE_BEFORE,
  TB_XML_PICTURE_INSIDE,
  TB_XML_PICTURE_AFTER
} TbXmlPicture;

typedef struct
{
  const char *bytes;
  gsize size;
  xmlParserCtxt *parser;
  TbModel *model;
  TbProblems *problems;
  TbElement *current;     /* the element we are in; NULL before and after the root */
  guint depth, n_elements;
  guint unknown_depth;    /* > 0: inside an unknown element, so deep */
  gsize unknown_start;
  gsize anchor;           /* the last tag's start, and where that is */
  TbXmlPosition anchor_at;
  guint64 seen;           /* bit per slot: attributes of this tag, good or bad */
  guint n_warnings;
  char *unknown_namespace; /* to be declared on the kept one; NULL: it says so itself */
  GPtrArray *pending;     /* comments and unknown elements for the next element; NULL: none */
  GString *text;          /* of the current element */
  GHashTable *local_ids;  /* of the scenario we are in */
  gboolean disordered;    /* children out of canonical order were seen */
  TbXmlPicture picture;
  gboolean failed, stopped;
} TbXmlReader;

/* Where the parser is: just behind a start tag's attributes, or behind an end tag. */
gsize tb_xml_offset (const TbXmlReader *reader);
/* Where the tag it is in begins. */
gsize tb_xml_tag_offset (const TbXmlReader *reader);
TbXmlPosition tb_xml_position_of (const TbXmlReader *reader, gsize offset);

/* Reads no further. */
void tb_xml_stop (TbXmlReader *reader);
/* A finding about the byte at offset; errors fail the whole file. */
void tb_xml_report (TbXmlReader *reader, TbSeverity severity, const char *rule, gsize offset,
                    const char *format, ...) G_GNUC_PRINTF (5, 6);
#define tb_xml_error(reader, ...) tb_xml_report (reader, TB_SEVERITY_ERROR, __VA_ARGS__)
/* " (did you mean near?)" in buffer, or nothing where near is NULL. */
const char *tb_xml_did_you_mean (const char *near, char *buffer, gsize size);

/* Takes raw XML for the next element, or for the end of this one. */
void tb_xml_keep (TbXmlReader *reader, char *raw);
/* For the current element; prefix may be NULL. */
void tb_xml_keep_attribute (TbXmlReader *reader, const char *prefix, const char *name,
                            const char *value);
/* The unknown element that has just ended. */
void tb_xml_keep_unknown (TbXmlReader *reader);
