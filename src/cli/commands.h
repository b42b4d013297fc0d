/* Every command of `tierboard`, in the order its help shows them. A command is a row here and a
 * file cmd-NAME.c with
 *
 *   int tb_cmd_NAME (int argc, char **argv);
 *
 * argv[0] is "tierboard NAME"; it returns a TbExitStatus.
 *
 * X (NAME, what follows it on the command line, one line of help) */
X (edit, "[FILE]", "Open the editor")
X (new, "[--template NAME] -o FILE", "Start a drawing from a template")
X (templates, "[--json]", "List the templates")
X (check, "FILE…", "Find what is wrong with a drawing")
X (fmt, "[--check] FILE…", "Bring files into canonical form")
X (export, "FILE -o OUT [-f FORMAT]", "Write a drawing or a recording in another format")
X (import, "IN -o OUT [-f FORMAT]", "Make a drawing of a file in another format")
X (diff, "A B", "Say what differs between two drawings, or two recordings")
X (merge, "BASE OURS THEIRS [-o OUT]", "Merge two versions of a drawing")
X (layout, "[--only-new] FILE", "Give elements their places")
X (predict, "FILE", "Say how fast a drawing will be, and where its bottleneck is")
X (run, "FILE", "Run a drawing, with a live table in the terminal")
X (test, "FILE…", "Run the scenarios of drawings, and judge what they expect")
X (scenario, "REC [-o FILE] [--into DRAWING]", "Make a scenario of what was done to a recorded run")
X (replay, "REC", "Play a recording as the table that it was")
X (log, "[REC]", "Print logs between the messages, on one clock")
X (trace, "REC [ID]", "Show which requests led to which")
X (interactions, "FILE [--against REC]", "Say whether what is drawn of calls happened so")
X (history, "FILE", "Say whether a history of operations is linearizable")
X (tap, "LISTEN TARGET [--fault …]", "Put one tap in front of any server")
X (ctl, "VERB [WHAT…]", "Tell a run that goes on what to do")
X (schema, "[--rng]", "Print the schema of drawings as RELAX NG")
X (doctor, "[--json]", "Say what works on this machine, and why not")
