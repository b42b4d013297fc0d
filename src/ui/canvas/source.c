/* Frames from a running session. Alone in its file: a program that shows no run needs none of it. */
#include "canvas-private.h"

static TbLiveFrame *
next_frame (gpointer data)
{
  return tb_session_frame (data);
}

void
tb_canvas_set_session (TbCanvas *canvas, TbSession *session)
{
  TbFrameSource source = { next_frame, tb_live_frame_unref, session, g_object_unref };
  if (session != NULL)
    g_object_ref (session);
  tb_canvas_set_source (canvas, session ? &source : NULL);
}
