/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/cs_meter.h"

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

void cs_meter_alternate(struct cs_meter *meter, uint64_t now_us, unsigned phases, double current_a)
{
	cs_meter_advance(meter, now_us);
	for (unsigned i = 0; i < CS_METER_PHASES; i++)
		meter->current_a[i] = i < phases ? current_a : 0;
	meter->dc_voltage_v = meter->dc_current_a = 0;
}

void cs_meter_direct(struct cs_meter *meter, uint64_t now_us, double voltage_v, double current_a)
{
	cs_meter_alternate(meter, now_us, CS_METER_PHASES,
			   voltage_v * current_a / (CS_METER_PHASES * CS_METER_VOLTAGE_V));
	meter->dc_voltage_v = voltage_v;
	meter->dc_current_a = current_a;
}

double cs_meter_current(const struct cs_meter *meter)
{
	return meter->dc_voltage_v > 0 ? meter->dc_current_a : meter->current_a[0];
}
