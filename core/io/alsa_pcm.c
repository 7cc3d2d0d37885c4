/* SPDX-License-Identifier: MIT */
/* alsa_pcm - see alsa_pcm.h. */
#include "core/io/alsa_pcm.h"

#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/io/alsa_words.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* From the most bits to the fewest, see pick_format(). */
static const struct {
	snd_pcm_format_t alsa;
	enum sample_format ours;
} formats[] = {
	{ SND_PCM_FORMAT_S32_LE, SAMPLE_S32 },	  { SND_PCM_FORMAT_FLOAT_LE, SAMPLE_FLOAT },
	{ SND_PCM_FORMAT_S24_LE, SAMPLE_S24_32 }, { SND_PCM_FORMAT_S24_3LE, SAMPLE_S24 },
	{ SND_PCM_FORMAT_S16_LE, SAMPLE_S16 },
};

static const snd_pcm_access_t accesses[] = {
	SND_PCM_ACCESS_RW_INTERLEAVED,
	SND_PCM_ACCESS_MMAP_INTERLEAVED,
	SND_PCM_ACCESS_RW_NONINTERLEAVED,
	SND_PCM_ACCESS_MMAP_NONINTERLEAVED,
};

/* alsa-lib tells every failed attempt to stderr, where a console may be drawn. */
static void keep_quiet(const char *file, int line, const char *function, int err,
		       const char *fmt, ...)
{
	(void)file;
	(void)line;
	(void)function;
	(void)err;
	(void)fmt;
}

static void silence_alsa(void)
{
	snd_lib_error_set_handler(keep_quiet);
}

/* ---- opening ----------------------------------------------------------------------------- */

static bool is_loopback(int card)
{
	SCOPED(freep) char *name = NULL;

	return card >= 0 && snd_card_get_name(card, &name) == 0 && name &&
	       strncmp(name, "Loopback", 8) == 0;
}

/* Whose time stamps, so how good they are. */
static void judge_clock(struct alsa_pcm *p, int card)
{
	struct timespec tick;
	char path[64];

	p->class = DRIFT_ALSA;
	snprintf(path, sizeof(path), "/proc/asound/card%d/usbid", card);
	if (card < 0) {
		p->server = true;
		p->class = DRIFT_LOOSE;
	} else if (is_loopback(card)) {
		/* driven by the kernel's ticks: 1 to 10 ms of no news, then all at once */
		clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
		p->grain = (uint64_t)tick.tv_nsec;
		p->class = DRIFT_LOOSE;
	} else if (access(path, R_OK) == 0) {
		p->class = DRIFT_USB;
	}
}

/*
 * The most bits it has; but of snd-aloop, which offers everything and then
 * wants the same from the program at its other end, the format all have.
 */
static int pick_format(struct alsa_pcm *p, snd_pcm_hw_params_t *hw, int card)
{
	bool aloop = is_loopback(card);

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		size_t k = aloop ? ARRAY_SIZE(formats) - 1 - i : i;

		if (snd_pcm_hw_params_set_format(p->pcm, hw, formats[k].alsa) == 0) {
			p->format = formats[k].ours;
			return 0;
		}
	}
	return -EINVAL;
}

static int pick_access(struct alsa_pcm *p, snd_pcm_hw_params_t *hw)
{
	for (size_t i = 0; i < ARRAY_SIZE(accesses); i++) {
		if (snd_pcm_hw_params_set_access(p->pcm, hw, accesses[i]) == 0) {
			p->interleaved = i < 2;
			p->mapped = i % 2 == 1;
			return 0;
		}
	}
	return -EINVAL;
}

static int set_hardware(struct alsa_pcm *p, const struct alsa_want *want, int card)
{
	snd_pcm_hw_params_t *hw;
	snd_pcm_uframes_t period = want->period, buffer = want->buffer;
	unsigned int channels = want->channels, rate = want->rate;
	int r;

	snd_pcm_hw_params_alloca(&hw);
	r = snd_pcm_hw_params_any(p->pcm, hw);
	if (r < 0)
		return r;
	/* our resampler is better than the plugin's, and knows about drift */
	snd_pcm_hw_params_set_rate_resample(p->pcm, hw, 0);
	if (pick_access(p, hw) < 0 || pick_format(p, hw, card) < 0)
		return -EINVAL;
	r = snd_pcm_hw_params_set_channels_near(p->pcm, hw, &channels);
	if (r < 0 || channels < 1 || channels > 8)
		return -EINVAL;
	r = snd_pcm_hw_params_set_rate_near(p->pcm, hw, &rate, NULL);
	if (r < 0 || rate < 8000 || rate > 192000)
		return -EINVAL;
	snd_pcm_hw_params_set_period_size_near(p->pcm, hw, &period, NULL);
	snd_pcm_hw_params_set_buffer_size_near(p->pcm, hw, &buffer);
	r = snd_pcm_hw_params(p->pcm, hw);
	if (r < 0)
		return r;
	snd_pcm_hw_params_get_period_size(hw, &period, NULL);
	snd_pcm_hw_params_get_buffer_size(hw, &buffer);
	p->channels = channels;
	p->rate = rate;
	p->period = (uint32_t)period;
	p->buffer = (uint32_t)buffer;
	return 0;
}

static int set_software(struct alsa_pcm *p)
{
	snd_pcm_sw_params_t *sw;
	snd_pcm_uframes_t boundary;
	int r;

	snd_pcm_sw_params_alloca(&sw);
	r = snd_pcm_sw_params_current(p->pcm, sw);
	if (r < 0)
		return r;
	snd_pcm_sw_params_get_boundary(sw, &boundary);
	snd_pcm_sw_params_set_start_threshold(p->pcm, sw, boundary); /* we start it */
	snd_pcm_sw_params_set_avail_min(p->pcm, sw, p->period);
	snd_pcm_sw_params_set_tstamp_mode(p->pcm, sw, SND_PCM_TSTAMP_ENABLE);
	snd_pcm_sw_params_set_tstamp_type(p->pcm, sw, SND_PCM_TSTAMP_TYPE_MONOTONIC);
	return snd_pcm_sw_params(p->pcm, sw);
}

static int set_up(struct alsa_pcm *p, const struct alsa_want *want)
{
	snd_pcm_info_t *info;
	int card = -1, r;

	snd_pcm_info_alloca(&info);
	if (snd_pcm_info(p->pcm, info) == 0)
		card = snd_pcm_info_get_card(info);

	r = set_hardware(p, want, card);
	if (r < 0)
		return r;
	r = set_software(p);
	if (r < 0)
		return r;
	judge_clock(p, card);
	p->frame_size = sample_size(p->format) * p->channels;
	if (!p->interleaved) {
		p->apart = malloc(p->frame_size * p->buffer);
		if (!p->apart)
			return -ENOMEM;
	}
	return snd_pcm_prepare(p->pcm);
}

int alsa_pcm_open(struct alsa_pcm *p, const struct alsa_want *wanted, char why[ALSA_WHY])
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct alsa_want want = *wanted;
	int r;

	pthread_once(&once, silence_alsa);
	if (!want.device || !want.device[0])
		want.device = "default";

	*p = (struct alsa_pcm){ .capture = want.capture };
	r = snd_pcm_open(&p->pcm, want.device,
			 want.capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK,
			 SND_PCM_NONBLOCK);
	if (r < 0) {
		p->pcm = NULL;
		alsa_words_why(&want, r, why);
		return r;
	}
	r = set_up(p, &want);
	if (r < 0) {
		alsa_words_why(&want, r, why);
		alsa_pcm_close(p);
	}
	return r;
}

void alsa_pcm_close(struct alsa_pcm *p)
{
	if (p->pcm) {
		snd_pcm_drop(p->pcm);
		snd_pcm_close(p->pcm);
	}
	free(p->apart);
	*p = (struct alsa_pcm){ .capture = p->capture };
}

/* ---- running ----------------------------------------------------------------------------- */

int alsa_pcm_start(struct alsa_pcm *p, uint64_t now)
{
	int r = 0;

	if (snd_pcm_state(p->pcm) != SND_PCM_STATE_RUNNING)
		r = snd_pcm_start(p->pcm);
	if (r < 0)
		return r;
	if (!p->clockless)
		p->started = now;
	return 0;
}

/* Frames by CLOCK_MONOTONIC since it was started. */
static int64_t elapsed(const struct alsa_pcm *p, uint64_t now)
{
	if (now < p->started)
		return 0;
	return (int64_t)((double)(now - p->started) * 1e-9 * p->rate);
}

/*
 * No device moves twice its buffer, and 50 ms, beyond what the time since the
 * start allows. This one did: from here on time itself is its clock, with its
 * buffer full (or read empty) now.
 */
static void find_clockless(struct alsa_pcm *p)
{
	uint64_t now = clock_now();
	int64_t ahead, owed;

	if (!p->started || p->clockless)
		return;
	ahead = (int64_t)p->moved - elapsed(p, now) * 21 / 20;
	if (ahead <= 2 * (int64_t)p->buffer + (int64_t)p->rate / 20)
		return;

	owed = p->capture ? (int64_t)p->moved : (int64_t)p->moved - (int64_t)p->buffer;
	p->clockless = true;
	p->class = DRIFT_ALSA;
	p->server = false;
	p->started = now - (uint64_t)((double)owed / p->rate * 1e9);
}

int64_t alsa_pcm_read(struct alsa_pcm *p, void *dst, uint32_t frames)
{
	size_t size = sample_size(p->format);
	void *channel[8];
	snd_pcm_sframes_t n;

	if (p->interleaved) {
		n = p->mapped ? snd_pcm_mmap_readi(p->pcm, dst, frames)
			      : snd_pcm_readi(p->pcm, dst, frames);
	} else {
		if (frames > p->buffer)
			frames = p->buffer;
		for (uint32_t c = 0; c < p->channels; c++)
			channel[c] = p->apart + (size_t)c * p->buffer * size;
		n = p->mapped ? snd_pcm_mmap_readn(p->pcm, channel, frames)
			      : snd_pcm_readn(p->pcm, channel, frames);
		for (snd_pcm_sframes_t i = 0; i < n; i++)
			for (uint32_t c = 0; c < p->channels; c++)
				memcpy((uint8_t *)dst + (size_t)i * p->frame_size + c * size,
				       (uint8_t *)channel[c] + (size_t)i * size, size);
	}
	if (n == -EAGAIN)
		return 0;
	if (n > 0) {
		p->moved += (uint64_t)n;
		find_clockless(p);
	}
	return n;
}

int64_t alsa_pcm_write(struct alsa_pcm *p, const void *src, uint32_t frames)
{
	size_t size = sample_size(p->format);
	void *channel[8];
	snd_pcm_sframes_t n;

	if (p->interleaved) {
		n = p->mapped ? snd_pcm_mmap_writei(p->pcm, src, frames)
			      : snd_pcm_writei(p->pcm, src, frames);
	} else {
		if (frames > p->buffer)
			frames = p->buffer;
		for (uint32_t c = 0; c < p->channels; c++) {
			channel[c] = p->apart + (size_t)c * p->buffer * size;
			for (uint32_t i = 0; i < frames; i++)
				memcpy((uint8_t *)channel[c] + i * size,
				       (const uint8_t *)src + i * p->frame_size + c * size,
				       size);
		}
		n = p->mapped ? snd_pcm_mmap_writen(p->pcm, channel, frames)
			      : snd_pcm_writen(p->pcm, channel, frames);
	}
	if (n == -EAGAIN)
		return 0;
	if (n > 0) {
		p->moved += (uint64_t)n;
		find_clockless(p);
	}
	return n;
}

static void place_by_time(const struct alsa_pcm *p, uint64_t now, struct alsa_place *ret)
{
	int64_t ahead = (int64_t)p->moved - elapsed(p, now);

	ret->at = now;
	if (p->capture) {
		ret->avail = ret->delay = ahead < 0 ? -ahead : 0;
	} else {
		ret->delay = ahead;
		ret->avail = (int64_t)p->buffer - ahead;
	}
}

int alsa_pcm_place(struct alsa_pcm *p, uint64_t now, struct alsa_place *ret)
{
	snd_pcm_status_t *status;
	snd_htimestamp_t ts;
	snd_pcm_state_t state;
	uint64_t stamp;
	int r;

	if (p->clockless) {
		place_by_time(p, now, ret);
		return 0;
	}
	snd_pcm_status_alloca(&status);
	r = snd_pcm_status(p->pcm, status);
	if (r < 0)
		return r;
	state = snd_pcm_status_get_state(status);
	if (state == SND_PCM_STATE_XRUN)
		return -EPIPE;
	if (state == SND_PCM_STATE_SUSPENDED)
		return -ESTRPIPE;
	if (state == SND_PCM_STATE_DISCONNECTED)
		return -ENODEV;
	if (state != SND_PCM_STATE_RUNNING && p->started)
		return -EBADFD; /* snd-aloop: the other end came with something else */

	snd_pcm_status_get_htstamp(status, &ts);
	stamp = (uint64_t)ts.tv_sec * NS_PER_SEC + (uint64_t)ts.tv_nsec;
	/* plugins may give none, or one of another clock */
	if (stamp > now + NS_PER_MS || stamp + 100 * NS_PER_MS < now)
		stamp = now;
	ret->at = stamp;
	ret->avail = (int64_t)snd_pcm_status_get_avail(status);
	ret->delay = snd_pcm_status_get_delay(status);
	if (p->capture && ret->delay < ret->avail)
		ret->delay = ret->avail; /* plugins that do not know */
	return 0;
}

int alsa_pcm_recover(struct alsa_pcm *p, int error)
{
	int r = error;

	if (error == -ESTRPIPE) {
		r = snd_pcm_resume(p->pcm);
		if (r == -EAGAIN)
			return -EAGAIN;
		r = snd_pcm_prepare(p->pcm);
	} else if (error == -EPIPE) {
		r = snd_pcm_prepare(p->pcm);
	}
	if (r < 0)
		return r;
	p->moved = 0;
	p->started = 0;
	p->clockless = false;
	return 0;
}
