/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the session's messages, shared by reader and builder only. */
#ifndef TOOLS_STATION_API_SESSION_TEXTS_H
#define TOOLS_STATION_API_SESSION_TEXTS_H

#include "mqtt/api/api_text.h"

extern const struct api_texts api_texts_verdict;
extern const struct api_texts api_texts_token_type;
extern const struct api_texts api_texts_contactor;
extern const struct api_texts api_texts_connector_action;
extern const struct api_texts api_texts_connector_lock;
extern const struct api_texts api_texts_operational;
extern const struct api_texts api_texts_cable_check_action;
extern const struct api_texts api_texts_cable_check_status;
extern const struct api_texts api_texts_cable_connection;
extern const struct api_texts api_texts_transaction_status;
extern const struct api_texts api_texts_hlc_action;
extern const struct api_texts api_texts_payment;
extern const struct api_texts api_texts_stop_action;
extern const struct api_texts api_texts_session_step;

#endif
