/* The space-time diagram: a line for each instance, an arrow for each message from the moment a tap saw
 * it to the moment it was handed on, time from left to right. No GTK: the panel, SVG and PDF are drawn
 * by the same code, of the same reading.
 *
 * Where there are more messages than can be told apart (TB_SPACETIME_EXACT in what is seen), they are
 * counted in columns instead, and the picture says so: a million messages cost what their columns do. */
#pragma once

#include "tb-past.h"
#include "tb-plot.h"

G_BEGIN_DECLS

/* ---- What it is drawn of --------------------------------------------------------------------- */

/* A recording, or what a test makes up. */
typedef struct
{
  gpointer data;
  gint64 (*start_ns) (gpointer data), (*end_ns) (gpointer data);
  guint (*n_instances) (gpointer data);
  const TbPastInstance *(*instance) (gpointer data, guint i);
  const TbPastTap *(*tap) (gpointer data, guint row);
  guint (*n_taps) (gpointer data);
  guint (*n_bands) (gpointer data);
  const TbPastBand *(*band) (gpointer data, guint i);
  guint (*n_gaps) (gpointer data);
  const TbPastGap *(*gap) (gpointer data, guint i);
  guint64 (*first_event) (gpointer data), (*n_events) (gpointer data);
  guint64 (*find) (gpointer data, gint64 time_ns);
  gsize (*events) (gpointer data, guint64 position, TbEvent *out, gsize max);
} TbSpacetimeSource;

/* Of a recording; it is not kept alive. */
TbSpacetimeSource tb_spacetime_source (TbPast *past);

/* What is searched for: all else is drawn faint, and not counted. */
typedef gboolean (*TbSpacetimeMatch) (guint64 position, const TbEvent *event, gpointer data);

/* ---- Lines ----------------------------------------------------------------------------------- */

/* What stands where: callers above what they call, replicas side by side. A component that is collapsed
 * has one line for all its replicas; what is hidden has none, nor have its messages arrows. */
typedef struct _TbSpacetimeRows TbSpacetimeRows;

typedef struct
{
  char *name;      /* "orders-2"; of a collapsed one "orders ×3"; "outside" */
  const char *component;
  guint instance;  /* the first of them; G_MAXUINT: outside the run */
  guint n;         /* instances on it */
  TbRole role;
  gboolean caller; /* nobody calls it: its bars are the time that it waits for replies */
} TbSpacetimeRow;

TbSpacetimeRows *tb_spacetime_rows_new (void);
void tb_spacetime_rows_free (TbSpacetimeRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbSpacetimeRows, tb_spacetime_rows_free)
/* Takes instances and taps in that came since; TRUE where a line changed. model: whence components'
 * kinds are known; NULL: all are servers. */
gboolean tb_spacetime_rows_update (TbSpacetimeRows *rows, const TbSpacetimeSource *source,
                                   const TbModel *model);
guint tb_spacetime_n_rows (const TbSpacetimeRows *rows);
const TbSpacetimeRow *tb_spacetime_row (const TbSpacetimeRows *rows, guint i);
/* The line of an instance (G_MAXUINT: of outside); G_MAXUINT: it has none. */
guint tb_spacetime_row_of (const TbSpacetimeRows *rows, guint instance);
void tb_spacetime_collapse (TbSpacetimeRows *rows, const char *component, gboolean collapse);
gboolean tb_spacetime_is_collapsed (const TbSpacetimeRows *rows, const char *component);
/* How many replicas a component has; one has nothing to collapse. */
guint tb_spacetime_replicas (const TbSpacetimeRows *rows, const char *component);
void tb_spacetime_hide (TbSpacetimeRows *rows, guint row);
/* Hidden ones too; what is collapsed stays so. */
void tb_spacetime_show_all (TbSpacetimeRows *rows);
guint tb_spacetime_n_hidden (const TbSpacetimeRows *rows); /* instances */

/* ---- Messages, one by one -------------------------------------------------------------------- */

/* Events in what is seen up to which each has an arrow of its own. */
#define TB_SPACETIME_EXACT 4000
/* Events before and after what is seen that are looked at for the other end of what is seen. */
#define TB_SPACETIME_MARGIN 2000

typedef enum
{
  TB_FATE_ARRIVED,
  TB_FATE_ON_THE_WAY, /* held, and what became of it is not in what was read */
  TB_FATE_DROPPED,
  TB_FATE_REFUSED,    /* a connection that was not made: refused, or never answered */
  TB_FATE_TIMEOUT,
  TB_FATE_RESET
} TbSpacetimeFate;

typedef struct
{
  guint64 position;      /* of its event */
  guint64 end_position;  /* of the event that ended its way; its own where that was at once */
  gint64 sent_ns, arrived_ns; /* arrived, or was lost */
  guint from, to;        /* instances; G_MAXUINT: outside */
  guint tap, link;
  guint32 connection, number, size;
  guint16 status;
  guint8 kind;           /* TbEventKind */
  guint8 fate;           /* TbSpacetimeFate */
  guint8 direction, error;
  gboolean copy, corrupted, matches;
  gint64 latency_ns;     /* of a reply; -1 */
  char label[TB_EVENT_LABEL];
} TbSpacetimeArrow;

/* The time that an instance has a request and owes the reply, and that its caller waits for it. */
typedef struct
{
  guint instance;
  gint64 from_ns, to_ns;
  guint64 request;  /* position; G_MAXUINT64: before what was read */
  gboolean waits;   /* the caller's; drawn of callers that nobody calls */
  gboolean open;    /* the reply is not in what was read */
  gboolean error, matches;
  char label[TB_EVENT_LABEL];
} TbSpacetimeBar;

typedef struct
{
  gint64 from_ns, to_ns;
  guint64 events; /* in it */
  GArray *arrows; /* of TbSpacetimeArrow, by position */
  GArray *bars;   /* of TbSpacetimeBar */
} TbSpacetimeReading;

/* How many events lie in [from, to). */
guint64 tb_spacetime_count (const TbSpacetimeSource *source, gint64 from_ns, gint64 to_ns);
/* Each message that is under way in [from, to]. match may be NULL. */
TbSpacetimeReading *tb_spacetime_read (const TbSpacetimeSource *source, gint64 from_ns,
                                       gint64 to_ns, TbSpacetimeMatch match, gpointer data);
void tb_spacetime_reading_free (TbSpacetimeReading *reading);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbSpacetimeReading, tb_spacetime_reading_free)

/* ---- Messages, counted ----------------------------------------------------------------------- */

/* Messages by tap, direction and slice of time. Slices get twice as long whenever there are too many, so
 * that it never takes more than about 12 MB, however long the run. */
typedef struct _TbSpacetimeDensity TbSpacetimeDensity;

typedef struct
{
  gint64 time_ns; /* begin of its slice */
  guint tap;
  guint64 up, down, bad; /* bad: lost, refused, or an error */
} TbSpacetimeCell;

TbSpacetimeDensity *tb_spacetime_density_new (gint64 origin_ns);
void tb_spacetime_density_free (TbSpacetimeDensity *density);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbSpacetimeDensity, tb_spacetime_density_free)
void tb_spacetime_density_add (TbSpacetimeDensity *density, const TbEvent *event);
gint64 tb_spacetime_density_slice_ns (const TbSpacetimeDensity *density);
/* Reads on in the source for at most so long (0: to its end); TRUE where there is more. */
gboolean tb_spacetime_density_read (TbSpacetimeDensity *density, const TbSpacetimeSource *source,
                                    gint64 budget_ns, TbSpacetimeMatch match, gpointer data);
/* The position up to which it has read. */
guint64 tb_spacetime_density_position (const TbSpacetimeDensity *density);
/* Sums over steps of at least step_ns, in order of time, then of tap. (transfer full) of
 * TbSpacetimeCell. *step gets how long a step is. */
GArray *tb_spacetime_density_query (TbSpacetimeDensity *density, gint64 from_ns, gint64 to_ns,
                                    gint64 step_ns, gint64 *step);

/* ---- The picture ----------------------------------------------------------------------------- */

typedef struct
{
  const TbSpacetimeSource *source;
  const TbSpacetimeRows *rows;
  const TbSpacetimeReading *reading; /* NULL: counted */
  const GArray *cells;               /* of TbSpacetimeCell; NULL: each message */
  gint64 cell_ns;                    /* a step of them */
  gint64 counted_to_ns;              /* what lies behind is not counted yet; G_MAXINT64: nothing */
  gint64 from_ns, to_ns;
  TbThemeId theme;
  gint64 cursor_ns;   /* the moment that is shown; G_MININT64: none */
  guint64 selected;   /* position; G_MAXUINT64: none */
  guint64 hovered;
  guint focus_row;    /* the line that keys act on; G_MAXUINT: none */
  gboolean searching; /* what does not match is drawn faint */
  double scroll;      /* pixels that the lines are moved up by */
  double row_height;
} TbSpacetime;

/* The height of a line, so that n of them fill that height, within bounds that can be read. */
double tb_spacetime_row_height (guint n_rows, double height);
/* The height of the page that shows all lines. */
double tb_spacetime_height (guint n_rows, double row_height);
/* Where in page the arrows are: without the names and the axis. */
TbRect tb_spacetime_area (const TbRect *page);
void tb_spacetime_paint (const TbSpacetime *picture, TbPlot *plot, const TbRect *page);
double tb_spacetime_x (const TbSpacetime *picture, const TbRect *page, gint64 time_ns);
gint64 tb_spacetime_time (const TbSpacetime *picture, const TbRect *page, double x);
double tb_spacetime_y (const TbSpacetime *picture, const TbRect *page, guint row);
/* The line whose name or line is at that height; G_MAXUINT: none. */
guint tb_spacetime_row_at (const TbSpacetime *picture, const TbRect *page, double y);
/* The arrow next to a point, at most so many pixels away; NULL: none. */
const TbSpacetimeArrow *tb_spacetime_arrow_at (const TbSpacetime *picture, const TbRect *page,
                                               double x, double y, double reach);
/* In words: who, what, when, how long, what became of it. (transfer full) */
char *tb_spacetime_arrow_words (const TbSpacetime *picture, const TbSpacetimeArrow *arrow);
/* What a column stands for, of the two lines that it is between; NULL: nothing there. (transfer full) */
char *tb_spacetime_cell_words (const TbSpacetime *picture, const TbRect *page, double x, double y);
/* "312 messages · 12.402 s – 12.424 s", and where they are counted, by what. (transfer full) */
char *tb_spacetime_summary (const TbSpacetime *picture);

/* ---- Files ----------------------------------------------------------------------------------- */

typedef struct
{
  gint64 from_ns, to_ns; /* both 0: the whole run */
  double width;          /* 0: 1200 */
  TbThemeId theme;
  const TbModel *model;  /* for the components' kinds; NULL: all look alike */
  TbSpacetimeMatch match;
  gpointer match_data;
  gboolean standalone;   /* SVG: a file of its own, not a part of a page */
} TbSpacetimeExport;

/* Whole files (transfer full). */
GBytes *tb_spacetime_svg (const TbSpacetimeSource *source, const TbSpacetimeExport *how);
GBytes *tb_spacetime_pdf (const TbSpacetimeSource *source, const TbSpacetimeExport *how,
                          GError **error);

G_END_DECLS
