/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/progress.h"

#include "ui/stop.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TERMINAL_EVERY 0.1 /* seconds */
#define LINE_EVERY     10.0
#define SMOOTH         8.0 /* seconds over which the rate is smoothed */

static struct {
    bool known, terminal; /* known: `terminal` is initialised; terminal: stderr is one */
    bool captions;        /* counting captions, not files: the rate differs */
    bool shown;           /* the bar is on the screen */
    double next;          /* when to draw again */
    double seconds, rate; /* at the last update: time, smoothed files per second */
    uint64_t done;
} state;

/* ---- numbers --------------------------------------------------------------------------------------------------- */

/* "42 s", "3:05", "1:02:03" */
static void format_time(char *text, size_t size, double seconds)
{
    uint64_t s = seconds < 3.6e8 ? (uint64_t)(seconds + 0.5) : UINT64_C(360000000);
    if (s < 60)
        snprintf(text, size, "%" PRIu64 " s", s);
    else if (s < 3600)
        snprintf(text, size, "%" PRIu64 ":%02" PRIu64, s / 60, s % 60);
    else
        snprintf(text, size, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, s / 3600, s / 60 % 60, s % 60);
}

/* Exponentially smoothed rate, as known files are processed much faster than new ones. */
static void update_rate(const descry_progress *p)
{
    bool captions = p->stage == DESCRY_STAGE_CAPTIONS;
    if (p->total == 0 || captions != state.captions) { /* a new stage */
        state.captions = captions;
        state.rate = 0;
        state.done = captions ? p->done : 0;
        state.seconds = p->seconds;
        return;
    }
    double time = p->seconds - state.seconds, done = (double)(p->done - state.done);
    if (time <= 0)
        return;
    double weight = state.rate > 0 ? time / (time + SMOOTH) : 1;
    state.rate += weight * (done / time - state.rate);
    state.seconds = p->seconds;
    state.done = p->done;
}

static void format_state(char *text, size_t size, const descry_progress *p)
{
    char left[32] = "?";
    if (p->total == 0) {
        snprintf(text, size, "looking: %" PRIu64 " pictures found", p->done);
        return;
    }
    if (state.rate > 0)
        format_time(left, sizeof left, (double)(p->total - (p->done < p->total ? p->done : p->total)) / state.rate);
    snprintf(text, size, "%" PRIu64 "/%" PRIu64 "  %.1f pictures/s  %s left", p->done, p->total, state.rate, left);
}

/* ---- drawing --------------------------------------------------------------------------------------------------- */

static size_t terminal_width(void)
{
    struct winsize window;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0)
        return window.ws_col;
    return 80;
}

static void draw_bar(const descry_progress *p, const char *text)
{
    enum { LEAST = 10, MOST = 60 };
    char bar[MOST + 4] = "";
    size_t width = terminal_width(), size = strlen(text);
    if (p->total > 0 && width > size + LEAST + 4) {
        size_t cells = width - size - 4;
        cells = cells < MOST ? cells : MOST;
        uint64_t done = p->done < p->total ? p->done : p->total;
        size_t full = (size_t)((double)done / (double)p->total * (double)cells);
        bar[0] = '[';
        memset(bar + 1, '#', full);
        memset(bar + 1 + full, '.', cells - full);
        memcpy(bar + 1 + cells, "] ", 3);
    }
    /* leaves the last column free: some terminals wrap when it is filled */
    fprintf(stderr, "\r%s%.*s\033[K", bar, (int)(width - 1), text);
    fflush(stderr);
    state.shown = true;
}

/* Whether it is time to draw again. */
static bool is_due(double seconds)
{
    if (!state.known) {
        const char *kind = getenv("TERM");
        state.known = true;
        state.terminal = isatty(STDERR_FILENO) && kind && *kind && strcmp(kind, "dumb") != 0;
        state.next = state.terminal ? 0 : LINE_EVERY;
    }
    return seconds >= state.next;
}

static void draw(const descry_progress *p, const char *text)
{
    if (state.terminal)
        draw_bar(p, text);
    else
        fprintf(stderr, "descry: %s\n", text);
    state.next = p->seconds + (state.terminal ? TERMINAL_EVERY : LINE_EVERY);
}

void cmd_progress_show(const descry_progress *p)
{
    char text[160];
    if (!is_due(p->seconds))
        return;
    update_rate(p);
    format_state(text, sizeof text, p);
    draw(p, text);
}

static int on_progress(void *arg, const descry_progress *progress)
{
    cmd_watching *watching = arg;
    watching->last = *progress;
    if (!cmd_stopped())
        cmd_progress_show(progress);
    return 0;
}

const descry_watch *cmd_watch(cmd_watching *watching)
{
    *watching = (cmd_watching){.watch = DESCRY_WATCH_INIT};
    watching->watch.progress = on_progress;
    watching->watch.arg = watching;
    watching->watch.cancel = cmd_cancel();
    return &watching->watch;
}

void cmd_progress_say(const descry_progress *p, const char *text)
{
    if (is_due(p->seconds))
        draw(p, text);
}

void cmd_progress_restart(void)
{
    cmd_progress_hide();
    state.next = state.terminal ? 0 : LINE_EVERY;
    state.seconds = state.rate = 0;
    state.done = 0;
}

void cmd_progress_hide(void)
{
    if (state.shown)
        fputs("\r\033[K", stderr);
    state.shown = false;
}

double cmd_seconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + 1e-9 * (double)(now.tv_nsec - start->tv_nsec);
}
