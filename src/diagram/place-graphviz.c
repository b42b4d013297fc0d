/* Placing by Graphviz, in a program of its own that can be killed.
 *
 * What is asked: nodes n0, n1 … of the size they have here, tiers or groups as clusters. Where the
 * frame has layers, Graphviz cannot keep both rows and tiers apart; there it is asked only for the
 * order within rows, and the grid does the rest. */
#include "place-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tb-base.h"
#include "tb-place-program.h"

#define PER_INCH 72.0
#define LARGEST_ANSWER (16u << 20)

/* ---- The request ----------------------------------------------------------------------------- */

static void
put_rows (GString *dot, const TbPlaceGraph *g)
{
  for (guint row = 0; row < g->n_rows; row++)
    {
      g_string_append_printf (dot, "r%u [style=invis,label=\"\",width=0.1,height=0.1];\n"
                                   "{rank=same;r%u", row, row);
      for (guint i = 0; i < g->n_components; i++)
        if (g->nodes[i].row == row)
          g_string_append_printf (dot, ";n%u", i);
      g_string_append (dot, "}\n");
      if (row > 0)
        g_string_append_printf (dot, "r%u->r%u [style=invis];\n", row - 1, row);
    }
}

static void
put_clusters (GString *dot, const TbPlaceGraph *g, guint n_containers)
{
  for (guint block = 0; block < n_containers; block++)
    {
      g_string_append_printf (dot, "subgraph cluster_%u {margin=30", block);
      for (guint i = 0; i < g->n_components; i++)
        if (g->nodes[i].block == block)
          g_string_append_printf (dot, ";n%u", i);
      g_string_append (dot, "}\n");
    }
}

static char *
make_request (const TbPlaceGraph *g, guint n_containers, gsize *size)
{
  GString *dot = g_string_new ("digraph {\nnode [shape=box,fixedsize=true];\n"
                               "nodesep=0.9;ranksep=1.2;\n");
  char width[G_ASCII_DTOSTR_BUF_SIZE], height[G_ASCII_DTOSTR_BUF_SIZE];
  for (guint i = 0; i < g->n_components; i++)
    g_string_append_printf (
        dot, "n%u [width=%s,height=%s];\n", i,
        g_ascii_formatd (width, sizeof width, "%.4f", (g->nodes[i].rect.width + 20) / PER_INCH),
        g_ascii_formatd (height, sizeof height, "%.4f",
                         (g->nodes[i].rect.height + 40) / PER_INCH));
  if (g->frame & TB_FRAME_LAYERS)
    put_rows (dot, g);
  else
    put_clusters (dot, g, n_containers);
  for (guint e = 0; e < g->n_edges; e++)
    if (g->edges[2 * e] < g->n_components && g->edges[2 * e + 1] < g->n_components)
      g_string_append_printf (dot, "n%u->n%u%s;\n", g->edges[2 * e], g->edges[2 * e + 1],
                              g->nodes[g->edges[2 * e]].row > g->nodes[g->edges[2 * e + 1]].row
                                      && (g->frame & TB_FRAME_LAYERS)
                                  ? " [constraint=false]" : "");
  g_string_append (dot, "}\n");
  *size = dot->len;
  return g_string_free (dot, FALSE);
}

/* ---- The program ----------------------------------------------------------------------------- */

static pid_t
spawn (const char *program, const char *mode, int child, GError **error)
{
  posix_spawn_file_actions_t actions;
  char *argv[] = { (char *) program, (char *) mode, NULL };
  pid_t pid = -1;
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_adddup2 (&actions, child, 0);
  posix_spawn_file_actions_adddup2 (&actions, child, 1);
  int failed = posix_spawn (&pid, program, &actions, NULL, argv, environ);
  posix_spawn_file_actions_destroy (&actions);
  if (failed)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (failed), "cannot start %s: %s", program,
                 g_strerror (failed));
  return failed ? -1 : pid;
}

/* FALSE: the other end is gone. */
static gboolean
talk (int fd, short events, const char *request, gsize size, gsize *sent, GString *answer)
{
  char buffer[16384];
  if ((events & POLLOUT) && *sent < size)
    {
      ssize_t n = send (fd, request + *sent, size - *sent, MSG_NOSIGNAL);
      if (n > 0)
        *sent += (gsize) n;
      else if (n < 0 && errno != EAGAIN && errno != EINTR)
        return FALSE;
      if (*sent == size)
        shutdown (fd, SHUT_WR);
    }
  if (events & (POLLIN | POLLHUP | POLLERR))
    {
      ssize_t n = read (fd, buffer, sizeof buffer);
      if (n > 0)
        g_string_append_len (answer, buffer, n);
      else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        return FALSE;
    }
  return answer->len < LARGEST_ANSWER;
}

static gboolean
converse (int fd, const char *request, gsize size, gint64 deadline_ns, GString *answer)
{
  gsize sent = 0;
  for (;;)
    {
      gint64 left = deadline_ns - tb_now_ns ();
      struct pollfd p = { fd, (short) (POLLIN | (sent < size ? POLLOUT : 0)), 0 };
      if (left <= 0)
        return FALSE;
      int n = poll (&p, 1, (int) MIN (left / 1000000 + 1, 60000));
      if (n > 0 && !talk (fd, p.revents, request, size, &sent, answer))
        return TRUE;
      if (n < 0 && errno != EINTR)
        return FALSE;
    }
}

gboolean
tb_place_ask (const char *program, const char *mode, const char *request, gsize size, gint64 deadline_ns,
              GString *answer, GError **error)
{
  int pair[2], status = 0;
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "no socket: %s",
                   g_strerror (errno));
      return FALSE;
    }
  pid_t pid = spawn (program, mode, pair[1], error);
  close (pair[1]);
  fcntl (pair[0], F_SETFL, O_NONBLOCK);
  gboolean in_time = pid > 0 && converse (pair[0], request, size, deadline_ns, answer);
  close (pair[0]);
  if (pid <= 0)
    return FALSE;
  if (!in_time)
    kill (pid, SIGKILL);
  while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
    ;
  if (in_time && WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, in_time ? G_IO_ERROR_FAILED : G_IO_ERROR_TIMED_OUT,
               in_time ? "Graphviz could not place this drawing"
                       : "Graphviz did not place this drawing in time");
  return FALSE;
}

/* ---- The answer ------------------------------------------------------------------------------ */

/* Lines "n12 x y": the middle, y down. */
static gboolean
read_answer (TbPlaceGraph *g, const char *answer)
{
  guint found = 0;
  for (const char *p = answer; p != NULL && *p; p = strchr (p, '\n') ? strchr (p, '\n') + 1 : NULL)
    {
      char *end;
      if (*p != 'n')
        continue;
      guint64 i = g_ascii_strtoull (p + 1, &end, 10);
      double x = g_ascii_strtod (end, &end), y = g_ascii_strtod (end, &end);
      if (i >= g->n_components || !isfinite (x) || !isfinite (y))
        continue;
      TbPlaceNode *node = &g->nodes[i];
      node->rect.x = TB_GRID * round ((x - node->rect.width / 2) / TB_GRID);
      node->rect.y = TB_GRID * round ((y - node->rect.height / 2) / TB_GRID);
      node->wish = x;
      node->placed = TRUE;
      found++;
    }
  return found >= g->n_components;
}

/* After rounding to the grid: no card on another, no tier on another. */
static gboolean
is_sound (const TbPlaceGraph *g, guint n_containers)
{
  g_autofree TbRect *blocks = g_new0 (TbRect, g->n_blocks + 1);
  for (guint i = 0; i < g->n_components; i++)
    {
      const TbRect *r = &g->nodes[i].rect;
      TbRect padded = { r->x - 20, r->y - 50, r->width + 50, r->height + 74 };
      TbRect *block = &blocks[g->nodes[i].block];
      tb_rect_union (block, &padded, block);
      for (guint k = 0; k < i; k++)
        if (tb_rect_intersects (r, &g->nodes[k].rect))
          return FALSE;
    }
  for (guint a = 0; a < n_containers; a++)
    for (guint b = 0; b < a; b++)
      if (tb_rect_intersects (&blocks[a], &blocks[b]))
        return FALSE;
  return TRUE;
}

static gboolean
place (TbPlaceGraph *g, guint n_containers, const char *program, gint64 deadline_ns,
       GError **error)
{
  gsize size;
  g_autofree char *request = make_request (g, n_containers, &size);
  g_autoptr (GString) answer = g_string_new (NULL);
  if (!tb_place_ask (program, NULL, request, size, deadline_ns, answer, error))
    return FALSE;
  if (!read_answer (g, answer->str))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "Graphviz answered nothing that could be read");
      return FALSE;
    }
  if (g->frame & TB_FRAME_LAYERS)
    tb_place_grid (g, TRUE);
  else if (!is_sound (g, n_containers))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "Graphviz could not keep the tiers of this drawing apart");
      return FALSE;
    }
  return TRUE;
}

gboolean
tb_place_graphviz (const TbModel *model, const char *view_id, const char *program,
                   gint64 deadline_ns, GArray *out, GError **error)
{
  TbPlaceGraph g;
  tb_place_graph_init (&g, model, view_id);
  guint n_containers = tb_model_count (model, g.frame & TB_FRAME_GROUPS ? TB_KIND_GROUP
                                                                        : TB_KIND_TIER);
  for (guint i = 0; i < g.n; i++)
    g.nodes[i].placed = FALSE;
  gboolean ok = g.n_components == 0 || place (&g, n_containers, program, deadline_ns, error);
  if (ok)
    {
      for (guint i = 0; i < g.n_components; i++)
        g.nodes[i].placed = TRUE;
      tb_place_added (&g);
      for (guint i = 0; i < g.n; i++)
        {
          TbPlacement placement = { g.nodes[i].uid, g.nodes[i].rect };
          g_array_append_val (out, placement);
        }
    }
  else
    tb_place_tiered (model, view_id, FALSE, out);
  tb_place_graph_clear (&g);
  return ok;
}
