/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/cs_meter.h"

#include <string.h>

#define US_PER_HOUR 3.6e9

static double power_w(const struct cs_meter *meter)
{
	double sum_a = 0;

	for (unsigned i = 0; i < CS_METER_PHASES; i++)
		sum_a += meter->current_a[i];
	return sum_a * CS_METER_VOLTAGE_V;
}

void cs_meter_advance(struct cs_meter *meter, uint64_t now_us)
{
	if (now_us > meter->at_us)
		meter->energy_wh += power_w(meter) * (double)(now_us - meter->at_us) / US_PER_HOUR;
	meter->at_us = now_us;
}

void cs_meter_alternate(struct cs_meter *meter, uint64_t now_us, const double current_a[CS_METER_PHASES])
{
	cs_meter_advance(meter, now_us);
	memcpy(meter->current_a, current_a, sizeof(meter->current_a));
	meter->dc_voltage_v = meter->dc_current_a = 0;
}

void cs_meter_direct(struct cs_meter *meter, uint64_t now_us, double voltage_v, double current_a)
{
	double grid_a[CS_METER_PHASES];

	for (unsigned i = 0; i < CS_METER_PHASES; i++)
		grid_a[i] = voltage_v * current_a / (CS_METER_PHASES * CS_METER_VOLTAGE_V);
	cs_meter_alternate(meter, now_us, grid_a);
	meter->dc_voltage_v = voltage_v;
	meter->dc_current_a = current_a;
}

double cs_meter_current(const struct cs_meter *meter)
{
	double most_a = meter->current_a[0];

	if (meter->dc_voltage_v > 0)
		return meter->dc_current_a;
	for (unsigned i = 1; i < CS_METER_PHASES; i++)
		if (meter->current_a[i] > most_a)
			most_a = meter->current_a[i];
	return most_a;
}
