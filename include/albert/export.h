// What the shared library shows: everything else in it is built with hidden visibility.
//
// A public header opens its namespace as `namespace ALBERT_API albert {`; declarations elsewhere
// in that namespace stay hidden.
#pragma once

#if defined(__GNUC__)
#define ALBERT_API [[gnu::visibility("default")]]
#else
#define ALBERT_API
#endif
