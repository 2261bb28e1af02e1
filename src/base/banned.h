/* banned.h: calls that this project does not make; included by error.h, so nearly everywhere. */
#ifndef ASSAY_BASE_BANNED_H
#define ASSAY_BASE_BANNED_H

#ifdef __GNUC__
#pragma GCC poison strcpy strcat sprintf vsprintf gets strtok atoi atol atof localtime gmtime rand \
    system
#endif

#endif
