/* Clients, as the built-in one does it (src/node/client.c). Closed: each thread asks all the calls of its round one
 * after the other, then thinks. Open: rounds are due at a rate whatever the answers do, wait for a thread of the client, and
 * their time counts from when they were due. */
#include "sim-private.h"

#define PAUSE_AFTER_FAILURE_NS 1e7 /* the client's own */
#define PAUSE_LEAST_NS 1e3         /* a round that asks nothing takes a little: or time would stand still */

static void
begin_round (Sim *s, guint32 frame)
{
  SimFrame *f = &s->frames[frame];
  f->chosen = sim_choose_calls (s, s->hosts[f->host].station);
  f->at = 0;
  f->left = 0;
  f->failed = FALSE;
  f->state = SIM_CALLS;
}

/* How long it pauses: it has failed somewhere, or has asked nothing, or neither. */
static double
pause_after (Sim *s, const SimFrame *f)
{
  const TbSource *source = s->sources[f->source].source;
  double ns = source->think_ns > 0 ? sim_draw (s, &source->think) : 0;
  if (f->failed)
    ns = MAX (ns, PAUSE_AFTER_FAILURE_NS);
  return f->chosen == 0 ? MAX (ns, PAUSE_LEAST_NS) : ns;
}

static void
end_round (Sim *s, guint32 frame)
{
  SimFrame *f = &s->frames[frame];
  SimSource *source = &s->sources[f->source];
  double ns = s->now_ns - f->arrived_ns;
  sim_count (s, source->figure + SIM_SOURCE_RATE, 1);
  sim_mean (s, source->figure + SIM_SOURCE_TIME, ns);
  sim_times_add (&source->response, ns);
  source->n_ended++;
  s->n_rounds++;
  if (!f->holds)
    {
      sim_frame_wait (s, frame, SIM_THINKS, pause_after (s, f));
      return;
    }
  sim_request_leave (s, frame);
  sim_frame_free (s, frame);
}

/* The next call of the round. One that nobody waits for is through at once. */
static void
go_on (Sim *s, guint32 frame)
{
  for (;;)
    {
      SimFrame *f = &s->frames[frame];
      const TbStation *station = sim_station_of (s, f->host);
      guint n_calls = MIN (station->n_calls, SIM_CALLS_MAX);
      if (f->left == 0)
        {
          while (f->at < n_calls && !(f->chosen >> f->at & 1))
            f->at++;
          if (f->at == n_calls)
            break;
          f->row = f->at++;
          f->left = station->calls[f->row].times;
          continue;
        }
      const TbCallOut *out = &station->calls[f->row];
      f->left--;
      f->epoch++;
      gboolean sent = sim_call (s, frame, f->row, 1, FALSE);
      if (!out->async)
        return;
      if (!sent)
        {
          sim_count (s, s->sources[s->frames[frame].source].figure + SIM_SOURCE_ERRORS, 1);
          s->frames[frame].failed = TRUE;
        }
    }
  end_round (s, frame);
}

/* What the client itself takes of a processor for a round, before it asks. */
void
sim_client_begin (Sim *s, guint32 frame)
{
  s->frames[frame].stage = 0;
  sim_request_work (s, frame);
}

void
sim_client_worked (Sim *s, guint32 frame)
{
  begin_round (s, frame);
  go_on (s, frame);
}

void
sim_client_fire (Sim *s, guint32 frame)
{
  s->frames[frame].arrived_ns = s->now_ns;
  sim_client_begin (s, frame);
}

void
sim_client_called (Sim *s, guint32 frame, const SimAttempt *attempt, gboolean ok)
{
  SimFrame *f = &s->frames[frame];
  (void) attempt;
  if (!ok)
    {
      sim_count (s, s->sources[f->source].figure + SIM_SOURCE_ERRORS, 1);
      f->failed = TRUE;
    }
  go_on (s, frame);
}

/* ---- At a rate ------------------------------------------------------------------------------------------ */

/* Of a replica: all have the same part of the rate. */
static double
until_next (Sim *s, const TbSource *source)
{
  double mean = 1e9 * s->net->stations[source->station].replicas / source->rate_per_s;
  return s->poisson ? sim_draw (s, &(TbDist){ .kind = TB_DIST_EXPONENTIAL, .a_ns = mean }) : mean;
}

void
sim_client_due (Sim *s, guint32 frame)
{
  SimFrame clock = s->frames[frame];
  SimSource *source = &s->sources[clock.source];
  sim_frame_wait (s, frame, SIM_DUE, until_next (s, source->source));
  guint32 round = sim_frame_new (s);
  SimFrame *f = &s->frames[round];
  f->source = clock.source;
  f->host = clock.host;
  f->user = (guint32) source->n_due++;
  sim_request_arrive (s, round);
}

/* Nobody begins at the same moment: a pause is behind each, or a part of the time between two that are due. */
static void
begin_client (Sim *s, guint at, guint32 user, gboolean open)
{
  const TbSource *source = s->sources[at].source;
  guint32 frame = sim_frame_new (s);
  SimFrame *f = &s->frames[frame];
  f->source = at;
  f->user = user;
  f->host = s->stations[source->station].first_host + user % s->net->stations[source->station].replicas;
  double part = tb_rng_uniform (&s->rng);
  if (open)
    sim_frame_wait (s, frame, SIM_DUE, until_next (s, source) * part);
  else
    sim_frame_wait (s, frame, SIM_THINKS, source->think_ns > 0 ? sim_draw (s, &source->think) : PAUSE_LEAST_NS * part);
}

void
sim_sources_begin (Sim *s)
{
  for (guint i = 0; i < s->net->n_sources; i++)
    {
      const TbSource *source = &s->net->sources[i];
      gboolean open = source->rate_per_s > 0;
      guint n = open ? s->net->stations[source->station].replicas : source->population;
      for (guint32 user = 0; user < n && s->net->stations[source->station].n_calls > 0; user++)
        begin_client (s, i, user, open);
    }
}
