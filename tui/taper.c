/* SPDX-License-Identifier: MIT */
/* taper - see taper.h. */
#include "tui/taper.h"

struct taper_point {
	float db, percent;
};

static const struct taper_point fader[] = { { -60, 0 },	 { -50, 7.5f }, { -40, 15 },
					    { -30, 30 }, { -20, 50 },	{ -10, 75 },
					    { 0, 100 },	 { 12, 130 } };
static const struct taper_point meter[] = { { -70, 0 },	 { -60, 2.5f }, { -50, 7.5f },
					    { -40, 15 }, { -30, 30 },	{ -20, 50 },
					    { -10, 75 }, { 0, 100 } };
enum { POINTS = 8 };

static float taper_along(float x, float x0, float x1, float y0, float y1)
{
	return y0 + (x - x0) / (x1 - x0) * (y1 - y0);
}

static float taper_read(const struct taper_point *p, float db)
{
	if (!(db > p[0].db)) /* NaN as well */
		return p[0].percent;
	for (int i = 1; i < POINTS; i++)
		if (db <= p[i].db)
			return taper_along(db, p[i - 1].db, p[i].db, p[i - 1].percent,
					   p[i].percent);
	return p[POINTS - 1].percent;
}

float taper_percent(float db)
{
	return taper_read(fader, db);
}

float taper_db(float percent)
{
	if (!(percent > 0))
		return fader[0].db;
	for (int i = 1; i < POINTS; i++)
		if (percent <= fader[i].percent)
			return taper_along(percent, fader[i - 1].percent, fader[i].percent,
					   fader[i - 1].db, fader[i].db);
	return fader[POINTS - 1].db;
}

float taper_deflection(float dbfs)
{
	return taper_read(meter, dbfs) / 100;
}
