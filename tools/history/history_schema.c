/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/history_schema.h"

/* Times are microseconds since 1970, UTC. A table without row ids is one tree, by its key. */
const char history_schema_sqlite[] =
	"CREATE TABLE telemetry (station TEXT NOT NULL, evse_id TEXT NOT NULL, name TEXT NOT NULL, sampling_time INTEGER NOT NULL,"
	" number REAL, text TEXT, PRIMARY KEY (station, evse_id, name, sampling_time)) WITHOUT ROWID;"
	"CREATE TABLE status (station TEXT NOT NULL, message_id TEXT NOT NULL, evse_id TEXT NOT NULL, sampling_time INTEGER NOT NULL,"
	" received_time INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, run_id TEXT NOT NULL, ev_mac TEXT NOT NULL,"
	" attenuation_db REAL, record TEXT, PRIMARY KEY (station, message_id)) WITHOUT ROWID;"
	"CREATE INDEX status_sampling_time ON status (sampling_time);"
	"CREATE TABLE refused (id INTEGER PRIMARY KEY, received_time INTEGER NOT NULL, topic TEXT NOT NULL, payload BLOB NOT NULL,"
	" reason TEXT NOT NULL);"
	"CREATE TABLE schema_version (version INTEGER NOT NULL);"
	"INSERT INTO schema_version VALUES (1);";

const char history_schema_postgres[] =
	"CREATE TABLE telemetry (station text NOT NULL, evse_id text NOT NULL, name text NOT NULL, sampling_time timestamptz NOT NULL,"
	" number double precision, text text, PRIMARY KEY (station, evse_id, name, sampling_time));"
	"CREATE TABLE status (station text NOT NULL, message_id text NOT NULL, evse_id text NOT NULL, sampling_time timestamptz NOT NULL,"
	" received_time timestamptz NOT NULL, status text NOT NULL, reason text NOT NULL, run_id text NOT NULL, ev_mac text NOT NULL,"
	" attenuation_db double precision, record text, PRIMARY KEY (station, message_id));"
	"CREATE INDEX status_sampling_time ON status (sampling_time);"
	"CREATE TABLE refused (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, received_time timestamptz NOT NULL,"
	" topic text NOT NULL, payload bytea NOT NULL, reason text NOT NULL);"
	"CREATE TABLE schema_version (version integer NOT NULL);"
	"INSERT INTO schema_version VALUES (1);";

const char history_schema_has_timescale[] = "SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'";
const char history_schema_hypertable[] = "SELECT create_hypertable('telemetry', 'sampling_time')";
