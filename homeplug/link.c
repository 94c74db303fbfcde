/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/link_ops.h"

#include <errno.h>
#include <string.h>

/* What follows `prefix` in `name`, or NULL. */
static const char *after_prefix(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(name, prefix, len) == 0 ? name + len : NULL;
}

struct link *link_open(const char *name, char error[LINK_ERROR_SIZE])
{
	const char *path;

	if ((path = after_prefix(name, "unix:")) != NULL)
		return link_open_unix(path, error);
	if ((path = after_prefix(name, "unix-listen:")) != NULL)
		return link_listen_unix(path, error);
	return link_open_live(name, error);
}

bool link_is_live(const char *name)
{
	return after_prefix(name, "unix:") == NULL && after_prefix(name, "unix-listen:") == NULL;
}

void link_close(struct link *link)
{
	if (link != NULL)
		link->ops->close(link);
}

int link_fd(const struct link *link)
{
	return link->fd;
}

void link_mac(const struct link *link, uint8_t mac[MAC_LEN])
{
	memcpy(mac, link->mac, MAC_LEN);
}

int link_ifindex(const struct link *link)
{
	return link->ifindex;
}

bool link_connected(const struct link *link)
{
	return link->ops->connected(link);
}

enum link_result link_recv(struct link *link, uint8_t *frame, size_t size, size_t *len)
{
	return link->ops->recv(link, frame, size, len);
}

bool link_send(struct link *link, const uint8_t *frame, size_t len)
{
	/* An empty packet is how a Unix socket's peer says goodbye; it is no frame on any kind of link. */
	if (len == 0) {
		errno = EINVAL;
		return false;
	}
	return link->ops->send(link, frame, len);
}

enum link_result link_result_of_errno(int error)
{
	switch (error) {
	case EAGAIN:
	case EINTR:
		return LINK_EMPTY;
	case ENETDOWN:
	case ENODEV:
	case ENXIO:
		return LINK_DOWN;
	case ECONNRESET:
	case ENOTCONN:
	case EPIPE:
		return LINK_END;
	default:
		return LINK_ERROR;
	}
}
