# Third-party libraries, all from Debian 12 by name (docs/decisions.md says why each was chosen).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(simdjson REQUIRED)
pkg_check_modules(lzma REQUIRED IMPORTED_TARGET liblzma)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(sentencepiece IMPORTED_TARGET sentencepiece)   # optional: the program says so where it is missed
find_path(PROTOZERO_INCLUDE_DIR protozero/pbf_reader.hpp REQUIRED)
add_library(albert_protozero INTERFACE)
target_include_directories(albert_protozero SYSTEM INTERFACE ${PROTOZERO_INCLUDE_DIR})
