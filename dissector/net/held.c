#include "net/held.h"
#include "net/tcp.h"

void held_insert(struct held **root, struct held *run)
{
    struct held **link = root;
    while (*link != NULL && (*link)->priority >= run->priority)
        link = tcp_distance(run->seq, (*link)->seq) < 0 ? &(*link)->left : &(*link)->right;
    /* What stood here is split into what comes before the new run and what comes after it. */
    struct held *rest = *link, **before = &run->left, **after = &run->right;
    while (rest != NULL) {
        if (tcp_distance(rest->seq, run->seq) < 0) {
            *before = rest;
            before = &rest->right;
            rest = rest->right;
        } else {
            *after = rest;
            after = &rest->left;
            rest = rest->left;
        }
    }
    *before = *after = NULL;
    *link = run;
}

struct held *held_first(struct held *root)
{
    while (root != NULL && root->left != NULL)
        root = root->left;
    return root;
}

struct held *held_first_take(struct held **root)
{
    if (*root == NULL)
        return NULL;
    while ((*root)->left != NULL)
        root = &(*root)->left;
    struct held *first = *root;
    *root = first->right;
    return first;
}

struct held *held_at_or_before(struct held *root, uint32_t seq)
{
    struct held *best = NULL;
    while (root != NULL) {
        if (tcp_distance(root->seq, seq) <= 0) {
            best = root;
            root = root->right;
        } else {
            root = root->left;
        }
    }
    return best;
}

struct held *held_after(struct held *root, uint32_t seq)
{
    struct held *best = NULL;
    while (root != NULL) {
        if (tcp_distance(root->seq, seq) > 0) {
            best = root;
            root = root->left;
        } else {
            root = root->right;
        }
    }
    return best;
}
