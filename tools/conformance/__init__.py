# SPDX-License-Identifier: Apache-2.0
"""A black-box conformance tester for an EVSE's SLAC (ISO 15118-3, test purposes of ISO 15118-5)."""
