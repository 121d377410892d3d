#include "capture/dlt.h"

#include <pcap/pcap.h>
#include <stddef.h>

/* The first row of a DLT_ is the one to translate back with. 12 and 14 are DLT_RAW of one system or another, written by
 * programs that did not translate. */
static const struct {
    uint32_t link_type;
    int dlt;
} translations[] = {
    {100, DLT_ATM_RFC1483}, {101, DLT_RAW},  {102, DLT_SLIP_BSDOS}, {103, DLT_PPP_BSDOS}, {106, DLT_ATM_CLIP},
    {107, DLT_FRELAY},      {108, DLT_LOOP}, {109, DLT_ENC},        {12, DLT_RAW},        {14, DLT_RAW},
};

enum { TRANSLATIONS = sizeof translations / sizeof *translations };

int dlt_of_link_type(uint32_t link_type)
{
    for (size_t i = 0; i < TRANSLATIONS; i++)
        if (translations[i].link_type == link_type)
            return translations[i].dlt;
    return (int)link_type;
}

uint32_t dlt_to_link_type(int dlt)
{
    for (size_t i = 0; i < TRANSLATIONS; i++)
        if (translations[i].dlt == dlt)
            return translations[i].link_type;
    return (uint32_t)dlt;
}
