/*
 * allocator.h: where the memory of large, long-lived blocks comes from, for those who know a better place than malloc.
 */
#ifndef WSD_ALLOCATOR_H
#define WSD_ALLOCATOR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct wsd_allocator {
    void *(*take)(void *user,
                  size_t size); /* aligned for anything; NULL: there is none. The member itself NULL: malloc and free */
    void (*give)(void *user, void *block, size_t size); /* of the size that it was taken with */
    void *user;
};

#ifdef __cplusplus
}
#endif

#endif
