/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/port/port_ops.h"

#include <errno.h>
#include <string.h>

/* What follows `prefix` in `name`, or NULL. */
static const char *after_prefix(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(name, prefix, len) == 0 ? name + len : NULL;
}

struct port *port_open(const char *name, char error[PORT_ERROR_SIZE])
{
	const char *path;

	if ((path = after_prefix(name, "unix:")) != NULL)
		return port_open_unix(path, error);
	if ((path = after_prefix(name, "unix-listen:")) != NULL)
		return port_listen_unix(path, error);
	return port_open_raw(name, error);
}

bool port_is_live(const char *name)
{
	return after_prefix(name, "unix:") == NULL && after_prefix(name, "unix-listen:") == NULL;
}

void port_close(struct port *port)
{
	if (port != NULL)
		port->ops->close(port);
}

int port_fd(const struct port *port)
{
	return port->fd;
}

void port_mac(const struct port *port, uint8_t mac[MAC_LEN])
{
	memcpy(mac, port->mac, MAC_LEN);
}

int port_ifindex(const struct port *port)
{
	return port->ifindex;
}

bool port_connected(const struct port *port)
{
	return port->ops->connected(port);
}

enum port_result port_recv(struct port *port, uint8_t *frame, size_t size, size_t *len)
{
	return port->ops->recv(port, frame, size, len);
}

bool port_send(struct port *port, const uint8_t *frame, size_t len)
{
	/* To the peer of a Unix socket an empty packet would mean the end of the connection. It is no frame anyway. */
	if (len == 0) {
		errno = EINVAL;
		return false;
	}
	return port->ops->send(port, frame, len);
}

bool port_hear(struct port *port, enum port_hearing hearing)
{
	return port->ops->hear == NULL || port->ops->hear(port, hearing);
}

enum port_result port_result_of_errno(int error)
{
	switch (error) {
	case EAGAIN:
	case EINTR:
		return PORT_EMPTY;
	case EBUSY: /* a bridge has the interface: port_raw.c */
	case ENETDOWN:
	case ENODEV:
	case ENXIO:
		return PORT_DOWN;
	case ECONNRESET:
	case ENOTCONN:
	case EPIPE:
		return PORT_END;
	default:
		return PORT_ERROR;
	}
}
