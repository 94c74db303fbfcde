# SPDX-License-Identifier: Apache-2.0
"""What tools/faults and tools/soak are made of."""
